package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who lies in wait, and for how long. This process makes the requests, and is killed on paper alone. */
class AmbushesTest {
    private static final String ID = "01890a5d-ac96-774b-bcce-b302099a8057";
    private static final String LAUNCH = "Action=RunInstances";
    private static final String TERMINATE = "Action=TerminateInstances";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<String> served = new CopyOnWriteArrayList<>();
    private final List<String> met = new CopyOnWriteArrayList<>();
    /** Whom a kill meets. */
    private volatile Optional<String> victim = Optional.of("process 1");

    private HttpServer service;
    private ServiceProxy proxy;
    private Ambushes ambushes;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(SocketOwner.isTold(), "this system does not tell whose a connection is");
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", exchange -> {
            served.add(exchange.getRequestURI().toString());
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        service.start();
        proxy = ServiceProxy.before(0, service.getAddress());
        ambushes = new Ambushes(
                name -> proxy,
                () -> List.of(ProcessHandle.current()),
                () -> List.of(ProcessHandle.current()),
                (process, fetched) -> victim.map(whom -> whom + " with " + fetched),
                (fault, whom) -> met.add(fault.text() + " " + whom));
    }

    @AfterEach
    void stop() throws IOException {
        if (service != null) {
            proxy.close();
            service.stop(0);
        }
    }

    private static FaultPlan.Step step(Fault fault, boolean early) {
        return new FaultPlan.Step(fault, Duration.ZERO, Duration.ZERO, 0, early);
    }

    private int ask(String method, String path) throws Exception {
        URI url = URI.create("http://127.0.0.1:" + proxy.port() + path);
        HttpRequest request = HttpRequest.newBuilder(url)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private int act(String action) throws Exception {
        return ask("POST", "/?" + action);
    }

    private void shouldGetNoAnswer(String action) {
        assertThatThrownBy(() -> act(action)).isInstanceOf(IOException.class);
    }

    @Test
    void forcedKill_shouldWaitForItsRequestWhateverComesBefore() throws Exception {
        ambushes.lie(step(Fault.KILL_IN_TERMINATE, true));

        assertThat(act(LAUNCH)).isEqualTo(200);
        assertThat(ambushes.liesInWait(Fault.KILL_IN_TERMINATE)).isTrue();
        assertThat(ambushes.liesInWait(Fault.KILL_IN_LAUNCH)).isFalse();
        shouldGetNoAnswer(TERMINATE);
        assertThat(ambushes.liesInWait(Fault.KILL_IN_TERMINATE)).isFalse();

        assertThat(met).containsExactly("kill-in-terminate process 1 with [], its request unheard");
        assertThat(served).containsExactly("/?" + LAUNCH);
        assertThat(act(TERMINATE)).as("it has struck").isEqualTo(200);
    }

    @Test
    void secondOfAKind_shouldComeAfterTheFirst() throws Exception {
        ambushes.lie(step(Fault.KILL_IN_LAUNCH, true));
        ambushes.lie(step(Fault.KILL_IN_LAUNCH, false));

        shouldGetNoAnswer(LAUNCH);
        shouldGetNoAnswer(LAUNCH);

        assertThat(met)
                .containsExactly(
                        "kill-in-launch process 1 with [], its request unheard",
                        "kill-in-launch process 1 with [], its request heard");
        assertThat(act(LAUNCH)).isEqualTo(200);
    }

    @Test
    void requestOfSomebodyWhoHasDied_shouldPassAndTheNextBeMet() throws Exception {
        victim = Optional.empty();
        ambushes.lie(step(Fault.KILL_IN_LAUNCH, false));
        assertThat(act(LAUNCH)).isEqualTo(200);
        assertThat(met).isEmpty();

        victim = Optional.of("process 2");
        shouldGetNoAnswer(LAUNCH);

        assertThat(met).hasSize(1);
    }

    @Test
    void gatewayBeforeItsSend_shouldHaveStoredItsImageInAnyCase() {
        ambushes.lie(step(Fault.KILL_BEFORE_SEND, true));

        assertThatThrownBy(() -> ask("PUT", "/flotilla-input/" + ID)).isInstanceOf(IOException.class);

        assertThat(met).containsExactly("kill-before-send process 1 with [" + ID + "], its request heard");
        assertThat(served).containsExactly("/flotilla-input/" + ID);
    }

    @Test
    void workerBeforeItsDelete_shouldHaveTheImageOfTheResultInHand() {
        ambushes.lie(step(Fault.KILL_BEFORE_DELETE, true));

        assertThatThrownBy(() -> ask("PUT", "/flotilla-output/" + ID + ".2.json"))
                .isInstanceOf(IOException.class);

        assertThat(met).containsExactly("kill-before-delete process 1 with [" + ID + "], its request unheard");
    }

    @Test
    void endOfTheFaults_shouldLetAllPass() throws Exception {
        ambushes.lie(step(Fault.KILL_IN_LAUNCH, true));

        ambushes.lift();

        assertThat(act(LAUNCH)).isEqualTo(200);
        assertThat(met).isEmpty();
    }
}
