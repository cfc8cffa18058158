package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.config.SettingsLoader;
import flotilla.cost.Since;
import flotilla.domain.GatewayId;
import flotilla.inference.ImageHeaders;
import flotilla.protocol.CostJson;
import flotilla.protocol.Costs;
import flotilla.protocol.DecisionArchive;
import flotilla.protocol.DecisionJson;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionReport.Shadow;
import flotilla.protocol.DecisionReport.Vote;
import flotilla.protocol.Decisions;
import flotilla.protocol.ResultPush;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.SupervisorCommand.GetCost;
import flotilla.protocol.SupervisorCommand.GetDecision;
import flotilla.protocol.SupervisorCommand.GetDecisions;
import flotilla.protocol.SupervisorCommand.GetDecisionsAfter;
import flotilla.protocol.Tracing;
import flotilla.testing.MemoryQueue;
import flotilla.testing.MemoryStores;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Decisions over real sockets, as lists and as a stream of events; the supervisor is played by the test. */
@Tag("slow")
class ScalingAnswersTest {
    private static final Config CONFIG = SettingsLoader.load(Optional.empty(), Optional.empty(), List.of());
    private static final ActorTestKit KIT = ActorTestKit.create(CONFIG);
    private static final ObjectMapper JSON = new ObjectMapper();
    /** So many decisions fit in one message here. */
    private static final int MESSAGE = 7;

    /** What the supervisor remembers, oldest first. */
    private final List<Decision> remembered = new CopyOnWriteArrayList<>();

    private final List<Since> costsSince = new CopyOnWriteArrayList<>();
    /** How often the newest decisions were told. */
    private final AtomicInteger newestAsked = new AtomicInteger();

    private volatile boolean away;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private ActorRef<HttpGateway.Command> gateway;
    private String url;

    @BeforeEach
    void start() {
        HttpSettings defaults = FlotillaSettings.from(CONFIG).http();
        HttpSettings settings = new HttpSettings(
                "127.0.0.1",
                0,
                defaults.syncWait(),
                defaults.maxImageSize(),
                defaults.maxPixels(),
                4,
                defaults.uploadWait(),
                5,
                5,
                100,
                defaults.resultPoll(),
                List.of(),
                1000,
                defaults.tls(),
                defaults.access(),
                defaults.limits());
        TestProbe<HttpGateway.Started> started = KIT.createTestProbe();
        gateway = KIT.spawn(HttpGateway.create(
                new GatewayId("gateway-1"),
                new HttpGateway.Ports(
                        new MemoryQueue(),
                        new MemoryQueue(),
                        new MemoryQueue(),
                        new MemoryStores.Images(KIT.system()),
                        new MemoryStores.Results(),
                        new MemoryStores.Keys(),
                        new MemoryStores.Batches(),
                        new MemoryStores.Quarantine(),
                        ResultPush.off(),
                        new ImageHeaders(settings.maxPixels()),
                        HttpGateway.Metrics.NONE,
                        new HttpGateway.Stories(Tracing.OFF, new MemoryStores.Attempts(), DecisionArchive.NONE)),
                settings,
                0,
                Duration.ZERO,
                false,
                KIT.spawn(supervisor()),
                Clock.systemUTC(),
                new Random(7),
                started.getRef()));
        url = "http://127.0.0.1:"
                + started.expectMessageClass(HttpGateway.Started.Serving.class, Duration.ofSeconds(20))
                        .address()
                        .getPort();
    }

    @AfterEach
    void stop() {
        TestProbe<Done> stopped = KIT.createTestProbe();
        gateway.tell(new HttpGateway.Stop(Duration.ofSeconds(10), stopped.getRef()));
        stopped.receiveMessage(Duration.ofSeconds(20));
    }

    @AfterAll
    static void stopAll() {
        KIT.shutdownTestKit();
    }

