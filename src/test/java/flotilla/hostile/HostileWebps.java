package flotilla.hostile;

import static flotilla.domain.FailureCode.DAMAGED;
import static flotilla.domain.FailureCode.TOO_MANY_PIXELS;
import static flotilla.hostile.Encoded.ascii;
import static flotilla.hostile.Encoded.joined;
import static flotilla.hostile.Encoded.repeated;
import static flotilla.hostile.Encoded.with;
import static flotilla.hostile.HostileImage.RefusedBy.DECODER;
import static flotilla.hostile.HostileImage.RefusedBy.HEADER;
import static flotilla.hostile.HostileImage.labelled;
import static flotilla.hostile.HostileImage.refused;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** WebPs that are damaged, swollen or lie. */
final class HostileWebps {
    private HostileWebps() {}

    static List<HostileImage> all() {
        byte[] lossy = Encoded.file("lossy.webp");
        byte[] lossless = Encoded.file("lossless-alpha.webp");
        byte[] picture = Arrays.copyOfRange(lossy, 12, lossy.length);
        int width = little16(lossy, 26);
        int height = little16(lossy, 28);
        return Arrays.asList(
                labelled("webp-lossy", lossy),
                labelled("webp-lossless-with-alpha", lossless),
                labelled("webp-lossy-with-alpha", Encoded.file("lossy-alpha.webp")),
                labelled("webp-animated", Encoded.file("animated.webp")),
                refused("webp-huge-canvas", HEADER, TOO_MANY_PIXELS, riff(canvas(1 << 24, 1 << 24), picture)),
                refused("webp-largest-picture", HEADER, TOO_MANY_PIXELS, with(lossy, 26, 0xFF, 0x3F, 0xFF, 0x3F)),
                refused("webp-canvas-larger-than-its-picture", DECODER, DAMAGED, riff(canvas(4_000, 4_000), picture)),
                refused("webp-canvas-without-a-picture", DECODER, DAMAGED, riff(canvas(16, 16))),
                refused("webp-cut-off", DECODER, DAMAGED, Arrays.copyOf(lossy, lossy.length / 2)),
                refused("webp-lossless-cut-off", DECODER, DAMAGED, Arrays.copyOf(lossless, lossless.length - 100)),
                refused("webp-signature-alone", HEADER, DAMAGED, Arrays.copyOf(lossy, 12)),
                refused("webp-longer-than-the-file", DECODER, DAMAGED, with(lossy, 4, 0xFF, 0xFF, 0xFF, 0x7F)),
                refused("webp-of-negative-length", DECODER, DAMAGED, with(lossy, 4, 0xFF, 0xFF, 0xFF, 0xFF)),
                refused("webp-lossless-noise", DECODER, DAMAGED, riff(chunk("VP8L", losslessNoise()))),
                labelled(
                        "webp-twenty-thousand-unknown-chunks",
                        riff(canvas(width, height), repeated(chunk("ABCD", new byte[2]), 20_000), picture)),
                labelled(
                        "webp-profile-that-is-none",
                        riff(canvas(width, height), chunk("ICCP", new byte[100]), picture)),
                labelled("webp-lying-exif", riff(canvas(width, height), picture, chunk("EXIF", LyingExif.bytes()))),
                labelled("webp-with-a-page-behind-it", joined(lossy, ascii("<script>alert(1)</script>"))));
    }

    private static byte[] riff(byte[]... chunks) {
        byte[] all = joined(chunks);
        ByteBuffer file = ByteBuffer.allocate(12 + all.length).order(ByteOrder.LITTLE_ENDIAN);
        return file.put(ascii("RIFF"))
                .putInt(4 + all.length)
                .put(ascii("WEBP"))
                .put(all)
                .array();
    }

    private static byte[] chunk(String name, byte[] data) {
        ByteBuffer chunk =
                ByteBuffer.allocate(8 + data.length + data.length % 2).order(ByteOrder.LITTLE_ENDIAN);
        return chunk.put(ascii(name)).putInt(data.length).put(data).array();
    }

    private static byte[] canvas(int width, int height) {
        ByteBuffer data = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN).putInt(0);
        data.putShort((short) (width - 1)).put((byte) (width - 1 >> 16));
        data.putShort((short) (height - 1)).put((byte) (height - 1 >> 16));
        return chunk("VP8X", data.array());
    }

    /** A header of 64 by 64 and noise for its codes. */
    private static byte[] losslessNoise() {
        byte[] data = new byte[400];
        new Random(11).nextBytes(data);
        int packed = 63 | 63 << 14;
        return with(data, 0, 0x2F, packed, packed >> 8, packed >> 16, packed >> 24);
    }

    private static int little16(byte[] bytes, int at) {
        return bytes[at] & 0xFF | (bytes[at + 1] & 0x3F) << 8;
    }
}
