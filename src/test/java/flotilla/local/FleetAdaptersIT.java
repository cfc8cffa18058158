package flotilla.local;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.aws.autoscaling.AutoScalingFleet;
import flotilla.aws.autoscaling.AutoScalingProvision;
import flotilla.aws.ec2.Ec2InstanceFleet;
import flotilla.aws.ec2.Ec2StoppedSet;
import flotilla.aws.ec2.Ec2TemplateProvision;
import flotilla.config.AwsSettings;
import flotilla.config.EmbeddedCloud;
import flotilla.config.FleetSettings;
import flotilla.config.LocalSettings;
import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.supervisor.InstanceFleet;
import flotilla.supervisor.InstanceFleet.LaunchFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.autoscaling.AutoScalingAsyncClient;
import software.amazon.awssdk.services.autoscaling.model.AutoScalingGroup;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;

/** The adapters of all fleet modes against the embedded cloud; the instances are {@code sleep}. */
class FleetAdaptersIT {
    private static final List<String> TYPES = List.of("c7i.large", "c6i.large");

    @TempDir
    private static Path data;

    private static LocalEc2 cloud;
    private static AwsClients clients;

    @BeforeAll
    static void start() throws IOException {
        LocalSettings settings =
                new LocalSettings(0, 0, 0, Duration.ZERO, List.of(), Duration.ofSeconds(5), Duration.ofMinutes(10));
        cloud = LocalEc2.start(data, settings, List.of("sleep", "1000"), Map.of());
        clients = AwsClients.open(
                new AwsSettings(
                        Optional.of(EmbeddedCloud.REGION),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(cloud.endpoint()),
                        Optional.of(cloud.endpoint()),
                        Optional.of(new AwsSettings.Credentials(
                                EmbeddedCloud.ACCESS_KEY_ID, EmbeddedCloud.SECRET_ACCESS_KEY))),
                0);
    }

    @AfterAll
    static void stop() {
        clients.close();
        cloud.close();
    }

    private static FleetSettings fleet(FleetSettings.Mode mode, String group) {
        return new FleetSettings(
                mode,
                Optional.empty(),
                Optional.empty(),
                TYPES,
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(group),
                "drain",
                new FleetSettings.WarmPool(0, FleetSettings.WarmPool.State.STOPPED),
                false,
                "");
    }

    private static Ec2InstanceFleet connect(FleetSettings settings, String cluster) {
        return Ec2InstanceFleet.connect(clients, settings, cluster, Clock.systemUTC());
    }

    private static List<Instance> instances(InstanceFleet fleet) {
        return Await.result(fleet.describe()).instances();
    }

    @Test
    void typeWithoutCapacity_shouldGiveTheNextTypeAndTheFirstAgainAfterwards() {
        try (Ec2InstanceFleet fleet = connect(fleet(FleetSettings.Mode.LAUNCH, ""), "types")) {
            cloud.faults()
                    .fail("RunInstances", "InsufficientInstanceCapacity", 3, Map.of("InstanceType", TYPES.get(0)));
            Instance launched = Await.result(fleet.launch(new AppTierId(1), "types-1-1", ""));
            assertThat(launched.type()).isEqualTo(TYPES.get(1));
            assertThat(Await.result(fleet.launch(new AppTierId(1), "types-1-1", ""))
                            .id())
                    .as("the same launch, repeated")
                    .isEqualTo(launched.id());
            assertThat(instances(fleet)).hasSize(1);
        }
    }

    @Test
    void noCapacityForAnyType_shouldBeARefusalOfBoth() {
        try (Ec2InstanceFleet fleet = connect(fleet(FleetSettings.Mode.LAUNCH, ""), "none")) {
            cloud.faults().fail("RunInstances", "InsufficientInstanceCapacity", 6);
            assertThat(Await.failure(fleet.launch(new AppTierId(1), "none-1-1", "")))
                    .isInstanceOfSatisfying(LaunchFailedException.class, failure -> {
                        assertThat(failure.code()).isEqualTo("InsufficientInstanceCapacity");
                        assertThat(failure.outcomeKnown()).isTrue();
                        assertThat(failure.getMessage()).contains(TYPES);
                    });
            assertThat(instances(fleet)).isEmpty();
        }
    }

