package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same photographs in other formats, on the bundled model: what people see alike must be called alike. */
class ImageFormatsIT {
    private static final Path SAMPLES = Path.of("samples");
    private static final List<String> PHOTOGRAPHS = List.of("chelsea.png", "coffee.png", "astronaut.png");
    private static final double TOLERANCE = 0.03;

    private static ClassifierFactory factory;
    private static ImageClassifier classifier;

    @BeforeAll
    static void open() {
        assumeTrue(
                ModelFolder.class.getClassLoader().getResource(ModelFolder.BUNDLED + "/model.conf") != null,
                "this build carries no bundled model");
        assumeTrue(Files.isDirectory(SAMPLES), "there is no folder " + SAMPLES.toAbsolutePath());
        factory = DjlClassifierFactory.open(ModelFolder.bundled(), DjlSettings.FP32, 50_000_000);
        classifier = factory.create();
    }

    @AfterAll
    static void close() {
        if (classifier != null) {
            classifier.close();
            factory.close();
        }
    }

    @Test
    void photographHeldInAnyWay_shouldBeSeenUpright() throws IOException {
        for (String name : PHOTOGRAPHS) {
            BufferedImage photograph = photograph(name);
            List<Prediction> upright = predictions(TestImages.fineJpeg(photograph));
            for (int orientation = 2; orientation <= 8; orientation++) {
                byte[] stored = TestImages.fineJpeg(TestImages.stored(photograph, orientation));
                byte[] exif = TestImages.exif(orientation, ByteOrder.LITTLE_ENDIAN);

                assertThat(predictions(TestImages.pngWithExif(
                                TestImages.png(TestImages.stored(photograph, orientation)), exif)))
                        .isEqualTo(predictions(TestImages.png(photograph)));
                assertAlike(
                        name + ", orientation " + orientation,
                        predictions(TestImages.jpegWithExif(stored, exif)),
                        upright);
            }
        }
    }

    @Test
    void losslessWebp_shouldGiveTheSameProbabilities() throws IOException {
        for (String name : PHOTOGRAPHS) {
            BufferedImage photograph = photograph(name);

            assertThat(predictions(TestImages.webp(photograph, true)))
                    .isEqualTo(predictions(TestImages.png(photograph)));
        }
    }

    @Test
    void otherFormats_shouldKeepTheLabel() throws IOException {
        for (String name : PHOTOGRAPHS) {
            BufferedImage photograph = photograph(name);
            String label = label(TestImages.png(photograph));

            assertThat(label(TestImages.webp(photograph, false))).isEqualTo(label);
            assertThat(label(TestImages.progressiveJpeg(photograph))).isEqualTo(label);
            assertThat(label(inkJpeg(photograph, 0))).isEqualTo(label);
            assertThat(label(inkJpeg(photograph, 2))).isEqualTo(label);
        }
    }

    private static BufferedImage photograph(String name) throws IOException {
        BufferedImage read = ImageIO.read(SAMPLES.resolve(name).toFile());
        BufferedImage image = new BufferedImage(read.getWidth(), read.getHeight(), BufferedImage.TYPE_INT_RGB);
        image.createGraphics().drawImage(read, 0, 0, null);
        return image;
    }

    /** As much black as goes, the rest in colours, all stored inverted. */
    private static byte[] inkJpeg(BufferedImage image, int transform) {
        byte[] inks = new byte[4 * image.getWidth() * image.getHeight()];
        for (int i = 0; i < inks.length / 4; i++) {
            int rgb = image.getRGB(i % image.getWidth(), i / image.getWidth());
            int[] light = {rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF};
            int black = Math.max(1, Math.max(light[0], Math.max(light[1], light[2])));
            double[] stored = {255.0 * light[0] / black, 255.0 * light[1] / black, 255.0 * light[2] / black};
            if (transform == 2) {
                // The three colours stand to each other as red, green and blue; their inverse is what YCCK converts.
                double[] rest = {255 - stored[0], 255 - stored[1], 255 - stored[2]};
                double y = 0.299 * rest[0] + 0.587 * rest[1] + 0.114 * rest[2];
                stored = new double[] {y, 128 + (rest[2] - y) / 1.772, 128 + (rest[0] - y) / 1.402};
            }
            for (int band = 0; band < 3; band++) {
                inks[4 * i + band] = (byte) Math.round(Math.max(0, Math.min(255, stored[band])));
            }
            inks[4 * i + 3] = (byte) black;
        }
        return TestImages.inkJpeg(inks, image.getWidth(), image.getHeight(), transform);
    }

    /** The first three labels; the last ones of the best may be others that are as probable. */
    private static void assertAlike(String what, List<Prediction> actual, List<Prediction> expected) {
        for (Prediction upright : expected.subList(0, 3)) {
            assertThat(actual)
                    .as("%s: %s", what, upright)
                    .filteredOn(prediction -> prediction.label().equals(upright.label()))
                    .singleElement()
                    .satisfies(prediction ->
                            assertThat(prediction.probability()).isCloseTo(upright.probability(), within(TOLERANCE)));
        }
    }

    private static String label(byte[] image) {
        return classify(image).label();
    }

    private static List<Prediction> predictions(byte[] image) {
        return classify(image).predictions();
    }

    private static Outcome.Labelled classify(byte[] image) {
        Outcome outcome = classifier.classify(new EncodedImage("image", image));
        assertThat(outcome).isInstanceOf(Outcome.Labelled.class);
        return (Outcome.Labelled) outcome;
    }
}
