package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.gateway.Http2Limits.Excess;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Http2LimitsTest {
    private static final int LONGEST_BLOCK = 50_000;
    private static final byte[] PREFACE = text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    private static final String OFFER = "GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n";
    private static final byte[] FULL = new byte[1 << 14];

    private final Http2Limits limits = new Http2Limits(LONGEST_BLOCK);

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private Optional<Excess> received(byte[]... pieces) {
        return limits.received(ByteBuffer.wrap(RawHttp2.bytes(pieces)));
    }

    private void shouldBeCalledOff(Optional<Excess> excess, int errorCode, String what) {
        assertThat(excess).contains(new Excess(errorCode, what));
    }

    @Test
    void framesAndHeadersAsLongAsAllowed_shouldPass() {
        byte[] rest = new byte[LONGEST_BLOCK - 4 * 9 - 3 * FULL.length];

        assertThat(received(
                        PREFACE,
                        RawHttp2.frame(RawHttp2.DATA, 0, 1, FULL),
                        RawHttp2.frame(RawHttp2.HEADERS, 0, 3, FULL),
                        RawHttp2.frame(RawHttp2.CONTINUATION, 0, 3, FULL),
                        RawHttp2.frame(RawHttp2.CONTINUATION, 0, 3, FULL),
                        RawHttp2.frame(RawHttp2.CONTINUATION, RawHttp2.END_HEADERS, 3, rest),
                        RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 5, FULL)))
                .isEmpty();
    }

    /** It is known from its head: nothing of it is waited for. */
    @Test
    void longerFrame_shouldBeTooMuch() {
        shouldBeCalledOff(
                received(PREFACE, RawHttp2.head(RawHttp2.DATA, 0, 1, FULL.length + 1)), 6, "a frame of 16385 bytes");
    }

    @Test
    void longerHeaderBlock_shouldBeTooMuch() {
        assertThat(received(
                        PREFACE,
                        RawHttp2.frame(RawHttp2.HEADERS, 0, 1, FULL),
                        RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, FULL),
                        RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, FULL)))
                .isEmpty();

        shouldBeCalledOff(
                received(RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, FULL)),
                11,
                "a header block of more than 50000 bytes");
    }

    @Test
    void emptyContinuationsWithoutEnd_shouldBeTooMuch() {
        received(PREFACE, RawHttp2.frame(RawHttp2.HEADERS, 0, 1));
        int frames = 0;
        while (received(RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1)).isEmpty()) {
            frames++;
        }

        assertThat(frames).isEqualTo(LONGEST_BLOCK / 9 - 1);
    }

    /** Whatever pieces the bytes come in. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 9, 10, 1000, 40_000})
    void piecesOfAConnection_shouldBeReadAsOne(int longest) {
        byte[] whole = RawHttp2.bytes(
                PREFACE,
                RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, new byte[12]),
                RawHttp2.frame(RawHttp2.HEADERS, 0, 1, new byte[100]),
                RawHttp2.frame(RawHttp2.CONTINUATION, RawHttp2.END_HEADERS, 1, new byte[17]),
                RawHttp2.frame(RawHttp2.DATA, 0, 1, FULL),
                RawHttp2.head(RawHttp2.PING, 0, 0, 1 << 20));
        Random random = new Random(longest);
        Optional<Excess> excess = Optional.empty();
        int at = 0;
        while (at < whole.length) {
            assertThat(excess).isEmpty();
            int size = Math.min(whole.length - at, 1 + random.nextInt(longest));
            excess = limits.received(ByteBuffer.wrap(whole, at, size));
            at += size;
        }

        shouldBeCalledOff(excess, 6, "a frame of 1048576 bytes");
    }

    @Test
    void http1_shouldPassUnread() {
        assertThat(received(text("PRI * HTTP/1.1\r\n\r\n"), RawHttp2.head(RawHttp2.DATA, 0, 1, 1 << 20)))
                .isEmpty();
        assertThat(received(PREFACE, RawHttp2.head(RawHttp2.DATA, 0, 1, 1 << 20)))
                .isEmpty();
    }

    @Test
    void connectionThatGoesOnInHttp2_shouldBeRead() {
        received(text(OFFER));
        assertThat(limits.upgraded()).isEmpty();

        shouldBeCalledOff(
                received(PREFACE, RawHttp2.head(RawHttp2.DATA, 0, 1, 1 << 20)), 6, "a frame of 1048576 bytes");
    }

    @Test
    void offerInPieces_shouldBeTaken() {
        for (byte one : text(OFFER)) {
            assertThat(received(new byte[] {one})).isEmpty();
        }

        assertThat(limits.upgraded()).isEmpty();
        assertThat(received(PREFACE)).isEmpty();
    }

    /** Frames that come with the offer would never be looked at. */
    @Test
    void framesBehindAnOfferThatIsNotTakenYet_shouldBeTooMuch() {
        assertThat(received(text(OFFER), PREFACE, RawHttp2.frame(RawHttp2.HEADERS, 0, 3)))
                .as("it may be the next request of HTTP/1")
                .isEmpty();

        shouldBeCalledOff(limits.upgraded(), 1, "more than the request that offers HTTP/2");
    }

    @Test
    void framesWithoutAPrefaceAfterTheOffer_shouldBeTooMuch() {
        received(text(OFFER));
        limits.upgraded();

        shouldBeCalledOff(
                received(RawHttp2.frame(RawHttp2.HEADERS, 0, 3)), 1, "no preface of HTTP/2 after it was offered");
    }

    @Test
    void errorOfTheServer_shouldBeTheEnd() {
        received(PREFACE);
        limits.sent(ByteBuffer.wrap(RawHttp2.frame(RawHttp2.SETTINGS, 0, 0)));
        limits.sent(ByteBuffer.wrap(goaway(0)));
        assertThat(limits.isOver()).as("when it leaves in good order").isFalse();

        limits.sent(ByteBuffer.wrap(goaway(1)));
        assertThat(limits.isOver()).isTrue();
    }

    private static byte[] goaway(int errorCode) {
        return RawHttp2.frame(
                RawHttp2.GOAWAY,
                0,
                0,
                ByteBuffer.allocate(16).putInt(7).putInt(errorCode).array());
    }
}
