package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Action;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionReport.Forecast;
import flotilla.protocol.DecisionReport.Vote;
import flotilla.scaling.ControlState;
import flotilla.scaling.FleetController;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PolicyState;
import flotilla.scaling.ScalingAction;
import flotilla.scaling.ScalingPlan;
import flotilla.scaling.ScalingPolicy;
import flotilla.scaling.WorkloadModel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DecisionLogTest {
    @Test
    void supplier_shouldBeTheDecisionThatLaunchedTheInstance() {
        Action launch = new Action("launch", 1, "i-1", "", Action.OK);
        log.add(look(0, 4, 0, 4), List.of(launch));
        log.add(look(10, 4, 1, 4), List.of());

        assertThat(log.supplier(new InstanceId("i-1"), at(30)).decisions())
                .singleElement()
                .satisfies(decision -> assertThat(decision.actions()).containsExactly(launch));
        assertThat(log.supplier(new InstanceId("i-2"), at(30)).decisions()).isEmpty();
    }

    private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final ControlState STATE =
            ControlState.initial(new MessageCountPolicy(1), WorkloadModel.Assumed.usual());

    private final DecisionLog log = log(100, 1);

    private static DecisionLog log(int capacity, long first) {
        return new DecisionLog(capacity, "message-count", INTERVAL, first);
    }

    private static Instant at(double seconds) {
        return START.plusMillis(Math.round(seconds * 1000));
    }

    /** A look at a known fleet that expects a backlog. */
    private static FleetController.Decided look(
            double seconds, int visible, int running, double forecast, ScalingAction... actions) {
        ScalingPlan plan = new ScalingPlan(
                at(seconds),
                "backlog",
                Optional.of(new QueueDepth(visible, 1, 0)),
                new ScalingPlan.Census(0, running, 0, 0, 0, 0),
                Optional.of(new ScalingPolicy.Desire(visible, "backlog", Map.of("x", 1.0), PolicyState.none())),
                OptionalInt.of(visible),
                List.of(),
                List.of(),
                List.of(actions),
                STATE);
        return new FleetController.Decided(plan, List.of(), Optional.of(forecast));
    }

    private static FleetController.Decided blindLook(double seconds, boolean fleetKnown) {
        ScalingPlan plan = new ScalingPlan(
                at(seconds),
                fleetKnown ? "depth-unknown" : "instances-unknown",
                fleetKnown ? Optional.empty() : Optional.of(new QueueDepth(3, 0, 0)),
                fleetKnown ? new ScalingPlan.Census(0, 2, 0, 0, 0, 0) : ScalingPlan.Census.NONE,
                Optional.empty(),
                OptionalInt.empty(),
                List.of(),
                List.of(),
                List.of(),
                STATE);
        return new FleetController.Decided(plan, List.of(), Optional.empty());
    }

    private Decision add(FleetController.Decided decided, String... outcomes) {
        List<Action> actions = new ArrayList<>();
        for (int i = 0; i < outcomes.length; i++) {
            actions.add(DecisionLog.action(decided.plan().actions().get(i), "", outcomes[i]));
        }
        return log.add(decided, actions).decision();
    }

    private Decision one(long n) {
        return log.one(n).decisions().get(0);
    }

    @Test
    void forecast_shouldBeComparedWithTheNextLook() {
        add(look(0, 40, 2, 20));
        assertThat(one(1).forecast()).contains(new Forecast(at(10), 20, 2));
        assertThat(one(1).hindsight()).isEmpty();

        DecisionLog.Added second = log.add(look(10, 24, 2, 4), List.of());

        assertThat(one(1).hindsight()).contains(new Forecast(at(10), 25, 2));
        assertThat(second.judged()).containsExactly(one(1));
        add(look(20, 0, 2, 0));
        assertThat(one(1).hindsight()).as("stands").contains(new Forecast(at(10), 25, 2));
        assertThat(one(2).hindsight()).contains(new Forecast(at(20), 1, 2));
    }

    @Test
    void depthMissingAtTheTime_shouldLeaveTheForecastUnjudgedForGood() {
        add(look(0, 40, 2, 20));
        add(blindLook(10, true));
        add(look(20, 24, 2, 4));
        add(look(30, 4, 2, 0));

        assertThat(one(1).hindsight()).isEmpty();
        assertThat(one(2).forecast()).isEmpty();
        assertThat(one(2).hindsight()).isEmpty();
        assertThat(one(3).hindsight()).contains(new Forecast(at(30), 5, 2));
    }

    @Test
    void instancesMissingAtTheTime_shouldLeaveTheForecastUnjudged() {
        add(look(0, 40, 2, 20));
        Decision blind = add(blindLook(10, false));

        assertThat(one(1).hindsight()).isEmpty();
        assertThat(List.of(blind.pending(), blind.running(), blind.draining(), blind.desired()))
                .as("no data is not zero")
                .containsOnly(-1);
        assertThat(blind.vote()).isEqualTo(Vote.NOT_ASKED);
    }

    @Test
    void looksBetweenTwoTicks_shouldBeJudgedByTheFirstLookAtTheirTime() {
        add(look(0, 40, 2, 20));
        add(look(0.3, 41, 2, 21));
        add(look(5, 30, 2, 10));
        assertThat(one(1).hindsight()).as("5 s is too early").isEmpty();

        add(look(10, 24, 2, 4));
        assertThat(one(1).hindsight()).contains(new Forecast(at(10), 25, 2));
        assertThat(one(2).hindsight())
                .as("a tenth of an interval early will do")
                .contains(new Forecast(at(10), 25, 2));
        assertThat(one(3).hindsight()).isEmpty();

        add(look(15.5, 14, 2, 0));
        assertThat(one(3).hindsight()).contains(new Forecast(at(15.5), 15, 2));
        assertThat(one(4).hindsight()).isEmpty();
        add(look(20, 10, 2, 0));
        assertThat(one(4).hindsight()).contains(new Forecast(at(20), 11, 2));
    }

    @Test
    void lateTick_shouldStillJudge() {
        add(look(0, 40, 2, 20));
        add(look(18.9, 24, 2, 4));

        assertThat(one(1).hindsight()).contains(new Forecast(at(18.9), 25, 2));
    }

    @Test
    void oneDecisionRemembered_shouldBeTheNewestAndTheOneBeforeBeJudged() {
        DecisionLog small = log(1, 1);
        small.add(look(0, 40, 2, 20), List.of());

        DecisionLog.Added second = small.add(look(10, 24, 2, 4), List.of());

        assertThat(second.judged()).singleElement().satisfies(judged -> {
            assertThat(judged.n()).isEqualTo(1);
            assertThat(judged.hindsight()).contains(new Forecast(at(10), 25, 2));
        });
        assertThat(small.newest(10).decisions()).extracting(Decision::n).containsExactly(2L);
        assertThat(small.one(1).decisions()).isEmpty();
    }

    @Test
    void expectedFleet_shouldCountWhatSucceededAlone() {
        AppTierId tier = new AppTierId(1);
        InstanceId id = new InstanceId("i-1");
        ScalingAction[] actions = {
            new ScalingAction.CancelDrain(id, Optional.of(tier), 1),
            new ScalingAction.Launch(tier, 1),
            new ScalingAction.Launch(tier, 1),
            new ScalingAction.Terminate(id, Optional.of(tier), ScalingAction.EndReason.DRAINED)
        };

        Decision decision = add(look(0, 40, 2, 20, actions), "ok", "ok", "InsufficientInstanceCapacity", "ok");
        Decision shown = add(look(0, 40, 2, 20, actions), "dry-run", "dry-run", "dry-run", "dry-run");
        Decision in = add(
                look(
                        0,
                        0,
                        5,
                        0,
                        new ScalingAction.Drain(id, Optional.of(tier), 1),
                        new ScalingAction.RequestDrains(List.of(1L, 2L))),
                "ok",
                "ok");

        assertThat(decision.forecast().orElseThrow().active()).isEqualTo(4);
        assertThat(shown.forecast().orElseThrow().active()).isEqualTo(2);
        assertThat(in.forecast().orElseThrow().active()).isEqualTo(2);
    }

    @Test
    void memory_shouldBeBounded() {
        DecisionLog small = log(5, 1);
        IntStream.range(0, 1000).forEach(i -> small.add(look(10.0 * i, 1, 1, 1), List.of()));

        assertThat(small.newest(Integer.MAX_VALUE).decisions())
                .extracting(Decision::n)
                .containsExactly(1000L, 999L, 998L, 997L, 996L);
        Action action = DecisionLog.action(new ScalingAction.Launch(new AppTierId(1), 1), "", "x".repeat(100_000));
        assertThat(action.outcome()).hasSize(300).endsWith("x…");
    }

    @Test
    void later_shouldBeTheNextOnesAndNewestFirst() {
        DecisionLog numbered = log(100, 501);
        IntStream.range(0, 9).forEach(i -> numbered.add(look(10.0 * i, 1, 1, 1), List.of()));

        DecisionReport next = numbered.after(503, 2);

        assertThat(next.decisions()).extracting(Decision::n).containsExactly(505L, 504L);
        assertThat(next.more()).isTrue();
        assertThat(numbered.after(507, 10).decisions()).extracting(Decision::n).containsExactly(509L, 508L);
        assertThat(numbered.after(509, 10).decisions()).isEmpty();
        assertThat(numbered.after(0, 100).decisions()).hasSize(9);
        assertThat(numbered.after(510, 100).decisions())
                .as("a number that only another supervisor can have given")
                .hasSize(9);
        assertThat(log(100, 501).after(500, 10).decisions()).isEmpty();
    }

    /** 1000 launches a decision, with what EC2 had to say to each: far more than the transport takes in one message. */
    @Test
    void report_shouldFitInAMessageAndSayThatThereIsMore() {
        ScalingAction[] launches = IntStream.rangeClosed(1, 1000)
                .mapToObj(id -> new ScalingAction.Launch(new AppTierId(id), 1))
                .toArray(ScalingAction[]::new);
        String[] outcomes = IntStream.rangeClosed(1, 1000)
                .mapToObj(id -> "no capacity in this zone")
                .toArray(String[]::new);
        for (int i = 0; i < 20; i++) {
            add(look(10 * i, 1, 1, 1, launches), outcomes);
        }

        DecisionReport newest = log.newest(10);
        assertThat(newest.more()).isTrue();
        assertThat(newest.decisions())
                .hasSizeBetween(1, 4)
                .first()
                .satisfies(one -> assertThat(one.n()).isEqualTo(20));

        List<Long> seen = new ArrayList<>();
        long last = 0;
        for (DecisionReport page = log.after(last, 50); !page.decisions().isEmpty(); page = log.after(last, 50)) {
            last = page.decisions().get(0).n();
            page.decisions().stream().map(Decision::n).sorted().forEach(seen::add);
        }
        assertThat(seen).isEqualTo(LongStream.rangeClosed(1, 20).boxed().toList());
    }

    @Test
    void line_shouldBeOneLineWhateverWasAnswered() {
        ScalingAction launch = new ScalingAction.Launch(new AppTierId(1), 1);

        Decision decision = add(look(0, 40, 2, 20, launch), "no\n  capacity\r\nhere");

        assertThat(DecisionLog.line(decision))
                .isEqualTo("n=1 decision=launch reason=backlog visible=40 inFlight=1 pending=0 running=2 draining=0"
                        + " desired=40 actions=[launch:1{no capacity here}]");
    }

    @Test
    void numbers_shouldGrowFromOneSupervisorToTheNext() {
        long first = DecisionNumbers.firstAt(START);
        // Nobody decides more often than a burst is left to add up: 300 ms.
        long most = first + Duration.ofDays(30).toMillis() / 300;

        assertThat(DecisionNumbers.firstAt(START.plus(Duration.ofDays(30)))).isGreaterThan(most);
        assertThat(DecisionNumbers.firstAt(Instant.EPOCH)).isEqualTo(1);
        assertThat(first).isLessThan(1L << 53);
    }
}
