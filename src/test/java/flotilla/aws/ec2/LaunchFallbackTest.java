package flotilla.aws.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.config.FleetSettings;
import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.supervisor.InstanceFleet.LaunchFailedException;
import flotilla.testing.HandClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a launch does when EC2 has no capacity for the first instance type in the first subnet. */
@Tag("slow")
class LaunchFallbackTest {
    private static final AppTierId SEVEN = new AppTierId(7);
    private static final String LAUNCHED =
            "<instancesSet>" + FakeEc2.instance("i-9", "pending", "") + "</instancesSet>";

    private final FakeEc2 ec2 = new FakeEc2();
    private final AwsClients clients = AwsClients.open(ec2.settings(), 0);
    private final HandClock clock = new HandClock(Instant.parse("2026-11-24T10:00:00Z"));

    @AfterEach
    void close() {
        clients.close();
        ec2.close();
    }

    private Ec2InstanceFleet fleet(Optional<String> template, List<String> types, List<String> subnets) {
        FleetSettings settings = new FleetSettings(
                FleetSettings.Mode.LAUNCH,
                template,
                Optional.empty(),
                types,
                subnets,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "drain",
                new FleetSettings.WarmPool(0, FleetSettings.WarmPool.State.STOPPED),
                false,
                "");
        return Ec2InstanceFleet.connect(clients, settings, "blue", clock);
    }

    private Ec2InstanceFleet twoTypesTwoSubnets() {
        return fleet(Optional.empty(), List.of("c7i.large", "c6i.large"), List.of("subnet-a", "subnet-b"));
    }

    private static LaunchFailedException failure(Ec2InstanceFleet fleet, String token) {
        return (LaunchFailedException) Await.failure(fleet.launch(SEVEN, token, ""));
    }

    /** Type, subnet and token of each call, repetitions by the SDK left out. */
    private List<String> calls() {
        return ec2.calls().stream()
                .flatMap(call -> Stream.of(
                        call.get("InstanceType") + " " + call.get("SubnetId") + " " + call.get("ClientToken")))
                .distinct()
                .toList();
    }

    @Test
    void noCapacity_shouldGoOnWithEverySubnetAndThenTheNextTypeUnderAnotherToken() {
        ec2.failsThreeTimes(500, "InsufficientInstanceCapacity")
                .fails(400, "Unsupported")
                .fails(400, "InsufficientFreeAddressesInSubnet")
                .answers("RunInstances", LAUNCHED);

        assertThat(Await.result(twoTypesTwoSubnets().launch(SEVEN, "blue-7-1", ""))
                        .id())
                .isEqualTo(new InstanceId("i-9"));

        assertThat(calls())
                .containsExactly(
                        "c7i.large subnet-a blue-7-1",
                        "c7i.large subnet-b blue-7-1-2",
                        "c6i.large subnet-a blue-7-1-3",
                        "c6i.large subnet-b blue-7-1-4");
    }

    @Test
    void noCapacityAnywhere_shouldSayWhereItWasAskedFor() {
        ec2.fails(400, "InsufficientHostCapacity").fails(400, "Unsupported");

        LaunchFailedException failure =
                failure(fleet(Optional.empty(), List.of("c7i.large", "c6i.large"), List.of()), "t");

        assertThat(failure)
                .hasMessage(
                        "EC2 RunInstances of app-tier id 7 as c6i.large failed: Unsupported: no luck (Service: Ec2, "
                                + "Status Code: 400, Request ID: r) (SDK Attempt Count: 1); before that no capacity for c7i.large "
                                + "(InsufficientHostCapacity)");
        assertThat(failure.code()).isEqualTo("InsufficientHostCapacity");
        assertThat(failure.outcomeKnown()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"InvalidAMIID.NotFound", "UnauthorizedOperation"})
    void otherRefusal_shouldNotBeTriedElsewhere(String code) {
        ec2.fails(400, code);

        assertThat(failure(twoTypesTwoSubnets(), "t").code()).isEqualTo(code);
        assertThat(calls()).containsExactly("c7i.large subnet-a t");
    }

    @ParameterizedTest
    @ValueSource(strings = {"VcpuLimitExceeded", "MaxSpotInstanceCountExceeded", "InstanceLimitExceeded"})
    void quotaThatIsUsedUp_shouldGoOnWithTheNextTypeAndNotInAnotherSubnet(String code) {
        Ec2InstanceFleet fleet = twoTypesTwoSubnets();
        ec2.fails(400, code).answers("RunInstances", LAUNCHED);

        Await.result(fleet.launch(SEVEN, "t", ""));
        Await.result(fleet.launch(SEVEN, "u", ""));

        assertThat(calls()).containsExactly("c7i.large subnet-a t", "c6i.large subnet-a t-3", "c6i.large subnet-a u-3");
    }

    @Test
    void quotasOfAllTypes_shouldBeToldAsTheReason() {
        ec2.fails(400, "VcpuLimitExceeded");

        LaunchFailedException failure = failure(twoTypesTwoSubnets(), "t");

        assertThat(failure.code()).isEqualTo("VcpuLimitExceeded");
        assertThat(failure).hasMessageContaining("c7i.large in subnet-a (VcpuLimitExceeded)");
        assertThat(calls()).containsExactly("c7i.large subnet-a t", "c6i.large subnet-a t-3");
    }

