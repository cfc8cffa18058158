package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.FailureCode;
import flotilla.inference.ImageDecoder.Decoded;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The varieties of each kind, against what Pillow decodes ({@code src/test/resources/images}) or what was drawn. */
class ImageFormatsTest {
    private static final Path IMAGES = Path.of("src/test/resources/images");
    private static final BufferedImage PATTERN = TestImages.pattern(20, 14);

    private final ImageDecoder decoder = new ImageDecoder(1_000_000, new DecodeMemory(1 << 22));

    @ParameterizedTest
    @ValueSource(strings = {"lossy", "lossy-alpha", "lossless-alpha", "animated"})
    void webp_shouldEqualPillowInEverySample(String name) throws IOException {
        assertThat(pixels(file(name + ".webp"))).isEqualTo(pixels(file(name + ".png")));
    }

    /** Not in every sample, because the JDKs carry different versions of libjpeg. */
    @ParameterizedTest
    @ValueSource(strings = {"cmyk", "ycck"})
    void fourInks_shouldEqualPillow(String name) throws IOException {
        int[] expected = pixels(file(name + ".png"));
        int[] actual = pixels(file(name + ".jpg"));

        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("sample %d", i).isBetween(expected[i] - 2, expected[i] + 2);
        }
    }

    @Test
    void fourInksWithoutAdobesMarker_shouldBeTakenForInvertedCmyk() {
        byte[] inks = new byte[8 * 8 * 4];
        for (int i = 0; i < inks.length; i += 4) {
            inks[i] = (byte) 255;
            inks[i + 1] = (byte) 128;
            inks[i + 3] = (byte) 255;
        }
        byte[] jpeg = TestImages.inkJpeg(inks, 8, 8, 0);
        byte[] unmarked = jpeg.clone();
        unmarked[6] = 'X';

        assertThat(pixels(jpeg)).isEqualTo(pixels(unmarked));
        assertThat(pixels(jpeg)[0]).isBetween(252, 255);
        assertThat(pixels(jpeg)[1]).isBetween(126, 130);
        assertThat(pixels(jpeg)[2]).isBetween(0, 3);
    }

    @Test
    void losslessWebp_shouldGiveItsPixels() {
        assertThat(pixels(TestImages.webp(PATTERN, true))).isEqualTo(pixels(TestImages.png(PATTERN)));
    }

    @Test
    void webpFrameOnLargerCanvas_shouldLieOnWhite() {
        byte[] still = TestImages.webp(PATTERN, true);
        Map<String, byte[]> chunks = new LinkedHashMap<>();
        chunks.put("ANIM", new byte[6]);
        chunks.put("ANMF", TestImages.webpFrame(still, 2, 4, 20, 14));
        int[] canvas = pixels(TestImages.extendedWebp(30, 20, 2, chunks));
        int[] frame = pixels(TestImages.png(PATTERN));

        for (int y = 0; y < 20; y++) {
            for (int x = 0; x < 30; x++) {
                boolean inFrame = x >= 2 && x < 22 && y >= 4 && y < 18;
                for (int channel = 0; channel < 3; channel++) {
                    assertThat(canvas[3 * (y * 30 + x) + channel])
                            .isEqualTo(inFrame ? frame[3 * ((y - 4) * 20 + x - 2) + channel] : 255);
                }
            }
        }
    }

    @Test
    void webpWhoseFrameIsNotWhatItsHeaderSays_shouldBeDamaged() {
        byte[] still = TestImages.webp(PATTERN, true);
        byte[] picture = Arrays.copyOfRange(still, 20, still.length);

        assertThat(failure(TestImages.extendedWebp(19, 14, 0, Map.of("VP8L", picture))))
                .isEqualTo(FailureCode.DAMAGED);
        assertThat(failure(
                        TestImages.extendedWebp(30, 20, 2, Map.of("ANMF", TestImages.webpFrame(still, 12, 0, 20, 14)))))
                .isEqualTo(FailureCode.DAMAGED);
        assertThat(failure(
                        TestImages.extendedWebp(30, 20, 2, Map.of("ANMF", TestImages.webpFrame(still, 0, 0, 20, 15)))))
                .isEqualTo(FailureCode.DAMAGED);
        assertThat(failure(TestImages.extendedWebp(20, 14, 0, Map.of()))).isEqualTo(FailureCode.DAMAGED);
    }

    @Test
    void webpProfile_shouldBeIgnored() throws IOException {
        byte[] still = TestImages.webp(PATTERN, true);
        Map<String, byte[]> chunks = new LinkedHashMap<>();
        chunks.put("ICCP", ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData());
        chunks.put("VP8L", Arrays.copyOfRange(still, 20, still.length));

        assertThat(pixels(TestImages.extendedWebp(20, 14, 0x20, chunks))).isEqualTo(pixels(still));
    }

    @Test
    void pngProfile_shouldBeIgnored() throws IOException {
        ByteArrayOutputStream profile = new ByteArrayOutputStream();
        profile.write("linear\0\0".getBytes(StandardCharsets.ISO_8859_1));
        try (DeflaterOutputStream deflated = new DeflaterOutputStream(profile)) {
            deflated.write(ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData());
        }
        byte[] png = TestImages.png(PATTERN);

        assertThat(pixels(TestImages.pngWithChunk(png, "iCCP", profile.toByteArray())))
                .isEqualTo(pixels(png));
    }

    @Test
    void jpegProfile_shouldBeIgnored() {
        ColorModel linear = new ComponentColorModel(
                new ICC_ColorSpace(ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB)),
                false,
                false,
                ColorModel.OPAQUE,
                DataBuffer.TYPE_BYTE);
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 8, 8, 3, null);
        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < 8; x++) {
                raster.setPixel(x, y, new int[] {40, 80, 120});
            }
        }
        byte[] jpeg = TestImages.jpeg(new BufferedImage(linear, raster, false, null));

        assertThat(new String(jpeg, StandardCharsets.ISO_8859_1)).contains("ICC_PROFILE");
        int[] pixels = pixels(jpeg);
        assertThat(pixels[0]).isBetween(38, 42);
        assertThat(pixels[1]).isBetween(78, 82);
        assertThat(pixels[2]).isBetween(118, 122);
    }

    @Test
    void deepColours_shouldBeRoundedToEightBits() {
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 2, 1, 3, null);
        raster.setPixel(0, 0, new int[] {0, 128, 129});
        raster.setPixel(1, 0, new int[] {65_535, 257 * 100 + 128, 257 * 100 + 129});
        ColorModel colours = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, ColorModel.OPAQUE, DataBuffer.TYPE_USHORT);
        byte[] png = TestImages.png(new BufferedImage(colours, raster, false, null));

        assertThat(png[24]).isEqualTo((byte) 16);
        assertThat(pixels(png)).containsExactly(0, 0, 1, 255, 100, 101);
    }

    @Test
    void interlacedPng_shouldGiveItsPixels() {
        for (int type : new int[] {
            BufferedImage.TYPE_INT_RGB,
            BufferedImage.TYPE_INT_ARGB,
            BufferedImage.TYPE_BYTE_INDEXED,
            BufferedImage.TYPE_BYTE_BINARY,
            BufferedImage.TYPE_BYTE_GRAY,
            BufferedImage.TYPE_USHORT_GRAY
        }) {
            BufferedImage image = TestImages.pattern(20, 14, type);
            byte[] interlaced = TestImages.interlacedPng(image);

            assertThat(interlaced[28]).isEqualTo((byte) 1);
            assertThat(pixels(interlaced)).as("type %d", type).isEqualTo(pixels(TestImages.png(image)));
        }
    }

    @Test
    void blackAndWhitePng_shouldGiveItsPixels() {
        BufferedImage image = new BufferedImage(9, 1, BufferedImage.TYPE_BYTE_BINARY);
        image.setRGB(2, 0, 0xFFFFFF);
        image.setRGB(8, 0, 0xFFFFFF);
        int[] expected = new int[27];
        Arrays.fill(expected, 6, 9, 255);
        Arrays.fill(expected, 24, 27, 255);

        assertThat(pixels(TestImages.png(image))).isEqualTo(expected);
    }

    @Test
    void transparentColourOfPng_shouldNotDisturbTheOthers() {
        byte[] png = TestImages.png(PATTERN);
        int rgb = PATTERN.getRGB(1, 0);
        byte[] colour = {0, (byte) (rgb >> 16), 0, (byte) (rgb >> 8), 0, (byte) rgb};
        int[] expected = pixels(png);
        Arrays.fill(expected, 3, 6, 255);

        assertThat(pixels(TestImages.pngWithChunk(png, "tRNS", colour))).isEqualTo(expected);
    }

    @Test
    void greyAndProgressiveJpeg_shouldGiveNearlyTheirPixels() {
        BufferedImage ramp = new BufferedImage(64, 8, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < 64; x++) {
                ramp.getRaster().setSample(x, y, 0, 4 * x);
            }
        }
        for (byte[] jpeg : new byte[][] {TestImages.jpeg(ramp), TestImages.progressiveJpeg(ramp)}) {
            int[] pixels = pixels(jpeg);
            for (int x = 0; x < 64; x++) {
                assertThat(pixels[3 * x]).isBetween(4 * x - 6, 4 * x + 6);
                assertThat(pixels[3 * x + 1]).isEqualTo(pixels[3 * x]);
                assertThat(pixels[3 * x + 2]).isEqualTo(pixels[3 * x]);
            }
        }
    }

    @Test
    void jpegOfThousandsOfScans_shouldBeRefusedUndecoded() {
        byte[] jpeg = TestImages.progressiveJpeg(PATTERN);
        byte[] scan = {(byte) 0xFF, (byte) 0xDA, 0, 8, 1, 1, 0, 1, 5, 0};
        byte[] many = Arrays.copyOf(jpeg, jpeg.length + 1000 * scan.length);
        for (int i = 0; i < 1000; i++) {
            System.arraycopy(scan, 0, many, jpeg.length + i * scan.length, scan.length);
        }

        assertThat(failure(many)).isEqualTo(FailureCode.UNSUPPORTED_TYPE);
    }

    @ParameterizedTest
    @EnumSource(
            value = ImageKind.class,
            names = {"JPEG", "PNG", "GIF"})
    void readersOfTheJdk_shouldNotBeReplacedByALibrarys(ImageKind kind) {
        assertThat(kind.newReader().getClass().getName()).startsWith("com.sun.imageio.plugins.");
        assertThat(ImageIO.getImageReadersByMIMEType(kind.contentType()))
                .toIterable()
                .hasSize(1);
    }

    @Test
    void libwebp_shouldLeaveNoFilesBehind() throws IOException {
        WebpLibrary.load();

        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .noneMatch(name -> name.startsWith("webp-imageio"));
        }
        assertThat(Path.of(System.getProperty("com.luciad.imageio.webp.tmpdir")))
                .doesNotExist();
    }

    private int[] pixels(byte[] bytes) {
        try (Decoded decoded = decoder.decode(bytes)) {
            assertThat(decoded).isInstanceOf(Decoded.Image.class);
            return TestImages.pixels(((Decoded.Image) decoded).pixels());
        }
    }

    private FailureCode failure(byte[] bytes) {
        try (Decoded decoded = decoder.decode(bytes)) {
            return decoded instanceof Decoded.Refused refused
                    ? refused.failure().code()
                    : null;
        }
    }

    private static byte[] file(String name) throws IOException {
        return Files.readAllBytes(IMAGES.resolve(name));
    }
}
