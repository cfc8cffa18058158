package flotilla.local;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.LocalSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.imds.Ec2MetadataAsyncClient;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** The metadata service through the AWS SDK and by hand. */
class MetadataEndpointTest {
    @TempDir
    private static Path data;

    private static LocalEc2 cloud;
    private static URI base;
    private static String instanceId;
    private final HttpClient http = HttpClient.newHttpClient();

    /** How long the SDK's provider of credentials waits, in seconds. */
    private static final String PATIENCE = SdkSystemSetting.AWS_METADATA_SERVICE_TIMEOUT.property();

    @BeforeAll
    static void start() throws IOException {
        System.setProperty(PATIENCE, "60");
        LocalSettings settings = new LocalSettings(
                0, 0, 0, Duration.ofHours(1), List.of(), Duration.ofSeconds(5), Duration.ofMinutes(10));
        cloud = LocalEc2.start(data, settings, List.of("true"), Map.of());
        try (Ec2AsyncClient ec2 = Clients.ec2(cloud.endpoint())) {
            instanceId = ec2.runInstances(request -> request.imageId("ami-7")
                            .instanceType("c7i.large")
                            .minCount(1)
                            .maxCount(1)
                            .userData(Base64.getEncoder()
                                    .encodeToString("cluster = ünï\n".getBytes(StandardCharsets.UTF_8)))
                            .tagSpecifications(TagSpecification.builder()
                                    .resourceType(ResourceType.INSTANCE)
                                    .tags(Tag.builder()
                                            .key("flotilla:app-tier-id")
                                            .value("3")
                                            .build())
                                    .build()))
                    .join()
                    .instances()
                    .get(0)
                    .instanceId();
        }
        base = URI.create(cloud.endpoint() + "/" + instanceId);
    }

    @AfterAll
    static void stop() {
        System.clearProperty(PATIENCE);
        cloud.close();
    }

    @Test
    void sdkMetadataClient_shouldReadWhatARealInstanceHas() {
        try (Ec2MetadataAsyncClient metadata = Ec2MetadataAsyncClient.builder()
                .endpoint(base)
                .httpClient(Clients.http())
                .build()) {
            assertThat(read(metadata, "/latest/meta-data/instance-id")).isEqualTo(instanceId);
            assertThat(read(metadata, "/latest/meta-data/instance-type")).isEqualTo("c7i.large");
            assertThat(read(metadata, "/latest/meta-data/ami-id")).isEqualTo("ami-7");
            assertThat(read(metadata, "/latest/meta-data/local-ipv4")).isEqualTo("127.0.0.1");
            assertThat(read(metadata, "/latest/meta-data/placement/region")).isEqualTo("us-east-1");
            assertThat(read(metadata, "/latest/meta-data/placement/availability-zone"))
                    .isEqualTo("us-east-1a");
            assertThat(read(metadata, "/latest/meta-data/tags/instance/flotilla:app-tier-id"))
                    .isEqualTo("3");
            assertThat(read(metadata, "/latest/user-data")).isEqualTo("cluster = ünï\n");
            assertThat(read(metadata, "/latest/meta-data/")).contains("instance-id\n", "iam/\n", "placement/\n");
            assertThat(read(metadata, "/latest/meta-data/tags/instance")).isEqualTo("flotilla:app-tier-id");
            assertThat(read(metadata, "/latest/dynamic/instance-identity/document"))
                    .contains("\"instanceId\" : \"" + instanceId + "\"");
        }
    }

    @Test
    void sdkCredentialsProvider_shouldGetLocalCredentials() {
        try (InstanceProfileCredentialsProvider provider = InstanceProfileCredentialsProvider.builder()
                .endpoint(base.toString())
                .build()) {
            AwsCredentials credentials = provider.resolveCredentials();

            assertThat(credentials.accessKeyId()).isEqualTo("local");
            assertThat(credentials.secretAccessKey()).isEqualTo("local");
            assertThat(credentials.expirationTime())
                    .hasValueSatisfying(
                            time -> assertThat(time).isAfter(Instant.now().plus(Duration.ofHours(1))));
        }
    }

    @Test
    void readWithoutToken_shouldBe401() throws Exception {
        assertThat(get("/latest/meta-data/instance-id", "guessed").statusCode()).isEqualTo(401);
    }

    @Test
    void tokenWithoutLifetime_shouldBe400() throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(base + "/latest/api/token"))
                        .PUT(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(400);
    }

    @Test
    void notices_shouldBe404WhileNobodyOrderedAny() throws Exception {
        assertThat(get("/latest/meta-data/spot/instance-action", token()).statusCode())
                .isEqualTo(404);
        assertThat(get("/latest/meta-data/events/recommendations/rebalance", token())
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void interruptionOfAnInstanceThatDoesNotRun_shouldBeRefused() throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(cloud.endpoint() + "/_faults/interrupt?InstanceId=" + instanceId))
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("does not run: pending");
    }

    @Test
    void unknownPath_shouldBe404() throws Exception {
        assertThat(get("/latest/meta-data/public-ipv4", token()).statusCode()).isEqualTo(404);
        assertThat(get("/latest/other", token()).statusCode()).isEqualTo(404);
    }

    private String token() throws Exception {
        return http.send(
                        HttpRequest.newBuilder(URI.create(base + "/latest/api/token"))
                                .header("X-aws-ec2-metadata-token-ttl-seconds", "60")
                                .PUT(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private HttpResponse<String> get(String path, String token) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(base + path))
                        .header("X-aws-ec2-metadata-token", token)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String read(Ec2MetadataAsyncClient metadata, String path) {
        return metadata.get(path).join().asString();
    }
}
