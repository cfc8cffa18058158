package flotilla.hostile;

import static flotilla.domain.FailureCode.DAMAGED;
import static flotilla.domain.FailureCode.TOO_MANY_PIXELS;
import static flotilla.hostile.Encoded.ascii;
import static flotilla.hostile.Encoded.joined;
import static flotilla.hostile.Encoded.repeated;
import static flotilla.hostile.HostileImage.RefusedBy.DECODER;
import static flotilla.hostile.HostileImage.RefusedBy.HEADER;
import static flotilla.hostile.HostileImage.labelled;
import static flotilla.hostile.HostileImage.refused;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** GIFs that are damaged, swollen or lie. */
final class HostileGifs {
    private static final byte[] TRAILER = {0x3B};
    /** Black and white. */
    private static final byte[] TABLE = {0, 0, 0, (byte) 255, (byte) 255, (byte) 255};
    /** One pixel: codes of three bits, clear, 1, end. */
    private static final byte[] PIXEL = {2, 2, 0x4C, 0x01, 0};

    private HostileGifs() {}

    static List<HostileImage> all() {
        byte[] sound = Encoded.gif(40, 30);
        return Arrays.asList(
                labelled("gif-sound", sound),
                labelled(
                        "gif-hundred-thousand-frames",
                        joined(screen(1, 1), repeated(joined(frame(0, 0, 1, 1), PIXEL), 100_000), TRAILER)),
                labelled(
                        "gif-frame-larger-than-its-screen",
                        joined(
                                Arrays.copyOf(sound, 6),
                                new byte[] {1, 0, 1, 0},
                                Arrays.copyOfRange(sound, 10, sound.length))),
                refused(
                        "gif-frame-of-four-thousand-megapixels",
                        HEADER,
                        TOO_MANY_PIXELS,
                        joined(screen(1, 1), frame(0, 0, 65_535, 65_535), PIXEL, TRAILER)),
                refused(
                        "gif-frame-far-off-its-screen",
                        HEADER,
                        TOO_MANY_PIXELS,
                        joined(screen(1, 1), frame(65_535, 65_535, 1, 1), PIXEL, TRAILER)),
                refused(
                        "gif-huge-screen",
                        HEADER,
                        TOO_MANY_PIXELS,
                        joined(screen(65_535, 65_535), frame(0, 0, 1, 1), PIXEL, TRAILER)),
                refused(
                        "gif-frame-of-no-size",
                        HEADER,
                        DAMAGED,
                        joined(screen(1, 1), frame(0, 0, 0, 1), PIXEL, TRAILER)),
                refused("gif-without-a-picture", HEADER, DAMAGED, joined(screen(1, 1), TRAILER)),
                refused("gif-unknown-block", HEADER, DAMAGED, joined(screen(1, 1), new byte[] {0x55})),
                refused(
                        "gif-unknown-version",
                        HEADER,
                        DAMAGED,
                        joined(ascii("GIF88a"), Arrays.copyOfRange(sound, 6, sound.length))),
                refused("gif-signature-alone", HEADER, DAMAGED, ascii("GIF89a")),
                refused(
                        "gif-code-that-is-not-there-yet",
                        DECODER,
                        DAMAGED,
                        joined(
                                screen(2, 2),
                                frame(0, 0, 2, 2),
                                new byte[] {2, 2, (byte) 0xFC, (byte) 0xFF, 0},
                                TRAILER)),
                refused(
                        "gif-codes-of-no-bits",
                        DECODER,
                        DAMAGED,
                        joined(screen(2, 2), frame(0, 0, 2, 2), new byte[] {0, 1, 0, 0}, TRAILER)),
                refused(
                        "gif-codes-of-too-many-bits",
                        DECODER,
                        DAMAGED,
                        joined(screen(2, 2), frame(0, 0, 2, 2), new byte[] {(byte) 200, 2, 0x4C, 0x01, 0}, TRAILER)),
                refused("gif-cut-off", DECODER, DAMAGED, Arrays.copyOf(sound, sound.length * 2 / 3)),
                refused(
                        "gif-data-ends-in-good-order",
                        DECODER,
                        DAMAGED,
                        joined(screen(9, 9), frame(0, 0, 9, 9), PIXEL, TRAILER)),
                labelled("gif-without-its-end", Arrays.copyOf(sound, sound.length - 1)),
                labelled(
                        "gif-comment-in-single-bytes",
                        joined(
                                screen(1, 1),
                                comment(repeated(new byte[] {1, 'x'}, 250_000)),
                                frame(0, 0, 1, 1),
                                PIXEL,
                                TRAILER)),
                labelled(
                        "gif-application-data-in-single-bytes",
                        joined(
                                screen(1, 1),
                                new byte[] {0x21, (byte) 0xFF, 11},
                                ascii("NETSCAPE2.0"),
                                repeated(new byte[] {1, 'x'}, 250_000),
                                new byte[1],
                                frame(0, 0, 1, 1),
                                PIXEL,
                                TRAILER)),
                labelled(
                        "gif-hundred-thousand-comments",
                        joined(
                                screen(1, 1),
                                repeated(comment(new byte[] {1, 'x'}), 100_000),
                                frame(0, 0, 1, 1),
                                PIXEL,
                                TRAILER)),
                labelled(
                        "gif-control-of-a-strange-length",
                        joined(
                                screen(1, 1),
                                new byte[] {0x21, (byte) 0xF9, 2, 0, 0, 3, 1, 2, 3, 0},
                                frame(0, 0, 1, 1),
                                PIXEL,
                                TRAILER)),
                labelled(
                        "gif-that-is-a-script",
                        joined(
                                screen(1, 1),
                                comment(joined(new byte[] {14}, ascii("*/=1;alert(1)/"))),
                                frame(0, 0, 1, 1),
                                PIXEL,
                                TRAILER)));
    }

    private static byte[] screen(int width, int height) {
        ByteBuffer screen = ByteBuffer.allocate(13).order(ByteOrder.LITTLE_ENDIAN);
        screen.put(ascii("GIF89a"))
                .putShort((short) width)
                .putShort((short) height)
                .put((byte) 0x80);
        return joined(screen.array(), TABLE);
    }

    private static byte[] frame(int left, int top, int width, int height) {
        ByteBuffer frame = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
        frame.put((byte) 0x2C).putShort((short) left).putShort((short) top);
        return frame.putShort((short) width).putShort((short) height).array();
    }

    private static byte[] comment(byte[] blocks) {
        return joined(new byte[] {0x21, (byte) 0xFE}, blocks, new byte[1]);
    }
}
