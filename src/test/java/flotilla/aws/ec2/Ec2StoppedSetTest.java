package flotilla.aws.ec2;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.aws.ec2.Ec2StoppedSet.Outfit;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.protocol.InfrastructureException;
import flotilla.testing.HandClock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class Ec2StoppedSetTest {
    private static final Outfit OUTFIT = new Outfit("flotilla {}", List.of("10.0.0.2:25520"), Map.of());
    private static final String OLD_GATEWAY = FakeEc2.tag("flotilla:gateways", "10.0.0.1:25520");

    private final FakeEc2 ec2 = new FakeEc2();
    private final AwsClients clients = AwsClients.open(ec2.settings(), 0);
    private final Ec2StoppedSet set = Ec2StoppedSet.connect(
            clients,
            FlotillaSettings.from(SettingsLoader.load(
                            Optional.empty(),
                            Optional.empty(),
                            List.of("flotilla.fleet.mode=start-stop", "flotilla.fleet.image-id=ami-1")))
                    .fleet(),
            "blue",
            new HandClock(Instant.parse("2026-11-29T10:00:00Z")));

    @AfterEach
    void close() {
        set.close();
        clients.close();
        ec2.close();
    }

    private static String member(String id, String state, int appTierId, String tags) {
        return FakeEc2.instance(id, state, FakeEc2.tag("flotilla:app-tier-id", Integer.toString(appTierId)) + tags);
    }

    /** With the mark of a run that was cut off. */
    private static String left(String id, int appTierId, String attached) {
        return FakeEc2.instance(
                id,
                "running",
                FakeEc2.tag("flotilla:app-tier-id", Integer.toString(appTierId)) + FakeEc2.tag("flotilla:set", "new"),
                attached);
    }

    private static String disk(String attachTime) {
        return "<blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><attachTime>" + attachTime
                + "</attachTime></ebs></item></blockDeviceMapping>";
    }

    private static String networkInterface(String attachTime) {
        return "<networkInterfaceSet><item><attachment><attachTime>" + attachTime
                + "</attachTime></attachment></item></networkInterfaceSet>";
    }

    private FakeEc2 described(String... instances) {
        return ec2.answers(
                "DescribeInstances",
                "<reservationSet><item><instancesSet>" + String.join("", instances)
                        + "</instancesSet></item></reservationSet>");
    }

    private FakeEc2 image() {
        return ec2.answers(
                "DescribeImages",
                "<imagesSet><item><imageId>ami-1</imageId><rootDeviceName>/dev/xvda</rootDeviceName></item></imagesSet>");
    }

    private FakeEc2 launched(String id) {
        return ec2.answers("RunInstances", "<instancesSet>" + FakeEc2.instance(id, "pending", "") + "</instancesSet>");
    }

    private FakeEc2 stopped() {
        return ec2.answers("StopInstances", "<instancesSet/>");
    }

    private FakeEc2 tagged() {
        return ec2.answers("CreateTags", "<return>true</return>");
    }

    private List<String> actions() {
        return ec2.calls().stream().map(call -> call.get("Action")).toList();
    }

    private Map<String, String> only(String action) {
        List<Map<String, String>> calls = ec2.calls().stream()
                .filter(call -> call.get("Action").equals(action))
                .toList();
        assertThat(calls).as(action).hasSize(1);
        return calls.get(0);
    }

    /** Tags of a request, whichever number they have. */
    private static Map<String, String> tags(Map<String, String> call, String prefix) {
        Map<String, String> tags = new TreeMap<>();
        call.forEach((name, value) -> {
            if (name.startsWith(prefix + ".Tag.") && name.endsWith(".Key")) {
                tags.put(value, call.get(name.replaceAll("Key$", "Value")));
            }
        });
        return tags;
    }

    @Test
    void launchThatFails_shouldLeaveTheEarlierOnesStoppedAndTryNoMore() {
        described();
        image();
        launched("i-1").fails(400, "UnauthorizedOperation");
        described(member("i-1", "running", 1, ""));
        stopped();
        tagged();

        Throwable failure = Await.failure(set.fill(3, OUTFIT));

        assertThat(failure)
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("EC2 RunInstances of app-tier id 2 failed: access denied")
                .hasMessageEndingWith("; of the set 1 were launched before, and are stopped");
        assertThat(actions())
                .containsExactly(
                        "DescribeInstances",
                        "DescribeImages",
                        "RunInstances",
                        "RunInstances",
                        "DescribeInstances",
                        "StopInstances",
                        "CreateTags");
        assertThat(only("StopInstances")).containsEntry("InstanceId.1", "i-1");
        Map<String, String> launch = ec2.calls().get(2);
        assertThat(tags(launch, "TagSpecification.1"))
                .containsEntry("flotilla:set", "new")
                .containsEntry("flotilla:gateways", "10.0.0.2:25520");
        assertThat(tags(launch, "TagSpecification.2")).as("a disk is no member").doesNotContainKey("flotilla:set");
        assertThat(launch)
                .as("no template says that it is encrypted")
                .containsEntry("BlockDeviceMapping.1.DeviceName", "/dev/xvda")
                .containsEntry("BlockDeviceMapping.1.Ebs.Encrypted", "true");
        assertThat(only("CreateTags"))
                .containsEntry("ResourceId.1", "i-1")
                .containsEntry("Tag.1.Key", "flotilla:set")
                .containsEntry("Tag.1.Value", "ready");
    }

    @Test
    void imageThatIsNotThere_shouldNotKeepMembersFromBeingStopped() {
        described(left("i-1", 1, disk("2026-11-22T10:00:01.000Z")));
        ec2.fails(400, "InvalidAMIID.NotFound");
        described(member("i-1", "running", 1, ""));
        stopped();
        tagged();

        assertThat(Await.failure(set.fill(2, OUTFIT)))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("there is no machine image ami-1");

        assertThat(only("StopInstances")).containsEntry("InstanceId.1", "i-1");
    }

    /** One has the mark of a run that was cut off; the other one is at work for a supervisor. */
    @Test
    void memberThatWasLeftRunning_shouldBeStoppedAndOneAtWorkLeftAlone() {
        String left = left("i-1", 1, disk("2026-11-22T10:00:01.000Z"));
        described(left, member("i-2", "running", 2, FakeEc2.tag("flotilla:set", "ready")));
        described(left);
        stopped();
        tagged();

        Await.result(set.fill(2, OUTFIT));

        assertThat(actions()).containsExactly("DescribeInstances", "DescribeInstances", "StopInstances", "CreateTags");
        assertThat(only("StopInstances")).containsEntry("InstanceId.1", "i-1").doesNotContainKey("InstanceId.2");
    }

    /** A start moves the launch time, and what was attached keeps its own. The supervisor leaves the mark on. */
    @Test
    void memberThatWasStartedAgain_shouldOnlyLoseTheMark() {
        described(
                left("i-1", 1, disk("2026-11-22T09:50:00.000Z")),
                left("i-2", 2, disk("2026-11-22T10:00:01.000Z") + networkInterface("2026-11-22T09:50:00.000Z")),
                left("i-3", 3, ""));
        tagged();

        Await.result(set.fill(3, OUTFIT));

        assertThat(actions()).containsExactly("DescribeInstances", "CreateTags");
        assertThat(only("CreateTags"))
                .containsEntry("ResourceId.1", "i-1")
                .containsEntry("ResourceId.2", "i-2")
                .containsEntry("ResourceId.3", "i-3")
                .containsEntry("Tag.1.Value", "ready");
    }

    @Test
    void memberThatEndsAtItsFirstBoot_shouldNotKeepTheOthersFromBeingStopped() {
        described();
        image();
        launched("i-1");
        launched("i-2");
        described(member("i-1", "running", 1, ""), member("i-2", "terminated", 2, ""));
        described(member("i-1", "running", 1, ""));
        stopped();
        tagged();

        assertThat(Await.failure(set.fill(2, OUTFIT)))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("EC2 first boot of the new instances [i-1, i-2] failed: ");

        assertThat(only("StopInstances")).containsEntry("InstanceId.1", "i-1").doesNotContainKey("InstanceId.2");
        assertThat(actions()).endsWith("CreateTags");
    }

    /** One that shuts down is on its way out: its app-tier id is free. */
    @Test
    void memberThatShutsDown_shouldNotCount() {
        described(member("i-1", "stopped", 1, ""));

        Await.result(set.fill(1, OUTFIT));

        assertThat(only("DescribeInstances").values())
                .contains("pending", "running", "stopping", "stopped")
                .doesNotContain("shutting-down", "terminated");
    }

    @Test
    void membersThatKnowAnEarlierGateway_shouldGetTheNewUserDataWhenTheyAreStopped() {
        described(
                member("i-1", "stopped", 1, OLD_GATEWAY),
                member("i-2", "stopped", 2, FakeEc2.tag("flotilla:gateways", "10.0.0.2:25520")),
                member("i-3", "running", 3, OLD_GATEWAY));
        ec2.answers("ModifyInstanceAttribute", "<return>true</return>");
        tagged();

        Await.result(set.update(OUTFIT));

        Map<String, String> change = only("ModifyInstanceAttribute");
        assertThat(change).containsEntry("InstanceId", "i-1");
        assertThat(new String(Base64.getDecoder().decode(change.get("UserData.Value")), UTF_8))
                .isEqualTo("flotilla {}");
        assertThat(only("CreateTags"))
                .containsEntry("ResourceId.1", "i-1")
                .containsEntry("Tag.1.Key", "flotilla:gateways")
                .containsEntry("Tag.1.Value", "10.0.0.2:25520");
    }

    /** EC2 takes a while for a stop that this very run has asked for. */
    @Test
    void memberThatIsAboutToBeStopped_shouldBeWaitedForAndGetTheNewUserData() {
        described(member("i-1", "stopping", 1, OLD_GATEWAY));
        described(member("i-1", "stopped", 1, OLD_GATEWAY));
        ec2.answers("ModifyInstanceAttribute", "<return>true</return>");
        tagged();

        Await.result(set.update(OUTFIT));

        assertThat(actions())
                .containsExactly("DescribeInstances", "DescribeInstances", "ModifyInstanceAttribute", "CreateTags");
        assertThat(only("ModifyInstanceAttribute")).containsEntry("InstanceId", "i-1");
    }

    @Test
    void gatewaysThatAreTooManyForATag_shouldBeToldApartNevertheless() {
        String many = "a-gateway-with-a-long-name.example.com:25520 ".repeat(9).strip();

        assertThat(Ec2Tags.gateways(List.of(many)).value()).hasSizeLessThan(256);
        assertThat(Ec2Tags.gateways(List.of(many))).isNotEqualTo(Ec2Tags.gateways(List.of(many + "1")));
    }
}
