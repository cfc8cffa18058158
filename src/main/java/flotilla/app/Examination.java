package flotilla.app;

import flotilla.doctor.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs checks side by side, each within a time limit; what one throws is its finding and stops no other. */
final class Examination {
    /**
     * One check; it may block.
     *
     * @param name for the finding when it does not come to an end
     */
    record Check(String name, Callable<List<Finding>> look) {}

    private Examination() {}

    /** All findings, in the order of the checks. */
    static List<Finding> run(List<Check> checks, Duration limit) throws InterruptedException {
        ExecutorService threads = Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "doctor");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<List<Finding>>> looks = new ArrayList<>();
            for (Check check : checks) {
                looks.add(threads.submit(check.look()));
            }
            long deadline = System.nanoTime() + limit.toNanos();
            List<Finding> findings = new ArrayList<>();
            for (int i = 0; i < checks.size(); i++) {
                findings.addAll(findings(checks.get(i), looks.get(i), deadline - System.nanoTime(), limit));
            }
            return findings;
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Finding> findings(Check check, Future<List<Finding>> look, long nanos, Duration limit)
            throws InterruptedException {
        try {
            return look.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return List.of(Finding.error(
                    check.name(),
                    "no answer within " + limit.toSeconds() + " s",
                    "see whether the endpoint can be reached from here (route, firewall, VPC endpoint)"));
        } catch (ExecutionException e) {
            Throwable cause = Processes.unwrapped(e);
            String what = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            int semicolon = what.lastIndexOf("; ");
            return List.of(
                    semicolon > 0
                            ? Finding.error(check.name(), what.substring(0, semicolon), what.substring(semicolon + 2))
                            : Finding.error(check.name(), what, "see to what it names, and run doctor again"));
        }
    }
}
