package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.ClassificationResult;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.Journey;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.gateway.MetricsText.Form;
import flotilla.metrics.NodeMetrics;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.MessageAction;
import flotilla.protocol.QuarantineStore;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.WireFormat;
import flotilla.testing.HandClock;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import flotilla.testing.Scrape;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Letters that come again, late and out of order. */
class DeadLetterWatcherTest {
    private static final Instant AT = Instant.parse("2026-11-29T06:00:00Z");

    private final MemoryQueue letters = new MemoryQueue();
    private final MemoryStores.Results results = new MemoryStores.Results();
    private final MemoryStores.Quarantine quarantine = new MemoryStores.Quarantine();
    private final MemoryStores.Attempts attempts = new MemoryStores.Attempts();
    private final NodeMetrics node = NodeMetrics.open("gateway", "1");
    private final HandClock clock = new HandClock(AT);
    private final DeadLetterWatcher watcher =
            new DeadLetterWatcher(new MemoryQueue(), results, quarantine, attempts, node.gateway(clock), clock);
    private final RequestId id = RequestId.create(AT, new Random(1));
    private final ClassificationRequest first = new ClassificationRequest(
            id, new ImageRef("in", id + "/a.png"), new FileName("a.png"), new GatewayId("g"), AT, Optional.empty());
    private final ClassificationRequest second = first.redriven(2);

    @AfterEach
    void close() {
        node.close();
    }

    private double givenUp(String code) {
        return Scrape.of(node.text(Form.PROMETHEUS)).value("flotilla_gateway_given_up_images_total", "code", code);
    }

    private void bury(ClassificationRequest request) {
        buryAsItIs(request.quarantined("it was inside"));
    }

    private void buryAsItIs(ClassificationRequest request) {
        buryAsItIs(request, 1);
    }

    private void buryAsItIs(ClassificationRequest request, int receiveCount) {
        QueueMessage letter = letters.deliver(WireFormat.write(request), receiveCount);
        assertThat(watcher.bury(letter).toCompletableFuture().join()).isEqualTo(new MessageAction.Delete(letter));
    }

    private Journey.GivenUp tried() {
        return results.results.get(id).journey().flatMap(Journey::givenUp).orElseThrow();
    }

    @Test
    void letterOfTheQueue_shouldLeaveItsDeliveriesAndDeathsWithTheFailure() {
        attempts.died(id, "i-1-17", false);
        attempts.enters(id, "i-2-18");

        buryAsItIs(first, 31);

        assertThat(tried()).isEqualTo(new Journey.GivenUp(AT, OptionalInt.of(30), List.of("i-1-17")));
    }

    @Test
    void letterOfAWorker_shouldLeaveWhatThatHasTriedWithTheFailure() {
        attempts.died(id, "i-1-17", false);

        buryAsItIs(
                first.quarantined("it was inside")
                        .tried(new ClassificationRequest.Tries(4, List.of("i-1-17", "i-2-18"))),
                2);

        assertThat(tried()).isEqualTo(new Journey.GivenUp(AT, OptionalInt.of(4), List.of("i-1-17", "i-2-18")));
    }

    @Test
    void letterThatCountsNoDeliveries_shouldLeaveThatTheyAreNotKnown() {
        buryAsItIs(first, 1);
        assertThat(tried().deliveries()).isEmpty();

        results.results.clear();
        buryAsItIs(first.quarantined("an older worker said so"), 5);
        assertThat(tried().deliveries())
                .as("those of the letter are none of the image")
                .isEmpty();
    }

    @Test
    void attemptsThatCannotBeRead_shouldNotHoldUpTheAnswer() {
        attempts.away = true;

        buryAsItIs(first, 31);

        assertThat(tried()).isEqualTo(new Journey.GivenUp(AT, OptionalInt.of(30), List.of()));
    }

    private int kept() {
        return quarantine.kept.get(id).request().generation();
    }

    /** No gateway need have accepted them lately: a message is given up after many tries, and the gateway may be another one. */
    @Test
    void imagesThatAreGivenUp_shouldBeCountedByWhyFromZeroOn() {
        assertThat(givenUp("quarantined")).isZero();
        assertThat(givenUp("undeliverable")).isZero();

        bury(first);
        assertThat(givenUp("quarantined")).isEqualTo(1);

        buryAsItIs(second);
        assertThat(givenUp("undeliverable")).isEqualTo(1);
        bury(first);
        assertThat(givenUp("quarantined")).as("a later one is under way").isEqualTo(1);
    }

    @Test
    void letterThatIsReadTwice_shouldBeKeptOnce() {
        bury(first);
        bury(first);

        assertThat(kept()).isEqualTo(1);
        assertThat(results.generations).isEmpty();
    }

    @Test
    void letterOfAnEarlierGeneration_shouldNotTakeThePlaceOfALaterOne() {
        bury(first);
        quarantine.kept.clear();
        bury(second);
        assertThat(kept()).isEqualTo(2);

        bury(first);
        assertThat(kept()).isEqualTo(2);

        quarantine.kept.clear();
        bury(first);
        assertThat(quarantine.kept).as("the second one is under way again").isEmpty();
    }

    @Test
    void letterThatComesAgainAfterItsRedrive_shouldNotBeKeptThoughNothingIsKnownOfTheNext() {
        bury(first);
        quarantine.kept.clear();
        quarantine.note(new QuarantineStore.Redriven(id, 2, Instant.EPOCH));

        bury(first);
        assertThat(quarantine.kept).isEmpty();
        bury(second);
        assertThat(kept()).isEqualTo(2);
    }

    @Test
    void letterAfterAnAnswer_shouldNotBeKept() {
        bury(first);
        quarantine.kept.clear();
        results.putIfAbsent(
                new ClassificationResult(
                        id,
                        first.file(),
                        new Outcome.Labelled("m", List.of(new Prediction("Cat", 0, 1))),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of()),
                2);

        bury(first);
        bury(second);

        assertThat(quarantine.kept).isEmpty();
        assertThat(givenUp("quarantined")).as("only the first time").isEqualTo(1);
    }
}
