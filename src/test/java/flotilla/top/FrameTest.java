package flotilla.top;

import static flotilla.top.Shown.NOW;
import static flotilla.top.Shown.counted;
import static flotilla.top.Shown.instance;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.Decisions;
import flotilla.protocol.FleetReport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTest {
    private static final Glyphs GLYPHS = Glyphs.in(StandardCharsets.UTF_8);

    private static List<TextLine> lines(View view, int width, int height) {
        return Frame.of(view, width, height, GLYPHS);
    }

    private static String text(View view, int width) {
        return lines(view, width, Frame.ANY_HEIGHT).stream()
                .map(line -> line.text() + "\n")
                .collect(Collectors.joining());
    }

    @Test
    void eightyColumns_shouldShowEverything() {
        assertThat(text(Shown.working(), 80)).isEqualTo("""
            flotilla top  http://127.0.0.1:8000                      2026-11-22 12:00:45 UTC
            Queue     5 waiting, 4 in work, 1.5/s coming in
            Images    77 answered, 2.4/s; 9 unanswered
            Instances 2 running, 1 ending; 2 wanted
            Backlog                                                      █████  most 26
            Active                                                       ▁████  most 2

             ID  INSTANCE             STATE          ACTIVITY         IMAGES    SINCE
              1  i-84803e4f9c66ba367  running        classifies (2)       41      30s
              2  i-0b5f23d1aa90c7e44  running        waits for work       36      29s
              3  i-77c1d20ee3f4b5a61  shutting-down  ends                  0       5s

            DECISIONS
            12:00:40  Did nothing: 2 machines are wanted and there.
            12:00:10  Did nothing: 2 machines are wanted and there.
            12:00:00  Cold start: launched 2 machines (app-tier ids 1 and 2), because 26 im…
            """);
    }

    @Test
    void fortyColumns_shouldLeaveColumnsOutAndCutLines() {
        assertThat(text(Shown.working(), 40)).isEqualTo("""
            flotilla top  http://127.0.0.1:8000
            2026-11-22 12:00:45 UTC
            Queue     5 waiting, 4 in work, 1.5/s c…
            Images    77 answered, 2.4/s; 9 unanswe…
            Instances 2 running, 1 ending; 2 wanted
            Backlog                 ██  most 26
            Active                  ▁█  most 2

             ID  INSTANCE     STATE           IMAGES
              1  i-84803e4f…  running             41
              2  i-0b5f23d1…  running             36
              3  i-77c1d20e…  shutting-down        0

            DECISIONS
            12:00:40  Did nothing: 2 machines are w…
            12:00:10  Did nothing: 2 machines are w…
            12:00:00  Cold start: launched 2 machin…
            """);
    }

    @Test
    void twoHundredColumns_shouldShowLongNamesAndSentencesInFull() {
        String name = "worker-of-a-person-who-likes-long-names-0123456789-0123456789";
        View view = Shown.view(Shown.with(List.of(instance(name, 0, "running", 0, 7, 30)), Shown.DECISIONS));

        assertThat(text(view, 200))
                .contains("  -  " + name + "  running        waits for work        7      30s\n")
                .contains("(app-tier ids 1 and 2), because 26 images were waiting.\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 40, 57, 80, 81, 200})
    void anyWidthAndHeight_shouldNeverBeExceeded(int width) {
        List<FleetReport.Line> many = new ArrayList<>();
        for (int i = 1; i <= 30; i++) {
            many.add(instance(
                    "\u6a5f\u68b0-" + "x".repeat(i * 3), i, i % 2 == 0 ? "running" : "draining", i, 1_000_000, i));
        }
        View view = Shown.view(Shown.with(many, Shown.DECISIONS).without("no gateway ".repeat(20)));

        for (int height = 1; height < 60; height++) {
            assertThat(lines(view, width, height))
                    .hasSizeLessThanOrEqualTo(height)
                    .allSatisfy(line -> assertThat(Columns.width(line.text())).isLessThanOrEqualTo(width));
        }
    }

    @Test
    void fewLines_shouldSayHowManyInstancesAreLeftOutAndKeepDecisions() {
        List<FleetReport.Line> twenty = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            twenty.add(instance("i-" + i, i, "running", 1, 5, 10));
        }

        List<TextLine> lines = lines(Shown.view(Shown.with(twenty, Shown.DECISIONS)), 80, 24);

        assertThat(lines).hasSize(24);
        assertThat(lines.get(18).text()).isEqualTo("\u2026 10 more");
        assertThat(lines.get(20).text()).isEqualTo("DECISIONS");
        assertThat(lines.get(23).text()).startsWith("12:00:00  Cold start");
    }

    @Test
    void whatIsOver_shouldComeLast() {
        View view = Shown.view(Shown.with(
                List.of(instance("i-old", 1, "terminated", 0, 9, 3), instance("i-new", 2, "pending", 0, 0, 3)),
                Shown.DECISIONS));

        String text = text(view, 80);

        assertThat(text).contains("Instances 1 pending, 1 terminated; 2 wanted");
        assertThat(text.indexOf("i-new")).isLessThan(text.indexOf("i-old"));
    }

    /** One that is silent, one that EC2 takes back, one whose drain was taken back, one that was just started again. */
    @Test
    void instancesThatTheirStateAloneDoesNotTell_shouldBeShownAsWhatTheyAreCounted() {
        View view = Shown.view(Shown.with(
                List.of(
                        counted("running", instance("i-1", 1, "running", 1, 9, 90)),
                        counted("silent", instance("i-2", 2, "running", 1, 9, 90)),
                        counted("ending", instance("i-3", 3, "draining", 2, 9, 90)),
                        counted("ending", instance("i-4", 4, "shutting-down", 0, 9, 90)),
                        counted("running", instance("i-5", 5, "draining", 0, 9, 90)),
                        counted("pending", instance("i-6", 6, "stopped", 0, 0, 90)),
                        counted("draining", instance("i-7", 7, "draining", 0, 9, 90))),
                Shown.DECISIONS));

        assertThat(text(view, 80))
                .contains("Instances 2 running, 1 pending, 1 draining, 1 silent, 2 ending; 2 wanted\n")
                .contains("  1  i-1       running        classifies (1) ")
                .contains("  2  i-2       silent         not heard of   ")
                .contains("  3  i-3       ending         finishes (2)   ")
                .contains("  4  i-4       shutting-down  ends           ")
                .contains("  5  i-5       running        waits for work ")
                .contains("  6  i-6       pending        boots          ")
                .contains("  7  i-7       draining       finishes       ");
    }

    @Test
    void beforeTheFirstAnswer_shouldSayWhyThereIsNone() {
        View view = Shown.view(Known.NOTHING.without("no gateway can be reached"));

        assertThat(text(view, 80).lines()).hasSize(2).last().isEqualTo("! no figures yet: no gateway can be reached");
        assertThat(lines(view, 80, 24).get(1).emphasis()).isEqualTo(TextLine.Emphasis.ALERT);
    }

    @Test
    void gatewayThatIsAway_shouldKeepTheFiguresAndTellTheirAge() {
        View view = new View(
                Shown.GATEWAY, NOW.plusSeconds(12), Shown.working().known().without("it is away"));

        assertThat(text(view, 80))
                .contains("\n! figures of 12s ago: it is away\n")
                .contains("\nQueue     5 waiting")
                .contains("i-84803e4f9c66ba367");
    }

    @Test
    void figuresThatGrowOld_shouldTellTheirAgeBeforeAnybodyIsKnownToBeAway() {
        Known known = Shown.working().known();

        assertThat(text(new View(Shown.GATEWAY, NOW.plusSeconds(10), known), 80))
                .doesNotContain(" ago");
        assertThat(text(new View(Shown.GATEWAY, NOW.plusSeconds(11), known), 80))
                .contains(" UTC\nfigures of 11s ago\nQueue ");
    }

    @Test
    void clockThatIsBehind_shouldNotEmptyTheCharts() {
        View view =
                new View(Shown.GATEWAY, NOW.minusSeconds(3600), Shown.working().known());

        assertThat(text(view, 80))
                .containsPattern("Backlog +\u2588+  most 26\n")
                .containsPattern("Active +\u2581\u2588+  most 2\n");
    }

    @Test
    void decisionsThatNobodyMakesAnyMore_shouldBeCalledOld() {
        View view =
                new View(Shown.GATEWAY, NOW.plusSeconds(180), Shown.working().known());

        assertThat(text(view, 80)).contains("\n! nothing was decided for 3m; queue and images are of that time\n");
    }

    @Test
    void emptySystem_shouldSaySo() {
        assertThat(text(Shown.view(Shown.with(List.of(), List.of())), 80))
                .contains("\nQueue     unknown waiting, unknown in work, unknown coming in\n")
                .contains("\nInstances none; unknown wanted\n")
                .contains("\nNo machine is up; the first images will start some.\n")
                .contains("\nNothing was decided yet.\n");
    }

    @Test
    void whatCouldNotBeRead_shouldBeUnknownAndNeverZero() {
        View view = Shown.view(Shown.with(
                List.of(),
                List.of(Decisions.because("instances-unknown")
                        .unknownQueue()
                        .unknownFleet()
                        .at(40)
                        .decision())));

        assertThat(text(view, 80))
                .contains("Queue     unknown waiting, unknown in work")
                .contains("Images    unknown answered, unknown; unknown unanswered")
                .contains("most unknown\n");
    }

    @Test
    void namesThatSteerTerminals_shouldBeEscaped() {
        View view = Shown.view(
                Shown.with(List.of(instance("i\u001b[2J\r\nx\u202e", 1, "run\u0007", 0, 0, 1)), Shown.DECISIONS));

        assertThat(text(view, 200))
                .contains("i\\u001b[2J\\u000d\\u000ax\\u202e  run\\u0007")
                .doesNotContain("\u001b", "\r", "\u202e", "\u0007");
    }

    @Test
    void terminalWithoutBlocks_shouldGetSignsOfAscii() {
        List<TextLine> lines = Frame.of(Shown.working(), 40, Frame.ANY_HEIGHT, Glyphs.in(StandardCharsets.US_ASCII));

        assertThat(lines).allSatisfy(line -> assertThat(line.text()).matches("\\p{Print}*"));
        assertThat(lines.get(5).text()).endsWith("##  most 26");
    }
}
