package flotilla.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.aws.ec2.Ec2Examination;
import flotilla.aws.ec2.Ec2GatewayProvision;
import flotilla.aws.ec2.Ec2InstanceFleet;
import flotilla.aws.ec2.Ec2SetProvision;
import flotilla.aws.ec2.Ec2StoppedSet;
import flotilla.aws.ec2.Ec2TemplateProvision;
import flotilla.aws.s3.S3Provision;
import flotilla.aws.sqs.SqsProvision;
import flotilla.config.AwsSettings;
import flotilla.config.EmbeddedCloud;
import flotilla.config.FlotillaSettings;
import flotilla.config.ProvisionSettings;
import flotilla.config.SettingsException;
import flotilla.config.SettingsLoader;
import flotilla.domain.AppTierId;
import flotilla.protocol.InfrastructureException;
import flotilla.provision.Attributes;
import flotilla.provision.Kind;
import flotilla.provision.Provider;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import flotilla.provision.Wanted;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** What sees and makes things in an account, against the embedded cloud; the instances are {@code sleep}. */
class ProvisionAdaptersIT {
    private static final String CLUSTER = "fleet";

    @TempDir
    private static Path data;

    private static LocalCloud cloud;
    private static AwsClients clients;

    @BeforeAll
    static void start() throws IOException {
        FlotillaSettings settings = settings();
        cloud = LocalCloud.start(new LocalCloud.Options(
                data, settings.local(), settings.queue(), settings.storage(), List.of("sleep", "1000"), Map.of()));
        clients = AwsClients.open(
                new AwsSettings(
                        Optional.of(EmbeddedCloud.REGION),
                        Optional.of(cloud.endpoints().sqs()),
                        Optional.of(cloud.endpoints().s3()),
                        Optional.of(cloud.endpoints().ec2()),
                        Optional.empty(),
                        Optional.of(new AwsSettings.Credentials(
                                EmbeddedCloud.ACCESS_KEY_ID, EmbeddedCloud.SECRET_ACCESS_KEY))),
                0);
    }

    @AfterAll
    static void stop() {
        clients.close();
        cloud.close();
    }

