package flotilla.supervisor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One contender for the supervisor's lease, without its body: it is told what the store answered and when, and says what to do
 * next. Times are nanoseconds of the contender's own monotonic clock, which only their differences matter of.
 *
 * <p>With the term <i>T</i> and the margin <i>m</i>: who wrote an epoch may act until <i>T − m</i> after it <b>began</b> to write
 * it. Anybody else writes the next one only when <i>T</i> has passed since it has <b>seen</b> that epoch, and so later than it was
 * written. Each measures with its own clock; what two clocks differ in, in <i>T</i>, must be less than <i>m</i>. Only one of those
 * who write the next epoch at the same time succeeds. Confined to its owner.
 */
final class LeaseContender {
    /**
     * The times of the lease.
     *
     * @param term how long others leave an epoch alone
     * @param margin by how much earlier its holder stops to act
     * @param renewEvery how often the holder writes a new epoch
     * @param lookEvery how often who waits looks
     */
    record Terms(Duration term, Duration margin, Duration renewEvery, Duration lookEvery) {
        /** A new supervisor acts within some ten seconds after its predecessor has died. */
        static final Terms USUAL =
                new Terms(Duration.ofSeconds(8), Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(1));
    }

    /** What to do next. */
    sealed interface Step {
        /** Look for the newest epoch. */
        record Look() implements Step {}

        /** Write this epoch. */
        record Claim(LeaseEpoch epoch) implements Step {}

        /** Nothing, for so many nanoseconds. */
        record Rest(long nanos) implements Step {}
    }

    /** Of a write or a look that failed, until the next try. */
    private static final Duration RETRY = Duration.ofMillis(500);
    /** A late write of an epoch number must never find it free again: twice the longest life of a claim, and some. */
    private static final int REMOVED_AFTER_TERMS = 4;

    /** An epoch number, and when this contender has first known of it. */
    private record Known(long number, long since) {}

    private final String holder;
    private final Terms terms;
    private final Deque<Known> known = new ArrayDeque<>();

    private Optional<LeaseEpoch> newest = Optional.empty();
    private long newestSeenAt;
    private long lookedAt;
    private boolean mustLook = true;
    private long notBefore;
    private boolean delayed;
    private String trouble = "";

    /** The first epoch of those that it wrote in a row; empty when the newest one is another's. */
    private OptionalLong tenure = OptionalLong.empty();

    private long renewedAt;
    private long actsUntil;

    LeaseContender(String holder, Terms terms) {
        this.holder = holder;
        this.terms = terms;
    }

    /** What to do at this moment. While a look or a claim is under way it is not asked. */
    Step next(long now) {
        if (delayed && notBefore - now > 0) {
            return new Step.Rest(notBefore - now);
        }
        delayed = false;
        if (mustLook) {
            return new Step.Look();
        }
        if (mayAct(now)) {
            long due = renewedAt + terms.renewEvery().toNanos();
            return due - now > 0 ? new Step.Rest(due - now) : claim(now);
        }
        long nextLook = lookedAt + terms.lookEvery().toNanos();
        if (nextLook - now <= 0) {
            return new Step.Look();
        }
        return isFree(now) ? claim(now) : new Step.Rest(nextLook - now);
    }

    private Step claim(long now) {
        return new Step.Claim(new LeaseEpoch(
                newest.map(LeaseEpoch::number).orElse(0L) + 1, holder, terms.term(), false, Instant.EPOCH));
    }

    private boolean isFree(long now) {
        return newest.map(epoch -> epoch.released()
                        || isOwn(epoch)
                        || now - newestSeenAt >= epoch.term().toNanos())
                .orElse(true);
    }

    private boolean isOwn(LeaseEpoch epoch) {
        return epoch.holder().equals(holder);
    }

    /**
     * The store has answered a look.
     *
     * @param startedAt when the look began
     */
    void looked(long startedAt, long now, Optional<LeaseEpoch> found) {
        lookedAt = startedAt;
        mustLook = false;
        trouble = "";
        found.filter(epoch -> newest.isEmpty() || epoch.number() > newest.get().number())
                .ifPresent(epoch -> see(epoch, now));
        if (newest.isEmpty() || !isOwn(newest.get())) {
            tenure = OptionalLong.empty();
        }
    }

    private void see(LeaseEpoch epoch, long now) {
        newest = Optional.of(epoch);
        newestSeenAt = now;
        known.addLast(new Known(epoch.number(), now));
    }

    /**
     * The store has answered a claim.
     *
     * @param startedAt when the claim began, read before it was sent
     * @param written false when there is an epoch of this number already
     */
    void claimed(long startedAt, long now, LeaseEpoch epoch, boolean written) {
        trouble = "";
        if (!written) {
            // Another's, or our own of an earlier try whose answer was lost.
            mustLook = true;
            return;
        }
        see(epoch, now);
        if (tenure.isEmpty()) {
            tenure = OptionalLong.of(epoch.number());
        }
        renewedAt = startedAt;
        actsUntil = startedAt + terms.term().minus(terms.margin()).toNanos();
        mustLook = !mayAct(now);
    }

    /** A look or a claim has failed; a claim may have been written all the same, or still be. */
    void failed(long now, String why) {
        mustLook = true;
        trouble = why;
        notBefore = now + RETRY.toNanos();
        delayed = true;
    }

    /** Whether it may act now. */
    boolean mayAct(long now) {
        return tenure.isPresent() && actsUntil - now > 0;
    }

    /** Until when it may act, if it may. */
    long actsUntil() {
        return actsUntil;
    }

    /** The first epoch of its row; 0 without one. */
    long tenure() {
        return tenure.orElse(0);
    }

    /** Why it may not act, in a few words. */
    String why() {
        if (!trouble.isEmpty()) {
            return trouble;
        }
        if (newest.isEmpty() || newest.get().released()) {
            return "not asked for yet";
        }
        return isOwn(newest.get())
                ? "its term is over"
                : "held by " + newest.get().holder();
    }

    /**
     * Gives up: it may not act any more.
     *
     * @return the epoch to write so that others need not wait; empty when the newest one is not its own
     */
    Optional<LeaseEpoch> release() {
        Optional<LeaseEpoch> last =
                tenure.isPresent() ? newest.filter(epoch -> isOwn(epoch) && !epoch.released()) : Optional.empty();
        tenure = OptionalLong.empty();
        mustLook = true;
        return last.map(epoch -> new LeaseEpoch(epoch.number() + 1, holder, terms.term(), true, Instant.EPOCH));
    }

    /** The lowest epoch number that must stay. */
    long keepFrom(long now) {
        long oldEnough = now - terms.term().multipliedBy(REMOVED_AFTER_TERMS).toNanos();
        long from = 0;
        while (known.size() > 1 && known.peekFirst().since() - oldEnough <= 0) {
            from = known.removeFirst().number();
        }
        return from;
    }
}
