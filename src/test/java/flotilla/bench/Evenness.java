package flotilla.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * How alike the cores of this machine are just now, and how steady: the same small piece of work again and again on as many
 * threads as there are cores. Virtual machines share their cores with others; where one core is much slower than the next, or than
 * itself a moment ago, ratios of what uses one core and what uses all of them say little.
 *
 * @param apart the slowest thread's median ÷ the fastest one's; 1 when all cores are alike
 * @param unsteady 90th percentile ÷ 10th of all pieces; 1 when nobody else takes the cores
 */
record Evenness(double apart, double unsteady) {
    private static final double SECONDS = 2;
    private static final double NANOS = 1e9;
    private static final int ROUNDS = 10_000_000;

    /** Takes two seconds of all cores. */
    static Evenness measure() {
        int cores = Runtime.getRuntime().availableProcessors();
        ExecutorService pool = Executors.newFixedThreadPool(cores);
        try {
            List<Future<List<Long>>> threads = new ArrayList<>();
            for (int i = 0; i < cores; i++) {
                threads.add(pool.submit(Evenness::pieces));
            }
            List<List<Long>> times = new ArrayList<>();
            for (Future<List<Long>> thread : threads) {
                times.add(thread.get());
            }
            return of(times);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the cores were compared", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            pool.shutdown();
        }
    }

    /** @param times nanoseconds of each piece, by thread */
    static Evenness of(List<List<Long>> times) {
        List<Long> medians =
                times.stream().map(thread -> percentile(thread, 50)).sorted().toList();
        List<Long> all = times.stream().flatMap(List::stream).toList();
        return new Evenness(
                (double) medians.get(medians.size() - 1) / medians.get(0),
                (double) percentile(all, 90) / percentile(all, 10));
    }

    private static long percentile(List<Long> times, int percent) {
        List<Long> sorted = times.stream().sorted().toList();
        return sorted.get((sorted.size() - 1) * percent / 100);
    }

    private static List<Long> pieces() {
        List<Long> times = new ArrayList<>();
        long end = System.nanoTime() + (long) (SECONDS * NANOS);
        long seed = 1;
        for (long start = System.nanoTime(); start < end; ) {
            for (int i = 0; i < ROUNDS; i++) {
                seed = seed * 6364136223846793005L + 1442695040888963407L;
            }
            long now = System.nanoTime();
            times.add(now - start + (seed & 1));
            start = now;
        }
        return times;
    }

    /** For people. */
    String text() {
        return String.format(
                Locale.ROOT,
                "the slowest core takes %.2f times as long as the fastest, 90 %% of pieces %.2f times the shortest 10 %%",
                apart,
                unsteady);
    }
}
