package flotilla.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestIdTest {
    @Test
    void id_shouldKnowWhenItsImageWasAccepted() {
        Instant at = Instant.parse("2026-11-29T06:00:00.123Z");

        assertThat(RequestId.create(at, new Random(1)).acceptedAt()).isEqualTo(at);
    }

    @Property
    void created_shouldBeAUuidOfVersion7WithItsTime(
            @ForAll @LongRange(min = 0, max = (1L << 48) - 1) long millis, @ForAll long seed) {
        RequestId id = RequestId.create(Instant.ofEpochMilli(millis), new Random(seed));

        UUID uuid = UUID.fromString(id.value());
        assertThat(uuid.version()).isEqualTo(7);
        assertThat(uuid.variant()).isEqualTo(2);
        assertThat(uuid.getMostSignificantBits() >>> 16).isEqualTo(millis);
    }

    @Property
    void laterIds_shouldSortBehindEarlierOnes(
            @ForAll @LongRange(min = 0, max = 1L << 47) long millis, @ForAll long seed) {
        Random random = new Random(seed);
        RequestId earlier = RequestId.create(Instant.ofEpochMilli(millis), random);
        RequestId later = RequestId.create(Instant.ofEpochMilli(millis + 1), random);

        assertThat(earlier).isLessThan(later);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "../../etc/passwd", "01A205F7-EAD2-77EC-B305-65B487F0EF7E", "1-1-1-1-1"})
    void anythingElse_shouldBeRefused(String text) {
        assertThat(RequestId.parse(text)).isEmpty();
        assertThatThrownBy(() -> new RequestId(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