    /** Answers from what is remembered; while it is away it takes questions and says nothing. */
    private Behavior<SupervisorCommand> supervisor() {
        return Behaviors.receiveMessage(question -> {
            // Seen before it is asked whether it is away, and once for the whole answer.
            List<Decision> known = List.copyOf(remembered);
            if (away) {
                return Behaviors.same();
            }
            if (question instanceof GetCost cost) {
                costsSince.add(cost.since());
                cost.replyTo().tell(Costs.report());
            } else if (question instanceof GetDecisions newest) {
                List<Decision> wanted = newestFirst(known);
                List<Decision> fitting = wanted.subList(0, Math.min(wanted.size(), Math.min(newest.limit(), MESSAGE)));
                boolean more = fitting.size() < Math.min(newest.limit(), wanted.size());
                newest.replyTo().tell(new DecisionReport(fitting, more));
                newestAsked.incrementAndGet();
            } else if (question instanceof GetDecisionsAfter after) {
                long newestNumber =
                        known.isEmpty() ? 0 : known.get(known.size() - 1).n();
                long last = after.n() > newestNumber ? 0 : after.n();
                List<Decision> wanted = known.stream()
                        .filter(one -> one.n() > last)
                        .limit(Math.min(after.limit(), MESSAGE))
                        .toList();
                after.replyTo().tell(new DecisionReport(newestFirst(wanted)));
            } else if (question instanceof GetDecision one) {
                one.replyTo()
                        .tell(new DecisionReport(known.stream()
                                .filter(decision -> decision.n() == one.n())
                                .toList()));
            }
            return Behaviors.same();
        });
    }

    private static List<Decision> newestFirst(List<Decision> decisions) {
        List<Decision> reversed = new ArrayList<>(decisions);
        Collections.reverse(reversed);
        return reversed;
    }

    private static Decision decision(long n) {
        return Decisions.because("backlog").number(n).queue(9, 0).wanted(1).decision();
    }

    private void fall(long from, long to) {
        LongStream.rangeClosed(from, to).mapToObj(ScalingAnswersTest::decision).forEach(remembered::add);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url + path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private List<Long> numbers(String path) throws Exception {
        List<Long> numbers = new ArrayList<>();
        JSON.readTree(get(path).body())
                .path("decisions")
                .forEach(one -> numbers.add(one.path("n").asLong()));
        return numbers;
    }

    private static List<Long> range(long from, long to) {
        return from <= to
                ? LongStream.rangeClosed(from, to).boxed().toList()
                : LongStream.iterate(from, n -> n >= to, n -> n - 1).boxed().toList();
    }

    /** One client of the stream. Reading waits for what is not there yet. */
    private final class Client implements AutoCloseable {
        private final HttpResponse<Stream<String>> response;
        private final Iterator<String> lines;

        Client(String query, Optional<Long> lastEventId) throws Exception {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(url + "/v1/scaling/decisions/stream" + query));
            lastEventId.ifPresent(id -> request.header("Last-Event-ID", id.toString()));
            response = http.send(request.build(), HttpResponse.BodyHandlers.ofLines());
            lines = response.body().iterator();
        }

        /** The fields of the next event; comments are none. */
        Map<String, String> event() {
            Map<String, String> fields = new LinkedHashMap<>();
            while (true) {
                String line = lines.next();
                if (line.isEmpty() && fields.containsKey("data")) {
                    return fields;
                }
                int colon = line.indexOf(": ");
                if (colon > 0) {
                    fields.put(line.substring(0, colon), line.substring(colon + 2));
                }
            }
        }

        List<Long> numbers(int count) {
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                numbers.add(Long.valueOf(event().get("id")));
            }
            return numbers;
        }

        /** Reads on until the server has ended the stream. */
        void awaitEnd() {
            lines.forEachRemaining(line -> {});
        }

