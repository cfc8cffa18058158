package flotilla.aws.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.protocol.InfrastructureException;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.supervisor.InstanceFleet.Described;
import flotilla.supervisor.InstanceFleet.LaunchFailedException;
import flotilla.testing.HandClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutoScalingFleetTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final String HOOK = "drain";

    private final FakeAutoScaling scaling = new FakeAutoScaling();
    private final FakeMachines ec2 = new FakeMachines();
    private final HandClock clock = new HandClock(NOW);
    private final AwsClients clients = AwsClients.open(scaling.settings(), 0);
    private final AutoScalingFleet fleet = AutoScalingFleet.connect(clients, ec2, FakeAutoScaling.GROUP, HOOK, clock);

    @AfterEach
    void close() {
        fleet.close();
        clients.close();
        scaling.close();
    }

    private static InstanceId id(String id) {
        return new InstanceId(id);
    }

    @Test
    void members_shouldBeDescribedByEc2AndWhatIsMissingBeOrdered() {
        scaling.desired(4).member("i-1", "InService", true).member("i-2", "Pending", false);
        ec2.describes("i-1", InstanceState.RUNNING)
                .describes("i-2", InstanceState.PENDING)
                .describes("i-0", InstanceState.TERMINATED);

        Described described = Await.result(fleet.describe());

        assertThat(described.instances())
                .containsExactly(
                        FakeMachines.instance("i-1", InstanceState.RUNNING),
                        FakeMachines.instance("i-2", InstanceState.PENDING),
                        FakeMachines.instance("i-0", InstanceState.TERMINATED));
        assertThat(described.ordered()).isEqualTo(2);
    }

    @Test
    void memberThatEc2DoesNotDescribeYet_shouldCountSinceItWasFirstSeen() {
        scaling.desired(2).member("i-1", "Pending:Wait", false).member("i-2", "InService", true);

        Described first = Await.result(fleet.describe());
        clock.pass(Duration.ofSeconds(10));
        Described second = Await.result(fleet.describe());

        assertThat(first.ordered()).isZero();
        assertThat(first.instances())
                .containsExactly(
                        new Instance(
                                id("i-1"), Optional.empty(), InstanceState.PENDING, NOW.minusSeconds(60), "c7i.large"),
                        new Instance(
                                id("i-2"), Optional.empty(), InstanceState.RUNNING, NOW.minusSeconds(60), "c7i.large"));
        assertThat(second).isEqualTo(first);
    }

    @Test
    void memberThatEc2DescribesNoMore_shouldKeepItsIdAndTheTimeOfItsLaunch() {
        scaling.desired(1).member("i-1", "InService", true);
        Instance known = new Instance(
                id("i-1"), Optional.of(new AppTierId(3)), InstanceState.RUNNING, FakeMachines.LAUNCHED_AT, "c7i.large");
        ec2.describes(known);
        Await.result(fleet.describe());
        ec2.describesNothing();

        assertThat(Await.result(fleet.describe()).instances()).containsExactly(known);
    }

    @ParameterizedTest
    @CsvSource({"Terminating, SHUTTING_DOWN", "Terminating:Wait, HELD", "Terminating:Proceed, SHUTTING_DOWN"})
    void memberThatTheGroupEnds_shouldBeEndingWhateverEc2SaysYet(String lifecycle, InstanceState state) {
        scaling.desired(1).member("i-1", lifecycle, true);
        ec2.describes("i-1", InstanceState.RUNNING);

        Described described = Await.result(fleet.describe());

        assertThat(described.instances()).containsExactly(FakeMachines.instance("i-1", state));
        assertThat(described.ordered()).isEqualTo(1);
    }

    @Test
    void memberThatAHookHolds_shouldBeLetGoInsteadOfTerminated() {
        scaling.desired(1)
                .member("i-1", "Terminating:Wait", true)
                .hook(HOOK, "autoscaling:EC2_INSTANCE_TERMINATING")
                .hook("archive-logs", "autoscaling:EC2_INSTANCE_TERMINATING")
                .hook("hello", "autoscaling:EC2_INSTANCE_LAUNCHING");

        Await.result(fleet.terminate(id("i-1")));

        assertThat(scaling.changes()).containsExactly("CompleteLifecycleAction");
        assertThat(scaling.calls("CompleteLifecycleAction").get(0))
                .containsEntry("AutoScalingGroupName", FakeAutoScaling.GROUP)
                .containsEntry("LifecycleHookName", "drain")
                .containsEntry("InstanceId", "i-1")
                .containsEntry("LifecycleActionResult", "CONTINUE");
    }

    @Test
    void memberThatOnlyHooksOfOthersHold_shouldBeLeftToThem() {
        scaling.desired(1)
                .member("i-1", "Terminating:Wait", true)
                .hook("archive-logs", "autoscaling:EC2_INSTANCE_TERMINATING")
                .hook(HOOK, "autoscaling:EC2_INSTANCE_LAUNCHING");
        ec2.describes("i-1", InstanceState.RUNNING);

        Await.result(fleet.terminate(id("i-1")));

        assertThat(scaling.changes()).isEmpty();
        assertIsEndingAndNoHookIsAskedAgain();
    }

    @Test
    void memberThatWasLetGoAndThatAHookOfOthersStillHolds_shouldBeEnding() {
        scaling.desired(1)
                .member("i-1", "Terminating:Wait", true)
                .hook(HOOK, "autoscaling:EC2_INSTANCE_TERMINATING")
                .hook("archive-logs", "autoscaling:EC2_INSTANCE_TERMINATING");
        ec2.describes("i-1", InstanceState.RUNNING);
        assertThat(states()).containsExactly(InstanceState.HELD);

        Await.result(fleet.terminate(id("i-1")));

        assertThat(scaling.changes()).containsExactly("CompleteLifecycleAction");
        assertIsEndingAndNoHookIsAskedAgain();
    }

    private void assertIsEndingAndNoHookIsAskedAgain() {
        int asked = scaling.calls("DescribeLifecycleHooks").size();
        List<String> changes = scaling.changes();
        assertThat(states()).containsExactly(InstanceState.SHUTTING_DOWN);

        Await.result(fleet.terminate(id("i-1")));

        assertThat(scaling.calls("DescribeLifecycleHooks")).hasSize(asked);
        assertThat(scaling.changes()).isEqualTo(changes);
    }

    private List<InstanceState> states() {
        return Await.result(fleet.describe()).instances().stream()
                .map(Instance::state)
                .toList();
    }

    @Test
    void memberWhoseHookCouldNotBeCompleted_shouldStayHeld() {
        scaling.desired(1)
                .member("i-1", "Terminating:Wait", true)
                .hook(HOOK, "autoscaling:EC2_INSTANCE_TERMINATING")
                .refuses("CompleteLifecycleAction", "AccessDenied");
        ec2.describes("i-1", InstanceState.RUNNING);

        Await.failure(fleet.terminate(id("i-1")));

        assertThat(states()).containsExactly(InstanceState.HELD);
    }

    @Test
    void refusedCompletion_shouldFailInOneLine() {
        scaling.desired(1)
                .member("i-1", "Terminating:Wait", true)
                .hook("drain", "autoscaling:EC2_INSTANCE_TERMINATING")
                .refuses("CompleteLifecycleAction", "AccessDenied");

        assertThat(Await.failure(fleet.terminate(id("i-1"))))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("Auto Scaling CompleteLifecycleAction drain of i-1 failed: access denied");
    }

    @Test
    void deadMember_shouldBeOrderedAnewAlthoughTheGroupHasNotNoticed() {
        scaling.desired(2).member("i-1", "InService", true).member("i-2", "InService", true);
        ec2.describes("i-1", InstanceState.RUNNING).describes("i-2", InstanceState.TERMINATED);

        assertThat(Await.result(fleet.describe()).ordered()).isEqualTo(1);
    }

    @Test
    void capacityLoweredBySomebodyElse_shouldNotGiveANegativeOrder() {
        scaling.desired(0).member("i-1", "InService", true).member("i-2", "Standby", true);
        ec2.describes("i-1", InstanceState.RUNNING).describes("i-2", InstanceState.RUNNING);

        assertThat(Await.result(fleet.describe()).ordered()).isZero();
    }

    @Test
    void membersInServiceWithoutProtection_shouldBeProtected() {
        scaling.desired(4)
                .member("i-1", "InService", false)
                .member("i-2", "InService", true)
                .member("i-3", "Pending", false)
                .member("i-4", "Terminating", false);

        Await.result(fleet.describe());

        assertThat(scaling.calls("SetInstanceProtection"))
                .singleElement()
                .satisfies(call -> assertThat(call)
                        .containsEntry("AutoScalingGroupName", FakeAutoScaling.GROUP)
                        .containsEntry("InstanceIds.member.1", "i-1")
                        .doesNotContainKey("InstanceIds.member.2")
                        .containsEntry("ProtectedFromScaleIn", "true"));
    }

    @Test
    void manyMembers_shouldBeProtectedFiftyAtATime() {
        IntStream.range(0, 120).forEach(i -> scaling.member("i-" + i, "InService", false));

        Await.result(fleet.describe());

        assertThat(scaling.calls("SetInstanceProtection"))
                .hasSize(3)
                .allMatch(call -> !call.containsKey("InstanceIds.member.51"));
    }

    @Test
    void refusedProtection_shouldNotHideTheFleet() {
        scaling.desired(1).member("i-1", "InService", false).refuses("SetInstanceProtection", "ValidationError");
        ec2.describes("i-1", InstanceState.RUNNING);

        assertThat(Await.result(fleet.describe()).instances()).hasSize(1);
    }

    @Test
    void look_shouldChangeNothing() {
        scaling.desired(1).member("i-1", "InService", false);

        assertThat(Await.result(fleet.look()).instances()).hasSize(1);

        assertThat(scaling.changes()).isEmpty();
    }

    @Test
    void unknownGroup_shouldFailWithTheKeyThatNamesIt() {
        try (AutoScalingFleet other = AutoScalingFleet.connect(clients, ec2, "other", HOOK, clock)) {
            assertThat(Await.failure(other.describe()))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessage("there is no Auto Scaling group other; create it, or name another with "
                            + "flotilla.fleet.auto-scaling-group");
        }
    }

    @Test
    void capacity_shouldOnlyBeRaised() {
        scaling.desired(3);

        Await.result(fleet.setGroupCapacity(3));
        Await.result(fleet.setGroupCapacity(1));
        assertThat(scaling.changes()).isEmpty();
        Await.result(fleet.setGroupCapacity(5));

        assertThat(scaling.calls("SetDesiredCapacity"))
                .singleElement()
                .satisfies(call ->
                        assertThat(call).containsEntry("DesiredCapacity", "5").containsEntry("HonorCooldown", "false"));
    }

    @Test
    void capacityAboveMaxSize_shouldBeRaisedToItAndSaySo() {
        scaling.limits(0, 4).desired(3);

        assertThat(Await.failure(fleet.setGroupCapacity(6)))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage("Auto Scaling group workers has MaxSize 4, and 6 are wanted; raise MaxSize, or lower "
                        + "flotilla.scaling.max-instances");
        assertThat(scaling.desired()).isEqualTo(4);
    }

    @Test
    void refusedCapacity_shouldBeALaunchThatFailed() {
        scaling.refuses("SetDesiredCapacity", "ScalingActivityInProgress");

        assertThat(Await.failure(fleet.setGroupCapacity(1))).isInstanceOfSatisfying(LaunchFailedException.class, e -> {
            assertThat(e)
                    .hasMessageStartingWith("Auto Scaling SetDesiredCapacity of workers to 1 failed: "
                            + "ScalingActivityInProgress: no luck")
                    .hasMessageNotContaining("\n");
            assertThat(e.code()).isEqualTo("ScalingActivityInProgress");
            assertThat(e.outcomeKnown()).isTrue();
        });
    }

    @Test
    void termination_shouldNameTheMemberAndLowerTheCapacity() {
        scaling.desired(2).member("i-1", "InService", true).member("i-2", "InService", true);

        Await.result(fleet.terminate(id("i-2")));

        assertThat(terminations()).containsExactly(Map.entry("i-2", "true"));
        assertThat(scaling.desired()).isEqualTo(1);
        assertThat(ec2.asked).isEmpty();
    }

    private List<Map.Entry<String, String>> terminations() {
        return scaling.calls("TerminateInstanceInAutoScalingGroup").stream()
                .map(call -> Map.entry(call.get("InstanceId"), call.get("ShouldDecrementDesiredCapacity")))
                .toList();
    }

    @Test
    void terminationBelowALoweredCapacity_shouldNotLowerItFurther() {
        scaling.desired(1)
                .member("i-1", "InService", true)
                .member("i-2", "InService", true)
                .member("i-3", "InService", true);

        Await.result(fleet.terminate(id("i-3")));
        Await.result(fleet.terminate(id("i-2")));
        Await.result(fleet.terminate(id("i-1")));

        assertThat(terminations())
                .containsExactly(Map.entry("i-3", "false"), Map.entry("i-2", "false"), Map.entry("i-1", "true"));
        assertThat(scaling.desired()).isZero();
    }

    @Test
    void memberThatIsReplaced_shouldLeaveItsPlaceToTheGroupEvenAtMinSize() {
        scaling.limits(2, 4).desired(2).member("i-1", "InService", true).member("i-2", "InService", true);

        Await.result(fleet.replace(id("i-2")));

        assertThat(terminations()).containsExactly(Map.entry("i-2", "false"));
        assertThat(scaling.desired()).isEqualTo(2);
    }

    @Test
    void memberThatTheGroupReplacesAlready_shouldNotBeEndedAgain() {
        scaling.desired(2).member("i-1", "InService", true).member("i-2", "Terminating", true);

        Await.result(fleet.replace(id("i-2")));

        assertThat(scaling.changes()).isEmpty();
        assertThat(scaling.desired()).isEqualTo(2);
    }

    @Test
    void terminationOfAMemberThatEndsAlready_shouldNotLowerTheCapacityAgain() {
        scaling.desired(1).member("i-1", "InService", true).member("i-2", "Terminating", true);

        Await.result(fleet.terminate(id("i-2")));

        assertThat(scaling.changes()).isEmpty();
    }

    @Test
    void terminationOfWhatIsNoMember_shouldGoToEc2() {
        Await.result(fleet.terminate(id("i-9")));

        assertThat(ec2.asked).containsExactly("terminate i-9");
        assertThat(scaling.changes()).isEmpty();
    }

    @Test
    void terminationBelowMinSize_shouldSayHowToMendIt() {
        scaling.limits(1, 4).desired(1).member("i-1", "InService", true);

        assertThat(Await.failure(fleet.terminate(id("i-1"))))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage("Auto Scaling group workers would fall below its MinSize 1 without i-1; lower MinSize, the "
                        + "minimum is flotilla.scaling.min-instances");
    }

    @Test
    void terminationsAndCapacityOfOnePlan_shouldBeCarriedOutInTheirOrder() {
        scaling.desired(3)
                .member("i-1", "InService", true)
                .member("i-2", "InService", true)
                .member("i-3", "InService", true);

        List<CompletionStage<Done>> all =
                List.of(fleet.terminate(id("i-3")), fleet.terminate(id("i-2")), fleet.setGroupCapacity(4));
        all.forEach(Await::result);

        assertThat(scaling.changes())
                .containsExactly(
                        "TerminateInstanceInAutoScalingGroup",
                        "TerminateInstanceInAutoScalingGroup",
                        "SetDesiredCapacity");
        assertThat(scaling.desired()).isEqualTo(4);
    }

    @Test
    void refusedCall_shouldNotHoldUpTheNext() {
        scaling.desired(1)
                .member("i-1", "InService", true)
                .refuses("TerminateInstanceInAutoScalingGroup", "ScalingActivityInProgress");

        CompletionStage<Done> refused = fleet.terminate(id("i-1"));
        CompletionStage<Done> next = fleet.setGroupCapacity(2);

        assertThat(Await.failure(refused))
                .hasMessageStartingWith("Auto Scaling TerminateInstanceInAutoScalingGroup of i-1 failed: ");
        Await.result(next);
        assertThat(scaling.desired()).isEqualTo(2);
    }

    @Test
    void appTierId_shouldBeWrittenByEc2() {
        Await.result(fleet.assignId(id("i-1"), new AppTierId(7)));

        assertThat(ec2.asked).containsExactly("assign i-1 7");
    }
}
