package flotilla.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.EmbeddedCloud;
import flotilla.config.LocalSettings;
import flotilla.domain.InstanceId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.imds.Ec2MetadataAsyncClient;
import software.amazon.awssdk.imds.Ec2MetadataClientException;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** The EC2 stand-in through the AWS SDK; the instances are {@code sleep}. */
class LocalEc2IT {
    @TempDir
    private static Path data;

    private static LocalEc2 cloud;
    private static Ec2AsyncClient ec2;

    @BeforeAll
    static void start() throws IOException {
        cloud = LocalEc2.start(data, settings(Duration.ZERO), List.of("sleep", "1000"), Map.of());
        ec2 = Clients.ec2(cloud.endpoint());
    }

    @AfterAll
    static void stop() {
        ec2.close();
        cloud.close();
    }

    @Test
    void launch_shouldBePendingFirstAndThenRun() {
        Instance launched = launch("boot", "ami-1", 1).get(0);

        assertThat(launched.state().name()).isEqualTo(InstanceStateName.PENDING);
        awaitState(launched, InstanceStateName.RUNNING);
        Instance running = describe(launched);
        assertThat(running.imageId()).isEqualTo("ami-1");
        assertThat(running.instanceTypeAsString()).isEqualTo("c7i.large");
        assertThat(running.privateIpAddress()).isEqualTo("127.0.0.1");
        assertThat(running.launchTime()).isNotNull();
        assertThat(running.tags()).contains(tag("test", "boot"));
        assertThat(process(launched).isAlive()).isTrue();
    }

    @Test
    void bootDelay_shouldKeepInstancePendingWithoutProcess(@TempDir Path other) throws IOException {
        LocalSettings slow = settings(Duration.ofHours(1));
        try (LocalEc2 slowCloud = LocalEc2.start(other, slow, List.of("sleep", "1000"), Map.of());
                Ec2AsyncClient client = Clients.ec2(slowCloud.endpoint())) {
            String id = client.runInstances(request("slow", "ami-1", 1).build())
                    .join()
                    .instances()
                    .get(0)
                    .instanceId();

            assertThat(client.describeInstances(DescribeInstancesRequest.builder()
                                    .instanceIds(id)
                                    .build())
                            .join()
                            .reservations()
                            .get(0)
                            .instances()
                            .get(0)
                            .state()
                            .name())
                    .isEqualTo(InstanceStateName.PENDING);
            assertThat(other.resolve("instances")).isEmptyDirectory();
        }
    }

    @Test
    void terminate_shouldEndProcessAndShowTerminated() {
        Instance instance = running("terminate");
        ProcessHandle process = process(instance);

        var change = ec2.terminateInstances(request -> request.instanceIds(instance.instanceId()))
                .join()
                .terminatingInstances()
                .get(0);

        assertThat(change.previousState().name()).isEqualTo(InstanceStateName.RUNNING);
        assertThat(change.currentState().name()).isEqualTo(InstanceStateName.SHUTTING_DOWN);
        awaitState(instance, InstanceStateName.TERMINATED);
        assertThat(process.isAlive()).isFalse();
        assertThat(describe(instance).stateReason().code()).isEqualTo("Client.UserInitiatedShutdown");
        assertThat(ec2.terminateInstances(request -> request.instanceIds(instance.instanceId()))
                        .join()
                        .terminatingInstances()
                        .get(0)
                        .currentState()
                        .name())
                .isEqualTo(InstanceStateName.TERMINATED);
    }

    @Test
    void killedProcess_shouldShowTerminatedByServer() {
        Instance instance = running("killed");

        process(instance).destroyForcibly();

        awaitState(instance, InstanceStateName.TERMINATED);
        assertThat(describe(instance).stateReason().code()).isEqualTo("Server.InternalError");
    }

