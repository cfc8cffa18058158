package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.app.CommandOutput.Ran;
import flotilla.domain.RequestId;
import flotilla.protocol.Timeline;
import flotilla.protocol.Timeline.Event;
import flotilla.protocol.TimelineJson;
import flotilla.protocol.TimelineStory;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceCommandTest extends AskingFixture {
    private static final String ID = "01a205f0-4de1-7ee5-8467-340da8ad4ddf";
    private static final Timeline TIMELINE = new Timeline(
            new RequestId(ID),
            "done",
            Optional.of("cat.png"),
            Optional.of("Cat"),
            Optional.empty(),
            List.of(Event.at("uploaded", Optional.of(Instant.parse("2026-11-29T12:00:00Z")))),
            List.of());

    TraceCommandTest() {
        super("trace");
    }

    private void knows(String body) {
        answers("/v1/classifications/" + ID + "/timeline", body);
    }

    @Test
    void image_shouldBeTold() {
        knows(TimelineJson.toJson(TIMELINE).toString());

        Ran ran = ask(ID);

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).isEqualTo(TimelineStory.text(TIMELINE)).contains("cat.png: Cat");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void idInCapitals_shouldBeTheSame() {
        knows(TimelineJson.toJson(TIMELINE).toString());

        assertThat(ask(ID.toUpperCase(Locale.ROOT)).status()).isZero();
    }

    @Test
    void json_shouldBeTheTimelineOnOneLine() throws Exception {
        knows(TimelineJson.toJson(TIMELINE).toString());

        Ran ran = ask("--json", ID);

        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines()).hasSize(1);
        assertThat(TimelineJson.read(new ObjectMapper().readTree(ran.out()))).isEqualTo(TIMELINE);
    }

    @Test
    void unknownImage_shouldBeOneLineWithTheRemedy() {
        ask(ID).shouldFailWith("trace: the gateway knows no image " + ID + ";", "take the id");
    }

    @Test
    void gatewayOfAnotherVersion_shouldBeOneLine() {
        knows("{\"id\":\"x\"}");

        ask(ID).shouldFailWith("trace: the gateway's answer is no timeline (", "another version");
    }

    @Test
    void noGateway_shouldBeOneLineWithTheRemedy() {
        askInVain(ID).shouldFailWith("trace: no gateway can be reached at " + url() + ";", "--url");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "12", ID + "0", "--nonsense " + ID, ID + " " + ID, ID + " --url ftp://x"})
    void wrongUsage_shouldGiveTwo(String arguments) {
        ask(arguments.isEmpty() ? new String[0] : arguments.split(" ")).shouldBeWrongUsage();
    }
}