    @Test
    void priceThatIsTooLow_shouldBeTriedInTheNextSubnet() {
        ec2.fails(400, "SpotMaxPriceTooLow").answers("RunInstances", LAUNCHED);

        Await.result(twoTypesTwoSubnets().launch(SEVEN, "t", ""));

        assertThat(calls()).containsExactly("c7i.large subnet-a t", "c7i.large subnet-b t-2");
    }

    @Test
    void tooManyRequests_shouldNotBeTriedElsewhere() {
        ec2.failsThreeTimes(503, "RequestLimitExceeded");

        assertThat(failure(twoTypesTwoSubnets(), "t").code()).isEqualTo("RequestLimitExceeded");
        assertThat(calls()).containsExactly("c7i.large subnet-a t");
    }

    @Test
    void lostAnswer_shouldNotBeTriedElsewhere() {
        ec2.losesThreeAnswers();

        assertThat(failure(twoTypesTwoSubnets(), "t").outcomeKnown()).isFalse();
        assertThat(calls()).containsExactly("c7i.large subnet-a t");
    }

    @Test
    void answerLostAtTheSecondPlace_shouldBeAskedForThereWhenTheFirstComesFirstAgain() {
        Ec2InstanceFleet fleet = twoTypesTwoSubnets();
        ec2.fails(400, "Unsupported").losesThreeAnswers();
        assertThat(failure(fleet, "t").outcomeKnown()).isFalse();
        clock.pass(LaunchPlaces.AVOIDED_FOR.plusSeconds(1));
        ec2.answers("RunInstances", LAUNCHED).answers("RunInstances", LAUNCHED);

        Await.result(fleet.launch(SEVEN, "t", ""));
        Await.result(fleet.launch(SEVEN, "another", ""));

        assertThat(ec2.calls().get(ec2.calls().size() - 2))
                .containsEntry("ClientToken", "t-2")
                .containsEntry("SubnetId", "subnet-b");
        assertThat(ec2.calls().get(ec2.calls().size() - 1))
                .as("another launch is free to begin with the first place")
                .containsEntry("ClientToken", "another")
                .containsEntry("SubnetId", "subnet-a");
    }

    @Test
    void refusalAfterALostAnswer_shouldFreeTheOtherPlaces() {
        Ec2InstanceFleet fleet = twoTypesTwoSubnets();
        ec2.losesThreeAnswers();
        failure(fleet, "t");
        ec2.fails(400, "Unsupported").answers("RunInstances", LAUNCHED);

        Await.result(fleet.launch(SEVEN, "t", ""));

        assertThat(calls()).containsExactly("c7i.large subnet-a t", "c7i.large subnet-b t-2");
    }

    @Test
    void placeWithoutCapacity_shouldComeLastForAWhile() {
        Ec2InstanceFleet fleet = twoTypesTwoSubnets();
        ec2.fails(400, "Unsupported").answers("RunInstances", LAUNCHED);
        Await.result(fleet.launch(SEVEN, "t", ""));

        Await.result(fleet.launch(SEVEN, "u", ""));
        clock.pass(LaunchPlaces.AVOIDED_FOR.plusSeconds(1));
        Await.result(fleet.launch(SEVEN, "v", ""));

        assertThat(calls())
                .containsExactly(
                        "c7i.large subnet-a t",
                        "c7i.large subnet-b t-2",
                        "c7i.large subnet-b u-2",
                        "c7i.large subnet-a v");
    }

    @Test
    void launchTemplateWithOneType_shouldDecideTheType() {
        ec2.answers("RunInstances", LAUNCHED);

        Await.result(fleet(Optional.of("workers"), List.of("c7i.large"), List.of("subnet-a"))
                .launch(SEVEN, "t", ""));

        assertThat(calls()).containsExactly("null subnet-a t");
    }

    @Test
    void launchTemplateWithSeveralTypes_shouldBeOverridden() {
        ec2.fails(400, "Unsupported").answers("RunInstances", LAUNCHED);

        Await.result(fleet(Optional.of("workers"), List.of("c7i.large", "m7i.large"), List.of())
                .launch(SEVEN, "t", ""));

        assertThat(calls()).containsExactly("c7i.large null t", "m7i.large null t-2");
    }

    @Test
    void longToken_shouldStayWithinEc2sLimitAndDistinct() {
        String launch = "c".repeat(47) + "-20-1763000000000";
        assertThat(launch).hasSize(64);
        List<LaunchPlaces.Place> places =
                new LaunchPlaces(List.of("a", "b", "c", "d"), List.of("1", "2", "3"), clock).inOrder();

        List<String> tokens = places.stream().map(place -> place.token(launch)).toList();

        assertThat(tokens)
                .hasSize(12)
                .doesNotHaveDuplicates()
                .allMatch(token -> token.length() == 64 && token.contains("-20-1763000000000"))
                .isEqualTo(places.stream().map(place -> place.token(launch)).toList());
    }

    @Test
    void clockOfPlaces_shouldBeTheOneHandedIn() {
        LaunchPlaces places = new LaunchPlaces(List.of("a", "b"), List.of(), clock);
        places.hadNoCapacity(places.inOrder().get(0));

        assertThat(places.inOrder()).extracting(LaunchPlaces.Place::toString).containsExactly("b", "a");
        clock.pass(Duration.ofMinutes(5));
        assertThat(places.inOrder()).extracting(LaunchPlaces.Place::toString).containsExactly("a", "b");
    }
}
