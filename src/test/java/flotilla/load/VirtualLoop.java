package flotilla.load;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/** A loop on virtual time: runs what is due, then jumps to what is due next. */
final class VirtualLoop implements EventLoop {
    private record Timer(long at, long order, Runnable task) {}

    private final Queue<Runnable> ready = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::at).thenComparingLong(Timer::order));
    private long now = 1_000_000_000_000L;
    private long count;

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public void execute(Runnable task) {
        ready.add(task);
    }

    @Override
    public void after(long nanos, Runnable task) {
        timers.add(new Timer(now + nanos, count++, task));
    }

    /** Runs until nothing is left to do. */
    void run() {
        runFor(Long.MAX_VALUE - now);
    }

    /** Runs everything that is due within a time. */
    void runFor(long nanos) {
        long end = now + nanos;
        while (true) {
            Runnable task = ready.poll();
            if (task != null) {
                task.run();
            } else if (!timers.isEmpty() && timers.peek().at() <= end) {
                now = Math.max(now, timers.peek().at());
                timers.remove().task().run();
            } else {
                return;
            }
        }
    }
}
