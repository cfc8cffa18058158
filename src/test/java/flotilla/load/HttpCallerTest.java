package flotilla.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flotilla.drill.FreePort;
import flotilla.testing.FakeGateway;
import flotilla.testing.FakeGateway.Asked;
import flotilla.testing.FakeGateway.Said;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class HttpCallerTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final String PROMISED = "/v1/classifications/0190";

    @TempDir
    private Path folder;

    private LoadImage image;

    @BeforeEach
    void writeImage() throws IOException {
        image = new LoadImage(Files.write(folder.resolve("test_000.jpg"), new byte[] {'x', 0, (byte) 0xFF, '\n', 'y'}));
    }

    @Test
    void classic_shouldSendTheBytesOfTheClassicClients() throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(asked -> Said.text("test_000:Paul"));
                HttpCaller caller = caller(gateway, Api.CLASSIC, true, 0, LONG)) {
            Reply reply = caller.call(image).join();

            assertThat(label(reply)).isEqualTo("Paul");
            Asked asked = gateway.uploads().get(0);
            assertThat(asked.method() + " " + asked.uri()).isEqualTo("POST /");
            String type = asked.headers().getFirst("Content-Type");
            assertThat(type).matches("multipart/form-data; boundary=[0-9a-f]{32}");
            String boundary = type.substring(type.indexOf('=') + 1);
            assertThat(asked.text())
                    .isEqualTo("--" + boundary
                            + "\r\nContent-Disposition: form-data; name=\"inputFile\"; filename=\"test_000.jpg\"\r\n\r\n"
                            + new String(new byte[] {'x', 0, (byte) 0xFF, '\n', 'y'}, StandardCharsets.ISO_8859_1)
                            + "\r\n--" + boundary + "--\r\n");
            assertThat(asked.headers().getFirst("Content-Length")).isEqualTo(Integer.toString(asked.body().length));
            assertThat(asked.headers().getFirst("Accept")).isEqualTo("*/*");
            assertThat(asked.headers().getFirst("X-API-Key")).isEqualTo("secret");
            assertThat(asked.headers()).doesNotContainKey("Expect").doesNotContainKey("Idempotency-key");
        }
    }

    @Test
    void newConnections_shouldBringEachImageOnItsOwn() throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(asked -> Said.text("test_000:Paul"));
                HttpCaller caller = caller(gateway, Api.CLASSIC, true, 0, LONG)) {
            for (int i = 0; i < 5; i++) {
                caller.call(image).join();
            }
            assertThat(gateway.uploads())
                    .allMatch(asked -> asked.headers().getFirst("Connection").equals("close"));
            assertThat(gateway.connections())
                    .as("a port that is free again may come twice, but not each time")
                    .hasSizeGreaterThan(1);
        }
    }

    @Test
    void keptConnection_shouldBringAllImages() throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(asked -> Said.text("test_000:Paul"));
                HttpCaller caller = caller(gateway, Api.CLASSIC, false, 0, LONG)) {
            for (int i = 0; i < 5; i++) {
                caller.call(image).join();
            }
            assertThat(gateway.connections()).hasSize(1);
        }
    }

    @Test
    void thousandNewConnectionsThatWait_shouldAllBeOpenAtOnceOnAFewThreads() throws IOException {
        int many = 1000;
        Queue<CompletableFuture<Said>> waiting = new ConcurrentLinkedQueue<>();
        AtomicInteger arrived = new AtomicInteger();
        AtomicInteger threads = new AtomicInteger();
        try (FakeGateway gateway = FakeGateway.start(asked -> {
                    CompletableFuture<Said> answer = new CompletableFuture<>();
                    waiting.add(answer);
                    if (arrived.incrementAndGet() == many) {
                        threads.set((int) Thread.getAllStackTraces().keySet().stream()
                                .filter(thread -> thread.getName().equals("load-http"))
                                .count());
                        waiting.forEach(one -> one.complete(Said.text("test_000:Paul")));
                    }
                    return answer;
                });
                HttpCaller caller = caller(gateway, Api.CLASSIC, true, 0, LONG)) {
            List<CompletableFuture<Reply>> calls = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                calls.add(caller.call(image));
            }

            assertThat(calls).allMatch(call -> label(call.join()).equals("Paul"));
            assertThat(gateway.connections()).hasSize(many);
            assertThat(threads.get()).isBetween(1, 4);
        }
    }

    @Test
    void v1_shouldWaitAndThenPollUntilThereIsAResult() throws IOException {
        Queue<Said> answers = new ConcurrentLinkedQueue<>(List.of(
                Said.promise(PROMISED),
                new Said(202, Map.of("Location", PROMISED, "Retry-After", "0"), ""),
                Said.result("test_000.jpg", "Paul", 3)));
        try (FakeGateway gateway = FakeGateway.answering(asked -> answers.remove());
                HttpCaller caller = caller(gateway, Api.V1, false, 0, LONG)) {
            Reply reply = caller.call(image).join();

            assertThat(label(reply)).isEqualTo("Paul");
            assertThat(((Answer.Labelled) reply.answer()).worker())
                    .contains(new Answer.Worker("i-3", Optional.of("3")));
            assertThat(reply.acceptedNanos()).isPresent();
            Asked asked = gateway.uploads().get(0);
            assertThat(asked.uri()).isEqualTo("/v1/classifications?file=test_000.jpg");
            assertThat(asked.headers().getFirst("Prefer")).isEqualTo("wait=30");
            assertThat(asked.headers().getFirst("Content-Type")).isEqualTo("image/jpeg");
            assertThat(asked.body()).containsExactly('x', 0, 0xFF, '\n', 'y');
            assertThat(gateway.polls()).containsExactly(PROMISED + "?wait=20", PROMISED + "?wait=20");
        }
    }

    @Test
    void v1WithAShortTimeout_shouldNotAskTheServerToWaitLonger() throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(asked -> Said.result("test_000.jpg", "Paul", 1));
                HttpCaller caller = caller(gateway, Api.V1, false, 0, Duration.ofSeconds(12))) {
            caller.call(image).join();

            assertThat(gateway.uploads().get(0).headers().getFirst("Prefer")).isEqualTo("wait=12");
        }
    }

    @Test
    void async_shouldAskForAPromise() throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(
                        asked -> asked.method().equals("POST") ? Said.promise(PROMISED) : Said.result("a", "Paul", 1));
                HttpCaller caller = caller(gateway, Api.ASYNC, false, 0, LONG)) {
            assertThat(label(caller.call(image).join())).isEqualTo("Paul");
            assertThat(gateway.uploads().get(0).headers().getFirst("Prefer")).isEqualTo("respond-async");
            assertThat(gateway.polls()).containsExactly(PROMISED + "?wait=20");
        }
    }

    @Test
    void unusualName_shouldArriveAsItIs() throws IOException {
        LoadImage umlaut = new LoadImage(Files.write(folder.resolve("Käse & \"Brot\" +1.png"), new byte[] {1}));
        try (FakeGateway gateway = FakeGateway.answering(asked -> Said.text("x"))) {
            try (HttpCaller caller = caller(gateway, Api.V1, false, 0, LONG)) {
                caller.call(umlaut).join();
            }
            try (HttpCaller caller = caller(gateway, Api.CLASSIC, false, 0, LONG)) {
                caller.call(umlaut).join();
            }
            assertThat(gateway.uploads().get(0).uri())
                    .isEqualTo("/v1/classifications?file=K%C3%A4se%20%26%20%22Brot%22%20%2B1.png");
            assertThat(new String(gateway.uploads().get(1).body(), StandardCharsets.UTF_8))
                    .contains("filename=\"Käse & %22Brot%22 +1.png\"");
        }
    }

    @Test
    void serverThatAsksToComeBack_shouldBeAskedAgainUnderTheSameKey() throws IOException {
        Queue<Said> answers = new ConcurrentLinkedQueue<>(List.of(
                Said.problem(503, "unavailable", Map.of("Retry-After", "0")),
                Said.problem(429, "backlog-full", Map.of("Retry-After", "0")),
                Said.result("test_000.jpg", "Paul", 1)));
        try (FakeGateway gateway = FakeGateway.answering(asked -> answers.remove());
                HttpCaller caller = caller(gateway, Api.V1, false, 2, LONG)) {
            Reply reply = caller.call(image).join();

            assertThat(label(reply)).isEqualTo("Paul");
            assertThat(reply.retries()).isEqualTo(2);
            assertThat(gateway.uploads())
                    .hasSize(3)
                    .extracting(asked -> asked.headers().getFirst("Idempotency-Key"))
                    .doesNotContainNull()
                    .containsOnly(gateway.uploads().get(0).headers().getFirst("Idempotency-Key"));
            assertThat(gateway.uploads()).extracting(Asked::body).allMatch(body -> body.length == 5);
        }
    }

    @Test
    void retriesUsedUp_shouldGiveTheLastStatus() throws IOException {
        try (FakeGateway gateway =
                        FakeGateway.answering(asked -> Said.problem(503, "unavailable", Map.of("Retry-After", "0")));
                HttpCaller caller = caller(gateway, Api.CLASSIC, true, 1, LONG)) {
            Reply reply = caller.call(image).join();

            assertThat(reply.answer()).isEqualTo(new Answer.Failed("503 unavailable", "a title; a detail"));
            assertThat(reply.retries()).isEqualTo(1);
            assertThat(gateway.uploads()).hasSize(2);
        }
    }

    @Test
    void serverThatNeverAnswers_shouldBeGivenUp() throws IOException {
        try (FakeGateway gateway = FakeGateway.start(asked -> new CompletableFuture<>());
                HttpCaller caller = caller(gateway, Api.CLASSIC, true, 0, Duration.ofMillis(200))) {
            Reply reply = caller.call(image).join();

            assertThat(((Answer.Failed) reply.answer()).kind()).isEqualTo("timeout");
        }
    }

    @Test
    void serverThatClosesTheConnection_shouldGiveAFailureAndNoSecondImage() throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(asked -> Said.nothing());
                HttpCaller caller = caller(gateway, Api.CLASSIC, true, 3, LONG)) {
            Reply reply = caller.call(image).join();

            assertThat(((Answer.Failed) reply.answer()).kind()).isEqualTo("connection lost");
            assertThat(gateway.uploads()).hasSize(1);
        }
    }

    @Test
    void serverThatIsNotThere_shouldGiveAFailure() throws IOException {
        try (HttpCaller caller = caller("http://127.0.0.1:" + FreePort.next(), Api.CLASSIC, true, 0, LONG)) {
            assertThat(caller.call(image).join().answer())
                    .isEqualTo(new Answer.Failed("no connection", "the server cannot be reached"));
            assertThat(caller.ask("/v1/fleet").join()).isEmpty();
        }
    }

    @Test
    void promiseOfNoAddress_shouldGiveAFailure() throws IOException {
        try (FakeGateway gateway = FakeGateway.answering(asked -> Said.promise("ftp://x/ y"));
                HttpCaller caller = caller(gateway, Api.V1, false, 0, LONG)) {
            assertThat(((Answer.Failed) caller.call(image).join().answer()).detail())
                    .contains("ftp://x/ y");
        }
    }

    @Test
    void fileThatIsGone_shouldGiveAFailure() throws IOException {
        Files.delete(image.path());
        try (FakeGateway gateway = FakeGateway.answering(asked -> Said.text("x"));
                HttpCaller caller = caller(gateway, Api.CLASSIC, true, 0, LONG)) {
            assertThat(((Answer.Failed) caller.call(image).join().answer()).kind())
                    .isEqualTo("unreadable file");
        }
    }

    @Test
    void givingUp_shouldCloseTheConnection() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                HttpCaller caller = caller("http://127.0.0.1:" + server.getLocalPort(), Api.CLASSIC, true, 0, LONG)) {
            CompletableFuture<Reply> call = caller.call(image);
            try (Socket connection = server.accept()) {
                connection.setSoTimeout((int) LONG.toMillis());
                assertThat(connection.getInputStream().read()).isEqualTo('P');

                call.cancel(true);

                assertThat(readToTheEnd(connection)).isTrue();
            }
        }
    }

    private static boolean readToTheEnd(Socket connection) throws IOException {
        try {
            connection.getInputStream().readAllBytes();
            return true;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void headerThatCannotBeSent_shouldBeAnErrorBeforeTheRun() {
        for (String name : new String[] {"Host", "not a name"}) {
            assertThatThrownBy(() -> new HttpCaller(
                                    target("http://127.0.0.1:1", Api.V1, false, 0, LONG, Map.of(name, "x")),
                                    new Random(1),
                                    Clock.systemUTC())
                            .close())
                    .isInstanceOf(LoadException.class)
                    .hasMessageStartingWith("--header: ");
        }
    }

    private static String label(Reply reply) {
        return reply.answer() instanceof Answer.Labelled labelled
                ? labelled.label()
                : reply.answer().toString();
    }

    private static HttpCaller caller(
            FakeGateway gateway, Api api, boolean newConnections, int retries, Duration timeout) {
        return caller(gateway.url(), api, newConnections, retries, timeout);
    }

    private static HttpCaller caller(String url, Api api, boolean newConnections, int retries, Duration timeout) {
        return new HttpCaller(
                target(url, api, newConnections, retries, timeout, Map.of("X-API-Key", "secret")),
                new Random(1),
                Clock.systemUTC());
    }

    private static Target target(
            String url, Api api, boolean newConnections, int retries, Duration timeout, Map<String, String> headers) {
        return new Target(URI.create(url), api, "", "inputFile", headers, newConnections, timeout, retries);
    }
}
