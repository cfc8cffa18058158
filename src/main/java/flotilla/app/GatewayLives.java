package flotilla.app;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lives of a gateway within one process: a node that its cluster dropped can never come back as the same node, so it is closed
 * and started anew. The first start must succeed; a later one that fails, because S3 or SQS cannot be reached from where the
 * gateway is cut off, say, is tried again with backoff until the process is asked to end.
 *
 * @param <G> the gateway
 */
final class GatewayLives<G extends AutoCloseable> {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayLives.class);
    /** A start that is under way when the process is asked to end gets so long, and is cut off then. */
    private static final Duration START_ENDS_WITHIN = Duration.ofSeconds(5);

    private final Supplier<G> start;
    private final Function<G, CompletionStage<?>> over;
    private final Consumer<G> started;
    private final Duration firstWait;
    private final Duration longestWait;
    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean living;

    /**
     * @param over completes when a gateway has ended by itself, or should
     * @param started is told of each gateway that serves
     * @param firstWait after a start anew that failed; twice as long after each more, up to {@code longestWait}
     */
    GatewayLives(
            Supplier<G> start,
            Function<G, CompletionStage<?>> over,
            Consumer<G> started,
            Duration firstWait,
            Duration longestWait) {
        this.start = start;
        this.over = over;
        this.started = started;
        this.firstWait = firstWait;
        this.longestWait = longestWait;
    }

    /** Lives until the process is asked to end (SIGTERM, Ctrl-C); the JVM stays until the gateway is closed. */
    void liveUntilAsked() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::endNow, "stop"));
        live();
    }

    /** Lives until it is asked to end; throws what the first start throws. */
    void live() {
        try {
            Optional<G> gateway = Optional.of(start.get());
            while (gateway.isPresent()) {
                living = true;
                started.accept(gateway.get());
                CompletableFuture.anyOf(asked, over.apply(gateway.get()).toCompletableFuture())
                        .handle((done, failure) -> Optional.empty())
                        .join();
                Processes.close(gateway.get());
                living = false;
                gateway = Optional.empty();
                if (!asked.isDone()) {
                    LOG.warn("out of the cluster, joining anew");
                    gateway = startAnew();
                }
            }
        } finally {
            ended.countDown();
        }
    }

    /** Asks it to end. */
    void ask() {
        asked.complete(null);
    }

    private Optional<G> startAnew() {
        Duration wait = firstWait;
        while (!asked.isDone()) {
            try {
                return Optional.of(start.get());
            } catch (RuntimeException e) {
                if (!asked.isDone()) {
                    LOG.warn("cannot start anew, trying again in {}s: {}", wait.toSeconds(), reason(e));
                }
            }
            pause(wait);
            wait = wait.multipliedBy(2).compareTo(longestWait) < 0 ? wait.multipliedBy(2) : longestWait;
        }
        return Optional.empty();
    }

    /** Until the wait is over or it is asked to end. */
    private void pause(Duration wait) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        over.completeOnTimeout(null, wait.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture.anyOf(asked, over).join();
    }

    private static String reason(Throwable failure) {
        Throwable cause = Processes.unwrapped(failure);
        String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return message.replaceAll("\\s*\\R\\s*", " ");
    }

    private void endNow() {
        ask();
        try {
            while (!ended.await(START_ENDS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                if (!living) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
