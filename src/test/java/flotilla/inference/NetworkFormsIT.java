package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import flotilla.config.Precision;
import flotilla.config.SettingsException;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forms of a network that {@code models/optimize.py} writes, on PyTorch itself. */
@Tag("alone")
class NetworkFormsIT {
    private static final Path MODEL = Path.of("models/openimages23");
    private static final Path SAMPLES = Path.of("samples");
    private static final List<String> PHOTOGRAPHS = List.of("chelsea.png", "coffee.png", "astronaut.png", "rocket.jpg");

    private static final Tuning PLAIN = Tuning.inOneThread("model.pt", Layout.PLANAR);

    @TempDir
    private Path folder;

    /** With kernels that every processor has: the fastest ones of some processor may be wrong, which is not the file's fault. */
    @Test
    void bundledForm_shouldAgreeWithThePlainNetwork() throws Exception {
        assertThat(Agreement.of(Activation.SIGMOID, withOldKernels("model.pt"), withOldKernels("model.fp32.pt")))
                .matches(Agreement::isSame);
    }

    /** What all ways are held against has to be right itself, whatever kernels this processor is given. */
    @Test
    void plainNetworkInOneThread_shouldAnswerAsWithKernelsThatEveryProcessorHas() throws Exception {
        FolderSource source = source(MODEL);

        float[][] here =
                FormScores.scores(source, PLAIN, TrialImages.load(source.spec().input()));

        assertThat(Agreement.of(Activation.SIGMOID, withOldKernels("model.pt"), here))
                .matches(Agreement::isSame);
    }

    @Test
    void whateverIsChosenHere_shouldAgreeWithThePlainNetwork() throws Exception {
        FolderSource source = source(MODEL);
        TrialImages others = TrialImages.of(source.spec().input(), mirrored());
        assertThat(others.count()).isEqualTo(PHOTOGRAPHS.size());
        Comparison comparison = new Comparison(Activation.SIGMOID, others);
        try (Calibration calibration =
                new Calibration(source, TrialImages.load(source.spec().input()))) {
            float[][] right = FormScores.scores(source, PLAIN, others);

            Tuning chosen = calibration.measure(Precision.FP32, new ShapeTrial.Shape(0, 0, 2));

            Comparison.Held held = comparison.hold(source, chosen, right, Agreement::isSame, chosen.largestBatch());
            assertThat(held.alone()).as(chosen.toString()).matches(Agreement::isSame);
            assertThat(held.largestBatch()).isEqualTo(chosen.largestBatch());
        }
    }

    @Test
    void batchOfAnotherNetwork_shouldNotHold() throws Exception {
        FolderSource source = source(MODEL);
        TrialImages images = TrialImages.load(source.spec().input());
        Comparison comparison = new Comparison(Activation.SIGMOID, images);
        float[][] right = FormScores.scores(source, PLAIN, images);
        right[2] = right[0];

        Comparison.Held held = comparison.hold(source, PLAIN, right, Agreement::isSame, 4);

        assertThat(held.alone().sameBest()).isEqualTo(images.count() - 1);
        assertThat(held.alone().largest()).isGreaterThan(0.01);
    }

    @Test
    void imagesTogether_shouldGetTheAnswersThatTheyGetAlone() throws IOException {
        byte[] damaged = Arrays.copyOf(bytes("chelsea.png"), 5000);
        try (ClassifierFactory factory =
                        DjlClassifierFactory.open(ModelFolder.bundled(), DjlSettings.FP32, 50_000_000);
                ImageClassifier classifier = factory.create()) {
            List<EncodedImage> images =
                    List.of(image("chelsea.png"), new EncodedImage("damaged.png", damaged), image("coffee.png"));
            List<Outcome> together = classifier.classify(images);

            assertThat(factory.largestBatch()).isGreaterThan(1);
            assertThat(together).hasSize(3);
            assertThat(together.get(1)).isInstanceOf(Outcome.Failed.class);
            for (int i : List.of(0, 2)) {
                assertSame(classifier.classify(images.get(i)), together.get(i));
            }
        }
    }

    /** A thread that calculates for the first time has another number of threads until it is told, and so other kernels. */
    @Test
    void firstImageOfAThread_shouldBeAnsweredAsTheNextOne() throws Exception {
        try (ClassifierFactory factory =
                DjlClassifierFactory.open(ModelFolder.bundled(), DjlSettings.FP32, 50_000_000)) {
            for (String photograph : PHOTOGRAPHS) {
                FutureTask<List<Outcome>> answers = new FutureTask<>(() -> {
                    try (ImageClassifier classifier = factory.create()) {
                        return List.of(classifier.classify(image(photograph)), classifier.classify(image(photograph)));
                    }
                });
                Thread thread = new Thread(answers);
                thread.start();
                thread.join();

                assertSame(answers.get().get(1), answers.get().get(0));
            }
        }
    }

