package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.supervisor.LeaseContender.Moment;
import flotilla.supervisor.LeaseContender.Step;
import flotilla.supervisor.LeaseContender.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LeaseContenderTest {
    private static final Terms TERMS =
            new Terms(Duration.ofSeconds(8), Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(1));
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final LeaseContender contender = new LeaseContender("me", TERMS);

    /** So long the machine was suspended: the time of day went on. */
    private Duration suspended = Duration.ZERO;

    private Moment at(long nanos) {
        return new Moment(nanos, Instant.EPOCH.plusNanos(nanos).plus(suspended));
    }

    private static LeaseEpoch epoch(long number, String holder, boolean released) {
        return new LeaseEpoch(number, holder, TERMS.term(), released, Instant.EPOCH);
    }

    private static LeaseEpoch held(long number, String holder) {
        return epoch(number, holder, false);
    }

    private void sees(long at, LeaseEpoch found) {
        contender.looked(at(at), Optional.of(found));
    }

    /** Claims whatever is next, and the store has it as the newest one. */
    private LeaseEpoch claims(long at) {
        LeaseEpoch claim = writes(at);
        assertThat(contender.next(at(at))).isEqualTo(new Step.Look());
        sees(at, claim);
        return claim;
    }

    /** Claims whatever is next, and has not looked yet whether it is the newest one. */
    private LeaseEpoch writes(long at) {
        LeaseEpoch claim = ((Step.Claim) contender.next(at(at))).epoch();
        contender.claimed(at(at), at(at), claim, true);
        return claim;
    }

    private void holdsFrom(long at) {
        contender.looked(at(at), Optional.empty());
        claims(at);
    }

    @Test
    void emptyStore_shouldBeLookedAtAndThenClaimed() {
        assertThat(contender.next(at(0))).isEqualTo(new Step.Look());

        contender.looked(at(SECOND / 10), Optional.empty());

        assertThat(contender.next(at(SECOND / 10))).isEqualTo(new Step.Claim(held(1, "me")));
        assertThat(contender.mayAct(at(SECOND / 10))).isFalse();
    }

    @Test
    void claimThatWasWritten_shouldCountWhenItIsSeenAndFromWhenItBegan() {
        contender.looked(at(0), Optional.empty());
        LeaseEpoch claim = ((Step.Claim) contender.next(at(0))).epoch();

        contender.claimed(at(0), at(2 * SECOND), claim, true);

        assertThat(contender.mayAct(at(2 * SECOND))).isFalse();
        sees(3 * SECOND, claim);
        assertThat(contender.mayAct(at(6 * SECOND - 1))).isTrue();
        assertThat(contender.mayAct(at(6 * SECOND))).isFalse();
        assertThat(contender.tenure()).isEqualTo(1);
    }

    @Test
    void renewalOfANumberThatWasUsedAndRemoved_shouldNotCountAndEndTheTenure() {
        holdsFrom(0);

        LeaseEpoch late = writes(2 * SECOND);

        assertThat(late).isEqualTo(held(2, "me"));
        assertThat(contender.next(at(2 * SECOND))).isEqualTo(new Step.Look());
        sees(2 * SECOND, held(31, "other"));
        assertThat(contender.mayAct(at(2 * SECOND))).isFalse();
        assertThat(contender.why()).isEqualTo("held by other");
        assertThat(contender.next(at(3 * SECOND))).isEqualTo(new Step.Look());
    }

    @Test
    void claimOfANumberThatWasUsedAndRemoved_shouldNotCount() {
        sees(0, epoch(7, "other", true));

        writes(0);
        sees(0, held(40, "third"));

        assertThat(contender.mayAct(at(0))).isFalse();
        assertThat(contender.why()).isEqualTo("held by third");
    }

    @Test
    void clockThatStoodStill_shouldEndTheHoldByTheTimeOfDay() {
        holdsFrom(0);
        assertThat(contender.mayAct(at(SECOND))).isTrue();

        suspended = Duration.ofSeconds(60);

        assertThat(contender.mayAct(at(SECOND / 2))).isFalse();
        LeaseEpoch next = claims(SECOND / 2);
        assertThat(contender.mayAct(at(SECOND))).as("nobody else has had it").isTrue();
        assertThat(next.number()).isEqualTo(2);
        assertThat(contender.tenure()).isEqualTo(1);
    }

    @Test
    void clockThatStoodStillDuringAClaim_shouldLeaveNothingOfIt() {
        contender.looked(at(0), Optional.empty());
        Moment began = at(0);
        LeaseEpoch claim = ((Step.Claim) contender.next(began)).epoch();
        suspended = Duration.ofSeconds(60);

        contender.claimed(began, at(SECOND), claim, true);
        sees(SECOND, claim);

        assertThat(contender.mayAct(at(SECOND))).isFalse();
        claims(3 * SECOND / 2);
        assertThat(contender.mayAct(at(2 * SECOND))).isTrue();
    }

    @Test
    void lookAfterAClaimThatFails_shouldBeRepeatedAndStillCountTheClaim() {
        contender.looked(at(0), Optional.empty());
        LeaseEpoch claim = writes(0);
        contender.failed(at(SECOND), "no answer");

        assertThat(contender.next(at(2 * SECOND))).isEqualTo(new Step.Look());
        sees(2 * SECOND, claim);

        assertThat(contender.mayAct(at(6 * SECOND - 1))).isTrue();
        assertThat(contender.mayAct(at(6 * SECOND))).isFalse();
    }

    @Test
    void claimThatNoLookShows_shouldNotBeRepeatedWithoutAPause() {
        contender.looked(at(0), Optional.empty());
        writes(0);

        contender.looked(at(0), Optional.empty());

        assertThat(contender.mayAct(at(0))).isFalse();
        assertThat(contender.next(at(0))).isInstanceOf(Step.Rest.class);
    }

    @Test
    void holder_shouldRenewInTimeAndKeepItsTenure() {
        holdsFrom(0);

        assertThat(contender.next(at(SECOND))).isEqualTo(new Step.Rest(SECOND));
        assertThat(claims(2 * SECOND)).isEqualTo(held(2, "me"));

        assertThat(contender.mayAct(at(8 * SECOND - 1))).isTrue();
        assertThat(contender.tenure()).isEqualTo(1);
    }

    @Test
    void holderThatRenews_shouldActMeanwhile() {
        holdsFrom(0);

        writes(2 * SECOND);

        assertThat(contender.mayAct(at(3 * SECOND))).isTrue();
    }

    @Test
    void anothersEpoch_shouldBeLeftAloneForItsTermFromWhenItWasSeen() {
        for (int second = 1; second < 9; second++) {
            sees(second * SECOND, held(7, "other"));
            Step step = contender.next(at(second * SECOND));
            assertThat(step).as("after %d s", second).isEqualTo(new Step.Rest(SECOND));
        }
        sees(9 * SECOND, held(7, "other"));

        assertThat(contender.next(at(9 * SECOND))).isEqualTo(new Step.Claim(held(8, "me")));
    }

    @Test
    void anothersEpoch_shouldBeFollowedWhenItsTermIsOverAndNotAtTheNextLook() {
        sees(0, held(7, "other"));
        sees(15 * SECOND / 2, held(7, "other"));

        assertThat(contender.next(at(15 * SECOND / 2))).isEqualTo(new Step.Rest(SECOND / 2));
        assertThat(contender.next(at(8 * SECOND))).isEqualTo(new Step.Claim(held(8, "me")));
    }

    @Test
    void storeThatAnswersLate_shouldBeClaimedFromAndNotOnlyLookedAt() {
        for (int look = 0; look < 5; look++) {
            long answered = (2L * look + 2) * SECOND;
            sees(answered, held(7, "other"));
            Step step = contender.next(at(answered));
            if (answered >= 10 * SECOND) {
                assertThat(step).isEqualTo(new Step.Claim(held(8, "me")));
            } else {
                assertThat(step).as("a pause after a look that took 2 s").isEqualTo(new Step.Rest(SECOND));
            }
        }
    }

    @Test
    void renewedEpoch_shouldBeWaitedForAnew() {
        sees(0, held(7, "other"));
        sees(7 * SECOND, held(8, "other"));
        sees(14 * SECOND, held(8, "other"));

        assertThat(contender.next(at(14 * SECOND))).isEqualTo(new Step.Rest(SECOND));
        assertThat(contender.why()).isEqualTo("held by other");
    }

    @Test
    void releasedEpoch_shouldBeFollowedAtOnce() {
        sees(0, epoch(7, "other", true));

        assertThat(contender.next(at(0))).isEqualTo(new Step.Claim(held(8, "me")));
    }

    @Test
    void lookThatIsOld_shouldBeRepeatedBeforeAClaim() {
        sees(0, held(7, "other"));

        assertThat(contender.next(at(20 * SECOND))).isEqualTo(new Step.Look());
    }

    @Test
    void lostAnswer_shouldBeFoundOutAndTheTenureGoOn() {
        holdsFrom(0);
        contender.next(at(2 * SECOND));
        contender.failed(at(3 * SECOND), "no answer");

        assertThat(contender.next(at(3 * SECOND))).isInstanceOf(Step.Rest.class);
        assertThat(contender.next(at(4 * SECOND))).isEqualTo(new Step.Look());
        sees(4 * SECOND, held(2, "me"));

        assertThat(contender.actsUntil()).as("nothing is gained by it").isEqualTo(at(6 * SECOND));
        assertThat(claims(4 * SECOND)).isEqualTo(held(3, "me"));
        assertThat(contender.tenure()).isEqualTo(1);
    }

    @Test
    void storeThatWasAwayForLong_shouldCostTheLeaseButNotTheTenureIfNobodyElseHadIt() {
        holdsFrom(0);
        contender.next(at(2 * SECOND));
        contender.failed(at(5 * SECOND), "the store is away");

        assertThat(contender.mayAct(at(6 * SECOND))).isFalse();
        assertThat(contender.why()).isEqualTo("the store is away");
        sees(60 * SECOND, held(1, "me"));
        claims(60 * SECOND);

        assertThat(contender.mayAct(at(61 * SECOND))).isTrue();
        assertThat(contender.tenure()).isEqualTo(1);
    }

    @Test
    void anothersEpochInBetween_shouldBeginANewTenure() {
        holdsFrom(0);
        contender.next(at(2 * SECOND));
        contender.claimed(at(2 * SECOND), at(2 * SECOND), held(2, "me"), false);
        assertThat(contender.next(at(2 * SECOND))).isEqualTo(new Step.Look());

        sees(2 * SECOND, held(2, "other"));

        assertThat(contender.mayAct(at(2 * SECOND))).isFalse();
        sees(3 * SECOND, epoch(3, "other", true));
        claims(3 * SECOND);
        assertThat(contender.tenure()).isEqualTo(4);
    }

    @Test
    void release_shouldEndTheHoldAtOnceAndSayWhatToWrite() {
        holdsFrom(0);

        assertThat(contender.release()).contains(epoch(2, "me", true));
        assertThat(contender.mayAct(at(1))).isFalse();
        assertThat(contender.release()).isEmpty();
    }

    @Test
    void releaseOfWhatWasWrittenAndNotSeenYet_shouldSayWhatToWrite() {
        contender.looked(at(0), Optional.empty());
        writes(0);

        assertThat(contender.release()).contains(epoch(2, "me", true));
        sees(0, held(1, "me"));
        assertThat(contender.mayAct(at(0))).isFalse();
    }

    @Test
    void releaseOfWhatAnotherHas_shouldWriteNothing() {
        sees(0, held(7, "other"));

        assertThat(contender.release()).isEmpty();
    }

    @Test
    void abandonedEpoch_shouldBeWaitedForLikeAnybodysAndBeginANewTenure() {
        holdsFrom(0);

        contender.abandon();

        assertThat(contender.mayAct(at(1))).isFalse();
        for (int second = 1; second < 8; second++) {
            sees(second * SECOND, held(1, "me"));
            assertThat(contender.next(at(second * SECOND))).isEqualTo(new Step.Rest(SECOND));
        }
        sees(8 * SECOND, held(1, "me"));
        claims(8 * SECOND);
        assertThat(contender.tenure()).isEqualTo(2);
    }

    @Test
    void epochs_shouldBeKeptForFourTerms() {
        contender.looked(at(0), Optional.empty());
        for (int i = 0; i < 30; i++) {
            claims(2L * i * SECOND);
        }

        assertThat(contender.keepFrom(at(58 * SECOND))).as("known since 26 s").isEqualTo(14);
        assertThat(contender.keepFrom(at(58 * SECOND))).isZero();
    }

    @Test
    void contenderThatOnlyWaits_shouldRememberNoMoreThanFourTermsOfEpochs() {
        for (int i = 1; i <= 10_000; i++) {
            sees(2L * i * SECOND, held(i, "other"));
        }

        assertThat(contender.remembered()).isEqualTo(16);
        assertThat(contender.keepFrom(at(20_000 * SECOND))).isEqualTo(9_984);
    }
}
