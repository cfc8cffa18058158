package flotilla.supervisor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** The right to act on the fleet, which at any moment one supervisor has at most. Safe for all threads. */
public interface SupervisorLease {
    /** Whether it may act. */
    sealed interface Standing {
        /**
         * It may, at this moment.
         *
         * @param tenure the same as long as nobody else has had the lease in between
         */
        record Held(long tenure) implements Standing {}

        /**
         * It may not.
         *
         * @param why in a few words, such as {@code held by 10.0.0.5:2551/1f0c}
         */
        record NotHeld(String why) implements Standing {}
    }

    /** An act was kept back, because another supervisor may be acting. */
    final class NoLeaseException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public NoLeaseException(String why) {
            super("no lease: " + why);
        }
    }

    /** Asked before each act, and not remembered: what is held now may not be held a moment later. */
    Standing standing();

    /**
     * From now on the lease is wanted, until it is released.
     *
     * @param changed called, on any thread, when the standing may have changed
     */
    void want(Runnable changed);

    /**
     * Its holder may be gone: from now on, for a minute, its epochs are looked at, so that its term passes while the lease is not wanted
     * yet. Nothing is held by that.
     */
    void watch();

    /**
     * Lays the lease down, or stops wanting it; for who has nothing under way. Nothing is held from this call on; complete when
     * others can have it.
     */
    CompletionStage<Done> release();

    /**
     * Stops wanting the lease while acts may be under way. Nothing is held from this call on, and everybody, who wants it again
     * here included, waits for its term: a new tenure begins then.
     */
    void abandon();

    /** @throws NoLeaseException when the lease is not held */
    default void require() {
        if (standing() instanceof Standing.NotHeld not) {
            throw new NoLeaseException(not.why());
        }
    }

    /** For one supervisor without rivals. */
    static SupervisorLease always() {
        return new SupervisorLease() {
            @Override
            public Standing standing() {
                return new Standing.Held(1);
            }

            @Override
            public void want(Runnable changed) {
                changed.run();
            }

            @Override
            public void watch() {}

            @Override
            public CompletionStage<Done> release() {
                return CompletableFuture.completedFuture(Done.getInstance());
            }

            @Override
            public void abandon() {}
        };
    }
}