    @Test
    void formThatCannotBeLoaded_shouldLeaveThePlainNetwork() throws IOException {
        copyModel();
        Files.writeString(folder.resolve("model.fp32.pt"), "no network");

        try (ClassifierFactory factory =
                        DjlClassifierFactory.open(ModelFolder.at(folder, "f"), DjlSettings.FP32, 50_000_000);
                ImageClassifier classifier = factory.create()) {
            assertThat(label(classifier.classify(image("chelsea.png")))).isEqualTo("Cat");
        }
    }

    @Test
    void formOfAnotherNetwork_shouldLeaveThePlainNetwork() throws IOException {
        copyModel();
        Files.copy(Path.of("src/test/resources/models/means/model.pt"), folder.resolve("model.fp32.pt"));

        try (ClassifierFactory factory =
                        DjlClassifierFactory.open(ModelFolder.at(folder, "f"), DjlSettings.FP32, 50_000_000);
                ImageClassifier classifier = factory.create()) {
            assertThat(label(classifier.classify(image("chelsea.png")))).isEqualTo("Cat");
        }
    }

    @Test
    void shortFormOfAnotherNetwork_shouldBeRefusedWithTheRemedy() throws IOException {
        copyModel();
        Files.copy(Path.of("src/test/resources/models/means/model.pt"), folder.resolve("model.bf16.pt"));

        assertThatThrownBy(() -> DjlClassifierFactory.open(
                        ModelFolder.at(folder, "f"), DjlSettings.with(Precision.BF16), 50_000_000))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll(
                        "model.bf16.pt", "f/model.pt", "models/optimize.py", "flotilla.classifier.precision = fp32")
                .hasMessageMatching("[^\\n]*");
    }

    @Test
    void shortPrecision_shouldBeTakenWhereThereIsAForm() throws IOException {
        try (ClassifierFactory factory =
                        DjlClassifierFactory.open(ModelFolder.bundled(), DjlSettings.with(Precision.BF16), 50_000_000);
                ImageClassifier classifier = factory.create()) {
            for (String photograph : PHOTOGRAPHS) {
                assertThat(classifier.classify(image(photograph))).isInstanceOf(Outcome.Labelled.class);
            }
            assertThat(label(classifier.classify(image("chelsea.png")))).isEqualTo("Cat");
        }

        copyModel();
        assertThatThrownBy(() -> DjlClassifierFactory.open(
                        ModelFolder.at(folder, "f"), DjlSettings.with(Precision.BF16), 50_000_000))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("f/model.pt", "model.bf16.pt", "models/optimize.py")
                .hasMessageMatching("[^\\n]*");
    }

    /** In a process of its own: oneDNN reads its environment once. */
    private float[][] withOldKernels(String form) throws Exception {
        ProcessBuilder program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FormScores.class.getName(),
                        MODEL.toString(),
                        form)
                .redirectError(folder.resolve("err").toFile());
        program.environment().put("ONEDNN_MAX_CPU_ISA", "SSE41");
        Process process = program.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor())
                .as(() -> said + read(folder.resolve("err")))
                .isZero();
        return FormScores.parse(said);
    }

    /** The photographs as none is that the choice is made by. */
    private static List<byte[]> mirrored() throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (String photograph : PHOTOGRAPHS) {
            BufferedImage image = ImageIO.read(SAMPLES.resolve(photograph).toFile());
            BufferedImage mirrored = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
            mirrored.createGraphics().drawImage(image, image.getWidth(), 0, -image.getWidth(), image.getHeight(), null);
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            ImageIO.write(mirrored, "png", png);
            files.add(png.toByteArray());
        }
        return files;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FolderSource source(Path model) {
        PyTorchEngine engine = new PyTorchEngine();
        engine.start();
        return new FolderSource(ModelFolder.at(model, model.toString()), engine);
    }

    private void copyModel() throws IOException {
        for (String file : List.of("model.conf", "labels.txt", "model.pt")) {
            try (InputStream in = Files.newInputStream(MODEL.resolve(file))) {
                Files.copy(in, folder.resolve(file));
            }
        }
    }

    private static void assertSame(Outcome alone, Outcome together) {
        List<Prediction> right = ((Outcome.Labelled) alone).predictions();
        List<Prediction> other = ((Outcome.Labelled) together).predictions();
        assertThat(other)
                .extracting(Prediction::label)
                .isEqualTo(right.stream().map(Prediction::label).toList());
        for (int i = 0; i < right.size(); i++) {
            assertThat(other.get(i).probability()).isCloseTo(right.get(i).probability(), within(1e-3));
        }
    }

    private static String label(Outcome outcome) {
        return ((Outcome.Labelled) outcome).label();
    }

    private static EncodedImage image(String name) throws IOException {
        return new EncodedImage(name, bytes(name));
    }

    private static byte[] bytes(String name) throws IOException {
        return Files.readAllBytes(SAMPLES.resolve(name));
    }
}
