package flotilla.inference;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs work in new threads, in which an engine has its number of threads from the first calculation on. */
final class EngineThreads {
    private EngineThreads() {}

    /**
     * Runs the same work side by side, and ends with the last: networks can be closed afterwards, whatever came of it.
     *
     * @param threads of the engine within each
     * @param count threads that run the work
     * @return what each gave
     * @throws ExecutionException what one of them threw
     */
    static <T> List<T> run(NetworkEngine engine, int threads, int count, Callable<T> work) throws ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(count);
        try {
            Callable<T> each = () -> {
                engine.setThreads(threads);
                return work.call();
            };
            List<T> results = new ArrayList<>(count);
            for (Future<T> one : pool.invokeAll(Collections.nCopies(count, each))) {
                results.add(one.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a network was tried", e);
        } finally {
            pool.shutdown();
            awaitEnd(pool);
        }
    }

    /** Native code goes on after an interrupt. */
    private static void awaitEnd(ExecutorService pool) {
        boolean interrupted = false;
        while (!pool.isTerminated()) {
            try {
                pool.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
