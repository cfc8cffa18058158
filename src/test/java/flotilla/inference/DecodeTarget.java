package flotilla.inference;

import flotilla.inference.ImageDecoder.Decoded;
import flotilla.protocol.ImageInspector.Inspection;
import java.time.Duration;
import java.util.Arrays;

/**
 * What a fuzzer guided by coverage feeds with bytes: header, decode and resize. Every byte sequence must come to an image or a
 * refusal; an exception is a finding, and so is an image that takes long.
 */
public final class DecodeTarget {
    private static final int MAX_PIXELS = 1_000_000;
    private static final ImageHeaders HEADERS = new ImageHeaders(MAX_PIXELS);
    private static final ImageDecoder DECODER =
            new ImageDecoder(MAX_PIXELS, new DecodeMemory(64 << 20), DecodeEffort.Limit.of(Duration.ofSeconds(10)));
    private static final Preprocessor PREPROCESSOR = new Preprocessor(DecodeFuzz.INPUT);

    private DecodeTarget() {}

    public static void fuzzerInitialize() {
        WebpLibrary.load();
    }

    public static void fuzzerTestOneInput(byte[] bytes) {
        HEADERS.inspect(Arrays.copyOf(bytes, bytes.length / 2), false);
        Inspection header = HEADERS.inspect(bytes, true);
        try (Decoded decoded = DECODER.decode(bytes)) {
            if (decoded instanceof Decoded.Image image) {
                if (header instanceof Inspection.Refused) {
                    throw new IllegalStateException("the gateway refuses what a worker decodes: " + header);
                }
                PREPROCESSOR.tensor(image.pixels(), Layout.PLANAR);
            } else if (((Decoded.Refused) decoded).failure().message().contains("takes longer")) {
                throw new IllegalStateException(decoded.toString());
            }
        }
    }
}
