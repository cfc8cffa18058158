package flotilla.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Trace TRACE = new Trace("a \"trace\"", new double[] {0, 1});
    private static final World WORLD = World.league();

    private static Report.Line line(String policy, double minutes, double p99, double within) {
        return new Report.Line(
                policy,
                new Simulation.Result(new Score(minutes, p99 / 3, p99 / 2, p99, within, 3, 1, 2), new Timeline()));
    }

    private static final List<Report.Line> MIXED = List.of(
            line("late", 1, 130, 0.9), line("dear", 9, 20, 1), line("worse", 1, 300, 0.5), line("cheap", 3, 90, 0.99));

    private static List<String> order(Report report) {
        return report.lines().stream().map(Report.Line::policy).toList();
    }

    @Test
    void promiseWithinReach_shouldRankByCostAndThenByHowNear() {
        Report report = new Report(TRACE, WORLD, new Bound.Minutes(2), MIXED);

        assertThat(report.isApart()).isFalse();
        assertThat(order(report)).containsExactly("cheap", "dear", "late", "worse");
        assertThat(report.table()).contains("bound (fluid relaxation) 2 instance-minutes\n", "1.50");
        assertThat(report.csv(true)).contains("\"a \"\"trace\"\"\",cheap,2,", ",kept\n", ",missed\n");
    }

    @Test
    void noFleetThatCanKeepThePromise_shouldRankByWait() {
        Report report = new Report(TRACE, WORLD, new Bound.OutOfReach(), MIXED);

        assertThat(report.isApart()).isTrue();
        assertThat(order(report)).containsExactly("dear", "cheap", "late", "worse");
        assertThat(report.table())
                .contains("none: no fleet of at most 20 can keep 99% within 120 s", "ranked by waiting time");
        assertThat(report.csv(false)).contains(",out-of-reach\n");
    }

    @Test
    void noPolicyThatKeptThePromise_shouldRankByWaitAndSayWhy() {
        World strict = new World(
                Duration.ofSeconds(30),
                0.99,
                20,
                WORLD.boot(),
                WORLD.service(),
                WORLD.interval(),
                Duration.ZERO,
                0,
                0,
                0,
                1);
        Report report = new Report(
                TRACE, strict, new Bound.Minutes(2), List.of(line("late", 1, 130, 0.9), line("earlier", 5, 50, 0.8)));

        assertThat(report.isApart()).isTrue();
        assertThat(order(report)).containsExactly("earlier", "late");
        assertThat(report.table())
                .contains(
                        "2 instance-minutes; no policy here kept 99% within 30 s (half of all boots take more than 45 s)");
        assertThat(HtmlReport.of(List.of(report))).contains("\"apart\":true", "\"kept\":false");
    }

    @Test
    void boundThatIsNotKnown_shouldBeSaidAndHaveNoRatio() {
        Report report = new Report(TRACE, WORLD, new Bound.Unknown("the solver ended in state FAILED"), MIXED);

        assertThat(report.isApart()).isFalse();
        assertThat(report.table())
                .contains("not known (the solver ended in state FAILED)")
                .doesNotContain("no fleet");
    }
}
