package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

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

    private static LeaseEpoch epoch(long number, String holder, boolean released) {
        return new LeaseEpoch(number, holder, TERMS.term(), released, Instant.EPOCH);
    }

    private static LeaseEpoch held(long number, String holder) {
        return epoch(number, holder, false);
    }

    private void sees(long at, LeaseEpoch found) {
        contender.looked(at, at, Optional.of(found));
    }

    /** Claims whatever is next, at once and with success. */
    private LeaseEpoch claims(long at) {
        LeaseEpoch claim = ((Step.Claim) contender.next(at)).epoch();
        contender.claimed(at, at, claim, true);
        return claim;
    }

    @Test
    void emptyStore_shouldBeLookedAtAndThenClaimed() {
        assertThat(contender.next(0)).isEqualTo(new Step.Look());

        contender.looked(0, SECOND / 10, Optional.empty());

        assertThat(contender.next(SECOND / 10)).isEqualTo(new Step.Claim(held(1, "me")));
        assertThat(contender.mayAct(SECOND / 10)).isFalse();
    }

    @Test
    void claimThatWasWritten_shouldCountFromWhenItBegan() {
        contender.looked(0, 0, Optional.empty());
        LeaseEpoch claim = ((Step.Claim) contender.next(0)).epoch();

        contender.claimed(0, 2 * SECOND, claim, true);

        assertThat(contender.mayAct(6 * SECOND - 1)).isTrue();
        assertThat(contender.mayAct(6 * SECOND)).isFalse();
        assertThat(contender.tenure()).isEqualTo(1);
    }

    @Test
    void holder_shouldRenewInTimeAndKeepItsTenure() {
        contender.looked(0, 0, Optional.empty());
        claims(0);

        assertThat(contender.next(SECOND)).isEqualTo(new Step.Rest(SECOND));
        assertThat(claims(2 * SECOND)).isEqualTo(held(2, "me"));

        assertThat(contender.mayAct(8 * SECOND - 1)).isTrue();
        assertThat(contender.tenure()).isEqualTo(1);
    }

    @Test
    void anothersEpoch_shouldBeLeftAloneForItsTermFromWhenItWasSeen() {
        contender.looked(0, SECOND, Optional.of(held(7, "other")));

        for (int second = 1; second < 9; second++) {
            Step step = contender.next(second * SECOND);
            assertThat(step).as("after %d s", second).isNotInstanceOf(Step.Claim.class);
            sees(second * SECOND, held(7, "other"));
        }
        sees(9 * SECOND, held(7, "other"));

        assertThat(contender.next(9 * SECOND)).isEqualTo(new Step.Claim(held(8, "me")));
    }

    @Test
    void renewedEpoch_shouldBeWaitedForAnew() {
        sees(0, held(7, "other"));
        sees(7 * SECOND, held(8, "other"));
        sees(14 * SECOND, held(8, "other"));

        assertThat(contender.next(14 * SECOND)).isEqualTo(new Step.Rest(SECOND));
        assertThat(contender.why()).isEqualTo("held by other");
    }

    @Test
    void releasedEpoch_shouldBeFollowedAtOnce() {
        sees(0, epoch(7, "other", true));

        assertThat(contender.next(0)).isEqualTo(new Step.Claim(held(8, "me")));
    }

    @Test
    void lookThatIsOld_shouldBeRepeatedBeforeAClaim() {
        sees(0, held(7, "other"));

        assertThat(contender.next(20 * SECOND)).isEqualTo(new Step.Look());
    }

    @Test
    void lostAnswer_shouldBeFoundOutAndTheTenureGoOn() {
        contender.looked(0, 0, Optional.empty());
        claims(0);
        contender.next(2 * SECOND);
        contender.failed(3 * SECOND, "no answer");

        assertThat(contender.next(3 * SECOND)).isInstanceOf(Step.Rest.class);
        assertThat(contender.next(4 * SECOND)).isEqualTo(new Step.Look());
        sees(4 * SECOND, held(2, "me"));

        assertThat(contender.actsUntil()).as("nothing is gained by it").isEqualTo(6 * SECOND);
        assertThat(claims(4 * SECOND)).isEqualTo(held(3, "me"));
        assertThat(contender.tenure()).isEqualTo(1);
    }

    @Test
    void storeThatWasAwayForLong_shouldCostTheLeaseButNotTheTenureIfNobodyElseHadIt() {
        contender.looked(0, 0, Optional.empty());
        claims(0);
        contender.next(2 * SECOND);
        contender.failed(5 * SECOND, "the store is away");

        assertThat(contender.mayAct(6 * SECOND)).isFalse();
        assertThat(contender.why()).isEqualTo("the store is away");
        sees(60 * SECOND, held(1, "me"));
        claims(60 * SECOND);

        assertThat(contender.mayAct(61 * SECOND)).isTrue();
        assertThat(contender.tenure()).isEqualTo(1);
    }

    @Test
    void anothersEpochInBetween_shouldBeginANewTenure() {
        contender.looked(0, 0, Optional.empty());
        claims(0);
        contender.next(2 * SECOND);
        contender.claimed(2 * SECOND, 2 * SECOND, held(2, "me"), false);
        assertThat(contender.next(2 * SECOND)).isEqualTo(new Step.Look());

        sees(2 * SECOND, held(2, "other"));

        assertThat(contender.mayAct(2 * SECOND)).isFalse();
        sees(3 * SECOND, epoch(3, "other", true));
        claims(3 * SECOND);
        assertThat(contender.tenure()).isEqualTo(4);
    }

    @Test
    void release_shouldEndTheHoldAtOnceAndSayWhatToWrite() {
        contender.looked(0, 0, Optional.empty());
        claims(0);

        assertThat(contender.release()).contains(epoch(2, "me", true));
        assertThat(contender.mayAct(1)).isFalse();
        assertThat(contender.release()).isEmpty();
    }

    @Test
    void releaseOfWhatAnotherHas_shouldWriteNothing() {
        sees(0, held(7, "other"));

        assertThat(contender.release()).isEmpty();
    }

    @Test
    void epochs_shouldBeKeptForFourTerms() {
        contender.looked(0, 0, Optional.empty());
        for (int i = 0; i < 30; i++) {
            claims(2L * i * SECOND);
        }

        assertThat(contender.keepFrom(58 * SECOND)).as("known since 26 s").isEqualTo(14);
        assertThat(contender.keepFrom(58 * SECOND)).isZero();
    }
}
