package flotilla.app;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a long-running command waits for its end and ends cleanly. */
final class Processes {
    private static final Logger LOG = LoggerFactory.getLogger(Processes.class);

    private Processes() {}

    /**
     * Waits until this process is asked to end (SIGTERM, Ctrl-C) or {@code ended} opens, then closes {@code part} once. The
     * JVM stays until that is done.
     *
     * @return whether it was asked; false when {@code ended} was opened by somebody else
     */
    static boolean runUntilStopped(AutoCloseable part, CountDownLatch ended) throws InterruptedException {
        return startAndRunUntilStopped(() -> part, ended);
    }

    /** The same for a part that is to be closed in good order also when the process is asked to end while it starts. */
    static boolean startAndRunUntilStopped(Supplier<? extends AutoCloseable> start, CountDownLatch ended)
            throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        AtomicBoolean asked = new AtomicBoolean();
        Thread hook = new Thread(
                () -> {
                    asked.set(ended.getCount() > 0);
                    ended.countDown();
                    awaitQuietly(closed);
                },
                "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            AutoCloseable part = start.get();
            try {
                ended.await();
            } finally {
                close(part);
            }
        } finally {
            closed.countDown();
        }
        return asked.get();
    }

    /** Waits for a stage to complete normally; false when it failed or {@code within} is over. */
    static boolean await(CompletionStage<?> stage, Duration within) {
        try {
            stage.toCompletableFuture().get(within.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            LOG.info("gave up waiting: {}", e.toString());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What a call failed with, without the wrappers that futures add. */
    static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Closes a part; that it does not go well is only logged, for there is nothing more to do about it. */
    static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.warn("did not stop cleanly", e);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
