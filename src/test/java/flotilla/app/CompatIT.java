package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.drill.FreePort;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** The whole system as {@code config/compat.conf} sets it up, and what lands in its buckets. */
class CompatIT {
    private static final Path CONFIG = Path.of("config", "compat.conf").toAbsolutePath();

    @Test
    void upload_shouldBeAnsweredAndKeptByName(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        Path table = Files.writeString(folder.resolve("table.csv"), "Image,Results\ntest_000,Paul\ntest_001,Ringo\n");
        try (FlotillaProcess local = FlotillaProcess.start(
                folder,
                "local",
                "--config",
                CONFIG.toString(),
                "--port",
                "0",
                "--data",
                data.toString(),
                "--set",
                "flotilla.http.host=127.0.0.1",
                "--set",
                "flotilla.cluster.port=" + FreePort.next(),
                "--set",
                "flotilla.classifier.kind=table",
                "--set",
                "flotilla.classifier.table=" + table,
                "--set",
                "flotilla.scaling.max-instances=1",
                "--set",
                "flotilla.scaling.settle=0s",
                "--set",
                "flotilla.scaling.interval=1s",
                "--set",
                "flotilla.queue.receive-wait=1s",
                "--set",
                "flotilla.local.boot-delay=0s")) {
            String url = local.awaitLine("ready ");

            assertThat(post(url + "/", "inputFile", "test_000.jpg")).isEqualTo("test_000:Paul");
            assertThat(post(url + "/process", "myfile", "test_001.jpg")).isEqualTo("Ringo");

            try (S3AsyncClient s3 = s3(data)) {
                assertThat(bytes(s3, "flotilla-input", "test_000.jpg")).isEqualTo(GatewayClient.TINY_PNG);
                // Who waits may find the result in the store before the worker has written its copy.
                awaitLabel(s3, "test_000", "Paul");
                awaitLabel(s3, "test_001", "Ringo");
            }
            Eventually.until(
                    "the results on the console",
                    () -> local.err().contains("test_000:Paul") && local.err().contains("test_001:Ringo"));
        }
    }

    private static String post(String url, String field, String file) throws Exception {
        String head =
                "--b\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"" + file + "\"\r\n\r\n";
        List<byte[]> body = List.of(
                head.getBytes(StandardCharsets.UTF_8),
                GatewayClient.TINY_PNG,
                "\r\n--b--\r\n".getBytes(StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "multipart/form-data; boundary=b")
                .POST(HttpRequest.BodyPublishers.ofByteArrays(body))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static S3AsyncClient s3(Path data) throws Exception {
        String endpoint = new ObjectMapper()
                .readTree(data.resolve("endpoints.json").toFile())
                .path("s3")
                .asText();
        return S3AsyncClient.builder()
                .endpointOverride(URI.create(endpoint))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .build();
    }

    private static void awaitLabel(S3AsyncClient s3, String key, String label) {
        Eventually.until(
                "the label " + label + " at " + key,
                () -> Arrays.equals(bytes(s3, "flotilla-output", key), label.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] bytes(S3AsyncClient s3, String bucket, String key) {
        ResponseBytes<GetObjectResponse> object = s3.getObject(
                        request -> request.bucket(bucket).key(key), AsyncResponseTransformer.toBytes())
                .join();
        return object.asByteArray();
    }
}
