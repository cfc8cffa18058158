package flotilla.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.config.StorageSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The S3 stand-in through the AWS SDK. */
class LocalS3IT {
    private static final String BUCKET = "flotilla-input";

    @TempDir
    private static Path directory;

    private static LocalS3 server;
    private static S3AsyncClient s3;

    @BeforeAll
    static void start() throws IOException {
        server = LocalS3.start(directory, 0, settings());
        s3 = Clients.s3(server.endpoint());
    }

    @AfterAll
    static void stop() throws IOException {
        s3.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain.jpg",
                "01J/deep/er/photo 1.jpg",
                "dir/naïve-日本.jpg",
                "odd/100% sure+more&so=on.jpg",
                "odd/%2e%2e%2fescaped.jpg",
                "odd/a..b"
            })
    void key_shouldComeBackAsItWasWritten(String key) {
        put(key, "content of " + key);

        assertThat(get(key)).isEqualTo("content of " + key);
        assertThat(s3.listObjectsV2(request -> request.bucket(BUCKET).prefix(key))
                        .join()
                        .contents())
                .extracting(S3Object::key)
                .contains(key);
    }

    @Test
    void missingKey_shouldBe404() {
        refused(404, () -> get("no/such/key"));
        refused(
                404,
                () -> s3.headObject(request -> request.bucket(BUCKET).key("no/such/key"))
                        .join());
    }

    @Test
    void conditionalWrite_shouldHaveOneWinner() {
        for (int round = 0; round < 10; round++) {
            String key = "race/" + round;
            List<CompletableFuture<String>> writers = IntStream.range(0, 8)
                    .mapToObj(writer -> s3.putObject(
                                    request -> request.bucket(BUCKET).key(key).ifNoneMatch("*"),
                                    AsyncRequestBody.fromString("writer " + writer))
                            .handle((done, failure) -> failure == null ? "writer " + writer : status(failure)))
                    .toList();
            List<String> outcomes =
                    writers.stream().map(CompletableFuture::join).toList();

            assertThat(outcomes)
                    .filteredOn(outcome -> outcome.startsWith("writer"))
                    .hasSize(1);
            assertThat(outcomes).filteredOn("412"::equals).hasSize(7);
            assertThat(outcomes).contains(get(key));
        }
    }

    @Test
    void multipartUpload_shouldBeOneObjectWhenCompletedAndNoneWhenAborted() {
        int partSize = 5 * 1024 * 1024;
        String upload = s3.createMultipartUpload(
                        request -> request.bucket(BUCKET).key("multi"))
                .join()
                .uploadId();
        List<CompletedPart> parts = IntStream.of(1, 2)
                .mapToObj(number -> CompletedPart.builder()
                        .partNumber(number)
                        .eTag(s3.uploadPart(
                                        request -> request.bucket(BUCKET)
                                                .key("multi")
                                                .uploadId(upload)
                                                .partNumber(number),
                                        AsyncRequestBody.fromBytes(new byte[number == 1 ? partSize : 3]))
                                .join()
                                .eTag())
                        .build())
                .toList();
        refused(404, () -> get("multi"));
        s3.completeMultipartUpload(request ->
                        request.bucket(BUCKET).key("multi").uploadId(upload).multipartUpload(all -> all.parts(parts)))
                .join();
        assertThat(s3.headObject(request -> request.bucket(BUCKET).key("multi"))
                        .join()
                        .contentLength())
                .isEqualTo(partSize + 3L);

        String aborted = s3.createMultipartUpload(
                        request -> request.bucket(BUCKET).key("aborted"))
                .join()
                .uploadId();
        s3.uploadPart(
                        request -> request.bucket(BUCKET)
                                .key("aborted")
                                .uploadId(aborted)
                                .partNumber(1),
                        AsyncRequestBody.fromString("part"))
                .join();
        s3.abortMultipartUpload(request -> request.bucket(BUCKET).key("aborted").uploadId(aborted))
                .join();
        refused(404, () -> get("aborted"));
        assertThat(s3.listObjectsV2(request -> request.bucket(BUCKET)).join().contents())
                .extracting(S3Object::key)
                .contains("multi")
                .noneMatch(key -> key.contains("aborted"));
    }

    @Test
    void restart_shouldKeepObjects(@TempDir Path other) throws IOException {
        try (LocalS3 first = LocalS3.start(other, 0, settings());
                S3AsyncClient client = Clients.s3(first.endpoint())) {
            client.putObject(
                            request -> request.bucket(BUCKET).key("kept").contentType("image/jpeg"),
                            AsyncRequestBody.fromString("kept"))
                    .join();
        }
        try (LocalS3 second = LocalS3.start(other, 0, settings());
                S3AsyncClient client = Clients.s3(second.endpoint())) {
            assertThat(client.headObject(request -> request.bucket(BUCKET).key("kept"))
                            .join()
                            .contentType())
                    .isEqualTo("image/jpeg");
        }
    }

    @Test
    void credentialsOfAnInstance_shouldBeAcceptedWithTheirSessionToken() {
        put("session", "content");

        String content = s3.getObject(
                        request -> request.bucket(BUCKET)
                                .key("session")
                                .overrideConfiguration(
                                        override -> override.credentialsProvider(StaticCredentialsProvider.create(
                                                AwsSessionCredentials.create("local", "local", "any token")))),
                        AsyncResponseTransformer.toBytes())
                .join()
                .asUtf8String();

        assertThat(content).isEqualTo("content");
    }

    private static StorageSettings settings() {
        return FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()))
                .storage();
    }

    private static void put(String key, String content) {
        s3.putObject(request -> request.bucket(BUCKET).key(key), AsyncRequestBody.fromString(content))
                .join();
    }

    private static String get(String key) {
        return s3.getObject(request -> request.bucket(BUCKET).key(key), AsyncResponseTransformer.toBytes())
                .join()
                .asUtf8String();
    }

    private static String status(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof S3Exception s3Failure ? String.valueOf(s3Failure.statusCode()) : cause.toString();
    }

    private static void refused(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .cause()
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(status));
    }
}
