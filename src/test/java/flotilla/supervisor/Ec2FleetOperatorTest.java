package flotilla.supervisor;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.protocol.DecisionReport;
import flotilla.scaling.ControlState;
import flotilla.scaling.FleetController;
import flotilla.scaling.MessageCountPolicy;
import flotilla.scaling.ScalingAction;
import flotilla.scaling.ScalingAction.CancelRequests;
import flotilla.scaling.ScalingAction.RequestDrains;
import flotilla.scaling.ScalingPlan;
import flotilla.scaling.WorkloadModel;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What an operator makes of actions on the terminate queues, how fast it launches, and whom a group replaces. */
class Ec2FleetOperatorTest {
    private final MemoryDrainRequests queues = new MemoryDrainRequests();
    private final FleetOperator operator =
            new Ec2FleetOperator(new FakeFleet(), Optional.of(queues), "flotilla", "user data");

    private static ScalingPlan plan(ScalingAction... actions) {
        return new ScalingPlan(
                FakeFleet.LAUNCHED_AT,
                "backlog",
                Optional.empty(),
                ScalingPlan.Census.NONE,
                Optional.empty(),
                OptionalInt.empty(),
                List.of(),
                List.of(),
                List.of(actions),
                ControlState.initial(new MessageCountPolicy(1), WorkloadModel.Assumed.usual()));
    }

    private FleetOperator.Outcome carryOut(FleetOperator by, ScalingAction... actions) {
        return by.carryOut(plan(actions), id -> Optional.empty())
                .toCompletableFuture()
                .join();
    }

    private static String outcome(FleetOperator.Outcome outcome) {
        assertThat(outcome.actions()).hasSize(1);
        DecisionReport.Action action = outcome.actions().get(0);
        return action.kind() + "(" + action.why() + "): " + action.outcome();
    }

    @Test
    void requests_shouldBeSent() {
        FleetOperator.Outcome outcome = carryOut(operator, new RequestDrains(List.of(7L, 8L)));

        assertThat(outcome(outcome)).isEqualTo("request-drain(2): ok");
        assertThat(queues.waiting()).containsExactly(7L, 8L);
        assertThat(outcome.results()).isEqualTo(FleetController.Results.none());
    }

    @Test
    void requestsThatCouldNotBeSent_shouldBeTold() {
        queues.goAway();

        FleetOperator.Outcome outcome = carryOut(operator, new RequestDrains(List.of(7L, 8L)));

        assertThat(outcome(outcome)).isEqualTo("request-drain(2): 2 not sent");
        assertThat(outcome.results().requestsGone()).containsExactly(7L, 8L);
    }

    @Test
    void cancelThatFindsFewer_shouldSayHowManyAndWhich() {
        carryOut(operator, new RequestDrains(List.of(7L, 8L, 9L)));
        queues.take();

        FleetOperator.Outcome outcome = carryOut(operator, new CancelRequests(3));

        assertThat(outcome(outcome)).isEqualTo("cancel-request(3): only 2 were left");
        assertThat(outcome.results().requestsGone()).containsExactly(8L, 9L);
        assertThat(outcome.results().requestsEmptied()).isFalse();
    }

    @Test
    void emptyingOfTheQueue_shouldBeToldOnlyWhenItWasDone() {
        carryOut(operator, new RequestDrains(List.of(7L)));
        FleetOperator.Outcome outcome = carryOut(operator, new CancelRequests(CancelRequests.ALL));
        assertThat(outcome(outcome)).isEqualTo("cancel-request(all): ok");
        assertThat(outcome.results().requestsEmptied()).isTrue();
        assertThat(outcome.results().requestsGone()).containsExactly(7L);
        queues.goAway();

        FleetOperator.Outcome failed = carryOut(operator, new CancelRequests(CancelRequests.ALL));

        assertThat(outcome(failed)).isEqualTo("cancel-request(all): the queue is away");
        assertThat(failed.results().requestsEmptied()).isFalse();
    }

