package flotilla.app;

import flotilla.protocol.ExponentialBackoff;
import flotilla.protocol.InfrastructureException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A start that needs a service which is away for the moment: it waits, as a worker that runs already does, and neither ends nor loads its
 * model again for each try. What will not pass by itself, such as a queue that does not exist, ends the start.
 */
final class AwayAtStart {
    private static final Logger LOG = LoggerFactory.getLogger(AwayAtStart.class);
    private static final ExponentialBackoff PAUSES =
            new ExponentialBackoff(Duration.ofSeconds(1), Duration.ofSeconds(15));

    /** Said again after so many tries, some minutes. */
    private static final int SAID_EVERY = 20;

    private final RandomGenerator random;
    private final Consumer<Duration> pause;
    private volatile boolean givenUp;

    /**
     * @param pause blocks for so long
     */
    AwayAtStart(RandomGenerator random, Consumer<Duration> pause) {
        this.random = random;
        this.pause = pause;
    }

    /** Of this process: pauses end with {@link IllegalStateException} when the thread is interrupted. */
    static AwayAtStart ofProcess() {
        return new AwayAtStart(RandomGenerator.getDefault(), AwayAtStart::sleep);
    }

    /** Whoever waits tries no more: the start has failed for another reason. */
    void giveUp() {
        givenUp = true;
    }

    /**
     * What {@code call} gives, sooner or later.
     *
     * @throws RuntimeException what the call throws, when that is no {@link InfrastructureException}, or one that will not pass, or
     *     the start was given up
     */
    <T> T get(Supplier<T> call) {
        String said = "";
        for (int failures = 0; ; ) {
            try {
                T got = call.get();
                if (failures > 0) {
                    LOG.info("what the start waited for is there");
                }
                return got;
            } catch (RuntimeException e) {
                if (givenUp
                        || !(Processes.unwrapped(e) instanceof InfrastructureException away)
                        || away.isPermanent()) {
                    throw e;
                }
                failures++;
                if (!away.getMessage().equals(said) || failures % SAID_EVERY == 0) {
                    said = away.getMessage();
                    LOG.warn("the start waits, tries={}: {}", failures, said);
                }
                pause.accept(PAUSES.pause(failures, random));
            }
        }
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a start waited", e);
        }
    }
}
