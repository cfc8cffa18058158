package flotilla.app;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waiting for what other processes bring about: looks again and again, and fails with a name after a generous time. */
final class Eventually {
    private static final Duration WITHIN = Duration.ofMinutes(5);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    private Eventually() {}

    static void until(String what, Callable<Boolean> holds) {
        value(what, () -> holds.call() ? Optional.of(true) : Optional.empty());
    }

    /** The same for what takes longer. */
    static void until(String what, Duration within, Callable<Boolean> holds) {
        value(what, within, () -> holds.call() ? Optional.of(true) : Optional.empty());
    }

    static <T> T value(String what, Callable<Optional<T>> look) {
        return value(what, WITHIN, look);
    }

    private static <T> T value(String what, Duration within, Callable<Optional<T>> look) {
        Instant deadline = Instant.now().plus(within);
        Exception last = null;
        while (Instant.now().isBefore(deadline)) {
            try {
                Optional<T> seen = look.call();
                if (seen.isPresent()) {
                    return seen.get();
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        throw new AssertionError("not within " + within + ": " + what, last);
    }
}