    private static FlotillaSettings settings(String... sets) {
        List<String> all = new ArrayList<>(List.of(sets));
        all.add("flotilla.local.stop-grace=30s");
        return FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), all));
    }

    private static Seen.Present seen(Provider provider, Thing thing) {
        return (Seen.Present) Await.result(provider.look(thing));
    }

    @Test
    void queue_shouldBeMadeChangedAndRemovedWithItsTag() {
        try (SqsProvision queues = SqsProvision.connect(clients, CLUSTER)) {
            Wanted dead = Wanted.of(Kind.QUEUE, "made-dlq", Map.of(Attributes.LEASE, "40"));
            Wanted queue = Wanted.of(
                    Kind.QUEUE,
                    "made",
                    Map.of(
                            Attributes.LEASE, "41",
                            Attributes.LONG_POLL, "7",
                            Attributes.RETENTION, "86400",
                            Attributes.QUEUE_ENCRYPTION, "true",
                            Attributes.DEAD_LETTERS_TO, "made-dlq",
                            Attributes.MAX_RECEIVES, "9"));
            assertThat(Await.result(queues.look(queue.thing()))).isEqualTo(new Seen.Missing());

            Await.result(queues.create(dead));
            Await.result(queues.create(queue));

            Seen.Present made = seen(queues, queue.thing());
            assertThat(made.cluster()).contains(CLUSTER);
            assertThat(made.attributes())
                    .containsEntry(Attributes.LEASE, "41")
                    .containsEntry(Attributes.LONG_POLL, "7")
                    .containsEntry(Attributes.DEAD_LETTERS_TO, "made-dlq")
                    .containsEntry(Attributes.MAX_RECEIVES, "9")
                    .containsEntry(Attributes.MESSAGES, "0");

            Wanted other = Wanted.of(
                    Kind.QUEUE,
                    "made",
                    Map.of(
                            Attributes.LEASE, "50",
                            Attributes.DEAD_LETTERS_TO, "made-dlq",
                            Attributes.MAX_RECEIVES, "10"));
            Await.result(queues.change(other, Set.of(Attributes.LEASE, Attributes.MAX_RECEIVES)));
            assertThat(seen(queues, queue.thing()).attributes())
                    .containsEntry(Attributes.LEASE, "50")
                    .containsEntry(Attributes.LONG_POLL, "7")
                    .containsEntry(Attributes.MAX_RECEIVES, "10");

            Await.result(queues.remove(queue.thing()));
            Await.result(queues.remove(queue.thing()));
            Await.result(queues.remove(dead.thing()));
            assertThat(Await.result(queues.look(queue.thing()))).isEqualTo(new Seen.Missing());
        }
    }

    @Test
    void queueOfTheCloudItself_shouldBeAdopted() {
        try (SqsProvision queues = SqsProvision.connect(clients, CLUSTER)) {
            Wanted response = Wanted.of(Kind.QUEUE, "flotilla-response", Map.of(Attributes.LEASE, "31"));
            assertThat(seen(queues, response.thing()).cluster()).isEmpty();

            Await.result(queues.change(response, Set.of()));

            assertThat(seen(queues, response.thing()).cluster()).contains(CLUSTER);
            assertThat(seen(queues, response.thing()).attributes()).containsEntry(Attributes.LEASE, "30");
        }
    }

    /** This store keeps neither tags nor rules: what it has no word for is not told, and asking for it is no error. */
    @Test
    void bucket_shouldBeMadeAndRemovedWithWhatIsInIt() {
        try (S3Provision buckets = S3Provision.connect(clients, CLUSTER, "");
                S3AsyncClient s3 = Clients.s3(cloud.endpoints().s3())) {
            Wanted bucket = Wanted.of(
                    Kind.BUCKET,
                    "made-bucket",
                    Map.of(
                            Attributes.PUBLIC_ACCESS,
                            Attributes.BLOCKED,
                            Attributes.ENCRYPTION,
                            Attributes.ON,
                            Attributes.EXPIRE_AFTER_DAYS,
                            "7",
                            Attributes.DROP_UPLOADS_AFTER_DAYS,
                            "1"));
            assertThat(Await.result(buckets.look(bucket.thing()))).isEqualTo(new Seen.Missing());

            Await.result(buckets.create(bucket));

            Seen.Present made = seen(buckets, bucket.thing());
            assertThat(made.keepsTags()).isFalse();
            assertThat(made.attributes()).isEqualTo(Map.of(Attributes.CONTENTS, Attributes.NONE));
            Await.result(buckets.probe("made-bucket"));
            assertThat(seen(buckets, bucket.thing()).attributes()).containsEntry(Attributes.CONTENTS, Attributes.NONE);
            for (String key : List.of("one", "folder/two")) {
                s3.putObject(request -> request.bucket("made-bucket").key(key), AsyncRequestBody.fromString("x"))
                        .join();
            }
            assertThat(seen(buckets, bucket.thing()).attributes())
                    .containsEntry(Attributes.CONTENTS, Attributes.OBJECTS);

            Await.result(buckets.remove(bucket.thing()));
            assertThat(Await.result(buckets.look(bucket.thing()))).isEqualTo(new Seen.Missing());
        }
    }

    @Test
    void template_shouldBeMadeAndChangedInANewVersion() {
        FlotillaSettings first =
                settings("flotilla.fleet.instance-profile=p1", "flotilla.fleet.security-group-ids=[sg-1]");
        FlotillaSettings second =
                settings("flotilla.fleet.instance-types=[m7i.large]", "flotilla.fleet.image-id=ami-22");
        Thing thing = new Thing(Kind.LAUNCH_TEMPLATE, "made-template");
        Wanted wanted = Wanted.of(thing.kind(), thing.name(), Map.of());
        try (Ec2TemplateProvision one = Ec2TemplateProvision.connect(clients, first.fleet(), CLUSTER);
                Ec2TemplateProvision two = Ec2TemplateProvision.connect(clients, second.fleet(), CLUSTER)) {
            assertThat(Await.result(one.look(thing))).isEqualTo(new Seen.Missing());

            Await.result(one.create(wanted));
            assertThat(seen(one, thing))
                    .isEqualTo(Seen.Present.of(
                            CLUSTER,
                            Map.of(
                                    Attributes.IMAGE, "ami-local",
                                    Attributes.TYPE, "c7i.large",
                                    Attributes.KEY, "",
                                    Attributes.PROFILE, "p1",
                                    Attributes.SECURITY_GROUPS, "sg-1",
                                    Attributes.METADATA, Attributes.SESSIONS,
                                    Attributes.ENCRYPTION, Attributes.ON)));

            Await.result(two.change(wanted, Set.of(Attributes.TYPE, Attributes.IMAGE)));
            assertThat(seen(one, thing).attributes())
                    .containsEntry(Attributes.TYPE, "m7i.large")
                    .containsEntry(Attributes.IMAGE, "ami-22")
                    .containsEntry(Attributes.PROFILE, "p1")
                    .containsEntry(Attributes.SECURITY_GROUPS, "sg-1");

            Await.result(two.remove(thing));
            Await.result(two.remove(thing));
            assertThat(Await.result(one.look(thing))).isEqualTo(new Seen.Missing());
        }
    }

    @Test
    void templateWithoutTag_shouldBeAdopted() {
        Thing thing = new Thing(Kind.LAUNCH_TEMPLATE, "by-hand");
        try (Ec2AsyncClient ec2 = Clients.ec2(cloud.endpoints().ec2());
                Ec2TemplateProvision templates =
                        Ec2TemplateProvision.connect(clients, settings().fleet(), CLUSTER)) {
            ec2.createLaunchTemplate(request -> request.launchTemplateName(thing.name())
                            .launchTemplateData(template -> template.imageId("ami-1")))
                    .join();
            assertThat(seen(templates, thing).cluster()).isEmpty();
            assertThat(seen(templates, thing).attributes())
                    .containsEntry(Attributes.METADATA, Attributes.OPEN)
                    .containsEntry(Attributes.ENCRYPTION, Attributes.OFF);

            Await.result(templates.change(Wanted.of(thing.kind(), thing.name(), Map.of()), Set.of()));

            assertThat(seen(templates, thing).cluster()).contains(CLUSTER);
        }
    }

    @Test
    void set_shouldBeFilledUpAndTerminatedWhenItIsStopped() {
        Thing thing = new Thing(Kind.INSTANCES, "set");
        Wanted wanted = Wanted.of(thing.kind(), thing.name(), Map.of());
        try (Ec2SetProvision two = set("set", 2);
                Ec2SetProvision three = set("set", 3);
                Ec2AsyncClient ec2 = Clients.ec2(cloud.endpoints().ec2())) {
            assertThat(Await.result(two.look(thing))).isEqualTo(new Seen.Missing());

            Await.result(two.create(wanted));
            assertThat(seen(three, thing).attributes())
                    .isEqualTo(Map.of(
                            Attributes.COUNT, "2",
                            Attributes.STOPPED, "2",
                            Attributes.RUNNING, "0",
                            Attributes.UNFINISHED, "0",
                            Attributes.OUTDATED, "0"));
            Await.result(three.change(wanted, Set.of(Attributes.COUNT)));
            assertThat(seen(three, thing).attributes()).containsEntry(Attributes.COUNT, "3");
            List<Instance> instances = ec2
                    .describeInstances(request -> request.filters(Filter.builder()
                            .name("tag:flotilla:cluster")
                            .values("set")
                            .build()))
                    .join()
                    .reservations()
                    .stream()
                    .flatMap(reservation -> reservation.instances().stream())
                    .toList();
            assertThat(instances)
                    .flatExtracting(Instance::tags)
                    .extracting(tag -> tag.value())
                    .contains("app-tier-instance-1", "app-tier-instance-2", "app-tier-instance-3");

            ec2.startInstances(request -> request.instanceIds(instances.get(0).instanceId()))
                    .join();
            assertThatThrownBy(() -> Await.result(three.remove(thing)))
                    .hasMessageContaining("1 instances of the cluster run by now");
            Eventually.until("it runs", () -> state(ec2, instances.get(0)).equals("running"));
            ec2.stopInstances(request -> request.instanceIds(instances.get(0).instanceId()))
                    .join();
            Eventually.until("it is stopped", () -> state(ec2, instances.get(0)).equals("stopped"));

            Await.result(three.remove(thing));
            assertThat(Await.result(three.look(thing))).isEqualTo(new Seen.Missing());
        }
    }

    @Test
    void setOfAnEarlierGateway_shouldBeToldOfTheNewOne() {
        Thing thing = new Thing(Kind.INSTANCES, "moved");
        Wanted wanted = Wanted.of(thing.kind(), thing.name(), Map.of());
        try (Ec2SetProvision before = set("moved", 2);
                Ec2SetProvision now = set("moved", 2, outfit("gateway-2:25520"));
                Ec2SetProvision nobodyKnows = set(
                        "moved", 2, CompletableFuture.failedFuture(new SettingsException("where is the gateway?")))) {
            Await.result(before.create(wanted));
            assertThat(seen(nobodyKnows, thing).attributes()).doesNotContainKey(Attributes.OUTDATED);
            assertThat(seen(now, thing).attributes()).containsEntry(Attributes.OUTDATED, "2");

            Await.result(now.change(wanted, Set.of(Attributes.OUTDATED)));

            assertThat(seen(now, thing).attributes())
                    .containsEntry(Attributes.OUTDATED, "0")
                    .containsEntry(Attributes.COUNT, "2");
            assertThat(seen(before, thing).attributes()).containsEntry(Attributes.OUTDATED, "2");
            Await.result(now.remove(thing));
        }
    }

    /** The members boot, as on EC2: this cloud is not told to spare them. */
    @Test
    void setOfWhichALaunchFails_shouldBeStoppedAndFilledUpByTheNextRun() {
        Thing thing = new Thing(Kind.INSTANCES, "cut-off");
        Wanted wanted = Wanted.of(thing.kind(), thing.name(), Map.of());
        try (Ec2SetProvision two = set("cut-off", 2, bootingOutfit())) {
            cloud.faults()
                    .fail(
                            "RunInstances",
                            "UnauthorizedOperation",
                            1,
                            Map.of("TagSpecification.1.Tag.1.Value", "app-tier-instance-2"));
            assertThatThrownBy(() -> Await.result(two.create(wanted)))
                    .hasMessageContaining("1 were launched before, and are stopped");
            Eventually.until(
                    "the first is stopped",
                    () -> seen(two, thing).attributes().get(Attributes.STOPPED).equals("1"));
            assertThat(seen(two, thing).attributes()).containsEntry(Attributes.UNFINISHED, "0");

            Await.result(two.change(wanted, Set.of(Attributes.COUNT)));

            Eventually.until(
                    "both are stopped",
                    () -> seen(two, thing).attributes().get(Attributes.STOPPED).equals("2"));
            Await.result(two.remove(thing));
        }
    }

    @Test
    void workersWhomNobodyElseEnds_shouldBeEndedWhileTheyRun() {
        Thing thing = new Thing(Kind.INSTANCES, "orphans");
        try (Ec2SetProvision workers = set("orphans", 2);
                Ec2InstanceFleet fleet =
                        Ec2InstanceFleet.connect(clients, settings().fleet(), "orphans", Clock.systemUTC())) {
            Await.result(fleet.launch(new AppTierId(1), "orphan-1", "flotilla {}"));
            Eventually.until(
                    "it is seen",
                    () -> seen(workers, thing)
                            .attributes()
                            .get(Attributes.RUNNING)
                            .equals("1"));

            Await.result(workers.end(thing));

            assertThat(Await.result(workers.look(thing))).isEqualTo(new Seen.Missing());
        }
    }

    private static Ec2SetProvision set(String cluster, int size) {
        return set(cluster, size, outfit("gateway-1:25520"));
    }

    private static Ec2SetProvision set(String cluster, int size, CompletableFuture<Ec2StoppedSet.Outfit> outfit) {
        return Ec2SetProvision.connect(
                clients,
                settings("flotilla.fleet.mode=start-stop").fleet(),
                cluster,
                new Ec2SetProvision.Recipe(size, () -> outfit),
                Clock.systemUTC());
    }

    private static CompletableFuture<Ec2StoppedSet.Outfit> outfit(String gateway) {
        return CompletableFuture.completedFuture(
                new Ec2StoppedSet.Outfit("flotilla {}", List.of(gateway), Map.of(EmbeddedCloud.MADE_STOPPED, "true")));
    }

    private static CompletableFuture<Ec2StoppedSet.Outfit> bootingOutfit() {
        return CompletableFuture.completedFuture(new Ec2StoppedSet.Outfit("flotilla {}", List.of(), Map.of()));
    }

    private static String state(Ec2AsyncClient ec2, Instance instance) {
        return ec2.describeInstances(request -> request.instanceIds(instance.instanceId()))
                .join()
                .reservations()
                .get(0)
                .instances()
                .get(0)
                .state()
                .nameAsString();
    }

    @Test
    void gateway_shouldBeAnInstanceThatIsNoWorker() {
        Thing thing = new Thing(Kind.GATEWAY, "gate-gateway");
        ProvisionSettings.Gateway settings = settings("flotilla.provision.gateway.image-id=ami-1")
                .provision()
                .gateway();
        try (Ec2GatewayProvision gateways = Ec2GatewayProvision.connect(
                        clients, settings, Optional.empty(), "gate", () -> "#!/bin/sh\n", Clock.systemUTC());
                Ec2SetProvision workers = set("gate", 2)) {
            assertThat(Await.result(gateways.look(thing))).isEqualTo(new Seen.Missing());

            Await.result(gateways.create(Wanted.of(thing.kind(), thing.name(), Map.of())));

            assertThat(seen(gateways, thing).attributes()).containsEntry(Attributes.ADDRESS, "127.0.0.1");
            assertThat(Await.result(workers.look(new Thing(Kind.INSTANCES, "set"))))
                    .isEqualTo(new Seen.Missing());
            Await.result(gateways.remove(thing));
            assertThat(Await.result(gateways.look(thing))).isEqualTo(new Seen.Missing());
        }
    }

    @Test
    void rehearsal_shouldTellWhatEc2WouldRefuseAndLaunchNothing() {
        FlotillaSettings nothing = settings("flotilla.fleet.launch-template=no-such-template");
        FlotillaSettings image = settings("flotilla.fleet.instance-types=[c7i.large, c6i.large]");
        try (Ec2Examination refused = Ec2Examination.connect(clients, nothing.fleet(), "dry", Clock.systemUTC());
                Ec2Examination taken = Ec2Examination.connect(clients, image.fleet(), "dry", Clock.systemUTC());
                Ec2SetProvision workers = set("dry", 2)) {
            assertThat(Await.result(refused.rehearse()).get(0).refusal().orElseThrow())
                    .contains("no-such-template");
            assertThat(Await.result(taken.rehearse()))
                    .containsExactly(
                            new Ec2Examination.Rehearsal("c7i.large", Optional.empty()),
                            new Ec2Examination.Rehearsal("c6i.large", Optional.empty()));
            assertThat(Await.result(taken.imageState("ami-1"))).isEqualTo("available");
            assertThatThrownBy(() -> Await.result(taken.imageState("image")))
                    .hasMessageContaining("there is no machine image image in this region");
            assertThat(Await.result(workers.look(new Thing(Kind.INSTANCES, "set"))))
                    .isEqualTo(new Seen.Missing());
        }
    }

    @Test
    void serviceThatDoesNotAnswer_shouldBeOneLine() {
        AwsSettings nowhere = new AwsSettings(
                Optional.of(EmbeddedCloud.REGION),
                Optional.of(URI.create("http://127.0.0.1:1")),
                Optional.of(URI.create("http://127.0.0.1:1")),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new AwsSettings.Credentials("a", "b")));
        try (AwsClients dead = AwsClients.open(nowhere, 0);
                SqsProvision queues = SqsProvision.connect(dead, CLUSTER);
                S3Provision buckets = S3Provision.connect(dead, CLUSTER, "")) {
            assertThatThrownBy(() -> Await.result(queues.look(new Thing(Kind.QUEUE, "q"))))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessageStartingWith("SQS GetQueueUrl of queue q failed: ");
            assertThatThrownBy(() -> Await.result(buckets.look(new Thing(Kind.BUCKET, "b"))))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessageStartingWith("S3 HeadBucket of bucket b failed: ");
        }
    }
}
