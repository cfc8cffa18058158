package flotilla.testing;

import flotilla.protocol.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that stands still until a test lets it pass; what is due runs on the test's thread, in order. */
public final class HandTimer implements Patience.Timer {
    private record Due(long at, Runnable action) {}

    private final List<Due> due = new ArrayList<>();
    private long now;

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized void after(Duration delay, Runnable action) {
        due.add(new Due(now + delay.toNanos(), action));
    }

    /** Lets time pass, and runs what falls into it at its moment. */
    public void pass(Duration time) {
        long end = nanoTime() + time.toNanos();
        for (Due next = next(end); next != null; next = next(end)) {
            next.action().run();
        }
        synchronized (this) {
            now = end;
        }
    }

    private synchronized Due next(long end) {
        Due next = due.stream()
                .filter(one -> one.at() <= end)
                .min(Comparator.comparingLong(Due::at))
                .orElse(null);
        if (next != null) {
            due.remove(next);
            now = next.at();
        }
        return next;
    }
}