    @Test
    void manyLaunches_shouldBeSentAFewAtATimeAndInOrder() {
        FakeFleet fleet = new FakeFleet();
        fleet.holdLaunches();
        FleetOperator paced = new Ec2FleetOperator(fleet, Optional.empty(), "flotilla", "user data");
        ScalingAction[] twelve = IntStream.rangeClosed(1, 12)
                .mapToObj(id -> new ScalingAction.Launch(new AppTierId(id), 0))
                .toArray(ScalingAction[]::new);

        CompletableFuture<FleetOperator.Outcome> outcome =
                paced.carryOut(plan(twelve), id -> Optional.empty()).toCompletableFuture();

        assertThat(fleet.launchTokens).hasSize(Ec2FleetOperator.LAUNCHES_AT_ONCE);
        for (int answered = 1; answered <= 12; answered++) {
            assertThat(outcome).isNotDone();
            fleet.answerOldestLaunch();
            assertThat(fleet.launchTokens).hasSize(Math.min(12, Ec2FleetOperator.LAUNCHES_AT_ONCE + answered));
        }
        assertThat(outcome.join().results().launched()).hasSize(12);
        assertThat(fleet.launchTokens).allMatch(token -> token.startsWith("flotilla-"));
        assertThat(fleet.launchTokens)
                .isSortedAccordingTo(Comparator.comparingInt(token -> Integer.parseInt(token.split("-")[1])));
    }

    @Test
    void launchesThatFail_shouldMakeRoomForTheNext() {
        FakeFleet fleet = new FakeFleet();
        fleet.loseAnswersOfLaunches(7);
        FleetOperator paced = new Ec2FleetOperator(fleet, Optional.empty(), "flotilla", "user data");
        ScalingAction[] eight = IntStream.rangeClosed(1, 8)
                .mapToObj(id -> new ScalingAction.Launch(new AppTierId(id), 0))
                .toArray(ScalingAction[]::new);

        FleetController.Results results = carryOut(paced, eight).results();

        assertThat(results.unanswered()).hasSize(7);
        assertThat(results.launched()).hasSize(1);
    }

    @Test
    void launchWhoseUserDataCannotBeMade_shouldFailAndNotThrow() {
        FleetOperator by = new Ec2FleetOperator(
                new FakeFleet(),
                Optional.empty(),
                "flotilla",
                () -> {
                    throw new IllegalStateException("no user data");
                },
                SupervisorLease.always());

        FleetOperator.Outcome outcome = carryOut(by, new ScalingAction.Launch(new AppTierId(1), 0));

        assertThat(outcome(outcome)).endsWith(": no user data");
        assertThat(outcome.results().unanswered()).hasSize(1);
    }

    @Test
    void memberThatItsGroupReplaces_shouldBeEndedAsSuch() {
        FakeFleet fleet = new FakeFleet();
        FleetOperator by = new Ec2FleetOperator(fleet, Optional.empty(), "flotilla", "user data");
        InstanceId first = new InstanceId("i-1");
        InstanceId second = new InstanceId("i-2");

        carryOut(
                by,
                new ScalingAction.Terminate(first, Optional.empty(), ScalingAction.EndReason.DRAINED, true),
                new ScalingAction.Terminate(second, Optional.empty(), ScalingAction.EndReason.DRAINED));

        assertThat(fleet.replaced).containsExactly(first);
        assertThat(fleet.terminated).containsExactly(first, second);
    }

    @Test
    void dryRun_shouldSendNothingAndSaySo() {
        FleetOperator dry = new DryRunFleetOperator(new FakeFleet()::describe, "dry-run");

        FleetOperator.Outcome outcome = carryOut(dry, new RequestDrains(List.of(7L, 8L)));

        assertThat(outcome(outcome)).isEqualTo("request-drain(2): dry-run");
        assertThat(outcome.carriedOut()).isFalse();
    }
}
