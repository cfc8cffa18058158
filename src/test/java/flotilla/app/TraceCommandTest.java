package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.domain.RequestId;
import flotilla.protocol.Timeline;
import flotilla.protocol.Timeline.Event;
import flotilla.protocol.TimelineJson;
import flotilla.protocol.TimelineStory;
import flotilla.testing.FakeGateway;
import flotilla.testing.FakeGateway.Said;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceCommandTest {
    private static final String ID = "01a205f0-4de1-7ee5-8467-340da8ad4ddf";
    private static final Timeline TIMELINE = new Timeline(
            new RequestId(ID),
            "done",
            Optional.of("cat.png"),
            Optional.of("Cat"),
            Optional.empty(),
            List.of(Event.at("uploaded", Optional.of(Instant.parse("2026-11-29T12:00:00Z")))),
            List.of());

    private final Map<String, Said> replies = new ConcurrentHashMap<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private FakeGateway gateway;

    @BeforeEach
    void serve() throws Exception {
        gateway = FakeGateway.answering(
                asked -> replies.getOrDefault(asked.uri(), Said.problem(404, "unknown-id", Map.of())));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private int trace(String... arguments) {
        List<String> all = new ArrayList<>(List.of("trace", "--url", gateway.url()));
        all.addAll(List.of(arguments));
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }

    private void knows(String body) {
        replies.put("/v1/classifications/" + ID + "/timeline", Said.json(200, body));
    }

    private void shouldFailWith(String beginning, String remedy) {
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .singleElement()
                .satisfies(line ->
                        assertThat(line).startsWith("trace: " + beginning).contains(remedy));
    }

    @Test
    void image_shouldBeTold() {
        knows(TimelineJson.toJson(TIMELINE).toString());

        assertThat(trace(ID)).isZero();

        assertThat(out.toString()).isEqualTo(TimelineStory.text(TIMELINE)).contains("cat.png: Cat");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void idInCapitals_shouldBeTheSame() {
        knows(TimelineJson.toJson(TIMELINE).toString());

        assertThat(trace(ID.toUpperCase(java.util.Locale.ROOT))).isZero();
    }

    @Test
    void json_shouldBeTheTimelineOnOneLine() throws Exception {
        knows(TimelineJson.toJson(TIMELINE).toString());

        assertThat(trace("--json", ID)).isZero();

        assertThat(out.toString().lines()).hasSize(1);
        assertThat(TimelineJson.read(new ObjectMapper().readTree(out.toString())))
                .isEqualTo(TIMELINE);
    }

    @Test
    void unknownImage_shouldBeOneLineWithTheRemedy() {
        assertThat(trace(ID)).isEqualTo(1);

        shouldFailWith("the gateway knows no image " + ID + ";", "take the id");
    }

    @Test
    void gatewayOfAnotherVersion_shouldBeOneLine() {
        knows("{\"id\":\"x\"}");

        assertThat(trace(ID)).isEqualTo(1);

        shouldFailWith("the gateway's answer is no timeline (", "another version");
    }

    @Test
    void noGateway_shouldBeOneLineWithTheRemedy() {
        gateway.close();

        assertThat(trace(ID)).isEqualTo(1);

        shouldFailWith("no gateway can be reached at " + gateway.url() + ";", "--url");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "12", ID + "0", "--nonsense " + ID, ID + " " + ID, ID + " --url ftp://x"})
    void wrongUsage_shouldGiveTwo(String arguments) {
        assertThat(trace(arguments.isEmpty() ? new String[0] : arguments.split(" ")))
                .isEqualTo(2);

        assertThat(err.toString().lines()).hasSize(1);
        assertThat(out.toString()).isEmpty();
    }
}
