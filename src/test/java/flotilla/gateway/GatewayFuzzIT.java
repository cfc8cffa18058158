package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import flotilla.config.FlotillaSettings;
import flotilla.config.HttpSettings;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.Costs;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.FleetReport;
import flotilla.protocol.SupervisorCommand;
import flotilla.protocol.WireFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Thousands of malformed requests from a seed, over many connections at a time, while a client in order goes on getting its
 * answers: no 5xx, and afterwards nothing is held. {@code -Dflotilla.seed=N} draws others, {@code -Dflotilla.fuzz.requests=N}
 * more, {@code -Dflotilla.fuzz.first=N} begins with a later one.
 */
class GatewayFuzzIT extends HttpFixture {
    private static final long SEED = Long.getLong("flotilla.seed", 20_261_124);
    private static final int REQUESTS = Integer.getInteger("flotilla.fuzz.requests", 10_000);
    private static final int FIRST = Integer.getInteger("flotilla.fuzz.first", 0);
    private static final int SENDERS = 64;
    /** Besides these: who stalls keeps nobody else from sending. */
    private static final int STALLERS = 64;

    private static final int REQUEST_TIMEOUT = 408;
    /** Short for those who stall on purpose, and long enough for the one in order on most machines that are busy with them. */
    private static final Duration STALL = Duration.ofSeconds(3);
    /** Far above every time-out of the gateway here; who is not answered or cut off by then never is. */
    private static final Duration NEVER = Duration.ofMinutes(2);

    private static final int MOST_HEAP_KEPT = 48 << 20;
    private static final int MOST_DESCRIPTORS_KEPT = 10;
    private static final Pattern STATUS = Pattern.compile("(?m)^HTTP/1\\.1 (\\d{3}) ");

    private final AtomicInteger next = new AtomicInteger(FIRST);
    private final Map<String, AtomicInteger> answers = new ConcurrentSkipListMap<>();

    @Override
    @BeforeEach
    void start() {
        HttpSettings defaults = FlotillaSettings.from(CONFIG).http();
        HttpSettings.Limits limits = defaults.limits();
        start(settings(
                defaults,
                Duration.ofSeconds(60),
                1000,
                Optional.empty(),
                defaults.access(),
                new HttpSettings.Limits(
                        STALL.multipliedBy(3),
                        STALL,
                        limits.minUploadRate(),
                        limits.maxFields(),
                        limits.maxHeaders(),
                        limits.maxHeaderSize(),
                        limits.maxStreams())));
        requests.onSent(this::answerSent);
    }

    /** One without instances and decisions, who answers at once. */
    @Override
    ActorRef<SupervisorCommand> supervisor() {
        return KIT.spawn(Behaviors.receiveMessage(message -> {
            if (message instanceof SupervisorCommand.GetFleet question) {
                question.replyTo().tell(new FleetReport(List.of()));
            } else if (message instanceof SupervisorCommand.GetCost question) {
                question.replyTo().tell(Costs.report());
            } else if (message instanceof SupervisorCommand.GetDecisions question) {
                question.replyTo().tell(new DecisionReport(List.of()));
            } else if (message instanceof SupervisorCommand.GetDecision question) {
                question.replyTo().tell(new DecisionReport(List.of()));
            } else if (message instanceof SupervisorCommand.GetDecisionsAfter question) {
                question.replyTo().tell(new DecisionReport(List.of()));
            }
            return Behaviors.same();
        }));
    }

    private void answerSent(String body) {
        try {
            ClassificationRequest request = WireFormat.readRequest(body);
            answer(request, label("label of " + request.file()));
        } catch (WireFormat.UnreadableException e) {
            throw new IllegalStateException("the gateway sent what nobody can read", e);
        }
    }