    @Test
    void interruptedInstance_shouldBeToldAndEndAtItsTime() throws Exception {
        Instance instance = running("interrupt");
        Instance other = running("stays");
        ProcessHandle process = process(instance);
        try (Ec2MetadataAsyncClient metadata = metadata(instance);
                Ec2MetadataAsyncClient others = metadata(other)) {
            order("/_faults/recommend-rebalance?InstanceId=" + instance.instanceId());
            assertThat(metadata.get("/latest/meta-data/events/recommendations/rebalance")
                            .join()
                            .asString())
                    .contains("noticeTime");
            order("/_faults/interrupt?InstanceId=" + instance.instanceId() + "&Seconds=8");
            assertThat(metadata.get("/latest/meta-data/spot/instance-action")
                            .join()
                            .asString())
                    .contains("\"action\" : \"terminate\"", "\"time\"");
            assertThatThrownBy(() ->
                            others.get("/latest/meta-data/spot/instance-action").join())
                    .hasCauseInstanceOf(Ec2MetadataClientException.class);
        }

        awaitState(instance, InstanceStateName.TERMINATED);
        assertThat(process.isAlive()).isFalse();
        assertThat(describe(instance).stateReason().code()).isEqualTo("Server.SpotInstanceTermination");
        assertThat(describe(other).state().name()).isEqualTo(InstanceStateName.RUNNING);
    }

    private static Ec2MetadataAsyncClient metadata(Instance instance) {
        return Ec2MetadataAsyncClient.builder()
                .endpoint(URI.create(cloud.endpoint() + "/" + instance.instanceId()))
                .httpClient(Clients.http())
                .build();
    }

