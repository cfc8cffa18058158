package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.domain.WorkerId;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Action;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionReport.Shadow;
import flotilla.protocol.DecisionStory;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.WorkerCommand;
import flotilla.scaling.Activity;
import flotilla.scaling.AlarmPolicy;
import flotilla.scaling.FleetController;
import flotilla.scaling.InstanceState;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.PlannerRules;
import flotilla.scaling.ScalingLimits;
import flotilla.scaling.ScalingPolicy;
import flotilla.scaling.ServiceCount;
import flotilla.scaling.StepPolicy;
import flotilla.scaling.WorkerSighting;
import flotilla.scaling.WorkloadModel;
import flotilla.testing.HandClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.LoggingTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What the supervisor shows of its decisions: dry runs, shadows, hindsight, numbers and the ledger. */
class ScalingSupervisorExplainsTest {
    private static final ActorTestKit KIT = ActorTestKit.create(ManualTime.config()
            .withFallback(ConfigFactory.parseString("pekko.loglevel = INFO"))
            .withFallback(ConfigFactory.load()));
    private static final ManualTime TIME = ManualTime.get(KIT.system());
    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final ScalingLimits LIMITS =
            new ScalingLimits(0, 4, Duration.ofSeconds(30), Duration.ofMinutes(2), Duration.ofMinutes(5));

    private final HandClock clock = new HandClock(FakeFleet.LAUNCHED_AT);
    private final FakeFleet fleet = new FakeFleet();
    private final AtomicReference<Optional<QueueDepth>> depth = new AtomicReference<>(Optional.empty());
    private final TestProbe<WorkerCommand> worker = KIT.createTestProbe();
    private long reports;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private FleetOperator acting() {
        return new Ec2FleetOperator(fleet, Optional.empty(), "flotilla", "user data");
    }

    private FleetOperator dryRun() {
        return new DryRunFleetOperator(fleet::describe, Action.DRY_RUN);
    }

    private ActorRef<SupervisorCommand> start(FleetOperator operator, ScalingPolicy... shadows) {
        return start(operator, Optional.empty(), shadows);
    }

    private ActorRef<SupervisorCommand> start(
            FleetOperator operator, Optional<ActorRef<LedgerKeeper.Command>> ledger, ScalingPolicy... shadows) {
        ActorRef<SupervisorCommand> supervisor = KIT.spawn(ScalingSupervisor.create(
                new ScalingSupervisor.Settings(INTERVAL, Duration.ofMillis(300), 100, DecisionNumbers::firstAt),
                clock,
                new SupervisorPorts(
                                () -> new FleetController(
                                        new MessageCountPolicy(1),
                                        List.of(shadows),
                                        PlannerRules.of(LIMITS),
                                        WorkloadModel.Assumed.usual()),
                                operator,
                                () -> depth.get()
                                        .map(CompletableFuture::completedFuture)
                                        .orElseGet(() ->
                                                CompletableFuture.failedFuture(new IllegalStateException("no queue"))))
                        .withLedger(ledger)));
        TIME.timePasses(Duration.ZERO);
        return supervisor;
    }

    private void messages(int visible) {
        depth.set(Optional.of(new QueueDepth(visible, 0, 0)));
    }

    private void tick() {
        clock.pass(INTERVAL);
        TIME.timePasses(INTERVAL);
    }

    private void report(ActorRef<SupervisorCommand> supervisor, int id) {
        supervisor.tell(new SupervisorCommand.WorkerReport(
                new WorkerSighting(
                        new WorkerId("i-" + id),
                        Optional.of(new InstanceId("i-" + id)),
                        Optional.empty(),
                        Activity.WORKING,
                        0,
                        0,
                        0,
                        new ServiceCount(3, Duration.ofSeconds(1), 1),
                        FakeFleet.LAUNCHED_AT.toEpochMilli(),
                        ++reports),
                worker.getRef()));
        worker.expectMessageClass(WorkerCommand.Heard.class);
    }

    /** Waits until so many decisions have fallen, and returns them, the oldest first. */
    private List<Decision> decisions(ActorRef<SupervisorCommand> supervisor, int count) {
        return KIT.createTestProbe().awaitAssert(Duration.ofSeconds(10), () -> {
            TestProbe<DecisionReport> probe = KIT.createTestProbe();
            supervisor.tell(new SupervisorCommand.GetDecisions(100, probe.getRef()));
            List<Decision> all = new ArrayList<>(probe.receiveMessage().decisions());
            Collections.reverse(all);
            assertThat(all).hasSizeGreaterThanOrEqualTo(count);
            return all;
        });
    }

