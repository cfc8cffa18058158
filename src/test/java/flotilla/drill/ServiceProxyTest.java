package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ServiceProxyTest {
    private static final int MUCH = 64 << 20;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final BlockingQueue<String> served = new LinkedBlockingQueue<>();
    private HttpServer service;
    private ServiceProxy proxy;

    @BeforeEach
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            served.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("ok".getBytes());
            exchange.close();
        });
        service.start();
        proxy = ServiceProxy.before(0, service.getAddress());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        service.stop(0);
    }

    private HttpResponse<String> put(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port() + path))
                        .PUT(HttpRequest.BodyPublishers.ofString("body"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void wellService_shouldBePassedOn() throws Exception {
        assertThat(put("/a").body()).isEqualTo("ok");
        assertThat(put("/b").body()).isEqualTo("ok");
        assertThat(served).containsExactly("PUT /a", "PUT /b");
    }

    @Test
    void goneService_shouldDropConnectionsUntilItIsHealed() throws Exception {
        put("/a");
        proxy.gone();

        assertThatThrownBy(() -> put("/b")).isInstanceOf(IOException.class);

        proxy.heal();
        assertThat(put("/c").statusCode()).isEqualTo(200);
        assertThat(served).containsExactly("PUT /a", "PUT /c");
    }

    @Test
    void silentService_shouldTakeEverythingAndNeitherPassItOnNorAnswer() throws Exception {
        put("/a");
        proxy.silent();

        try (Socket lost = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            lost.getOutputStream().write("PUT /b HTTP/1.1\r\n\r\n".getBytes());
            // Far more than fits on the way: when it is written, the proxy has read while it was silent.
            lost.getOutputStream().write(new byte[MUCH]);
            proxy.heal();
            assertThat(put("/c").statusCode()).isEqualTo(200);

            lost.getOutputStream().write("PUT /d HTTP/1.1\r\n\r\n".getBytes());
            lost.shutdownOutput();
            assertThat(lost.getInputStream().read())
                    .as("the end, and no answer")
                    .isEqualTo(-1);
        }
        assertThat(served).containsExactly("PUT /a", "PUT /c");
    }

    @Test
    void failingService_shouldAnswerEverySecondRequestWith503() throws Exception {
        proxy.failing();

        List<Integer> statuses = List.of(
                put("/a").statusCode(),
                put("/b").statusCode(),
                put("/c").statusCode(),
                put("/d").statusCode());

        assertThat(statuses).containsExactly(200, 503, 200, 503);
        assertThat(served).containsExactly("PUT /a", "PUT /c");
    }

    @Test
    void lateTrap_shouldActWhenTheServiceHasDoneItAndKeepTheAnswer() throws Exception {
        BlockingQueue<Integer> ports = new LinkedBlockingQueue<>();
        Trap trap = new Trap(Pattern.compile("PUT /b"), Trap.Moment.HEARD, caught -> ports.add(caught.port()));
        proxy.set(trap);

        assertThat(put("/a").statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> put("/b")).isInstanceOf(IOException.class);

        assertThat(ports).hasSize(1);
        assertThat(served).contains("PUT /b");
        assertThat(proxy.disarm(trap)).isFalse();
        assertThat(put("/c").statusCode()).isEqualTo(200);
    }

    @Test
    void earlyTrap_shouldKeepTheRequestFromTheService() throws Exception {
        proxy.set(new Trap(Pattern.compile("PUT /b"), Trap.Moment.UNHEARD, caught -> true));

        assertThatThrownBy(() -> put("/b")).isInstanceOf(IOException.class);

        assertThat(served).doesNotContain("PUT /b");
    }

    @Test
    void trapThatNobodyStepsInto_shouldBeDisarmed() throws Exception {
        Trap trap = new Trap(Pattern.compile("PUT /b"), Trap.Moment.UNHEARD, caught -> true);
        proxy.set(trap);

        assertThat(proxy.disarm(trap)).isTrue();
        assertThat(put("/b").statusCode()).isEqualTo(200);
    }

    @Test
    void troubleThatEnds_shouldLeaveALaterOneOfItsKind() throws Exception {
        ServiceProxy.Trouble first = proxy.gone();
        ServiceProxy.Trouble second = proxy.gone();

        first.end();
        first.end();
        assertThatThrownBy(() -> put("/a")).as("the second lasts").isInstanceOf(IOException.class);

        second.end();
        assertThat(put("/b").statusCode()).isEqualTo(200);
    }

    @Test
    void troubleThatEnds_shouldLeaveOneOfAnotherKind() throws Exception {
        ServiceProxy.Trouble failing = proxy.failing();
        proxy.gone().end();

        assertThat(List.of(put("/a").statusCode(), put("/b").statusCode())).containsExactly(200, 503);

        failing.end();
        assertThat(List.of(put("/c").statusCode(), put("/d").statusCode())).containsExactly(200, 200);
    }

    @Test
    void cutThatEnds_shouldLeaveALaterOneOfTheSameClients() throws Exception {
        ServiceProxy.Whose everybody = port -> true;
        ServiceProxy.Trouble first = proxy.cut(everybody);
        ServiceProxy.Trouble second = proxy.cut(everybody);

        first.end();
        assertThatThrownBy(() -> put("/a")).as("the second lasts").isInstanceOf(IOException.class);

        second.end();
        assertThat(put("/b").statusCode()).isEqualTo(200);
    }

    @Test
    void twoTraps_shouldEachCatchTheirOwn() throws Exception {
        List<String> caught = new CopyOnWriteArrayList<>();
        for (String path : List.of("/a", "/b")) {
            proxy.set(new Trap(
                    Pattern.compile("PUT " + path), Trap.Moment.PASSING, stepped -> caught.add(stepped.request())));
        }

        put("/b");
        put("/a");
        put("/a");

        assertThat(caught).containsExactly("PUT /b", "PUT /a");
    }

    @ParameterizedTest
    @EnumSource(Trap.Moment.class)
    void trapThatDoesNotAct_shouldLetAllPassAndWaitForTheNext(Trap.Moment moment) throws Exception {
        AtomicInteger stepped = new AtomicInteger();
        Trap trap = new Trap(Pattern.compile("PUT /b"), moment, caught -> stepped.incrementAndGet() > 1);
        proxy.set(trap);

        assertThat(put("/b").statusCode()).isEqualTo(200);
        assertThat(stepped).hasValue(1);
        assertThat(proxy.disarm(trap)).as("set again").isTrue();
    }

    @Test
    void lateTrapWhoseAnswerDoesNotCome_shouldWaitForTheNext() throws Exception {
        AtomicInteger stepped = new AtomicInteger();
        proxy.set(new Trap(Pattern.compile("PUT /b"), Trap.Moment.HEARD, caught -> stepped.incrementAndGet() < 0));
        proxy.failing();

        assertThat(put("/a").statusCode()).isEqualTo(200);
        assertThat(put("/b").statusCode()).as("the proxy's, not the service's").isEqualTo(503);
        assertThat(stepped).hasValue(0);

        proxy.heal();
        // The connection's end, with which the trap is set again, is seen on another thread.
        while (stepped.get() == 0) {
            put("/b");
        }
    }

    @Test
    void clientThatIsCutOff_shouldBeDroppedUntilThatIsMended() throws Exception {
        put("/a");
        List<Integer> asked = new CopyOnWriteArrayList<>();
        ServiceProxy.Trouble cut = proxy.cut(asked::add);

        assertThat(asked).as("the open connection").hasSize(1);
        assertThatThrownBy(() -> put("/b")).isInstanceOf(IOException.class);

        cut.end();
        assertThat(put("/c").statusCode()).isEqualTo(200);
        assertThat(served).containsExactly("PUT /a", "PUT /c");
    }

    @Test
    void clientBesideOneThatIsCutOff_shouldBeServed() throws Exception {
        put("/a");
        proxy.cut(port -> SocketOwner.of(port, proxy.port(), List.of()).isPresent());

        assertThat(put("/b").statusCode()).isEqualTo(200);
    }

    @Test
    void clientOfACutProcess_shouldBeToldByItsSocket() throws Exception {
        proxy.cut(port -> SocketOwner.of(port, proxy.port(), List.of(ProcessHandle.current()))
                .isPresent());

        assertThatThrownBy(() -> put("/a")).isInstanceOf(IOException.class);

        proxy.restore();
        assertThat(put("/b").statusCode()).isEqualTo(200);
    }

    @Test
    void ownerOfAConnection_shouldBeTheProcessThatOpenedIt() throws Exception {
        BlockingQueue<Optional<ProcessHandle>> owners = new LinkedBlockingQueue<>();
        proxy.set(new Trap(Pattern.compile("PUT /b"), Trap.Moment.HEARD, caught -> {
            try {
                owners.add(SocketOwner.of(caught.port(), proxy.port(), List.of(ProcessHandle.current())));
            } catch (IOException e) {
                owners.add(Optional.empty());
            }
            return true;
        }));

        assertThatThrownBy(() -> put("/b")).isInstanceOf(IOException.class);

        assertThat(owners.take()).contains(ProcessHandle.current());
    }
}
