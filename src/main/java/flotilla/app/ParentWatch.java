package flotilla.app;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Tells when the process that started this one is gone, however it went. The parent is named by environment variables:
 * {@code FLOTILLA_PARENT_PID}, and {@code FLOTILLA_PARENT_STARTED}, its start in milliseconds since 1970, so that another
 * process that got the same id is not taken for it.
 */
public final class ParentWatch {
    private static final Duration INTERVAL = Duration.ofMillis(500);
    /** Linux computes a start time from the boot time, which wanders when the clock is set. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    private ParentWatch() {}

    /**
     * Watches on a daemon thread of its own until the parent is gone; without the variables it does nothing.
     *
     * @param environment as {@link System#getenv()} gives it
     * @param onGone runs once, on that thread; at once when the parent is gone already
     */
    public static void start(Map<String, String> environment, Runnable onGone) {
        if (environment.getOrDefault("FLOTILLA_PARENT_PID", "").isBlank()) {
            return;
        }
        Optional<ProcessHandle> parent = parent(environment);
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "parent-watch");
            thread.setDaemon(true);
            return thread;
        });
        watch.scheduleWithFixedDelay(
                () -> {
                    // A handle remembers the start time: it is not alive when another process has its id.
                    if (!parent.map(ProcessHandle::isAlive).orElse(false)) {
                        watch.shutdown();
                        onGone.run();
                    }
                },
                0,
                INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private static Optional<ProcessHandle> parent(Map<String, String> environment) {
        try {
            Optional<ProcessHandle> handle = ProcessHandle.of(Long.parseLong(environment.get("FLOTILLA_PARENT_PID")));
            String started = environment.getOrDefault("FLOTILLA_PARENT_STARTED", "");
            return started.isBlank() ? handle : handle.filter(process -> startedAt(process, Long.parseLong(started)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static boolean startedAt(ProcessHandle process, long epochMillis) {
        Instant told = Instant.ofEpochMilli(epochMillis);
        return process.info()
                .startInstant()
                .map(started -> Duration.between(told, started).abs().compareTo(TOLERANCE) <= 0)
                .orElse(true);
    }
}
