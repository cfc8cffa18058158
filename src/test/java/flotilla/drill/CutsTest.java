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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cuts around processes that do nothing; this one is the worker, and its stores and a gateway's port are one service. */
class CutsTest {
    private static final Duration LASTING = Duration.ofSeconds(9);

    @TempDir
    private Path folder;

    /** Starts nothing again before the end of a test. */
    private final ScheduledExecutorService never = Executors.newSingleThreadScheduledExecutor();

    private final HttpClient client = HttpClient.newHttpClient();
    /** What mends, in the order of the cuts. */
    private final List<Runnable> mending = new ArrayList<>();

    private HttpServer service;
    private ServiceProxy stores;
    private GatewayNode gateway;
    private Cuts cuts;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(SocketOwner.isTold(), "this system does not tell whose a connection is");
        never.shutdown();
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        service.start();
        stores = ServiceProxy.before(0, service.getAddress());
        gateway = new GatewayNode(
                List.of("sleep", "600"),
                folder.resolve("gateway.log"),
                URI.create("http://127.0.0.1:1"),
                ServiceProxy.before(0, service.getAddress()),
                never);
        gateway.start();
        cuts = new Cuts(List.of(gateway), List.of(stores), (mend, after) -> mending.add(mend));
    }

    @AfterEach
    void stop() throws IOException {
        if (service != null) {
            gateway.close();
            stores.close();
            service.stop(0);
        }
    }

    private int ask(ServiceProxy proxy) throws Exception {
        URI url = URI.create("http://127.0.0.1:" + proxy.port() + "/");
        return client.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private void shouldBeCutOff(ServiceProxy proxy) {
        assertThatThrownBy(() -> ask(proxy)).isInstanceOf(IOException.class);
    }

    @Test
    void mendedCutOfAWorker_shouldLeaveALaterOne() throws Exception {
        ProcessHandle worker = ProcessHandle.current();
        assertThat(cuts.fromStores(worker, LASTING)).isPresent();
        assertThat(cuts.fromStores(worker, LASTING)).isPresent();

        mending.get(0).run();
        shouldBeCutOff(stores);
        assertThat(cuts.holds(worker)).isTrue();

        mending.get(1).run();
        assertThat(ask(stores)).isEqualTo(200);
        assertThat(cuts.holds(worker)).isFalse();
    }

    @Test
    void mendedCutFromTheStores_shouldLeaveTheOneFromTheCluster() throws Exception {
        ProcessHandle worker = ProcessHandle.current();
        cuts.fromStores(worker, LASTING);
        cuts.worker(worker, LASTING);

        mending.get(0).run();

        assertThat(ask(stores)).isEqualTo(200);
        shouldBeCutOff(gateway.remoting());
        assertThat(cuts.holds(worker)).isTrue();
    }

    @Test
    void mendedCutOfAGateway_shouldLeaveALaterOne() throws Exception {
        assertThat(cuts.gateway(gateway, LASTING)).isPresent();
        List<Runnable> first = List.copyOf(mending);
        assertThat(cuts.gateway(gateway, LASTING)).isPresent();

        first.forEach(Runnable::run);
        shouldBeCutOff(gateway.remoting());

        mending.forEach(Runnable::run);
        assertThat(ask(gateway.remoting())).isEqualTo(200);
    }
}
