package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.testing.Listening;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole system with secrets that can be recognised, which must show up nowhere: in no log, record, object, queue, process
 * argument or answer. And its ports, which must be this machine's alone.
 */
class SecretsIT {
    private static final String API_KEY = "fake-api-key-8d1f6c";
    private static final String WRONG_KEY = "fake-wrong-key-77aa01";
    private static final String PUSH_SECRET = base64("fake-push-secret-0123456789abcdef");
    private static final String SET_SECRET = base64("fake-set-secret-fedcba9876543210");
    private static final String GROUP_SECRET = base64("fake-group-secret-00112233445566");
    private static final String AWS_ID = "AKIAFAKEFAKEFAKEFAKE";
    private static final String AWS_SECRET = "fake-aws-secret-access-key-5e0c";
    private static final String AWS_TOKEN = "fake-aws-session-token-91b2";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private String url;

    @TempDir
    private Path folder;

    @Test
    void secrets_shouldShowUpNowhereAndPortsOnlyHere() throws Exception {
        Path data = folder.resolve("data");
        Path config = Files.writeString(folder.resolve("secrets.conf"), """
                flotilla {
                  http.api-keys = [{ name = ops, sha256 = "%s", roles = [admin] }]
                  push { allowed-hosts = ["127.0.0.1"], allow-http = true, allow-private = true, secrets = ["whsec_%s"] }
                  push.retry.first = 100ms
                  scaling { policy = message-count, interval = 1s, settle = 0s, min-instances = 1, max-instances = 2 }
                  queue { receive-wait = 1s, visibility-timeout = 10s }
                  classifier { kind = delay, parallelism = 1 }
                  local.boot-delay = 0s
                }
                """.formatted(digest(API_KEY), PUSH_SECRET));
        Map<String, String> environment = Map.of(
                "AWS_ACCESS_KEY_ID", AWS_ID, "AWS_SECRET_ACCESS_KEY", AWS_SECRET, "AWS_SESSION_TOKEN", AWS_TOKEN);
        List<String> answers = new ArrayList<>();
        try (FlotillaProcess local = FlotillaProcess.start(
                folder,
                environment,
                "local",
                "--port",
                "0",
                "--data",
                data.toString(),
                "--config",
                config.toString(),
                "--verbose",
                "--set",
                "flotilla.push.secrets=[\"whsec_" + SET_SECRET + "\"]",
                "--set",
                "flotilla={push={secrets=[\"whsec_" + GROUP_SECRET + "\"]},local={boot-delay=0s}}")) {
            url = local.awaitLine("ready ");
            use(answers);

            List<ProcessHandle> others = local.descendants();
            assertThat(others).isNotEmpty();
            assertThat(local.workers()).isNotEmpty();
            assertThat(arguments(ProcessHandle.of(local.pid()).orElseThrow()))
                    .as("what is looked for can be found")
                    .hasValueSatisfying(text -> assertThat(text).contains(SET_SECRET, GROUP_SECRET));
            List<String> seen = new ArrayList<>();
            int listening = 0;
            for (ProcessHandle process : others) {
                Optional<String> arguments = arguments(process);
                arguments.ifPresent(seen::add);
                arguments.ifPresent(text -> shouldHoldNoSecret("arguments of " + process.pid(), text));
                List<String> sockets = sockets(process);
                assertThat(sockets).as("ports of %s", arguments).allMatch(Listening::isLoopback);
                listening += sockets.isEmpty() ? 0 : 1;
            }
            assertThat(listening)
                    .as("the cloud, and a worker that has answered")
                    .isGreaterThan(1);
            assertThat(seen)
                    .anyMatch(arguments -> arguments.contains(" cloud --data "))
                    .anyMatch(arguments -> arguments.endsWith(" worker "));
            assertThat(seen)
                    .filteredOn(arguments -> arguments.contains(" cloud --data "))
                    .as("what stands beside a secret")
                    .allMatch(arguments -> arguments.contains("boot-delay"));
            assertThat(Listening.of(local.pid())).isNotEmpty().allMatch(Listening::isLoopback);
            shouldHoldNoSecret("the console", local.out() + local.err());
            answers.forEach(answer -> shouldHoldNoSecret("an answer", answer));
            local.terminate();
            shouldHoldNoSecret("the console", local.out() + local.err());
        }
        for (Path file : files(data)) {
            shouldHoldNoSecret(file.toString(), new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        }
        assertThat(files(data)).anyMatch(file -> file.toString().contains("decisions"));
    }

    /** What a client does: right and wrong keys, images, callbacks, batches, and a look at everything there is to read. */
    private void use(List<String> answers) throws Exception {
        HttpResponse<String> labelled =
                send(request("/v1/classifications?file=cat.png&callback=http://127.0.0.1:9/hook")
                        .header("X-API-Key", API_KEY)
                        .header("Idempotency-Key", "one")
                        .header("Prefer", "wait=300")
                        .POST(BodyPublishers.ofByteArray(GatewayClient.TINY_PNG)));
        assertThat(labelled.statusCode()).as(labelled.body()).isEqualTo(200);
        answers.add(labelled.body() + labelled.headers().map());
        HttpResponse<String> refused = send(request("/v1/classifications?file=cat.png")
                .header("Authorization", "Bearer " + WRONG_KEY)
                .POST(BodyPublishers.ofByteArray(GatewayClient.TINY_PNG)));
        assertThat(refused.statusCode()).isEqualTo(401);
        answers.add(refused.body() + refused.headers().map());
        HttpResponse<String> foreign = send(request("/v1/batches")
                .header("X-API-Key", API_KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"images\":[\"s3://nobodys-bucket/a.png\"]}")));
        assertThat(foreign.statusCode()).as(foreign.body()).isEqualTo(202);
        answers.add(foreign.body());
        for (String path : List.of(
                "/",
                "/healthz",
                "/openapi.json",
                "/v1/fleet",
                "/v1/scaling/decisions?limit=10000",
                "/v1/nothing",
                "/v1/classifications/nothing")) {
            HttpResponse<String> response = send(request(path).header("Authorization", "Bearer " + API_KEY));
            answers.add(path + response.body() + response.headers().map());
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        return http.sendAsync(request.build(), BodyHandlers.ofString()).join();
    }

    private static void shouldHoldNoSecret(String where, String text) {
        for (String secret : List.of(
                API_KEY,
                WRONG_KEY,
                digest(API_KEY),
                PUSH_SECRET,
                SET_SECRET,
                GROUP_SECRET,
                "fake-push-secret",
                AWS_ID,
                AWS_SECRET,
                AWS_TOKEN)) {
            assertThat(text.contains(secret)).as("%s in %s", secret, where).isFalse();
        }
    }

    /** Empty for a process that has ended. */
    private static Optional<String> arguments(ProcessHandle process) {
        // It has none either from its end until its parent takes note of that.
        return Eventually.value("the arguments of " + process.pid() + " or its end", () -> {
            if (!process.isAlive()) {
                return Optional.of(Optional.<String>empty());
            }
            String arguments = Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                    .replace('\0', ' ');
            return arguments.isEmpty() ? Optional.empty() : Optional.of(Optional.of(arguments));
        });
    }

    /** None of a process that has ended. */
    private static List<String> sockets(ProcessHandle process) {
        try {
            return Listening.of(process.pid());
        } catch (UncheckedIOException e) {
            if (process.isAlive()) {
                throw e;
            }
            return List.of();
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String digest(String key) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
