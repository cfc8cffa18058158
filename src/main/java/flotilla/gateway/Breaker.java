package flotilla.gateway;

import com.typesafe.config.Config;
import flotilla.protocol.InfrastructureException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.pattern.CircuitBreaker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before a service that every upload needs. When its calls fail one after the other, the next ones fail at once, so that
 * callers are told to come again and do not queue for what cannot be done; after a moment, which grows and is not the same
 * for all gateways, one call is let through: its success ends it, its failure makes the moment longer. How many and how long:
 * {@code pekko.circuit-breaker.NAME}. Thread-safe.
 */
final class Breaker {
    /** The service is not asked at present. */
    static final class OpenException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OpenException(String what) {
            super("calls to the " + what + " fail, it is not asked for a moment", null, false, false);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);

    private final String what;
    private final Duration within;
    private final CircuitBreaker breaker;
    /** Whether a call is under way by which it is seen whether the service answers again. */
    private final AtomicBoolean trying = new AtomicBoolean();

    private Breaker(String what, Duration within, CircuitBreaker breaker) {
        this.what = what;
        this.within = within;
        this.breaker = breaker;
    }

    /**
     * A breaker with the settings of this name, or the default ones; its wait doubles.
     *
     * @param what the service, for people
     */
    static Breaker of(ActorSystem<?> system, String name, String what) {
        Config all = system.settings().config().getConfig("pekko.circuit-breaker");
        Config defaults = all.getConfig("default");
        Config own = all.hasPath(name) ? all.getConfig(name).withFallback(defaults) : defaults;
        Duration within = own.getDuration("call-timeout");
        // Not the actor system's by this name: two gateways in one would share it.
        CircuitBreaker breaker = CircuitBreaker.create(
                        Adapter.toClassic(system).scheduler(),
                        own.getInt("max-failures"),
                        within,
                        own.getDuration("reset-timeout"))
                .withExponentialBackoff(own.getDuration("max-reset-timeout"))
                .withRandomFactor(own.getDouble("random-factor"));
        breaker.addOnOpenListener(() -> LOG.warn("the {} fails, uploads are refused for a moment", what));
        breaker.addOnCloseListener(() -> LOG.info("the {} answers again", what));
        return new Breaker(what, within, breaker);
    }

    boolean isOpen() {
        return breaker.isOpen();
    }

    /** A call that is given up after a time; what it does later is not heard. Fails at once while the breaker is open. */
    <T> CompletionStage<T> call(Supplier<CompletionStage<T>> call) {
        return guarded(
                () -> call.get().toCompletableFuture().copy().orTimeout(within.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** A call that may take as long as a client needs to send what it is about. */
    <T> CompletionStage<T> unhurried(Supplier<CompletionStage<T>> call) {
        return guarded(call);
    }

    private <T> CompletionStage<T> guarded(Supplier<CompletionStage<T>> call) {
        boolean trial = breaker.isHalfOpen();
        if (breaker.isOpen() || trial && !trying.compareAndSet(false, true)) {
            return CompletableFuture.failedStage(new OpenException(what));
        }
        return trial ? tried(told(call)) : told(call);
    }

    /** Lets the next call try when this one has ended; a client that is slow keeps it from that for so long and no longer. */
    private <T> CompletionStage<T> tried(CompletionStage<T> call) {
        call.toCompletableFuture()
                .copy()
                .orTimeout(within.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((value, failure) -> trying.set(false));
        return call;
    }

    private <T> CompletionStage<T> told(Supplier<CompletionStage<T>> call) {
        CompletionStage<T> called;
        try {
            called = call.get();
        } catch (RuntimeException e) {
            called = CompletableFuture.failedStage(e);
        }
        return called.whenComplete((value, failure) -> {
            if (failure == null) {
                breaker.succeed();
            } else if (isTheServices(failure)) {
                breaker.fail();
            }
        });
    }

    /** What a client does wrong is not the service's failure. */
    private static boolean isTheServices(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InfrastructureException || cause instanceof TimeoutException) {
                return true;
            }
        }
        return false;
    }
}
