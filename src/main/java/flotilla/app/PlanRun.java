package flotilla.app;

import flotilla.protocol.InfrastructureException;
import flotilla.provision.NotYetException;
import flotilla.provision.PlanTable;
import flotilla.provision.Provisioning;
import flotilla.provision.Step;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;

/** Shows a plan, and carries it out when the caller has agreed. */
final class PlanRun {
    /** Longer than the minute for which SQS remembers a queue that was deleted. */
    static final Duration TRIES_FOR = Duration.ofSeconds(90);

    private final PrintWriter out;
    private final Provisioning provisioning;
    private final Pace pace;
    private boolean acted;

    PlanRun(PrintWriter out, Provisioning provisioning, Pace pace) {
        this.out = out;
        this.provisioning = provisioning;
        this.pace = pace;
    }

    /** Prints it; whether there is anything to do that may be done. */
    boolean show(List<Step> steps, String nothingToDo, boolean yes) {
        PlanTable.lines(steps).forEach(out::println);
        long acting = steps.stream().filter(Step::acts).count();
        if (isRefused(steps)) {
            out.println("refused, and nothing " + (acted ? "more " : "")
                    + "was done: see to the lines that say so, and run it again");
        } else if (acting == 0) {
            out.println(nothingToDo);
        } else if (!yes) {
            out.println("nothing was done yet: " + acting + " to do, --yes does it");
        }
        out.flush();
        return yes && acting > 0 && !isRefused(steps);
    }

    static boolean isRefused(List<Step> steps) {
        return steps.stream().anyMatch(Step.Refuse.class::isInstance);
    }

    /**
     * Carries it out, one step after the other, and tells of each; the first failure ends it.
     *
     * @throws InfrastructureException with what was done before something failed
     */
    void act(List<Step> steps) throws InterruptedException {
        List<Step> acting = steps.stream().filter(Step::acts).toList();
        for (int done = 0; done < acting.size(); done++) {
            Step step = acting.get(done);
            perform(step, "stopped at " + step.thing() + ", after " + done + " of " + acting.size() + " steps: ");
            out.println("done      " + (done + 1) + " of " + acting.size() + ": " + verb(step) + " " + step.thing());
            out.flush();
            acted = true;
        }
    }

    /** What is not possible yet is tried again for a while. */
    private void perform(Step step, String stopped) throws InterruptedException {
        Duration since = pace.now();
        String told = "";
        while (true) {
            try {
                provisioning.perform(step).toCompletableFuture().join();
                return;
            } catch (CompletionException e) {
                Throwable cause = Processes.unwrapped(e);
                boolean soon = cause instanceof NotYetException
                        && pace.now().minus(since).compareTo(TRIES_FOR) < 0;
                if (!soon) {
                    throw new InfrastructureException(
                            stopped + cause.getMessage() + "; what was done stays, and another run goes on from there",
                            cause);
                }
                if (!cause.getMessage().equals(told)) {
                    told = cause.getMessage();
                    out.println("waiting   " + told);
                    out.flush();
                }
                pace.pause(((NotYetException) cause).again());
            }
        }
    }

    private static String verb(Step step) {
        if (step instanceof Step.Create) {
            return "created";
        }
        return step instanceof Step.Change ? "changed" : "removed";
    }
}
