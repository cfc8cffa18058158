package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.Span;
import flotilla.protocol.Tracing;
import flotilla.protocol.WireFormat;
import flotilla.testing.HandClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** When the steps of an image were, as its trace has them. */
class TracesTest {
    private static final Instant LEASED = Instant.parse("2026-11-29T12:00:00Z");
    private static final Outcome CAT = new Outcome.Labelled("model", List.of(new Prediction("Cat", 7, 0.9)));

    private final List<Span> told = new ArrayList<>();
    private final HandClock clock = new HandClock(LEASED.plusMillis(1000));
    private final WorkerIdentity identity = WorkerFixture.identity();
    private final Traces traces = new Traces(new Listening(), identity, clock);

    private static Instant at(long millis) {
        return LEASED.plusMillis(millis);
    }

    private static ClassificationRequest request(Optional<ByteString> content) {
        RequestId id = RequestId.create(LEASED, new Random(1));
        return new ClassificationRequest(
                id,
                new ImageRef("input", id + "/a.png"),
                new FileName("a.png"),
                new GatewayId("g"),
                LEASED,
                Optional.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                content.map(bytes -> (long) bytes.size()),
                content);
    }

    private static Parcel.Understood delivery(ClassificationRequest request) {
        QueueMessage message = new QueueMessage("m", "r", WireFormat.write(request), LEASED, 1);
        return new Parcel.Understood(message, LEASED, request, List.of());
    }

    /** It had waited for 700 ms before it was fetched, and was classified at 900 ms. */
    private Span answered(ClassificationRequest request, Outcome outcome, Map<String, Double> timings) {
        Parcel.Understood delivery = delivery(request);
        ClassificationResult result = identity.result(
                request, outcome, timings, identity.work(delivery, at(900), timings.size() > 1 ? 2 : 0));
        traces.answered(
                new Parcel.Stored(
                        delivery.message(),
                        delivery.at(),
                        request,
                        result,
                        Optional.of(new Traces.Writing(result, at(910), at(920)))),
                at(930));
        assertThat(told).hasSize(1);
        return told.get(0);
    }

    private static Map<String, Double> classified() {
        Map<String, Double> timings = new LinkedHashMap<>();
        timings.put("fetch", 50.0);
        timings.put("wait", 30.0);
        timings.put("classify", 120.0);
        return timings;
    }

    private static Optional<Span> part(Span whole, String name) {
        return whole.parts().stream().filter(span -> span.name().equals(name)).findFirst();
    }

    @Test
    void imageThatWaitedBeforeItWasFetched_shouldBeFetchedRightBeforeItsWaitForAClassifier() {
        Span whole = answered(request(Optional.empty()), CAT, classified());

        assertThat(whole.start()).isEqualTo(LEASED);
        assertThat(whole.end()).isEqualTo(at(1000));
        assertThat(part(whole, "fetch image")).hasValueSatisfying(fetch -> {
            assertThat(fetch.start()).isEqualTo(at(700));
            assertThat(fetch.end()).isEqualTo(at(750));
        });
        assertThat(part(whole, "wait for classifier")).hasValueSatisfying(wait -> {
            assertThat(wait.start()).isEqualTo(at(750));
            assertThat(wait.end()).isEqualTo(at(780));
        });
    }

    @Test
    void imageThatCameInItsMessage_shouldNotBeFetched() {
        Map<String, Double> timings = classified();
        timings.put("fetch", 0.0);

        Span whole = answered(request(Optional.of(ByteString.fromString("image"))), CAT, timings);

        assertThat(part(whole, "fetch image")).isEmpty();
        assertThat(part(whole, "classify")).isPresent();
    }

    @Test
    void imageThatIsGone_shouldBeFetchedInVainUntilThatWasClear() {
        Span whole = answered(
                request(Optional.empty()),
                new Outcome.Failed(FailureCode.INPUT_MISSING, "gone"),
                Map.of("fetch", 50.0));

        assertThat(part(whole, "fetch image")).hasValueSatisfying(fetch -> {
            assertThat(fetch.start()).isEqualTo(at(850));
            assertThat(fetch.end()).isEqualTo(at(900));
        });
        assertThat(part(whole, "wait for classifier")).isEmpty();
    }

    @Test
    void answerThatWasFound_shouldBeginWhenItsMessageCame() {
        ClassificationRequest request = request(Optional.empty());
        Parcel.Understood delivery = delivery(request);

        traces.answered(
                new Parcel.Stored(
                        delivery.message(),
                        delivery.at(),
                        request,
                        identity.result(request, CAT, Map.of(), identity.work(delivery, at(1), 1)),
                        Optional.empty()),
                at(930));

        assertThat(told).singleElement().satisfies(span -> {
            assertThat(span.start()).isEqualTo(LEASED);
            assertThat(span.attributes()).containsEntry("flotilla.result", "found");
        });
    }

    @Test
    void deliveryInVain_shouldLastFromItsReceiptToItsEnd() {
        traces.settled(delivery(request(Optional.empty())).settled(Verdict.RETURNED));

        assertThat(told).singleElement().satisfies(span -> {
            assertThat(span.name()).isEqualTo("process image");
            assertThat(span.start()).isEqualTo(LEASED);
            assertThat(span.end()).isEqualTo(at(1000));
            assertThat(span.error()).contains("returned");
        });
    }

    /** Wants everything. */
    private final class Listening implements Tracing {
        @Override
        public Upload upload(RequestId id, Optional<TraceParent> client, Instant at) {
            return Tracing.OFF.upload(id, client, at);
        }

        @Override
        public boolean isOn() {
            return true;
        }

        @Override
        public boolean wants(Optional<TraceParent> parent) {
            return parent.isPresent();
        }

        @Override
        public void done(TraceParent parent, Span span) {
            told.add(span);
        }
    }
}
