package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Clients of HTTP/2 that send more than any client needs, beside one in order. */
class Http2FloodTest extends HttpFixture {
    private static final int STREAMS = CONFIG.getInt("pekko.http.server.http2.max-concurrent-streams");
    private static final int FRAME_SIZE_ERROR = 6;
    private static final int ENHANCE_YOUR_CALM = 11;
    /** More than what a client may give up at once and in some seconds of a slow machine. */
    private static final int FLOOD = 20_000;

    private static final byte[] OFFER =
            ("GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                            + "HTTP2-Settings: AAMAAABkAAQBAAAAAAIAAAAA\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);

    /** Stream ids of clients are odd. */
    private static int stream(int number) {
        return 2 * number + 1;
    }

    private void shouldAnswer() {
        assertThat(get("/healthz").join().statusCode()).isEqualTo(200);
    }

    private int connections() {
        return ServerConnections.watches(KIT.system()).open(URI.create(url).getPort());
    }

    @Test
    void clientInOrder_shouldBeAnswered() throws Exception {
        try (RawHttp2 client = RawHttp2.open(url)) {
            assertThat(client.isAnswered(1)).isTrue();
        }
    }

    @Test
    void clientThatGivesUpAllItsStreamsAtOnce_shouldStay() throws Exception {
        try (RawHttp2 client = RawHttp2.open(url)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < STREAMS; i++) {
                all.writeBytes(RawHttp2.get(stream(i), "/healthz"));
            }
            for (int i = 0; i < STREAMS; i++) {
                all.writeBytes(RawHttp2.reset(stream(i)));
            }
            client.send(all.toByteArray());

            assertThat(client.isAnswered(stream(STREAMS))).isTrue();
        }
    }

    @Test
    void rapidResets_shouldCutTheirClientOffAndNobodyElse() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Integer> inOrder = CompletableFuture.supplyAsync(() -> {
            int answered = 0;
            while (!over.get()) {
                shouldAnswer();
                answered++;
            }
            return answered;
        });
        try (RawHttp2 client = RawHttp2.open(url)) {
            client.flood(FLOOD, i -> RawHttp2.bytes(RawHttp2.get(stream(i), "/healthz"), RawHttp2.reset(stream(i))));

            assertThat(client.isAnswered(stream(FLOOD))).isFalse();
        } finally {
            over.set(true);
        }

        assertThat(inOrder.join()).isPositive();
        shouldAnswer();
    }

    @Test
    void pingsWithoutEnd_shouldCutTheirClientOff() throws Exception {
        try (RawHttp2 client = RawHttp2.open(url)) {
            client.flood(FLOOD, i -> RawHttp2.ping());

            assertThat(client.isAnswered(1)).isFalse();
        }
        shouldAnswer();
    }

    @Test
    void frameThatIsTooLong_shouldBeRefusedByItsHead() throws Exception {
        try (RawHttp2 client = RawHttp2.open(url)) {
            client.send(RawHttp2.head(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, 1 << 20));

            assertThat(client.awaitEnd()).contains(FRAME_SIZE_ERROR);
        }
        shouldAnswer();
    }

    @Test
    void headerBlockWithoutEnd_shouldCutItsClientOff() throws Exception {
        try (RawHttp2 client = RawHttp2.open(url)) {
            client.send(RawHttp2.frame(RawHttp2.HEADERS, 0, 1, RawHttp2.getHeaders("/healthz")));
            for (int i = 0; i < 7; i++) {
                client.send(RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, new byte[1 << 13]));
            }
            client.send(RawHttp2.head(RawHttp2.CONTINUATION, 0, 1, 1 << 13));

            assertThat(client.awaitEnd()).contains(ENHANCE_YOUR_CALM);
        }
        shouldAnswer();
    }

    /** Each such stream is closed by the server, as if the client had given it up, and its request goes on. */
    @Test
    void brokenStreams_shouldEndTheConnectionWithTheFirst() throws Exception {
        try (RawHttp2 client = RawHttp2.open(url)) {
            client.send(RawHttp2.bytes(
                    RawHttp2.get(1, "/v1/fleet"), RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, (byte) 'x')));

            assertThat(client.next(RawHttp2.GOAWAY).errorCode()).isNotZero();
            assertThat(client.isAnswered(3)).isFalse();
        }
        shouldAnswer();
    }

    @Test
    void clientWhoseOfferIsTaken_shouldBeAnsweredInHttp2AndHeldToItsLimits() throws Exception {
        URI uri = URI.create(url);
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.getOutputStream().write(OFFER);
            StringBuilder switched = new StringBuilder();
            while (!switched.toString().endsWith("\r\n\r\n")) {
                switched.append((char) socket.getInputStream().read());
            }
            assertThat(switched).startsWith("HTTP/1.1 101 ");

            RawHttp2 client = RawHttp2.begin(socket);
            assertThat(client.isAnswered(3)).isTrue();
            client.send(RawHttp2.head(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 5, 1 << 20));
            assertThat(client.awaitEnd()).contains(FRAME_SIZE_ERROR);
        }
    }

    /** Its limits would not see them. */
    @Test
    void framesThatComeWithAnOffer_shouldCutTheirClientOff() throws Exception {
        try (RawConnection connection = RawConnection.open(url)) {
            connection.send(RawHttp2.bytes(OFFER, RawHttp2.PREFACE, RawHttp2.get(3, "/healthz")));

            assertThat(connection.isClosedByPeer()).isTrue();
        }
        shouldAnswer();
    }

    @Test
    void connectionsThatWereCutOff_shouldBeForgotten() throws Exception {
        int before = connections();
        for (int i = 0; i < 5; i++) {
            try (RawHttp2 client = RawHttp2.open(url)) {
                client.flood(1, frame -> RawHttp2.head(RawHttp2.DATA, 0, 1, 1 << 20))
                        .awaitEnd();
            }
        }

        KIT.createTestProbe().awaitAssert(() -> assertThat(connections()).isLessThanOrEqualTo(before));
    }
}
