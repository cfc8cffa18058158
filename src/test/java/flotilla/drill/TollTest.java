package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TollTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Toll toll = new Toll();

    private void silenced(int from, int seconds) {
        toll.silenced(START.plusSeconds(from), "i-1", Duration.ofSeconds(seconds), from % 2 == 0);
    }

    private Duration silenceAt(int second) {
        return toll.silence("i-1", START.plusSeconds(second));
    }

    @Test
    void silencesThatOverlap_shouldBeOne() {
        silenced(0, 20);
        silenced(5, 4);
        silenced(18, 30);

        assertThat(silenceAt(40)).hasSeconds(40);
        assertThat(silenceAt(10)).hasSeconds(10);
    }

    @Test
    void wordBetweenTwoSilences_shouldEndTheFirst() {
        silenced(0, 20);
        silenced(30, 20);

        assertThat(silenceAt(40)).hasSeconds(10);
        assertThat(silenceAt(26)).isZero();
    }

    @Test
    void cut_shouldBeNoStandstill() {
        silenced(0, 20);
        silenced(31, 20);

        assertThat(toll.isFrozen("i-1", START.plusSeconds(5), START.plusSeconds(6)))
                .isTrue();
        assertThat(toll.isFrozen("i-1", START.plusSeconds(25), START.plusSeconds(40)))
                .isFalse();
    }

    @Test
    void faultsThatAreBrokenOff_shouldLastNoLonger() {
        Instant now = Instant.now();
        toll.troubled(Toll.Of.STORES, Duration.ofSeconds(60));
        silenced(0, 60);

        toll.ended(now.plusSeconds(5));
        assertThat(toll.spans(Toll.Of.STORES)).allMatch(span -> !span.until().isAfter(now.plusSeconds(5)));
        toll.ended(START.plusSeconds(20));
        assertThat(silenceAt(20)).hasSeconds(20);
        assertThat(silenceAt(30)).isZero();
    }

    @Test
    void otherWorker_shouldNotBeSilent() {
        silenced(0, 20);

        assertThat(toll.silence("i-2", START.plusSeconds(10))).isZero();
    }
}