    @Test
    void setForStartStop_shouldBeMadeOnceAndStopped() {
        FleetSettings settings = fleet(FleetSettings.Mode.START_STOP, "");
        try (Ec2StoppedSet set = Ec2StoppedSet.connect(clients, settings, "set", Clock.systemUTC());
                Ec2InstanceFleet fleet = connect(settings, "set")) {
            Ec2StoppedSet.Outfit stopped =
                    new Ec2StoppedSet.Outfit("", List.of(), Map.of(EmbeddedCloud.MADE_STOPPED, "true"));
            Await.result(set.fill(2, stopped));
            Await.result(set.fill(3, stopped));

            assertThat(instances(fleet))
                    .allMatch(one -> one.state() == InstanceState.STOPPED)
                    .extracting(one -> one.appTierId().orElseThrow().value())
                    .containsExactlyInAnyOrder(1, 2, 3);
        }
    }

    @Test
    void setForStartStopWithoutTheTag_shouldBootAndBeStoppedAsOnEc2() {
        FleetSettings settings = fleet(FleetSettings.Mode.START_STOP, "");
        try (Ec2StoppedSet set = Ec2StoppedSet.connect(clients, settings, "booted", Clock.systemUTC());
                Ec2InstanceFleet fleet = connect(settings, "booted")) {
            Await.result(set.fill(1, new Ec2StoppedSet.Outfit("", List.of(), Map.of())));
            Eventually.until(
                    "stopped", () -> instances(fleet).stream().allMatch(one -> one.state() == InstanceState.STOPPED));

            Await.result(fleet.start(instances(fleet).get(0).id()));
            Eventually.until("running", () -> instances(fleet).get(0).state() == InstanceState.RUNNING);
        }
    }

    @Test
    void group_shouldGrowBeProtectedAndShrinkByName() {
        FleetSettings settings = fleet(FleetSettings.Mode.AUTO_SCALING_GROUP, "driven");
        try (Ec2TemplateProvision templates = Ec2TemplateProvision.connect(clients, settings, "driven");
                AutoScalingProvision scaling = AutoScalingProvision.connect(clients);
                Ec2InstanceFleet machines = connect(settings, "driven");
                AutoScalingFleet fleet =
                        AutoScalingFleet.connect(clients, machines, "driven", "drain", Clock.systemUTC())) {
            Await.result(templates.makeForGroup("driven", "flotilla {}"));
            Await.result(templates.makeForGroup("driven", "flotilla { }"));
            Await.result(scaling.group(
                    new AutoScalingProvision.Wanted("driven", "driven", 2, List.of(), List.of("us-east-1a"))));
            Await.result(scaling.group(
                    new AutoScalingProvision.Wanted("driven", "driven", 3, List.of(), List.of("us-east-1a"))));
            newInstancesUnprotected("driven");
            assertThat(instances(fleet)).isEmpty();

            Await.result(fleet.setGroupCapacity(2));
            Eventually.until(
                    "two running",
                    () -> instances(fleet).stream()
                                    .filter(one -> one.state() == InstanceState.RUNNING)
                                    .count()
                            == 2);
            Eventually.until("both protected", () -> {
                instances(fleet);
                return group("driven").instances().stream().allMatch(one -> one.protectedFromScaleIn());
            });
            InstanceId first = instances(fleet).get(0).id();
            Await.result(fleet.assignId(first, new AppTierId(1)));
            Await.result(fleet.terminate(first));
            Eventually.until(
                    "terminated and not replaced",
                    () -> instances(fleet).stream()
                            .filter(one -> one.id().equals(first))
                            .allMatch(one -> one.state() == InstanceState.TERMINATED
                                    && one.appTierId().equals(Optional.of(new AppTierId(1)))));
            assertThat(group("driven").desiredCapacity()).isEqualTo(1);
            assertThat(Await.result(fleet.describe()).ordered()).isZero();
        }
    }

    private static void newInstancesUnprotected(String name) {
        try (AutoScalingAsyncClient client = Clients.autoScaling(cloud.endpoint())) {
            client.updateAutoScalingGroup(
                            request -> request.autoScalingGroupName(name).newInstancesProtectedFromScaleIn(false))
                    .join();
        }
        try (Ec2AsyncClient client = Clients.ec2(cloud.endpoint())) {
            assertThat(client.describeLaunchTemplateVersions(request -> request.launchTemplateName(name))
                            .join()
                            .launchTemplateVersions())
                    .hasSize(2);
        }
    }

    private static AutoScalingGroup group(String name) {
        try (AutoScalingAsyncClient client = Clients.autoScaling(cloud.endpoint())) {
            return client.describeAutoScalingGroups(request -> request.autoScalingGroupNames(name))
                    .join()
                    .autoScalingGroups()
                    .get(0);
        }
    }
}
