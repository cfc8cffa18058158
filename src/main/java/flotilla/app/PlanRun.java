package flotilla.app;

import flotilla.protocol.InfrastructureException;
import flotilla.provision.PlanTable;
import flotilla.provision.Provisioning;
import flotilla.provision.Step;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/** Shows a plan, and carries it out when the caller has agreed. */
final class PlanRun {
    private final PrintWriter out;
    private final Provisioning provisioning;

    PlanRun(PrintWriter out, Provisioning provisioning) {
        this.out = out;
        this.provisioning = provisioning;
    }

    /** Prints it; whether there is anything to do that may be done. */
    boolean show(List<Step> steps, String nothingToDo, boolean yes) {
        PlanTable.lines(steps).forEach(out::println);
        long acting = steps.stream().filter(Step::acts).count();
        if (isRefused(steps)) {
            out.println("refused, and nothing was done: see to the lines that say so, and run it again");
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
     * Carries it out, and tells of each step.
     *
     * @throws InfrastructureException with what was done before something failed
     */
    void act(List<Step> steps) {
        List<Step> acting = steps.stream().filter(Step::acts).toList();
        List<Step> done = new ArrayList<>();
        try {
            provisioning
                    .apply(acting, step -> {
                        done.add(step);
                        out.println("done      " + done.size() + " of " + acting.size() + ": " + verb(step) + " "
                                + step.thing());
                        out.flush();
                    })
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            Throwable cause = Processes.unwrapped(e);
            throw new InfrastructureException(
                    "stopped at " + acting.get(done.size()).thing() + ", after " + done.size() + " of " + acting.size()
                            + " steps: " + cause.getMessage()
                            + "; what was done stays, and another run goes on from there",
                    cause);
        }
    }

    private static String verb(Step step) {
        if (step instanceof Step.Create) {
            return "created";
        }
        return step instanceof Step.Change ? "changed" : "removed";
    }
}