    private static void order(String fault) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(cloud.endpoint() + fault))
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @Test
    void stoppedInstance_shouldStartAgainWithAnotherProcess() {
        Instance instance = running("stop");
        ProcessHandle first = process(instance);

        ec2.stopInstances(request -> request.instanceIds(instance.instanceId())).join();
        awaitState(instance, InstanceStateName.STOPPED);
        assertThat(first.isAlive()).isFalse();
        ec2.startInstances(request -> request.instanceIds(instance.instanceId()))
                .join();
        awaitState(instance, InstanceStateName.RUNNING);

        assertThat(process(instance).pid()).isNotEqualTo(first.pid());
    }

    @Test
    void instanceMadeStopped_shouldBootOnlyWhenItIsStarted() {
        Instance made = ec2.runInstances(request("made-stopped", "ami-1", 1)
                        .tagSpecifications(TagSpecification.builder()
                                .resourceType(ResourceType.INSTANCE)
                                .tags(tag(EmbeddedCloud.MADE_STOPPED, "true"))
                                .build())
                        .build())
                .join()
                .instances()
                .get(0);
        assertThat(made.state().name()).isEqualTo(InstanceStateName.STOPPED);
        ec2.stopInstances(request -> request.instanceIds(made.instanceId())).join();
        assertThat(describe(made).state().name()).isEqualTo(InstanceStateName.STOPPED);
        assertThat(file(made)).doesNotExist();

        ec2.startInstances(request -> request.instanceIds(made.instanceId())).join();

        awaitState(made, InstanceStateName.RUNNING);
        assertThat(process(made).isAlive()).isTrue();
    }

    @Test
    void sameClientToken_shouldLaunchOnce() {
        RunInstancesRequest request =
                request("token", "ami-1", 2).clientToken("token-1").build();

        List<String> first = ids(ec2.runInstances(request).join().instances());
        List<String> second = ids(ec2.runInstances(request).join().instances());

        assertThat(second).hasSize(2).isEqualTo(first);
        refused(
                "IdempotentParameterMismatch",
                () -> ec2.runInstances(request("token", "ami-2", 2)
                                .clientToken("token-1")
                                .build())
                        .join());
    }

    @Test
    void clientTokenOfTerminatedInstance_shouldBeRefused() {
        RunInstancesRequest request =
                request("token-gone", "ami-1", 1).clientToken("token-2").build();
        Instance instance = ec2.runInstances(request).join().instances().get(0);
        ec2.terminateInstances(terminate -> terminate.instanceIds(instance.instanceId()))
                .join();
        awaitState(instance, InstanceStateName.TERMINATED);

        refused("IdempotentInstanceTerminated", () -> ec2.runInstances(request).join());
    }

    @Test
    void filters_shouldMatchStatesTagsAndWildcards() {
        List<Instance> launched = launch("filter", "ami-filter", 3);
        ec2.createTags(request ->
                        request.resources(launched.get(0).instanceId()).tags(tag("Name", "app-tier-1")))
                .join();
        ec2.createTags(request ->
                        request.resources(launched.get(1).instanceId()).tags(tag("Name", "app-tier-20")))
                .join();

        assertThat(find(filter("tag:test", "filter"))).hasSize(3);
        assertThat(find(filter("image-id", "ami-filter"), filter("tag:Name", "app-tier-?")))
                .containsExactly(launched.get(0).instanceId());
        assertThat(find(filter("tag:Name", "app-tier-*"))).hasSize(2);
        assertThat(find(filter("image-id", "ami-filter"), filter("tag-key", "Name", "Other")))
                .hasSize(2);
        assertThat(find(filter("tag:test", "filter"), filter("instance-state-name", "stopped")))
                .isEmpty();
        assertThat(find(filter("tag:test", "FILTER"))).isEmpty();
        refused("InvalidParameterValue", () -> find(filter("color", "red")));
    }

    @Test
    void deletedTags_shouldBeGoneWhenTheirValueMatches() {
        String id = launch("delete-tags", "ami-1", 1).get(0).instanceId();
        ec2.createTags(request -> request.resources(id).tags(tag("a", "1"), tag("b", "2")))
                .join();

        ec2.deleteTags(request -> request.resources(id)
                        .tags(tag("a", "other"), Tag.builder().key("b").build()))
                .join();

        assertThat(ec2.describeTags(request -> request.filters(filter("resource-id", id)))
                        .join()
                        .tags())
                .extracting(tag -> tag.key() + "=" + tag.value())
                .containsExactly("a=1", "test=delete-tags");
    }

    @Test
    void pages_shouldHoldEveryInstanceOnce() {
        List<String> launched = ids(launch("pages", "ami-1", 12));

        List<String> paged = new ArrayList<>();
        String token = null;
        int pages = 0;
        do {
            DescribeInstancesResponse page = ec2.describeInstances(DescribeInstancesRequest.builder()
                            .filters(filter("tag:test", "pages"))
                            .maxResults(5)
                            .nextToken(token)
                            .build())
                    .join();
            page.reservations().forEach(reservation -> paged.addAll(ids(reservation.instances())));
            token = page.nextToken();
            pages++;
        } while (token != null);

        assertThat(pages).isEqualTo(3);
        assertThat(paged).isEqualTo(launched);
    }

    @Test
    void wrongRequests_shouldBeRefusedAsByEc2() {
        refused(
                "InvalidInstanceID.NotFound",
                () -> ec2.describeInstances(request -> request.instanceIds("i-00000000000000000"))
                        .join());
        refused(
                "InvalidInstanceID.Malformed",
                () -> ec2.terminateInstances(request -> request.instanceIds("machine"))
                        .join());
        refused(
                "MissingParameter",
                () -> ec2.runInstances(request -> request.minCount(1).maxCount(1))
                        .join());
        refused(
                "DryRunOperation",
                () -> ec2.runInstances(request("dry", "ami-1", 1).dryRun(true).build())
                        .join());
        refused(
                "InvalidUserData.Malformed",
                () -> ec2.runInstances(request("data", "ami-1", 1)
                                .userData("no base64 at all: !")
                                .build())
                        .join());
        refused("InvalidAction", () -> ec2.describeVolumes().join());
        assertThat(find(filter("tag:test", "dry", "data"))).isEmpty();
    }

    @Test
    void wrongCredentials_shouldBeAuthFailure() {
        for (Ec2AsyncClient stranger :
                List.of(Clients.ec2(cloud.endpoint(), "other", "local"), Clients.ec2(cloud.endpoint(), "local", "x"))) {
            try (stranger) {
                refused("AuthFailure", () -> stranger.describeInstances().join());
            }
        }
    }

    @Test
    void orderedFailures_shouldHitTheNextCallsOnly() {
        cloud.faults().fail("RunInstances", "InsufficientInstanceCapacity", 1);

        refused("InsufficientInstanceCapacity", () -> launch("capacity", "ami-1", 1));

        assertThat(launch("capacity", "ami-1", 1)).hasSize(1);
    }

    @Test
    void failuresOrderedForOneType_shouldHitNoOther() {
        cloud.faults().fail("RunInstances", "InsufficientInstanceCapacity", 1, Map.of("InstanceType", "p5.48xlarge"));

        assertThat(launch("other-type", "ami-1", 1)).hasSize(1);
        refused(
                "InsufficientInstanceCapacity",
                () -> ec2.runInstances(request("rare-type", "ami-1", 1)
                                .instanceType("p5.48xlarge")
                                .build())
                        .join());
    }

    @Test
    void pretendingInstance_shouldRunWithoutProcessUntilTerminated() {
        Instance instance = running("pretend");
        ProcessHandle process = process(instance);
        cloud.faults().pretendRunning(new InstanceId(instance.instanceId()));

        process.destroyForcibly();
        process.onExit().join();
        Eventually.until("file gone", () -> !Files.exists(file(instance)));

        assertThat(describe(instance).state().name()).isEqualTo(InstanceStateName.RUNNING);
        ec2.terminateInstances(request -> request.instanceIds(instance.instanceId()))
                .join();
        awaitState(instance, InstanceStateName.TERMINATED);
    }

    @Test
    void hangingTermination_shouldEndOnlyAfterAnotherTerminate() {
        Instance instance = running("hang");
        cloud.faults().hangTermination(new InstanceId(instance.instanceId()));

        ec2.terminateInstances(request -> request.instanceIds(instance.instanceId()))
                .join();

        assertThat(describe(instance).state().name()).isEqualTo(InstanceStateName.SHUTTING_DOWN);
        assertThat(process(instance).isAlive()).isTrue();
        cloud.faults().clear();
        ec2.terminateInstances(request -> request.instanceIds(instance.instanceId()))
                .join();
        awaitState(instance, InstanceStateName.TERMINATED);
    }

    @Test
    void faultsOverHttp_shouldKillFailAndForget() throws Exception {
        Instance instance = running("http-faults");
        assertThat(order("POST", "/dead-process?InstanceId=" + instance.instanceId()))
                .isEqualTo(200);
        Eventually.until("process gone", () -> !Files.exists(file(instance)));
        assertThat(describe(instance).state().name()).isEqualTo(InstanceStateName.RUNNING);

        assertThat(order("POST", "/fail?Action=DescribeRegions&Code=RequestLimitExceeded&Count=2"))
                .isEqualTo(200);
        refused("RequestLimitExceeded", () -> ec2.describeRegions().join());
        assertThat(order("DELETE", "")).isEqualTo(200);
        assertThat(ec2.describeRegions().join().regions()).hasSize(1);

        assertThat(order("POST", "/fail?Action=RunInstances")).isEqualTo(400);
        assertThat(order("POST", "/earthquake")).isEqualTo(400);
    }

    private static int order(String method, String fault) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(cloud.endpoint() + "/_faults" + fault))
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }

    private static LocalSettings settings(Duration bootDelay) {
        return new LocalSettings(0, 0, 0, bootDelay, List.of(), Duration.ofSeconds(5), Duration.ofMinutes(10));
    }

    private static RunInstancesRequest.Builder request(String test, String image, int count) {
        return RunInstancesRequest.builder()
                .imageId(image)
                .instanceType("c7i.large")
                .minCount(count)
                .maxCount(count)
                .tagSpecifications(TagSpecification.builder()
                        .resourceType(ResourceType.INSTANCE)
                        .tags(tag("test", test))
                        .build());
    }

    private static List<Instance> launch(String test, String image, int count) {
        return ec2.runInstances(request(test, image, count).build()).join().instances();
    }

    private static Instance running(String test) {
        Instance instance = launch(test, "ami-1", 1).get(0);
        awaitState(instance, InstanceStateName.RUNNING);
        return instance;
    }

    private static Instance describe(Instance instance) {
        return ec2.describeInstances(request -> request.instanceIds(instance.instanceId()))
                .join()
                .reservations()
                .get(0)
                .instances()
                .get(0);
    }

    private static void awaitState(Instance instance, InstanceStateName state) {
        Eventually.until(
                state.toString(), () -> describe(instance).state().name().equals(state));
    }

    private static Path file(Instance instance) {
        return data.resolve("instances").resolve(instance.instanceId() + ".json");
    }

    private static ProcessHandle process(Instance instance) {
        try {
            String json = Files.readString(file(instance));
            return ProcessHandle.of(Long.parseLong(json.replaceAll("(?s).*\"pid\":(\\d+).*", "$1")))
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> find(Filter... filters) {
        return ec2.describeInstances(request -> request.filters(filters)).join().reservations().stream()
                .flatMap(reservation -> ids(reservation.instances()).stream())
                .toList();
    }

    private static List<String> ids(List<Instance> instances) {
        return instances.stream().map(Instance::instanceId).toList();
    }

    private static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private static void refused(String code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        Ec2Exception.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code));
    }
}
