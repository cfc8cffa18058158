package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.FailureCode;
import flotilla.inference.ImageDecoder.Decoded;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ImageDecoderTest {
    private static final BufferedImage PATTERN = TestImages.pattern(48, 36);
    private static final BufferedImage PALETTE = TestImages.pattern(48, 36, BufferedImage.TYPE_BYTE_INDEXED);
    private static final List<byte[]> IMAGES = List.of(
            TestImages.jpeg(PATTERN),
            TestImages.progressiveJpeg(PATTERN),
            TestImages.png(PATTERN),
            TestImages.png(PALETTE),
            TestImages.gif(PALETTE),
            TestImages.interlacedGif(PALETTE),
            TestImages.interlacedPng(PATTERN),
            TestImages.png(TestImages.pattern(48, 36, BufferedImage.TYPE_USHORT_GRAY)),
            TestImages.png(TestImages.pattern(48, 36, BufferedImage.TYPE_BYTE_BINARY)),
            TestImages.jpeg(TestImages.pattern(48, 36, BufferedImage.TYPE_BYTE_GRAY)),
            TestImages.inkJpeg(new byte[48 * 36 * 4], 48, 36, 2),
            TestImages.webp(PATTERN, false),
            TestImages.webp(PATTERN, true),
            file("lossy-alpha.webp"),
            file("animated.webp"));

    private final ImageDecoder decoder = new ImageDecoder(1_000_000, new DecodeMemory(1 << 20));

    @Test
    void png_shouldGiveItsPixels() {
        assertThat(pixels(TestImages.png(PATTERN))).isEqualTo(expected(PATTERN));
    }

    @Test
    void gif_shouldGiveItsPixels() {
        assertThat(pixels(TestImages.gif(PALETTE))).isEqualTo(expected(PALETTE));
        assertThat(pixels(TestImages.interlacedGif(PALETTE))).isEqualTo(expected(PALETTE));
    }

    @Test
    void jpeg_shouldGiveNearlyItsPixels() {
        BufferedImage flat = new BufferedImage(20, 10, BufferedImage.TYPE_INT_RGB);
        flat.createGraphics().fillRect(0, 0, 20, 10);
        flat.setRGB(3, 3, 0xFFFEFE);

        for (int sample : pixels(TestImages.jpeg(flat))) {
            assertThat(sample).isBetween(250, 255);
        }
    }

    @Test
    void grey_shouldKeepItsStoredValues() {
        BufferedImage grey = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage deep = new BufferedImage(256, 1, BufferedImage.TYPE_USHORT_GRAY);
        int[] values = new int[768];
        for (int x = 0; x < 256; x++) {
            grey.getRaster().setSample(x, 0, 0, x);
            deep.getRaster().setSample(x, 0, 0, x * 257);
            Arrays.fill(values, 3 * x, 3 * x + 3, x);
        }

        assertThat(pixels(TestImages.png(grey))).isEqualTo(values);
        assertThat(pixels(TestImages.png(deep))).isEqualTo(values);
    }

    @Test
    void transparency_shouldLieOnWhite() {
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0x00102030);
        image.setRGB(1, 0, 0x80000000);
        image.setRGB(2, 0, 0xFF102030);

        assertThat(pixels(TestImages.png(image))).containsExactly(255, 255, 255, 127, 127, 127, 0x10, 0x20, 0x30);
    }

    @Test
    void transparentPaletteEntry_shouldLieOnWhite() {
        byte[] ramp = {0, 100, (byte) 200};
        IndexColorModel palette = new IndexColorModel(2, 3, ramp, ramp, ramp, 1);
        BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
        image.getRaster().setPixels(0, 0, 3, 1, new int[] {0, 1, 2});

        assertThat(pixels(TestImages.gif(image))).containsExactly(0, 0, 0, 255, 255, 255, 200, 200, 200);
    }

    @Test
    void frameOnLargerCanvas_shouldLieOnWhite() {
        BufferedImage frame = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        RgbImage image = new RgbImage(frame, 3, 2, 1, 1);
        int[] row = new int[9];

        image.readRow(0, row);
        assertThat(row).containsOnly(255);
        image.readRow(1, row);
        assertThat(row).containsExactly(255, 255, 255, 0, 0, 0, 255, 255, 255);
    }

    @Test
    void everyTruncation_shouldBeDamaged() {
        for (byte[] image : IMAGES) {
            // The last bytes of PNG (end chunk) and GIF (trailer) hold no pixels: without them nothing is lost.
            ImageKind kind = ImageKind.of(image).orElseThrow();
            int essential = kind == ImageKind.PNG || kind == ImageKind.GIF ? image.length - 24 : image.length;
            for (int length = 12; length < essential; length += 1 + length / 50) {
                assertThat(failure(Arrays.copyOf(image, length)))
                        .as("%d bytes of %d", length, image.length)
                        .isEqualTo(FailureCode.DAMAGED);
            }
        }
    }

    @Test
    void gifWhoseDataEndsEarlyInGoodOrder_shouldBeDamaged() {
        byte[] gif = TestImages.gif(PALETTE);
        int subBlocks = startOfSubBlocks(gif);
        byte[] cut = Arrays.copyOf(gif, subBlocks + 1 + (gif[subBlocks] & 0xFF) + 2);
        cut[cut.length - 2] = 0;
        cut[cut.length - 1] = 0x3B;

        assertThat(failure(cut)).isEqualTo(FailureCode.DAMAGED);
    }

    @Test
    void tooManyPixels_shouldBeRefusedBeforeDecoding() {
        ImageDecoder small = new ImageDecoder(48 * 36 - 1, new DecodeMemory(1 << 20));

        assertThat(small.decode(TestImages.png(PATTERN)))
                .isInstanceOfSatisfying(
                        Decoded.Refused.class,
                        refused -> assertThat(refused.failure().code()).isEqualTo(FailureCode.TOO_MANY_PIXELS));
    }

    @Test
    void moreThanTheMemory_shouldBeRefused() {
        ImageDecoder poor = new ImageDecoder(1_000_000, new DecodeMemory(1024));

        assertThat(poor.decode(TestImages.png(PATTERN)))
                .isInstanceOfSatisfying(
                        Decoded.Refused.class,
                        refused -> assertThat(refused.failure().message()).contains("larger heap"));
    }

    @Test
    void memory_shouldComeBackWithEachImage() {
        ImageDecoder tight = new ImageDecoder(1_000_000, new DecodeMemory(48 * 36 * 3));
        byte[] png = TestImages.png(PATTERN);

        for (int i = 0; i < 5; i++) {
            tight.decode(Arrays.copyOf(png, png.length - 200)).close();
            try (Decoded decoded = tight.decode(png)) {
                assertThat(decoded).isInstanceOf(Decoded.Image.class);
            }
        }
    }

    @Property(tries = 1000, generation = GenerationMode.RANDOMIZED)
    void changedBytes_shouldGiveAValue(
            @ForAll @IntRange(max = 14) int image,
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 20) int changes) {
        byte[] bytes = IMAGES.get(image).clone();
        Random random = new Random(seed);
        for (int i = 0; i < changes; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }

        try (Decoded decoded = decoder.decode(bytes)) {
            if (decoded instanceof Decoded.Refused refused) {
                assertThat(refused.failure().message()).contains("; ").doesNotContain("\n");
            }
        }
    }

    @Test
    void colour_shouldNotDependOnTheRasterType() {
        for (int type : new int[] {
            BufferedImage.TYPE_3BYTE_BGR,
            BufferedImage.TYPE_INT_BGR,
            BufferedImage.TYPE_INT_ARGB,
            BufferedImage.TYPE_4BYTE_ABGR,
            BufferedImage.TYPE_INT_RGB
        }) {
            BufferedImage image = new BufferedImage(1, 1, type);
            image.setRGB(0, 0, new Color(10, 20, 30).getRGB());
            int[] row = new int[3];

            new RgbImage(image).readRow(0, row);

            assertThat(row).containsExactly(10, 20, 30);
        }
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

    private static byte[] file(String name) {
        try {
            return Files.readAllBytes(Path.of("src/test/resources/images", name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int[] expected(BufferedImage image) {
        int[] all = new int[3 * image.getWidth() * image.getHeight()];
        int at = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = image.getRGB(x, y);
                all[at++] = rgb >> 16 & 0xFF;
                all[at++] = rgb >> 8 & 0xFF;
                all[at++] = rgb & 0xFF;
            }
        }
        return all;
    }

    private static int startOfSubBlocks(byte[] gif) {
        int at = 13 + (3 << ((gif[10] & 7) + 1));
        while (gif[at] == 0x21) {
            at += 2;
            while (gif[at] != 0) {
                at += 1 + (gif[at] & 0xFF);
            }
            at++;
        }
        return at + 11;
    }
}