    private Decision last(ActorRef<SupervisorCommand> supervisor, int count) {
        List<Decision> all = decisions(supervisor, count);
        return all.get(all.size() - 1);
    }

    /** The worker heard its app-tier id and, once the supervisor answers again, nothing else. */
    private void expectOnlyRegistered(ActorRef<SupervisorCommand> supervisor) {
        worker.expectMessageClass(WorkerCommand.Registered.class);
        decisions(supervisor, 1);
        worker.expectNoMessage(Duration.ZERO);
    }

    @Test
    void dryRun_shouldDoNothingAndSaySo() {
        fleet.put(1, InstanceState.RUNNING);
        messages(3);
        ActorRef<SupervisorCommand> supervisor = start(dryRun());
        decisions(supervisor, 1);
        report(supervisor, 1);
        worker.expectMessageClass(WorkerCommand.Registered.class);

        tick();
        Decision out = last(supervisor, 2);
        messages(0);
        tick();
        Decision in = last(supervisor, 3);
        // The next reports must not be answered with a drain that nobody asked for.
        report(supervisor, 1);
        expectOnlyRegistered(supervisor);
        tick();
        Decision again = last(supervisor, 4);
        report(supervisor, 1);
        expectOnlyRegistered(supervisor);

        assertThat(out.decision()).isEqualTo("launch");
        assertThat(out.actions())
                .hasSize(2)
                .allMatch(action -> action.outcome().equals("dry-run"))
                .allMatch(action -> action.instanceId().isEmpty());
        assertThat(in.decision()).isEqualTo("drain");
        assertThat(in.actions()).singleElement().satisfies(action -> {
            assertThat(action.outcome()).isEqualTo("dry-run");
            assertThat(action.instanceId()).isEqualTo("i-1");
        });
        assertThat(again.decision())
                .as("nothing was asked, so it is wanted again")
                .isEqualTo("drain");
        assertThat(again.draining()).isZero();
        assertThat(again.forecast().orElseThrow().active())
                .as("nothing will change")
                .isEqualTo(1);
        assertThat(DecisionStory.sentence(again))
                .isEqualTo(
                        "Would have asked a worker (app-tier id 1) to finish what is in hand and end, because no image is"
                                + " left (dry-run).");
        assertThat(fleet.launchTokens).isEmpty();
        assertThat(fleet.terminated).isEmpty();
    }

    @Test
    void shadows_shouldVoteOnTheSameDataAndNeverAct() {
        messages(9);
        // Equal to the acting policy; one that steps; one that needs a whole period above its threshold.
        ActorRef<SupervisorCommand> supervisor = start(
                acting(),
                new MessageCountPolicy(1),
                new StepPolicy(),
                new AlarmPolicy(5, 1, INTERVAL, Duration.ofSeconds(30), 2));
        decisions(supervisor, 1);
        tick();
        List<Decision> both = decisions(supervisor, 2);

        for (Decision decision : both) {
            assertThat(decision.shadows()).extracting(Shadow::policy).containsExactly("message-count", "step", "alarm");
            Shadow equal = decision.shadows().get(0);
            assertThat(equal.vote()).isEqualTo(decision.vote());
            assertThat(equal.desired()).isEqualTo(decision.desired());
            assertThat(equal.decision()).isEqualTo(decision.decision());
        }
        assertThat(both.get(0).shadows()).extracting(Shadow::launches).containsExactly(4, 1, 0);
        assertThat(both.get(1).shadows())
                .as("each with its own state, on the fleet that the acting policy has made")
                .extracting(shadow -> shadow.vote().desired())
                .containsExactly(9, 5, 6);
        assertThat(fleet.launchTokens).as("launched by the acting policy alone").hasSize(4);
        assertThat(DecisionLog.line(both.get(1))).endsWith(" shadows=[message-count:4,step:4,alarm:4]");
        assertThat(DecisionStory.text(both.get(1)))
                .contains(
                        "Step would have wanted 5 machines, within the limits 4, and would have started and ended nothing.",
                        "Alarm would have wanted 6 machines, within the limits 4, and would have started and ended"
                                + " nothing.",
                        "The upper threshold has been passed for 10 s.");
    }

    @Test
    void shadowThatWouldDrain_shouldLeaveTheWorkersAlone() {
        fleet.put(1, InstanceState.RUNNING);
        messages(1);
        ActorRef<SupervisorCommand> supervisor =
                start(acting(), new MessageCountPolicy(1), new AlarmPolicy(9, 3, Duration.ZERO, INTERVAL, 1));
        decisions(supervisor, 1);
        report(supervisor, 1);
        worker.expectMessageClass(WorkerCommand.Registered.class);
        tick();
        Decision decision = last(supervisor, 2);
        report(supervisor, 1);
        expectOnlyRegistered(supervisor);

        assertThat(decision.decision()).isEqualTo("hold");
        assertThat(decision.shadows().get(1)).satisfies(alarm -> {
            assertThat(alarm.decision()).isEqualTo("drain");
            assertThat(alarm.drains()).isEqualTo(1);
        });
        assertThat(last(supervisor, 2).draining()).isZero();
    }

