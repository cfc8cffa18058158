package flotilla.protocol;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries calls again that fail because a service is away, so that whoever made them keeps what it has in hand. A call that
 * fails with an {@link InfrastructureException} or a {@link TimeoutException} is made again after a pause ({@link
 * ExponentialBackoff}) until it succeeds or fails otherwise, until a time has passed since its first failure, with a last try
 * at its end, or until patience is lost; then its last failure is the outcome. What cannot be understood ({@link
 * WireFormat.UnreadableException}) will not be understood later, and is not tried again.
 *
 * <p>One line is logged when the first call is in trouble, and one when none is any more. Safe for all threads; a call is made
 * and told of on the timer's thread or on the one that completed the try before.
 */
public final class Patience {
    /** Time as it passes here. Safe for all threads. */
    public interface Timer {
        /** In nanoseconds, from any moment. */
        long nanoTime();

        /** Runs something that does not block, later. */
        void after(Duration delay, Runnable action);

        /** The time of this machine; what is due is run by whoever runs what has no executor of its own. */
        static Timer common() {
            return of(new CompletableFuture<>().defaultExecutor());
        }

        /**
         * The time of this machine.
         *
         * @param executor runs what is due
         */
        static Timer of(Executor executor) {
            return new Timer() {
                @Override
                public long nanoTime() {
                    return System.nanoTime();
                }

                @Override
                public void after(Duration delay, Runnable action) {
                    CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, executor)
                            .execute(action);
                }
            };
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);

    private final String what;
    private final ExponentialBackoff backoff;
    private final Duration within;
    private final Timer timer;
    private final RandomGenerator random;
    private final Runnable onRelief;
    private final Set<Trial<?>> tried = ConcurrentHashMap.newKeySet();
    private final AtomicInteger inTrouble = new AtomicInteger();
    private volatile long troubleSince;
    private volatile boolean lost;

    /**
     * @param what is called, for people
     * @param within how long after its first failure a call is tried again; zero for not at all
     * @param random drawn from by several threads
     * @param onRelief run when no call is in trouble any more, on whatever thread; must not block
     */
    public Patience(
            String what,
            ExponentialBackoff backoff,
            Duration within,
            Timer timer,
            RandomGenerator random,
            Runnable onRelief) {
        this.what = what;
        this.backoff = backoff;
        this.within = within;
        this.timer = timer;
        this.random = random;
        this.onRelief = onRelief;
    }

    /** Makes a call, again and again if need be. */
    public <T> CompletionStage<T> call(Supplier<CompletionStage<T>> call) {
        return call(call, () -> {});
    }

    /**
     * Makes a call, again and again if need be.
     *
     * @param onTrouble run whenever it failed and will be tried again; must not block
     */
    public <T> CompletionStage<T> call(Supplier<CompletionStage<T>> call, Runnable onTrouble) {
        Trial<T> trial = new Trial<>(call, onTrouble);
        trial.attempt();
        return trial.result;
    }

    /** Whether a call has failed and is still tried. */
    public boolean isTried() {
        return inTrouble.get() > 0;
    }

    /** Gives up at once what is in trouble, and from now on whatever fails. A try that is under way may still come to pass. */
    public void lose() {
        lost = true;
        List.copyOf(tried).forEach(Trial::giveUp);
    }

    /** Tries again from now on. */
    public void regain() {
        lost = false;
    }

    private void troubled(Throwable failure) {
        if (inTrouble.incrementAndGet() == 1) {
            troubleSince = timer.nanoTime();
            LOG.warn("trouble with {}, trying again for up to {} s: {}", what, within.toSeconds(), reason(failure));
        }
    }

    private static String reason(Throwable failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    private void relieved(boolean well) {
        if (inTrouble.decrementAndGet() == 0) {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(timer.nanoTime() - troubleSince);
            if (well) {
                LOG.info("no more trouble with {} after {} s", what, seconds);
            } else {
                LOG.warn("no more patience with {} after {} s", what, seconds);
            }
            onRelief.run();
        }
    }

    /** One call with all its tries, which follow each other. */
    private final class Trial<T> {
        private final Supplier<CompletionStage<T>> call;
        private final Runnable onTrouble;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private int failures;
        private long since;
        private volatile Throwable last;

        Trial(Supplier<CompletionStage<T>> call, Runnable onTrouble) {
            this.call = call;
            this.onTrouble = onTrouble;
        }

        void attempt() {
            if (result.isDone()) {
                return;
            }
            begun().whenComplete((value, failure) -> {
                if (failure == null) {
                    settle(true, () -> result.complete(value));
                } else {
                    failed(unwrapped(failure));
                }
            });
        }

        private CompletionStage<T> begun() {
            try {
                return call.get();
            } catch (RuntimeException notEvenBegun) {
                return CompletableFuture.failedStage(notEvenBegun);
            }
        }

        private void failed(Throwable failure) {
            last = failure;
            long now = timer.nanoTime();
            if (failures++ == 0) {
                since = now;
            }
            Duration left = within.minusNanos(now - since);
            if (result.isDone() || lost || !isAway(failure) || left.isZero() || left.isNegative()) {
                giveUp();
                return;
            }
            onTrouble.run();
            if (failures == 1) {
                troubled(failure);
                tried.add(this);
            }
            // It may have been lost before this one could be seen.
            if (lost) {
                giveUp();
                return;
            }
            Duration pause = backoff.pause(failures, random);
            timer.after(pause.compareTo(left) < 0 ? pause : left, this::attempt);
        }

        void giveUp() {
            settle(false, () -> result.completeExceptionally(last));
        }

        private void settle(boolean well, Runnable complete) {
            boolean wasTried = tried.remove(this);
            complete.run();
            if (wasTried) {
                relieved(well);
            }
        }
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Whether a failure is one of a service that may come back. */
    private static boolean isAway(Throwable failure) {
        boolean away = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof WireFormat.UnreadableException) {
                return false;
            }
            away |= cause instanceof InfrastructureException || cause instanceof TimeoutException;
        }
        return away;
    }
}