    @Test
    void malformedRequests_shouldHarmNobody() throws Exception {
        System.out.printf("fuzz: -Dflotilla.seed=%d, %d requests from %d%n", SEED, REQUESTS, FIRST);
        goodClient(new AtomicBoolean(true)).join();
        long descriptors = descriptors();
        long heap = heap();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService pool = Executors.newFixedThreadPool(SENDERS);
        ExecutorService stallers = Executors.newFixedThreadPool(STALLERS);
        try {
            CompletableFuture<InOrder> good = goodClient(done);
            Queue<CompletableFuture<Void>> stalled = new ConcurrentLinkedQueue<>();
            List<CompletableFuture<Void>> senders = new ArrayList<>();
            for (int i = 0; i < SENDERS; i++) {
                senders.add(CompletableFuture.runAsync(() -> sendAll(stallers, stalled), pool));
            }
            senders.forEach(CompletableFuture::join);
            stalled.forEach(CompletableFuture::join);
            done.set(true);

            System.out.printf("fuzz: %s; meanwhile %s%n", new TreeMap<>(answers), good.join());
            assertThat(good.join().right())
                    .isGreaterThan(REQUESTS / 1000)
                    .isGreaterThan(good.join().cutOff());
        } finally {
            pool.shutdownNow();
            stallers.shutdownNow();
        }
        nothingShouldBeHeld(descriptors, heap);
    }

    /**
     * What became of the client in order.
     *
     * @param right its answers
     * @param cutOff how often it had not sent its image within the time of this gateway, on a machine that is starved
     */
    private record InOrder(int right, int cutOff) {}

    /** Sends image after image until {@code done} and at least one was answered; all answers are right. */
    private CompletableFuture<InOrder> goodClient(AtomicBoolean done) {
        return CompletableFuture.supplyAsync(() -> {
            int right = 0;
            int cutOff = 0;
            do {
                String name = "good_" + right + ".png";
                HttpResponse<String> response =
                        classic(new Part("inputFile", name, PNG)).join();
                if (response.statusCode() == REQUEST_TIMEOUT) {
                    cutOff++;
                } else {
                    assertThat(response.body()).isEqualTo(name.replace(".png", "") + ":label of " + name);
                    right++;
                }
            } while (right == 0 || !done.get());
            return new InOrder(right, cutOff);
        });
    }

    private void sendAll(Executor stallers, Queue<CompletableFuture<Void>> stalled) {
        for (int i = next.getAndIncrement(); i < FIRST + REQUESTS; i = next.getAndIncrement()) {
            int number = i;
            Malformed.Request request = new Malformed(SEED * 1_000_003 + i).next();
            if (request.ending() == Malformed.Ending.STALL) {
                stalled.add(CompletableFuture.runAsync(() -> sendOne(number, request), stallers));
            } else {
                sendOne(number, request);
            }
        }
    }

    private void sendOne(int number, Malformed.Request request) {
        List<String> statuses = STATUS.matcher(send(number, request))
                .results()
                .map(hit -> hit.group(1))
                .toList();
        assertThat(statuses)
                .as("request %d of seed %d: %s", number, SEED, request.kind())
                .noneMatch(status -> status.startsWith("5"));
        statuses.forEach(this::count);
        if (statuses.isEmpty()) {
            count("none");
        }
    }

    private void count(String status) {
        answers.computeIfAbsent(status, first -> new AtomicInteger()).incrementAndGet();
    }

    /** Everything that comes back before the connection ends. */
    private String send(int number, Malformed.Request request) {
        URI uri = URI.create(url);
        StringBuilder said = new StringBuilder();
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(Math.toIntExact(NEVER.toMillis()));
            socket.getOutputStream().write(request.bytes());
            switch (request.ending()) {
                case CLOSE -> {
                    return "";
                }
                case HALF_CLOSE -> socket.shutdownOutput();
                case READ, STALL -> socket.getOutputStream().flush();
            }
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[4096];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                said.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketException cutOff) {
            // The gateway may close a connection whose client is still sending nonsense.
            said.append("\n");
        } catch (SocketTimeoutException never) {
            throw new AssertionError(
                    "request " + number + " of seed " + SEED + ", " + request.kind()
                            + ", is neither answered nor cut off" + " but for: " + said,
                    never);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return said.toString();
    }

    /** Neither connections nor permits nor memory: had one upload in 2,500 kept its permit, none would be left. */
    private void nothingShouldBeHeld(long descriptors, long heap) {
        KIT.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
            assertThat(ServerConnections.watches(KIT.system())
                            .open(URI.create(url).getPort()))
                    .as("open connections of the gateway")
                    .isLessThanOrEqualTo(1);
            assertThat(descriptors()).as("open files and sockets").isLessThan(descriptors + MOST_DESCRIPTORS_KEPT);
            return null;
        });
        images.objects.clear();
        results.results.clear();
        assertThat(heap()).as("heap in use").isLessThan(heap + MOST_HEAP_KEPT);
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Files and sockets of this process that are open; 0 on systems that do not tell. */
    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }
}