        @Override
        public void close() {
            response.body().close();
        }
    }

    @Test
    void costs_shouldBeThoseOfTheTimeThatWasAskedFor() throws Exception {
        String all = CostJson.toJson(Costs.report()).toString();

        assertThat(get("/v1/cost").body()).isEqualTo(all);
        assertThat(get("/v1/cost?since=24h").body()).isEqualTo(all);
        assertThat(get("/v1/cost?since=2026-11-29T13%3A00%3A00%2B01%3A00").body())
                .isEqualTo(all);

        assertThat(costsSince.stream().map(since -> since.moment(Costs.TO)))
                .containsExactly(Instant.EPOCH, Costs.TO.minus(Duration.ofDays(1)), Costs.TO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "-1h", "", "2026-11-29T12%3A00%3A01Z"})
    void costsSinceNoTimeInThePast_shouldBeRefusedWithTheRemedy(String since) throws Exception {
        HttpResponse<String> answer = get("/v1/cost?since=" + since);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(answer.body()).path("detail").asText()).contains("24h");
    }

    @Test
    void decision_shouldHaveAllItsFiguresAndItsSentence() throws Exception {
        Decision decision = Decisions.because("backlog")
                .number(112_000_007)
                .queue(26, 3)
                .fleet(1, 2, 3)
                .clamped(29, 4, "max-instances 4")
                .policy("message-count", Map.of("messages", 29.0))
                .actions(Decisions.ok("launch", 4, ""))
                .found("instance i-9 has no app-tier id")
                .counted(40, 14)
                .shadows(new Shadow("step", "launch", "backlog", 4, 1, 0, new Vote(4, Map.of())))
                .expected(20.5, 4)
                .came(10, 21, 4)
                .decision();
        remembered.add(decision);

        JsonNode one = JSON.readTree(get("/v1/scaling/decisions/112000007").body());
        JsonNode listed = JSON.readTree(get("/v1/scaling/decisions").body())
                .path("decisions")
                .path(0);

        assertThat(DecisionJson.read(one)).isEqualTo(decision);
        assertThat(listed).isEqualTo(one);
        List<String> keys = new ArrayList<>();
        one.fieldNames().forEachRemaining(keys::add);
        assertThat(keys)
                .containsExactly(
                        "n",
                        "at",
                        "policy",
                        "decision",
                        "reason",
                        "visible",
                        "inFlight",
                        "pending",
                        "running",
                        "draining",
                        "desired",
                        "accepted",
                        "answered",
                        "unanswered",
                        "actions",
                        "vote",
                        "clamps",
                        "findings",
                        "shadows",
                        "forecast",
                        "hindsight",
                        "summary");
        assertThat(one.path("summary").asText()).startsWith("Launched a machine (app-tier id 4), because 26 images");
    }

    @Test
    void unknownDecision_shouldBe404() throws Exception {
        fall(1, 3);

        HttpResponse<String> response = get("/v1/scaling/decisions/4");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(JSON.readTree(response.body()).path("code").asText()).isEqualTo("unknown-decision");
    }

    @ParameterizedTest
    @ValueSource(strings = {"four", "-4", "4.5", "1e3", "99999999999999999999"})
    void whatIsNoNumber_shouldBe400(String number) throws Exception {
        HttpResponse<String> response = get("/v1/scaling/decisions/" + number);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(response.body()).path("code").asText()).isEqualTo("bad-number");
    }

    @Test
    void list_shouldBeWholeThoughItComesInSeveralMessages() throws Exception {
        fall(501, 540);

        assertThat(numbers("/v1/scaling/decisions?limit=3")).isEqualTo(range(540, 538));
        assertThat(numbers("/v1/scaling/decisions?limit=20")).isEqualTo(range(540, 521));
        assertThat(numbers("/v1/scaling/decisions?limit=1000")).isEqualTo(range(540, 501));
        assertThat(numbers("/v1/scaling/decisions?limit=0")).isEmpty();
    }

    @Test
    void stream_shouldBeginWithTheNewestAndGoOn() throws Exception {
        fall(1, 5);
        try (Client client = new Client("", Optional.empty())) {
            assertThat(client.response.headers().firstValue("Content-Type").orElse(""))
                    .startsWith("text/event-stream");
            Map<String, String> first = client.event();
            assertThat(first)
                    .containsEntry("retry", "2000")
                    .containsEntry("id", "5")
                    .containsEntry("event", "decision");
            JsonNode data = JSON.readTree(first.get("data"));
            assertThat(DecisionJson.read(data)).isEqualTo(decision(5));
            assertThat(data.path("summary").asText()).startsWith("Did nothing: ");

            fall(6, 30);
            assertThat(client.numbers(25)).isEqualTo(range(6, 30));
            fall(31, 31);
            assertThat(client.numbers(1)).containsExactly(31L);
        }
    }

    @Test
    void stream_shouldBeginWhereTheClientWants() throws Exception {
        fall(1, 5);
        try (Client three = new Client("?limit=3", Optional.empty());
                Client none = new Client("?limit=0", Optional.empty());
                Client nonsense = new Client("?limit=x", Optional.empty())) {
            assertThat(three.numbers(3)).isEqualTo(range(3, 5));
            assertThat(nonsense.numbers(1)).containsExactly(5L);
            // All three have asked where they begin; one that comes later shows that there was nothing before it.
            KIT.createTestProbe()
                    .awaitAssert(
                            Duration.ofSeconds(10),
                            () -> assertThat(newestAsked).hasValueGreaterThanOrEqualTo(3));
            fall(6, 6);
            assertThat(three.numbers(1)).containsExactly(6L);
            assertThat(none.numbers(1).get(0)).isEqualTo(6L);
        }
    }

    @Test
    void clientThatComesBack_shouldMissNothingThatIsRemembered() throws Exception {
        fall(1, 5);
        long last;
        try (Client client = new Client("", Optional.empty())) {
            last = client.numbers(1).get(0);
        }
        fall(6, 40);

        try (Client again = new Client("?limit=1", Optional.of(last))) {
            assertThat(again.numbers(35)).isEqualTo(range(6, 40));
        }
        remembered.removeIf(one -> one.n() < 30);
        try (Client late = new Client("", Optional.of(last))) {
            assertThat(late.numbers(11)).isEqualTo(range(30, 40));
        }
    }

    @Test
    void changeOfSupervisor_shouldBeAPauseAndNothingMore() throws Exception {
        fall(1, 5);
        try (Client client = new Client("?limit=5", Optional.empty())) {
            assertThat(client.numbers(5)).isEqualTo(range(1, 5));
            away = true;
            fall(6, 7);
            // The successor knows nothing of its predecessor's decisions, and numbers on from the clock.
            remembered.clear();
            fall(1001, 1003);
            away = false;

            assertThat(client.numbers(3)).isEqualTo(range(1001, 1003));
        }
    }

    @Test
    void successorWhoseClockIsBehind_shouldBeFollowedAllTheSame() throws Exception {
        fall(1001, 1005);
        try (Client client = new Client("", Optional.empty())) {
            assertThat(client.numbers(1)).containsExactly(1005L);
            List<Decision> successors = LongStream.rangeClosed(991, 999)
                    .mapToObj(ScalingAnswersTest::decision)
                    .toList();
            remembered.clear();
            remembered.addAll(successors);

            assertThat(client.numbers(9)).isEqualTo(range(991, 999));
            fall(1000, 1001);
            assertThat(client.numbers(2)).isEqualTo(range(1000, 1001));
        }
    }

    @Test
    void supervisorThatIsAwayAtTheStart_shouldBeWaitedFor() throws Exception {
        away = true;
        try (Client client = new Client("", Optional.empty())) {
            fall(1, 2);
            away = false;

            assertThat(client.numbers(1).get(0)).isBetween(1L, 2L);
        }
    }

    @Test
    void idleStream_shouldBeKeptAliveByComments() throws Exception {
        DecisionStream stream =
                new DecisionStream(KIT.system(), KIT.spawn(supervisor()), new OpenStreams(), Duration.ofMillis(20));

        List<ByteString> first = stream.open(org.apache.pekko.http.javadsl.model.HttpRequest.create())
                .toCompletableFuture()
                .join()
                .entity()
                .getDataBytes()
                .take(3)
                .runWith(Sink.seq(), KIT.system())
                .toCompletableFuture()
                .join();

        assertThat(first).extracting(ByteString::utf8String).containsExactly("retry: 2000\n\n", ":\n\n", ":\n\n");
    }

    @RepeatedTest(3)
    void stop_shouldEndStreamsInGoodOrder() throws Exception {
        fall(1, 1);
        try (Client client = new Client("", Optional.empty())) {
            client.event();

            stop();

            client.awaitEnd();
        }
        start();
    }
}
