package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.inference.ImageDecoder.Decoded;
import java.awt.image.BufferedImage;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrientationTest {
    /** Upright, pixels by number: 0 1 2 / 3 4 5. What is stored for each orientation, row by row, after the widths. */
    private static final List<int[]> STORED = List.of(
            new int[] {3, 0, 1, 2, 3, 4, 5},
            new int[] {3, 2, 1, 0, 5, 4, 3},
            new int[] {3, 5, 4, 3, 2, 1, 0},
            new int[] {3, 3, 4, 5, 0, 1, 2},
            new int[] {2, 0, 3, 1, 4, 2, 5},
            new int[] {2, 2, 5, 1, 4, 0, 3},
            new int[] {2, 5, 2, 4, 1, 3, 0},
            new int[] {2, 3, 0, 4, 1, 5, 2});

    private final ImageDecoder decoder = new ImageDecoder(1_000_000, new DecodeMemory(1 << 22));

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void storedImage_shouldBeTurnedUpright(int orientation) {
        int[] stored = STORED.get(orientation - 1);
        BufferedImage image = new BufferedImage(stored[0], 6 / stored[0], BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 6; i++) {
            image.setRGB(i % stored[0], i / stored[0], stored[1 + i]);
        }
        byte[] exif = TestImages.exif(orientation, ByteOrder.BIG_ENDIAN);

        PixelRows upright = upright(TestImages.pngWithExif(TestImages.png(image), exif));

        assertThat(upright.width()).isEqualTo(3);
        assertThat(upright.height()).isEqualTo(2);
        int[] pixels = TestImages.pixels(upright);
        for (int i = 0; i < 6; i++) {
            assertThat(pixels[3 * i + 2]).as("pixel %d", i).isEqualTo(i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void imageWiderThanAStrip_shouldBeTurnedUpright(int orientation) {
        BufferedImage upright = TestImages.pattern(200, 150);
        byte[] stored = TestImages.png(TestImages.stored(upright, orientation));
        byte[] exif = TestImages.exif(orientation, ByteOrder.LITTLE_ENDIAN);

        assertThat(TestImages.pixels(upright(TestImages.pngWithExif(stored, exif))))
                .isEqualTo(TestImages.pixels(new RgbImage(upright)));
    }

    @Test
    void everyKind_shouldTellItsOrientation() {
        BufferedImage image = TestImages.pattern(20, 10);
        byte[] webp = TestImages.webp(image, true);
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            byte[] exif = TestImages.exif(6, order);

            assertThat(Orientation.of(ImageKind.JPEG, TestImages.jpegWithExif(TestImages.jpeg(image), exif)))
                    .isEqualTo(Orientation.QUARTER_TURN);
            assertThat(Orientation.of(ImageKind.PNG, TestImages.pngWithExif(TestImages.png(image), exif)))
                    .isEqualTo(Orientation.QUARTER_TURN);
            assertThat(Orientation.of(ImageKind.WEBP, webpWithExif(webp, exif))).isEqualTo(Orientation.QUARTER_TURN);
            assertThat(Orientation.of(ImageKind.WEBP, webpWithExif(webp, prefixed(exif))))
                    .isEqualTo(Orientation.QUARTER_TURN);
        }
    }

    @Test
    void nonsense_shouldBeUpright() {
        byte[] jpeg = TestImages.jpeg(TestImages.pattern(20, 10));
        for (int orientation : new int[] {0, 9, 65_535}) {
            assertThat(Orientation.of(
                            ImageKind.JPEG,
                            TestImages.jpegWithExif(jpeg, TestImages.exif(orientation, ByteOrder.BIG_ENDIAN))))
                    .isEqualTo(Orientation.UPRIGHT);
        }
        byte[] exif = TestImages.exif(6, ByteOrder.BIG_ENDIAN);
        for (int length = 0; length < exif.length - 4; length++) {
            byte[] cut = TestImages.jpegWithExif(jpeg, Arrays.copyOf(exif, length));
            assertThat(Orientation.of(ImageKind.JPEG, cut)).isIn(Orientation.UPRIGHT, Orientation.QUARTER_TURN);
        }
    }

    @Property
    void anyExif_shouldGiveAnOrientation(@ForAll @Size(max = 60) byte[] exif) {
        byte[] tiff = exif.clone();
        byte[] start = {'I', 'I', 42, 0, 8, 0, 0, 0};
        System.arraycopy(start, 0, tiff, 0, Math.min(start.length, tiff.length));

        assertThat(Orientation.of(ImageKind.PNG, TestImages.pngWithExif(TestImages.pngHeader(1, 1, 8, 2), tiff)))
                .isNotNull();
    }

    private PixelRows upright(byte[] image) {
        try (Decoded decoded = decoder.decode(image)) {
            assertThat(decoded).isInstanceOf(Decoded.Image.class);
            return ((Decoded.Image) decoded).pixels();
        }
    }

    private static byte[] webpWithExif(byte[] still, byte[] exif) {
        Map<String, byte[]> chunks = new LinkedHashMap<>();
        chunks.put("VP8L", Arrays.copyOfRange(still, 20, still.length));
        chunks.put("EXIF", exif);
        return TestImages.extendedWebp(20, 10, 8, chunks);
    }

    private static byte[] prefixed(byte[] exif) {
        byte[] prefix = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(prefix, prefix.length + exif.length);
        System.arraycopy(exif, 0, all, prefix.length, exif.length);
        return all;
    }
}