    @Test
    void unknownData_shouldBeUnknownInEveryVote() {
        ActorRef<SupervisorCommand> supervisor = start(acting(), new StepPolicy());

        Decision decision = last(supervisor, 1);

        assertThat(decision.vote()).isEqualTo(DecisionReport.Vote.NOT_ASKED);
        assertThat(decision.shadows()).singleElement().satisfies(shadow -> {
            assertThat(shadow.vote()).isEqualTo(DecisionReport.Vote.NOT_ASKED);
            assertThat(shadow.desired()).isEqualTo(-1);
        });
        assertThat(decision.forecast()).isEmpty();
    }

    @Test
    void forecast_shouldBeJudgedAtTheNextTick() {
        messages(4);
        ActorRef<SupervisorCommand> supervisor = start(acting());
        decisions(supervisor, 1);
        messages(6);
        tick();

        Decision first = decisions(supervisor, 2).get(0);

        assertThat(first.forecast())
                .contains(new DecisionReport.Forecast(first.at().plus(INTERVAL), 4, 4));
        assertThat(first.hindsight()).contains(new DecisionReport.Forecast(clock.instant(), 6, 4));
    }

    @Test
    void nextSupervisor_shouldNumberOnAndAnswerWhoHasSeenTheLast() {
        messages(0);
        ActorRef<SupervisorCommand> first = start(acting());
        decisions(first, 1);
        tick();
        decisions(first, 2);
        tick();
        List<Decision> before = decisions(first, 3);
        long seen = before.get(2).n();
        assertThat(before).extracting(Decision::n).containsExactly(seen - 2, seen - 1, seen);
        KIT.stop(first);
        clock.pass(Duration.ofSeconds(5));

        ActorRef<SupervisorCommand> second = start(acting());

        Decision after = last(second, 1);
        assertThat(after.n()).isGreaterThan(seen);
        TestProbe<DecisionReport> probe = KIT.createTestProbe();
        second.tell(new SupervisorCommand.GetDecisionsAfter(seen, 10, probe.getRef()));
        assertThat(probe.receiveMessage().decisions()).containsExactly(after);
        second.tell(new SupervisorCommand.GetDecision(seen, probe.getRef()));
        assertThat(probe.receiveMessage().decisions())
                .as("died with its supervisor")
                .isEmpty();
    }

    @Test
    void ledger_shouldHearOfEveryDecisionAndOfWhatCameOfIt() {
        messages(1);
        TestProbe<LedgerKeeper.Command> ledger = KIT.createTestProbe();
        ActorRef<SupervisorCommand> supervisor = start(acting(), Optional.of(ledger.getRef()));
        Decision first = ledger.expectMessageClass(LedgerKeeper.Keep.class).decision();
        assertThat(first.decision()).isEqualTo("launch");
        tick();

        Decision judged = ledger.expectMessageClass(LedgerKeeper.Amend.class).decision();
        assertThat(judged.n()).isEqualTo(first.n());
        assertThat(judged.hindsight()).isPresent();
        assertThat(ledger.expectMessageClass(LedgerKeeper.Keep.class).decision())
                .isEqualTo(last(supervisor, 2));
    }

    @Test
    void ledgerThatNeverAnswers_shouldNotHoldUpScaling() {
        messages(2);
        ActorRef<LedgerKeeper.Command> keeper =
                KIT.spawn(LedgerKeeper.create(decisions -> new CompletableFuture<Done>()));
        ActorRef<SupervisorCommand> supervisor = start(acting(), Optional.of(keeper));
        keeper.tell(new LedgerKeeper.Flush(KIT.<Done>createTestProbe().getRef()));
        decisions(supervisor, 1);
        messages(4);
        tick();

        assertThat(last(supervisor, 2).decision()).isEqualTo("launch");
        assertThat(fleet.launchTokens).hasSize(4);
    }

    @Test
    void logLine_shouldHoldWhatKeptItBackAndWhatTheShadowsWanted() {
        messages(9);

        LoggingTestKit.info("desired=4 actions=[launch:1/i-1,launch:2/i-2,launch:3/i-3,launch:4/i-4]"
                        + " clamps=[max-instances 4] shadows=[step:1]")
                .expect(KIT.system(), () -> start(acting(), new StepPolicy()));
    }
}
