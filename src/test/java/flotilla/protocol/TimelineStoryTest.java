package flotilla.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.domain.RequestId;
import flotilla.protocol.Timeline.Event;
import flotilla.protocol.Timeline.Supplier;
import flotilla.protocol.Timeline.Worker;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimelineStoryTest {
    private static final Instant AT = Instant.parse("2026-11-29T12:00:00.001Z");
    private static final RequestId ID = new RequestId("01a205f0-4de1-7ee5-8467-340da8ad4ddf");
    private static final Timeline WHOLE = new Timeline(
            ID,
            "done",
            Optional.of("cat.png"),
            Optional.of("Cat"),
            Optional.of("4bf92f3577b34da6a3ce929d0e0e4736"),
            List.of(
                    Event.at("uploaded", Optional.of(AT)).by("gateway-1"),
                    Event.at("stored", Optional.of(AT.plusMillis(13))),
                    Event.at("queued", Optional.of(AT.minusMillis(2))),
                    Event.at("leased", Optional.empty()).by("i-1").note("whose process ended"),
                    Event.at("leased", Optional.of(AT.plusMillis(31_200)))
                            .by("i-2")
                            .delivery(2),
                    Event.at("batched", Optional.of(AT.plusMillis(31_206))).images(3),
                    Event.at("predicted", Optional.of(AT.plusMillis(31_262))).note("Cat")),
            List.of(
                    new Worker("i-1", OptionalInt.empty(), Optional.empty()),
                    new Worker(
                            "i-2",
                            OptionalInt.of(2),
                            Optional.of(new Supplier(
                                    8, AT.minusSeconds(40), "launch", "backlog", "Launched a machine.")))));
    private static final Timeline PENDING = new Timeline(
            ID,
            "pending",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(Event.at("uploaded", Optional.of(AT)), Event.at("stored", Optional.empty())),
            List.of());

    @Test
    void whole_shouldBeALineForEachStep() {
        assertThat(TimelineStory.text(WHOLE)).isEqualTo("""
                        Image 01a205f0-4de1-7ee5-8467-340da8ad4ddf, cat.png: Cat
                        Trace 4bf92f3577b34da6a3ce929d0e0e4736

                        2026-11-29 12:00:00 UTC
                                 +0 ms  uploaded       at gateway-1
                                +13 ms  stored
                                 -2 ms  queued
                                     ?  leased         by i-1 – whose process ended
                             +31.200 s  leased         by i-2 (delivery 2)
                             +31.206 s  batched        3 images in one run
                             +31.262 s  predicted      Cat

                        Where the workers came from
                          i-1: no decision is known that supplied it
                          i-2 (app-tier id 2): launched by decision 8 of 2026-11-29 11:59:20 UTC. Launched a machine.
                        """);
    }

    @Test
    void pending_shouldSayThatItIs() {
        assertThat(TimelineStory.text(PENDING)).isEqualTo("""
                        Image 01a205f0-4de1-7ee5-8467-340da8ad4ddf: not answered yet

                        2026-11-29 12:00:00 UTC
                                 +0 ms  uploaded
                                     ?  stored
                        """);
    }

    @Test
    void controls_shouldSteerNoTerminal() {
        Timeline forged = new Timeline(
                ID,
                "failed",
                Optional.of("a\u001B[2J.png"),
                Optional.of("x\nTrace forged"),
                Optional.empty(),
                List.of(Event.at("failed", Optional.empty()).note("b\r\nc\u009B")),
                List.of(new Worker("i-1\u2028", OptionalInt.empty(), Optional.empty())));

        assertThat(TimelineStory.text(forged))
                .hasLineCount(5)
                .contains("a [2J.png: failed, x Trace forged")
                .doesNotContainPattern("[\\p{Cc}\\u2028&&[^\n]]");
    }

    @Test
    void json_shouldRoundTripAndLeaveOutWhatIsNotKnown() throws Exception {
        for (Timeline timeline : List.of(WHOLE, PENDING)) {
            String text = TimelineJson.toJson(timeline).toString();

            assertThat(TimelineJson.read(new ObjectMapper().readTree(text))).isEqualTo(timeline);
        }
        assertThat(TimelineJson.toJson(PENDING))
                .hasToString("{\"id\":\"" + ID
                        + "\",\"status\":\"pending\",\"events\":[{\"event\":\"uploaded\",\"at\":\"2026-11-29T12:00:00.001Z\"},"
                        + "{\"event\":\"stored\"}],\"workers\":[]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "[]", "{\"id\":\"01a205f0-4de1-7ee5-8467-340da8ad4ddf\",\"events\":[{\"at\":\"x\"}]}"})
    void anythingElse_shouldBeNoTimeline(String text) {
        assertThatThrownBy(() -> TimelineJson.read(new ObjectMapper().readTree(text)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
