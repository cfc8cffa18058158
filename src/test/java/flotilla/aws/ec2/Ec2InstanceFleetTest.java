package flotilla.aws.ec2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.config.AwsSettings;
import flotilla.config.FleetSettings;
import flotilla.config.SettingsException;
import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.protocol.InfrastructureException;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.supervisor.InstanceFleet.LaunchFailedException;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ec2InstanceFleetTest {
    private static final Instant LAUNCHED_AT = Instant.parse("2026-11-22T10:00:00Z");
    private static final AppTierId SEVEN = new AppTierId(7);

    private static final String TYPE = "";
    private final FakeEc2 ec2 = new FakeEc2();
    private final AwsClients clients = AwsClients.open(ec2.settings(), 0);

    @AfterEach
    void close() {
        clients.close();
        ec2.close();
    }

    private static FleetSettings settings(Optional<String> template, Optional<String> image) {
        return new FleetSettings(
                FleetSettings.Mode.LAUNCH,
                template,
                image,
                List.of("c7i.large"),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "drain",
                new FleetSettings.WarmPool(0, FleetSettings.WarmPool.State.STOPPED),
                false,
                "");
    }

    private Ec2InstanceFleet fleet(FleetSettings settings) {
        return Ec2InstanceFleet.connect(clients, settings, "blue", Clock.systemUTC());
    }

    private Ec2InstanceFleet fleet() {
        return fleet(settings(Optional.empty(), Optional.empty()));
    }

    private Throwable failedLaunch() {
        return Await.failure(fleet().launch(SEVEN, "token", ""));
    }

    @Test
    void severalPages_shouldAllBeDescribed() {
        String mine = FakeEc2.tag("flotilla:app-tier-id", "3") + FakeEc2.tag("Name", "app-tier-instance-3");
        ec2.answers(
                        "DescribeInstances",
                        "<reservationSet><item><instancesSet>" + FakeEc2.instance("i-1", "running", mine)
                                + FakeEc2.instance("i-2", "shutting-down", "")
                                + "</instancesSet></item></reservationSet><nextToken>more</nextToken>")
                .answers(
                        "DescribeInstances",
                        "<reservationSet><item><instancesSet>"
                                + FakeEc2.instance("i-3", "pending", FakeEc2.tag("flotilla:app-tier-id", "many"))
                                + "</instancesSet></item></reservationSet>");

        assertThat(Await.result(fleet().describe()).instances())
                .containsExactly(
                        new Instance(
                                new InstanceId("i-1"),
                                Optional.of(new AppTierId(3)),
                                InstanceState.RUNNING,
                                LAUNCHED_AT,
                                TYPE),
                        new Instance(
                                new InstanceId("i-2"),
                                Optional.empty(),
                                InstanceState.SHUTTING_DOWN,
                                LAUNCHED_AT,
                                TYPE),
                        new Instance(
                                new InstanceId("i-3"), Optional.empty(), InstanceState.PENDING, LAUNCHED_AT, TYPE));

        assertThat(ec2.calls()).hasSize(2);
        assertThat(ec2.calls().get(0))
                .containsEntry("Action", "DescribeInstances")
                .containsEntry("Filter.1.Name", "tag:flotilla:cluster")
                .containsEntry("Filter.1.Value.1", "blue");
        assertThat(ec2.calls().get(1)).containsEntry("NextToken", "more");
        assertThat(clients.calls().soFar().byOperation()).isEqualTo(Map.of("ec2:DescribeInstances", 2L));
    }

    @Test
    void instanceOnSpot_shouldBeKnownAsOne() {
        ec2.answers(
                "DescribeInstances",
                "<reservationSet><item><instancesSet>"
                        + FakeEc2.instance("i-1", "running", "")
                                .replace("<launchTime>", "<instanceLifecycle>spot</instanceLifecycle><launchTime>")
                        + FakeEc2.instance("i-2", "running", "")
                        + "</instancesSet></item></reservationSet>");

        assertThat(Await.result(fleet().describe()).instances().stream().map(Instance::spot))
                .containsExactly(true, false);
    }

    @Test
    void machinesWithAnotherRole_shouldNotBeOurs() {
        ec2.answers(
                "DescribeInstances",
                "<reservationSet><item><instancesSet>"
                        + FakeEc2.instance("i-1", "running", FakeEc2.tag("flotilla:role", "gateway"))
                        + FakeEc2.instance("i-2", "running", FakeEc2.tag("flotilla:role", "worker"))
                        + FakeEc2.instance("i-3", "running", "")
                        + "</instancesSet></item></reservationSet>");

        assertThat(Await.result(fleet().describe()).instances())
                .extracting(Instance::id)
                .containsExactly(new InstanceId("i-2"), new InstanceId("i-3"));
    }

    @Test
    void launch_shouldSendTokenTagsAndUserData() {
        ec2.answers("RunInstances", "<instancesSet>" + FakeEc2.instance("i-9", "pending", "") + "</instancesSet>");

        Instance launched = Await.result(fleet().launch(SEVEN, "blue-7-1", "flotilla { a = ü }"));

        assertThat(launched)
                .isEqualTo(new Instance(
                        new InstanceId("i-9"), Optional.of(SEVEN), InstanceState.PENDING, LAUNCHED_AT, TYPE));
        Map<String, String> call = ec2.calls().get(0);
        assertThat(call)
                .containsEntry("Action", "RunInstances")
                .containsEntry("ClientToken", "blue-7-1")
                .containsEntry("MinCount", "1")
                .containsEntry("MaxCount", "1")
                .containsEntry("ImageId", "ami-local")
                .containsEntry("InstanceType", "c7i.large")
                .containsEntry("MetadataOptions.HttpTokens", "required")
                .containsEntry("MetadataOptions.InstanceMetadataTags", "enabled")
                .containsEntry("TagSpecification.1.ResourceType", "instance")
                .containsEntry("TagSpecification.1.Tag.1.Key", "Name")
                .containsEntry("TagSpecification.1.Tag.1.Value", "app-tier-instance-7")
                .containsEntry("TagSpecification.1.Tag.2.Key", "flotilla:cluster")
                .containsEntry("TagSpecification.1.Tag.2.Value", "blue")
                .containsEntry("TagSpecification.1.Tag.3.Key", "flotilla:app-tier-id")
                .containsEntry("TagSpecification.1.Tag.3.Value", "7")
                .containsEntry("TagSpecification.2.ResourceType", "volume");
        assertThat(Base64.getDecoder().decode(call.get("UserData"))).asString().isEqualTo("flotilla { a = ü }");
    }

    @Test
    void launchTemplate_shouldDecideWhatIsNotGiven() {
        ec2.answers("RunInstances", "<instancesSet>" + FakeEc2.instance("i-9", "pending", "") + "</instancesSet>");

        Await.result(fleet(settings(Optional.of("workers"), Optional.empty())).launch(SEVEN, "token", ""));

        assertThat(ec2.calls().get(0))
                .containsEntry("LaunchTemplate.LaunchTemplateName", "workers")
                .containsEntry("LaunchTemplate.Version", "$Latest")
                .doesNotContainKeys("ImageId", "InstanceType", "SubnetId", "KeyName");
    }

    @Test
    void allParameters_shouldBeSent() {
        ec2.answers("RunInstances", "<instancesSet>" + FakeEc2.instance("i-9", "pending", "") + "</instancesSet>");
        FleetSettings full = new FleetSettings(
                FleetSettings.Mode.LAUNCH,
                Optional.empty(),
                Optional.of("ami-1"),
                List.of("c7i.xlarge"),
                List.of("subnet-1"),
                List.of("sg-1", "sg-2"),
                Optional.of("profile"),
                Optional.of("key"),
                Optional.empty(),
                "drain",
                new FleetSettings.WarmPool(0, FleetSettings.WarmPool.State.STOPPED),
                false,
                "");

        Await.result(fleet(full).launch(SEVEN, "token", ""));

        assertThat(ec2.calls().get(0))
                .containsEntry("ImageId", "ami-1")
                .containsEntry("InstanceType", "c7i.xlarge")
                .containsEntry("SubnetId", "subnet-1")
                .containsEntry("SecurityGroupId.1", "sg-1")
                .containsEntry("SecurityGroupId.2", "sg-2")
                .containsEntry("IamInstanceProfile.Name", "profile")
                .containsEntry("KeyName", "key");
    }

    @ParameterizedTest
    @CsvSource({
        "400, InvalidAMIID.NotFound, true",
        "400, InstanceLimitExceeded, true",
        "403, UnauthorizedOperation, true",
        "500, InsufficientInstanceCapacity, true",
        "503, RequestLimitExceeded, true",
        "400, IdempotentParameterMismatch, false",
        "500, InternalError, false",
        "503, Unavailable, false"
    })
    void refusedLaunch_shouldSayWhetherAMachineMayExist(int status, String code, boolean known) {
        ec2.fails(status, code);

        Throwable failure = failedLaunch();

        assertThat(failure)
                .isInstanceOf(LaunchFailedException.class)
                .hasMessageStartingWith("EC2 RunInstances of app-tier id 7 failed: ")
                .hasMessageContaining(code)
                .hasMessageNotContaining("\n");
        assertThat(((LaunchFailedException) failure).outcomeKnown()).isEqualTo(known);
    }

    @Test
    void launchWithoutAnAnswer_shouldHaveAnUnknownOutcome() {
        ec2.losesThreeAnswers();

        assertThat(failedLaunch())
                .isInstanceOfSatisfying(
                        LaunchFailedException.class,
                        failure -> assertThat(failure.outcomeKnown()).isFalse());
    }

    @Test
    void terminate_shouldNameTheInstance() {
        ec2.answers("TerminateInstances", "<instancesSet/>");

        Await.result(fleet().terminate(new InstanceId("i-5")));

        assertThat(ec2.calls().get(0))
                .containsEntry("Action", "TerminateInstances")
                .containsEntry("InstanceId.1", "i-5");
    }

    @Test
    void terminatingWhatIsGone_shouldBeDone() {
        ec2.fails(400, "InvalidInstanceID.NotFound");

        Await.result(fleet().terminate(new InstanceId("i-5")));
    }

    @Test
    void refusedCall_shouldFailInOneLine() {
        ec2.fails(401, "AuthFailure");

        assertThat(Await.failure(fleet().describe()))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage("EC2 DescribeInstances of cluster blue failed: access denied (AuthFailure); check the "
                        + "credentials and their permissions (flotilla.aws.credentials, or the SDK's default chain)");
        assertThat(Await.failure(fleet().terminate(new InstanceId("i-5"))))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("EC2 TerminateInstances of i-5 failed: access denied");
    }

    @Test
    void nothingToLaunchOnAws_shouldBeASettingsError() {
        AwsSettings aws = new AwsSettings(
                Optional.of("us-east-1"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        try (AwsClients real = AwsClients.open(aws, 0)) {
            assertThatThrownBy(() -> Ec2InstanceFleet.connect(
                            real, settings(Optional.empty(), Optional.empty()), "blue", Clock.systemUTC()))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContaining("flotilla.fleet.image-id must be given");
        }
    }
}
