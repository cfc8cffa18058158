package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Model;
import ai.djl.util.Utils;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.config.ClassifierSettings;
import flotilla.config.InferenceEngine;
import flotilla.config.Precision;
import flotilla.config.SettingsException;
import flotilla.protocol.ClassifierFactory;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is particular to ONNX Runtime: its two forms of one file, its threads, what is kept of its measurements. */
class OnnxRuntimeIT {
    private static final ClassifierSettings SETTINGS = DjlSettings.on(InferenceEngine.ONNXRUNTIME);
    private static final NetworkEngine ENGINE = NetworkEngine.of(InferenceEngine.ONNXRUNTIME);
    private static final String CACHE = "DJL_CACHE_DIR";
    private static final String ENGINES = "ENGINE_CACHE_DIR";

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        ENGINE.start();
    }

    @Test
    void optimizedNetworkThatAnswersOtherwise_shouldLeaveThePlainOne() throws IOException {
        OnnxSource right = source("right", OnnxNetworks.means(OnnxNetworks.ANY));
        OnnxSource wrong = source("wrong", OnnxNetworks.negativeMeans());

        assertThat(measured(mixed(right, right), 1, 1).largestBatch()).isEqualTo(8);
        assertThat(measured(mixed(right, wrong), 1, 1)).isEqualTo(new Tuning("model.onnx", Layout.PLANAR, 1, 1, 8));
    }

    /** Its kernels, or how it is cut into threads, may be wrong for several images only. */
    @Test
    void networkThatTakesOneImage_shouldBeGivenOneAtATime() throws IOException {
        assertThat(measured(source("single", OnnxNetworks.means(1)), 1, 1).largestBatch())
                .isEqualTo(1);
    }

    @Test
    void networkThatTakesAnotherNumberOfImages_shouldBeRefused() throws IOException {
        OnnxSource four = source("four", OnnxNetworks.means(4));

        assertThatThrownBy(() -> measured(four, 1, 1))
                .isInstanceOf(SettingsException.class)
                .hasMessageContainingAll("four/model.onnx", "does not take what", "four/model.conf says");
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "1, 2", "2, 2"})
    void numbersOfTheSettings_shouldBeKeptAndProven(int parallelism, int threads) throws IOException {
        Tuning tuning = measured(source("means", OnnxNetworks.means(OnnxNetworks.ANY)), parallelism, threads);

        assertThat(tuning.parallelism()).isEqualTo(parallelism);
        assertThat(tuning.threads()).isEqualTo(threads);
        assertThat(tuning.largestBatch()).isEqualTo(8);
    }

    @Test
    void whateverIsChosenHere_shouldBeOneOfBothForms() throws IOException {
        Tuning tuning = measured(source("means", OnnxNetworks.means(OnnxNetworks.ANY)), 0, 0);

        assertThat(tuning.form()).isIn("model.onnx", OnnxSource.OPTIMIZED);
        assertThat(tuning.layout()).isEqualTo(Layout.PLANAR);
        assertThat(tuning.parallelism() * tuning.threads()).isPositive();
    }

    /** A large one would otherwise be several times in the memory of a machine that it fits into once or twice. */
    @Test
    void calibration_shouldHaveTwoNetworksInMemoryAtMost() throws IOException {
        OnnxSource source = source("means", OnnxNetworks.means(OnnxNetworks.ANY));
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();

        measured(
                new LoadedBy(source, way -> {
                    most.accumulateAndGet(open.incrementAndGet(), Math::max);
                    return closing(source.load(way), open::decrementAndGet);
                }),
                0,
                0);

        assertThat(most).hasValue(2);
        assertThat(open).hasValue(0);
    }

    @Test
    void folderWithoutItsNetwork_shouldBeNamedWithTheRemedy() throws IOException {
        ModelFolder model = OnnxNetworks.folder(folder, "means", OnnxNetworks.means(OnnxNetworks.ANY));
        Files.delete(folder.resolve("model.onnx"));

        assertThatThrownBy(() -> DjlClassifierFactory.open(model, SETTINGS, 1_000_000))
                .isInstanceOf(SettingsException.class)
                .hasMessage("the model's " + folder.resolve("model.onnx")
                        + " cannot be used: it is missing; make it with models/optimize.py --onnx, or set"
                        + " flotilla.classifier.engine = pytorch");
    }

    @Test
    void stamp_shouldTellItFromPyTorchOfTheSameVersion() {
        assertThat(ENGINE.stamp()).isEqualTo("ONNX Runtime " + ENGINE.version());
    }

    @Test
    void whatWasMeasured_shouldBeKeptForTheNextStart() throws IOException {
        assumeTrue(System.getenv(CACHE) == null, CACHE + " is set in the environment, which wins over everything");
        System.setProperty(ENGINES, Utils.getEngineCacheDir().toString());
        System.setProperty(CACHE, folder.resolve("cache").toString());
        try {
            Path models = Files.createDirectory(folder.resolve("model"));
            ModelFolder model = OnnxNetworks.folder(models, "means", OnnxNetworks.means(OnnxNetworks.ANY));
            try (ClassifierFactory first = DjlClassifierFactory.open(model, SETTINGS, 1_000_000)) {
                assertThat(first.engine()).isEqualTo("onnxruntime");
                assertThat(first.parallelism()).isEqualTo(1);
            }
            Path kept = onlyFileOf(folder.resolve("cache").resolve("flotilla-tuning"));
            ObjectMapper json = new ObjectMapper();
            ObjectNode tuning = (ObjectNode) json.readTree(kept.toFile());
            json.writeValue(kept.toFile(), tuning.put("parallelism", 3));

            try (ClassifierFactory second = DjlClassifierFactory.open(model, SETTINGS, 1_000_000)) {
                assertThat(second.parallelism()).isEqualTo(3);
            }
        } finally {
            System.clearProperty(CACHE);
            System.clearProperty(ENGINES);
        }
    }

    private static Path onlyFileOf(Path tuning) throws IOException {
        try (Stream<Path> files = Files.list(tuning)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .reduce((a, b) -> {
                        throw new AssertionError(a + " and " + b);
                    })
                    .orElseThrow();
        }
    }

    private OnnxSource source(String name, byte[] network) throws IOException {
        return new OnnxSource(
                OnnxNetworks.folder(Files.createDirectory(folder.resolve(name)), "means", network), ENGINE);
    }

    private static Tuning measured(ModelSource source, int parallelism, int threads) {
        try (Calibration calibration =
                new Calibration(source, TrialImages.load(source.spec().input()))) {
            return calibration.measure(Precision.FP32, new ShapeTrial.Shape(parallelism, threads, 2));
        }
    }

    /** A network that says when it is closed. */
    private static Model closing(Model network, Runnable closed) {
        return (Model) Proxy.newProxyInstance(
                Model.class.getClassLoader(), new Class<?>[] {Model.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        closed.run();
                    }
                    return method.invoke(network, arguments);
                });
    }

    /** A model whose optimized form is another one's. */
    private static ModelSource mixed(OnnxSource plain, OnnxSource optimized) {
        return new LoadedBy(plain, way -> (way.form().equals(OnnxSource.OPTIMIZED) ? optimized : plain).load(way));
    }

    /** A model whose networks are loaded in another way. */
    private record LoadedBy(OnnxSource source, Function<Tuning, Model> loader) implements ModelSource {
        @Override
        public NetworkEngine engine() {
            return source.engine();
        }

        @Override
        public ModelSpec spec() {
            return source.spec();
        }

        @Override
        public List<String> labels() {
            return source.labels();
        }

        @Override
        public Names names() {
            return source.names();
        }

        @Override
        public String plainForm() {
            return source.plainForm();
        }

        @Override
        public List<String> forms(Precision precision) {
            return source.forms(precision);
        }

        @Override
        public Model load(Tuning way) {
            return loader.apply(way);
        }

        @Override
        public String stamp() {
            return source.stamp();
        }
    }
}
