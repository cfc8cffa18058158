package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.Outcome;
import flotilla.domain.RequestId;
import flotilla.testing.MemoryStores;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetentionTest {
    private static final Instant ACCEPTED = Instant.parse("2026-11-30T08:00:00Z");

    /** Hours that results are kept and that the request is old, whether its image is stored, and what becomes of it. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, true, PENDING",
        "0, 100000, true, PENDING",
        "0, 100000, false, UNKNOWN",
        "1, 0, true, PENDING",
        "1, -1, true, PENDING",
        "1, 1, false, UNKNOWN",
        "1, 2, false, EXPIRED",
        "1, 2, true, PENDING",
        "1, 361, true, PENDING",
        "1, 362, true, EXPIRED",
        "720, 720, false, UNKNOWN",
        "720, 721, false, EXPIRED",
        "720, 1081, true, EXPIRED"
    })
    void requestWithoutAResult_shouldFollowTheTable(int results, int age, boolean stored, Unanswered state) {
        RequestId id = RequestId.create(ACCEPTED, new Random(1));

        assertThat(new Retention(Duration.ofHours(results)).of(id, stored, ACCEPTED.plus(Duration.ofHours(age))))
                .isEqualTo(state);
    }

    /** Its image goes when its result is there: between the two looks it has neither for whoever looks in that order. */
    @Test
    void requestThatIsAnsweredBetweenTwoLooks_shouldNotBeUnknown() {
        ActorTestKit kit = ActorTestKit.create();
        try {
            MemoryStores.Results results = new MemoryStores.Results();
            Answers.Lookup lookup = HttpGateway.lookup(
                    new MemoryStores.Images(kit.system()),
                    results,
                    new Retention(Duration.ZERO),
                    Clock.fixed(ACCEPTED, ZoneOffset.UTC));
            RequestId id = RequestId.create(ACCEPTED, new Random(1));
            assertThat(lookup.unanswered(id).toCompletableFuture().join()).isEqualTo(Unanswered.UNKNOWN);

            results.putIfAbsent(new ClassificationResult(
                    id,
                    new FileName("a.png"),
                    new Outcome.Failed(FailureCode.CANCELLED, "cancelled"),
                    Optional.empty(),
                    Optional.empty(),
                    Map.of()));

            assertThat(lookup.unanswered(id).toCompletableFuture().join()).isEqualTo(Unanswered.PENDING);
        } finally {
            kit.shutdownTestKit();
        }
    }
}
