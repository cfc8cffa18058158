package flotilla.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.QueueSettings;
import flotilla.domain.AppTierId;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.InstanceId;
import flotilla.domain.Journey;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import flotilla.domain.WorkerId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireFormatTest {
    private static final Instant AT = Instant.parse("2026-11-22T12:00:00.123Z");
    private static final RequestId ID = RequestId.create(AT, new Random(1));
    private static final ClassificationRequest REQUEST = new ClassificationRequest(
            ID,
            new ImageRef("bucket", ID + "/größe 1.jpg"),
            new FileName("größe 1.jpg"),
            new GatewayId("gateway-1"),
            AT,
            Optional.of("00-abc-def-01"));

    private static ClassificationResult result(Outcome outcome) {
        Map<String, Double> timings = new LinkedHashMap<>();
        timings.put("queue", 12.0);
        timings.put("total", 50.25);
        return new ClassificationResult(
                ID,
                new FileName("a.jpg"),
                outcome,
                Optional.of(new WorkerId("i-1")),
                Optional.of(new AppTierId(3)),
                timings);
    }

    @Test
    void request_shouldRoundTripAndBeSmall() throws Exception {
        String text = WireFormat.write(REQUEST);

        assertThat(WireFormat.readRequest(text)).isEqualTo(REQUEST);
        assertThat(text).hasSizeLessThan(600);
    }

    @Test
    void requestThatWasGivenUpOrRedriven_shouldRoundTripAndOthersSayNothingOfIt() throws Exception {
        ClassificationRequest redriven = REQUEST.redriven(3);
        ClassificationRequest quarantined = redriven.quarantined("two workers died");

        assertThat(redriven.generation()).isEqualTo(3);
        assertThat(WireFormat.readRequest(WireFormat.write(redriven))).isEqualTo(redriven);
        assertThat(WireFormat.readRequest(WireFormat.write(quarantined))).isEqualTo(quarantined);
        assertThat(quarantined.redriven(2).quarantine()).isEmpty();
        assertThat(WireFormat.write(REQUEST)).doesNotContain("generation", "quarantine", "tries");
    }

    @Test
    void requestThatWasGivenUp_shouldTellWhatWasTriedUntilItIsRedriven() throws Exception {
        ClassificationRequest letter = REQUEST.quarantined("two workers died")
                .tried(new ClassificationRequest.Tries(3, List.of("w-1", "w-2")));
        String text = WireFormat.write(letter);

        assertThat(text).contains("\"tries\":{\"deliveries\":3,\"died\":[\"w-1\",\"w-2\"]}");
        assertThat(WireFormat.readRequest(text)).isEqualTo(letter);
        assertThat(letter.redriven(2).tries()).isEmpty();
        assertThat(WireFormat.readRequest(text.replace("\"deliveries\":3,", "")).tries())
                .as("not all of it is there")
                .isEmpty();
    }

    @Test
    void imageInItsMessage_shouldRoundTrip() throws Exception {
        ClassificationRequest inline = new ClassificationRequest(
                ID,
                REQUEST.image(),
                REQUEST.file(),
                REQUEST.gateway(),
                AT,
                Optional.empty(),
                Optional.of(3L),
                Optional.of(ByteString.fromArray(new byte[] {-1, 0, 127})));

        assertThat(WireFormat.readRequest(WireFormat.write(inline))).isEqualTo(inline);
        assertThat(WireFormat.write(inline)).contains("\"size\":3,\"content\":\"/wB/\"");
        assertThatThrownBy(() -> WireFormat.readRequest(WireFormat.write(inline).replace("/wB/", "???")))
                .isInstanceOf(WireFormat.UnreadableException.class);
    }

    @Test
    void largestImageInItsMessage_shouldFitIntoIt() {
        String name = "ö".repeat(100);
        ClassificationRequest largest = new ClassificationRequest(
                ID,
                new ImageRef("b".repeat(63), ID + "/" + name),
                new FileName(name),
                new GatewayId("gateway-" + ID),
                AT,
                Optional.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                Optional.of(QueueSettings.MOST_INLINE),
                Optional.of(ByteString.fromArray(new byte[(int) QueueSettings.MOST_INLINE])));

        assertThat(WireFormat.write(largest).getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(256 * 1024);
    }

    @Test
    void labelledResult_shouldRoundTripAndLookAsTheInterfaceSays() throws Exception {
        ClassificationResult result = result(new Outcome.Labelled(
                "model", List.of(new Prediction("Cat", 7, 0.85), new Prediction("Boot", 1, 0.11))));

        assertThat(WireFormat.readResult(WireFormat.write(result))).isEqualTo(result);
        assertThat(WireFormat.toJson(result))
                .hasToString("{\"id\":\"" + ID + "\",\"file\":\"a.jpg\",\"status\":\"done\",\"label\":\"Cat\","
                        + "\"predictions\":[{\"label\":\"Cat\",\"index\":7,\"probability\":0.85},"
                        + "{\"label\":\"Boot\",\"index\":1,\"probability\":0.11}],\"model\":\"model\","
                        + "\"workerId\":\"i-1\",\"appTierId\":3,\"timings\":{\"queue\":12.0,\"total\":50.25}}");
    }

    private static ClassificationResult travelled(Optional<Journey.Work> work, Optional<Journey.GivenUp> givenUp) {
        ClassificationResult plain = result(new Outcome.Failed(FailureCode.DAMAGED, "send it again"));
        return new ClassificationResult(
                plain.id(),
                plain.file(),
                plain.outcome(),
                plain.workerId(),
                plain.appTierId(),
                plain.timings(),
                Optional.of(new Journey(
                        new GatewayId("g"),
                        AT,
                        TraceParent.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                        work,
                        givenUp)));
    }

    @Test
    void journey_shouldRoundTripInResultsAndNoticesAndNotBeShownToClients() throws Exception {
        ClassificationResult worked = travelled(
                Optional.of(
                        new Journey.Work(AT, AT.plusMillis(1), AT.plusNanos(2_000_001), 3, 4, AT, List.of("i-1-17"))),
                Optional.empty());
        ClassificationResult untouched = travelled(Optional.empty(), Optional.empty());
        ClassificationResult givenUp = travelled(
                Optional.empty(), Optional.of(new Journey.GivenUp(AT, OptionalInt.of(30), List.of("i-1-17"))));
        ClassificationResult uncounted =
                travelled(Optional.empty(), Optional.of(new Journey.GivenUp(AT, OptionalInt.empty(), List.of())));
        ResultNotice notice = new ResultNotice(new GatewayId("g"), worked);

        assertThat(WireFormat.readResult(WireFormat.write(worked))).isEqualTo(worked);
        assertThat(WireFormat.readResult(WireFormat.write(untouched))).isEqualTo(untouched);
        assertThat(WireFormat.readResult(WireFormat.write(givenUp))).isEqualTo(givenUp);
        assertThat(WireFormat.readResult(WireFormat.write(uncounted))).isEqualTo(uncounted);
        assertThat(WireFormat.readNotice(WireFormat.write(notice))).isEqualTo(notice);
        assertThat(WireFormat.toJson(worked).toString()).doesNotContain("journey", "0af7651916cd43dd");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "{}", "{\"gateway\":\"g\"}", "{\"gateway\":\"\",\"storedAt\":\"x\"}", "null"})
    void journeyThatCannotBeRead_shouldCostNoResult(String journey) throws Exception {
        ClassificationResult plain = result(new Outcome.Failed(FailureCode.DAMAGED, "send it again"));
        String text = WireFormat.write(plain).replaceFirst("\\{", "{\"journey\":" + journey + ",");

        assertThat(WireFormat.readResult(text)).isEqualTo(plain);
    }

    @Test
    void traceOfAMessage_shouldCountOnlyWhenItCanBeRead() {
        String header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        assertThat(REQUEST.traceParent()).isEmpty();
        assertThat(traced(header).traceParent())
                .contains(new TraceParent("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", true));
    }

    private static ClassificationRequest traced(String trace) {
        return new ClassificationRequest(
                ID, REQUEST.image(), REQUEST.file(), REQUEST.gateway(), AT, Optional.of(trace));
    }

    @Test
    void failedResult_shouldRoundTripInANotice() throws Exception {
        ResultNotice notice =
                new ResultNotice(new GatewayId("g"), result(new Outcome.Failed(FailureCode.DAMAGED, "send it again")));

        assertThat(WireFormat.readNotice(WireFormat.write(notice))).isEqualTo(notice);
        assertThat(WireFormat.write(notice))
                .contains("\"status\":\"failed\",\"error\":{\"code\":\"damaged\",\"message\":\"send it again\"}");
    }

    @Test
    void terminateRequest_shouldRoundTripAndLookTheSameForEver() throws Exception {
        TerminateRequest request = new TerminateRequest("flotilla", 1_700_000_000_001L);

        assertThat(WireFormat.write(request))
                .isEqualTo("{\"v\":1,\"kind\":\"terminate-request\",\"cluster\":\"flotilla\",\"token\":1700000000001}");
        assertThat(WireFormat.readTerminateRequest(WireFormat.write(request))).isEqualTo(request);
    }

    @Test
    void terminateConfirmation_shouldRoundTripWithAnIdAndWithout() throws Exception {
        TerminateConfirmation confirmation =
                new TerminateConfirmation("flotilla", 17, new InstanceId("i-1"), Optional.of(new AppTierId(3)));
        TerminateConfirmation unnamed =
                new TerminateConfirmation("flotilla", 17, new InstanceId("i-1"), Optional.empty());

        assertThat(WireFormat.write(confirmation))
                .isEqualTo("{\"v\":1,\"kind\":\"terminate-confirm\",\"cluster\":\"flotilla\",\"token\":17,"
                        + "\"instance\":\"i-1\",\"appTierId\":3}");
        assertThat(WireFormat.readTerminateConfirmation(WireFormat.write(confirmation)))
                .isEqualTo(confirmation);
        assertThat(WireFormat.readTerminateConfirmation(WireFormat.write(unnamed)))
                .isEqualTo(unnamed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"v\":1,\"kind\":\"terminate-confirm\",\"cluster\":\"c\",\"token\":1}",
                "{\"v\":1,\"kind\":\"terminate-request\",\"cluster\":\"c\"}",
                "{\"v\":1,\"kind\":\"terminate-request\",\"cluster\":\"c\",\"token\":\"1\"}",
                "{\"v\":1,\"kind\":\"terminate-request\",\"cluster\":\"c\",\"token\":1.5}",
                "{\"v\":1,\"kind\":\"terminate-request\",\"token\":1}",
            })
    void otherKindsAndMissingFields_shouldBeNoTerminateRequest(String text) {
        assertThatThrownBy(() -> WireFormat.readTerminateRequest(text))
                .isInstanceOf(WireFormat.UnreadableException.class);
    }

    @Test
    void fieldsThatAreNotKnown_shouldBeIgnored() throws Exception {
        String text = WireFormat.write(REQUEST).replaceFirst("\\{", "{\"later\":{\"x\":1},");

        assertThat(WireFormat.readRequest(text)).isEqualTo(REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no json", "[]", "{}", "{\"v\":2,\"id\":\"x\"}", "{\"v\":1,\"id\":\"../x\"}", "null"})
    void anythingElse_shouldBeUnreadable(String text) {
        assertThatThrownBy(() -> WireFormat.readRequest(text)).isInstanceOf(WireFormat.UnreadableException.class);
        assertThatThrownBy(() -> WireFormat.readNotice(text)).isInstanceOf(WireFormat.UnreadableException.class);
        assertThatThrownBy(() -> WireFormat.readResult(text)).isInstanceOf(WireFormat.UnreadableException.class);
        assertThatThrownBy(() -> WireFormat.readTerminateRequest(text))
                .isInstanceOf(WireFormat.UnreadableException.class);
        assertThatThrownBy(() -> WireFormat.readTerminateConfirmation(text))
                .isInstanceOf(WireFormat.UnreadableException.class);
    }

    @Test
    void fileNameThatClimbs_shouldBeUnreadable() {
        String text = WireFormat.write(REQUEST).replace("\"file\":\"größe 1.jpg\"", "\"file\":\"../x\"");

        assertThatThrownBy(() -> WireFormat.readRequest(text)).isInstanceOf(WireFormat.UnreadableException.class);
    }

    /** Whoever can write to a queue may write anything. */
    @Property(tries = 3000)
    void bentMessage_shouldBeReadOrUnreadableInOneLine(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] text = WireFormat.write(REQUEST).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i <= random.nextInt(6); i++) {
            text[random.nextInt(text.length)] =
                    (byte) (random.nextBoolean() ? random.nextInt(128) : "\"{}[],:0\n\\".charAt(random.nextInt(10)));
        }
        String bent = new String(text, StandardCharsets.UTF_8)
                .substring(0, 1 + random.nextInt(text.length / 2) + text.length / 3);
        try {
            WireFormat.readRequest(bent);
            WireFormat.readRequest(
                    WireFormat.write(REQUEST).replace("}", ",\"deep\":" + "[".repeat(random.nextInt(5_000))));
        } catch (WireFormat.UnreadableException e) {
            assertThat(e.getMessage()).doesNotContain("\n", "\r").hasSizeLessThan(400);
        }
    }

    @Test
    void nameThatForgesALogLine_shouldBeUnreadableInOneLine() {
        String forged = WireFormat.write(REQUEST)
                .replace("gr\u00f6\u00dfe 1.jpg\",\"gateway", "a\\n2026-11-29 WARN forged\",\"gateway");

        assertThatThrownBy(() -> WireFormat.readRequest(forged))
                .isInstanceOf(WireFormat.UnreadableException.class)
                .hasMessageContaining("forged")
                .hasMessageNotContaining("\n");
    }
}
