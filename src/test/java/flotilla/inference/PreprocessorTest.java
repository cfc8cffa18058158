package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import flotilla.inference.ModelSpec.Resize;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreprocessorTest {
    private static final List<Double> ZEROS = List.of(0.0, 0.0, 0.0);
    private static final List<Double> ONES = List.of(1.0, 1.0, 1.0);

    @Test
    void halving_shouldWeighWithTheTriangleByHand() {
        // Of 4 pixels to 2, the first takes 3/7, 3/7 and 1/7 of the pixels 0, 1 and 2.
        BufferedImage image = grey(4, 1, 70, 140, 210, 0);

        assertThat(samples(image, 2, 1, new Resize.Stretch())).containsExactly(120, 120, 120, 110, 110, 110);
    }

    @Test
    void sameSize_shouldKeepEverySample() {
        int[] samples = samples(TestImages.pattern(9, 6), 9, 6, new Resize.Stretch());

        assertThat(samples[3 * (2 * 9 + 4)]).isEqualTo((4 * 37 + 2 * 91) & 0xFF);
        assertThat(samples[3 * (5 * 9 + 8) + 1]).isEqualTo((64 * 29 + 5 * 13) & 0xFF);
    }

    /** Expected values: {@code Image.resize((3, 2), Image.BILINEAR)} of Pillow 9.4.0. */
    @Test
    void stretchToSmaller_shouldEqualPil() {
        assertThat(samples(TestImages.pattern(7, 5), 3, 2, new Resize.Stretch()))
                .containsExactly(99, 50, 222, 129, 106, 158, 129, 156, 94, 106, 76, 208, 118, 108, 144, 128, 130, 80);
    }

    /** Expected values: the first row of {@code Image.resize((10, 8), Image.BILINEAR)} of Pillow 9.4.0. */
    @Test
    void stretchToLarger_shouldEqualPil() {
        assertThat(samples(TestImages.pattern(7, 5), 10, 8, new Resize.Stretch()))
                .startsWith(
                        0, 0, 255, 20, 16, 239, 46, 51, 218, 72, 112, 196, 98, 44, 175, 124, 76, 155, 150, 208, 134,
                        176, 212, 113, 202, 126, 91, 222, 20, 75);
    }

    /** Expected values: {@code resize((6, 4), Image.BILINEAR).crop((1, 0, 5, 4))} of Pillow 9.4.0. */
    @Test
    void shorterSideThenCentre_shouldEqualPil() {
        assertThat(samples(TestImages.pattern(7, 5), 4, 4, new Resize.ShorterThenCentre(4)))
                .containsExactly(
                        72, 59, 214, 113, 70, 180, 155, 122, 146, 152, 214, 112, 145, 74, 206, 112, 85, 172, 154, 137,
                        138, 93, 229, 104, 101, 90, 198, 69, 101, 164, 111, 153, 130, 152, 245, 96, 134, 105, 190, 175,
                        116, 156, 109, 60, 122, 66, 68, 88);
    }

    /** Expected values: CRC-32 of {@code resize(...).crop(...).tobytes()} of Pillow 9.4.0. */
    @Test
    void photographSizes_shouldEqualPilInEverySample() {
        BufferedImage image = TestImages.pattern(451, 300);

        assertThat(sum(samples(image, 224, 224, new Resize.ShorterThenCentre(256))))
                .isEqualTo(39_312_932L);
        assertThat(sum(samples(image, 300, 300, new Resize.Stretch()))).isEqualTo(542_433_375L);
    }

    @Test
    void tallImage_shouldBeCroppedLikeAWideOne() {
        BufferedImage wide = TestImages.pattern(31, 13);
        BufferedImage tall = new BufferedImage(13, 31, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 13; y++) {
            for (int x = 0; x < 31; x++) {
                tall.setRGB(y, x, wide.getRGB(x, y));
            }
        }

        int[] fromWide = samples(wide, 8, 8, new Resize.ShorterThenCentre(10));
        int[] fromTall = samples(tall, 8, 8, new Resize.ShorterThenCentre(10));

        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < 8; x++) {
                // The axes are rounded one after the other, so that a transposed image may differ by one level.
                assertThat(fromTall[3 * (x * 8 + y)]).isCloseTo(fromWide[3 * (y * 8 + x)], within(1));
            }
        }
    }

    @Test
    void extremeShapes_shouldGiveAnInput() {
        Preprocessor cropped = preprocessor(224, 224, new Resize.ShorterThenCentre(256));
        Preprocessor stretched = preprocessor(300, 300, new Resize.Stretch());

        for (BufferedImage image :
                List.of(TestImages.pattern(1, 1), TestImages.pattern(1, 65_535), TestImages.pattern(65_535, 1))) {
            assertThat(cropped.tensor(new RgbImage(image), Layout.PLANAR)).hasSize(3 * 224 * 224);
            assertThat(stretched.tensor(new RgbImage(image), Layout.PLANAR)).hasSize(3 * 300 * 300);
        }
    }

    /** Sums of many weights, each rounded, must not carry into their neighbours: white stays white. */
    @ParameterizedTest
    @CsvSource({"65535, 1", "1, 65535", "4001, 3001", "1, 1", "16001, 2"})
    void white_shouldStayWhiteHoweverFarItIsReduced(int width, int height) {
        BufferedImage white = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Arrays.fill(((DataBufferByte) white.getRaster().getDataBuffer()).getData(), (byte) 0xFF);
        for (int side : new int[] {8, 9, 223, 224}) {
            assertThat(samples(white, side, side, new Resize.Stretch())).containsOnly(255);
        }
    }

    @Test
    void oddSizes_shouldEqualTheFilterWrittenOut() {
        Random random = new Random(42);
        for (int round = 0; round < 60; round++) {
            BufferedImage image = noise(1 + random.nextInt(40), 1 + random.nextInt(40), random);
            int width = 1 + random.nextInt(20);
            int height = 1 + random.nextInt(20);

            assertThat(samples(image, width, height, new Resize.Stretch()))
                    .as("%d×%d to %d×%d", image.getWidth(), image.getHeight(), width, height)
                    .containsExactly(writtenOut(image, width, height));
        }
    }

    private static BufferedImage noise(int width, int height, Random random) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        random.nextBytes(((DataBufferByte) image.getRaster().getDataBuffer()).getData());
        return image;
    }

    /** The same resize, sample by sample. */
    private static int[] writtenOut(BufferedImage image, int width, int height) {
        int[] all = TestImages.pixels(new RgbImage(image));
        FilterAxis columns = FilterAxis.centred(image.getWidth(), width, width);
        FilterAxis rows = FilterAxis.centred(image.getHeight(), height, height);
        int[] narrow = new int[3 * width * image.getHeight()];
        for (int i = 0; i < narrow.length; i++) {
            int row = 3 * image.getWidth() * (i / (3 * width));
            int column = i / 3 % width;
            narrow[i] = weighted(all, row + 3 * columns.first(column) + i % 3, 3, columns.weights(column));
        }
        int[] resized = new int[3 * width * height];
        for (int i = 0; i < resized.length; i++) {
            int row = i / (3 * width);
            int first = 3 * width * rows.first(row);
            resized[i] = weighted(narrow, first + i % (3 * width), 3 * width, rows.weights(row));
        }
        return resized;
    }

    private static int weighted(int[] samples, int first, int step, int[] weights) {
        long sum = 1L << (FilterAxis.FRACTION_BITS - 1);
        for (int k = 0; k < weights.length; k++) {
            sum += (long) weights[k] * samples[first + k * step];
        }
        return (int) Math.min(255, sum >> FilterAxis.FRACTION_BITS);
    }

    @Test
    void normalisation_shouldBePlanarByChannel() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, 0xFF0033);
        image.setRGB(1, 0, 0x00FF66);
        ModelSpec.Input input =
                new ModelSpec.Input(2, 1, new Resize.Stretch(), List.of(0.5, 0.25, 0.2), List.of(0.5, 0.25, 0.1));

        assertThat(new Preprocessor(input).tensor(new RgbImage(image), Layout.PLANAR))
                .containsExactly(new float[] {1, -1, -1, 3, 0, 2}, within(1e-6f));
    }

    @Test
    void layouts_shouldHoldTheSameValues() {
        BufferedImage image = TestImages.pattern(40, 30);
        Preprocessor preprocessor = new Preprocessor(
                new ModelSpec.Input(16, 16, new Resize.Stretch(), List.of(0.5, 0.25, 0.2), List.of(0.5, 0.25, 0.1)));
        float[] planes = preprocessor.tensor(new RgbImage(image), Layout.PLANAR);
        float[] pixels = preprocessor.tensor(new RgbImage(image), Layout.INTERLEAVED);

        for (int i = 0; i < pixels.length; i++) {
            assertThat(pixels[i]).isEqualTo(planes[i % 3 * 256 + i / 3]);
        }
    }

    /** Of a byte raster, rows are read in pairs in place; sizes are odd, so that the last row and column have no neighbour. */
    @Test
    void rasterTypes_shouldGiveTheSameInput() {
        BufferedImage packed = TestImages.pattern(61, 43);
        BufferedImage bytes = new BufferedImage(61, 43, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < 43; y++) {
            for (int x = 0; x < 61; x++) {
                bytes.setRGB(x, y, packed.getRGB(x, y));
            }
        }
        for (Layout layout : Layout.values()) {
            for (Resize resize : List.of(new Resize.Stretch(), new Resize.ShorterThenCentre(31))) {
                Preprocessor preprocessor = preprocessor(29, 29, resize);
                assertThat(preprocessor.tensor(new RgbImage(bytes), layout))
                        .containsExactly(preprocessor.tensor(new RgbImage(packed), layout));
            }
        }
    }

    private static int[] samples(BufferedImage image, int width, int height, Resize resize) {
        float[] planes = preprocessor(width, height, resize).tensor(new RgbImage(image), Layout.PLANAR);
        int[] samples = new int[planes.length];
        int pixels = width * height;
        for (int i = 0; i < planes.length; i++) {
            float sample = planes[i % 3 * pixels + i / 3] * 255;
            samples[i] = Math.round(sample);
            assertThat(sample).isCloseTo(samples[i], within(1e-3f));
        }
        return samples;
    }

    private static Preprocessor preprocessor(int width, int height, Resize resize) {
        return new Preprocessor(new ModelSpec.Input(width, height, resize, ZEROS, ONES));
    }

    private static BufferedImage grey(int width, int height, int... values) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        image.getRaster().setPixels(0, 0, width, height, values);
        return image;
    }

    private static long sum(int[] samples) {
        CRC32 sum = new CRC32();
        for (int sample : samples) {
            sum.update(sample);
        }
        return sum.getValue();
    }
}
