package flotilla.supervisor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One contender for the supervisor's lease, without its body: it is told what the store answered and when, and says what to do
 * next. One call is under way at a time: whatever is told began after all that was told before.
 *
 * <p>With the term <i>T</i> and the margin <i>m</i>: who wrote an epoch may act until <i>T − m</i> after it <b>began</b> to write
 * it. Anybody else writes the next one only when <i>T</i> has passed since it has <b>seen</b> that epoch, and so later than it was
 * written. Each measures with its own clock; what two clocks differ in, in <i>T</i>, must be less than <i>m</i>. Only one of those
 * who write the next epoch at the same time succeeds.
 *
 * <p>A machine that was suspended may write a number that was used and removed meanwhile. So a written epoch counts only when a
 * look that began later shows it as the newest one, and whoever acts goes by two clocks, since the monotonic one stands still
 * while a machine is suspended. Confined to its owner.
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
                new Terms(LeaseEpoch.USUAL_TERM, Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(1));
    }

    /**
     * A moment by a contender's two clocks.
     *
     * @param nanos of the monotonic clock, which only their differences matter of
     * @param day the time of day, which goes on while the machine is suspended
     */
    record Moment(long nanos, Instant day) {
        Moment plus(Duration time) {
            return new Moment(nanos + time.toNanos(), day.plus(time));
        }

        /** Whether both clocks say so. */
        boolean isBefore(Moment other) {
            return nanos - other.nanos < 0 && day.isBefore(other.day);
        }

        /** By the monotonic clock. */
        boolean isAtLeastAfter(Moment earlier, Duration time) {
            return nanos - earlier.nanos >= time.toNanos();
        }

        /** By the monotonic clock, in nanoseconds. */
        long until(Moment later) {
            return later.nanos - nanos;
        }
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

    private static final Moment NEVER = new Moment(0, Instant.MIN);

    /** An epoch number, and when this contender has first known of it. */
    private record Known(long number, Moment since) {}

    /** An epoch that was written, and when that began. */
    private record Written(long number, Moment startedAt) {}

    private final String holder;
    private final Terms terms;
    private final Deque<Known> known = new ArrayDeque<>();
    /** All epochs with lower numbers are old enough to be removed; 0 when none is. */
    private long keepFrom;

    private Optional<LeaseEpoch> newest = Optional.empty();
    private Moment newestSeenAt = NEVER;
    private Moment lookedAt = NEVER;
    private boolean mustLook = true;
    private Optional<Moment> notBefore = Optional.empty();
    private String trouble = "";
    /** Was written, and not seen yet as the newest one. */
    private Optional<Written> written = Optional.empty();

    /** The first epoch of those that it wrote in a row; empty when the newest one is another's. */
    private OptionalLong tenure = OptionalLong.empty();
    /** Acts of its last tenure may still be under way, so its own epochs are waited for like anybody's. */
    private boolean abandoned;

    private Moment renewedAt = NEVER;
    private Moment actsUntil = NEVER;

    LeaseContender(String holder, Terms terms) {
        this.holder = holder;
        this.terms = terms;
    }

    /** What to do at this moment. While a look or a claim is under way it is not asked. */
    Step next(Moment now) {
        if (notBefore.isPresent() && now.until(notBefore.get()) > 0) {
            return new Step.Rest(now.until(notBefore.get()));
        }
        notBefore = Optional.empty();
        if (mustLook) {
            return new Step.Look();
        }
        if (mayAct(now)) {
            long left = now.until(renewedAt.plus(terms.renewEvery()));
            return left > 0 ? new Step.Rest(left) : claim();
        }
        long left = now.until(lookedAt.plus(terms.lookEvery()));
        if (left <= 0) {
            return new Step.Look();
        }
        return isFree(now) ? claim() : new Step.Rest(Math.min(left, untilFree(now)));
    }

    private Step claim() {
        return new Step.Claim(new LeaseEpoch(
                newest.map(LeaseEpoch::number).orElse(0L) + 1, holder, terms.term(), false, Instant.EPOCH));
    }

    private boolean isFree(Moment now) {
        return newest.map(epoch -> epoch.released()
                        || isOwn(epoch) && !abandoned
                        || now.isAtLeastAfter(newestSeenAt, epoch.term()))
                .orElse(true);
    }

    /** For an epoch that is not free yet, in nanoseconds. */
    private long untilFree(Moment now) {
        return newest.map(epoch -> now.until(newestSeenAt.plus(epoch.term()))).orElse(0L);
    }

    private boolean isOwn(LeaseEpoch epoch) {
        return epoch.holder().equals(holder);
    }

    /** The store has answered a look. */
    void looked(Moment now, Optional<LeaseEpoch> found) {
        lookedAt = now;
        mustLook = false;
        trouble = "";
        found.filter(epoch -> newest.isEmpty() || epoch.number() > newest.get().number())
                .ifPresent(epoch -> see(epoch, now));
        if (newest.isEmpty() || !isOwn(newest.get())) {
            tenure = OptionalLong.empty();
        }
        Optional<Written> confirmed = written.filter(
                own -> found.filter(epoch -> epoch.number() == own.number()).isPresent());
        confirmed.ifPresent(this::count);
        if (written.isPresent() && confirmed.isEmpty()) {
            notBefore = Optional.of(now.plus(RETRY));
        }
        written = Optional.empty();
    }

    private void count(Written own) {
        if (tenure.isEmpty()) {
            tenure = OptionalLong.of(own.number());
        }
        abandoned = false;
        renewedAt = own.startedAt();
        actsUntil = own.startedAt().plus(terms.term().minus(terms.margin()));
    }

    private void see(LeaseEpoch epoch, Moment now) {
        newest = Optional.of(epoch);
        newestSeenAt = now;
        known.addLast(new Known(epoch.number(), now));
        forgetOld(now);
    }

    /**
     * The store has answered a claim.
     *
     * @param startedAt when the claim began, read before it was sent
     * @param done false when there is an epoch of this number already: another's, or our own of a try whose answer was lost
     */
    void claimed(Moment startedAt, Moment now, LeaseEpoch epoch, boolean done) {
        trouble = "";
        mustLook = true;
        if (done) {
            see(epoch, now);
            written = Optional.of(new Written(epoch.number(), startedAt));
        }
    }

    /** A look or a claim has failed; a claim may have been written all the same, or still be. */
    void failed(Moment now, String why) {
        mustLook = true;
        trouble = why;
        notBefore = Optional.of(now.plus(RETRY));
    }

    /** Whether it may act now. */
    boolean mayAct(Moment now) {
        return tenure.isPresent() && now.isBefore(actsUntil);
    }

    /** Until when it may act, if it may. */
    Moment actsUntil() {
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
        if (!isOwn(newest.get())) {
            return "held by " + newest.get().holder();
        }
        return abandoned ? "what it began before it failed may be under way" : "its term is over";
    }

    /**
     * Gives up: it may not act any more, and nothing that it has begun is under way.
     *
     * @return the epoch to write so that others need not wait; empty when the newest one is not its own
     */
    Optional<LeaseEpoch> release() {
        boolean hasIt = tenure.isPresent() || written.isPresent();
        Optional<LeaseEpoch> last =
                hasIt ? newest.filter(epoch -> isOwn(epoch) && !epoch.released()) : Optional.empty();
        stop();
        return last.map(epoch -> new LeaseEpoch(epoch.number() + 1, holder, terms.term(), true, Instant.EPOCH));
    }

    /** Gives up while something that it has begun may still be under way: everybody waits for the term, itself included. */
    void abandon() {
        abandoned = abandoned || tenure.isPresent();
        stop();
    }

    private void stop() {
        tenure = OptionalLong.empty();
        written = Optional.empty();
        mustLook = true;
    }

    /** The lowest epoch number that must stay; 0 when nothing is to be removed that was not told before. */
    long keepFrom(Moment now) {
        forgetOld(now);
        long from = keepFrom;
        keepFrom = 0;
        return from;
    }

    private void forgetOld(Moment now) {
        Duration longEnough = terms.term().multipliedBy(REMOVED_AFTER_TERMS);
        while (known.size() > 1 && now.isAtLeastAfter(known.peekFirst().since(), longEnough)) {
            keepFrom = known.removeFirst().number();
        }
    }

    /** How many epochs it remembers. */
    int remembered() {
        return known.size();
    }
}
