package flotilla.inference;

import ai.djl.Model;
import ai.djl.translate.TranslateException;
import com.typesafe.config.Config;
import flotilla.config.ClassifierSettings;
import flotilla.config.SettingsException;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.ImageClassifier;
import java.util.function.Function;

/**
 * Classifies with a network on PyTorch or ONNX Runtime, in the way that {@link Calibration} found to be the fastest here. The
 * model is loaded once and shared; each classifier owns a predictor, because a DJL {@code Predictor} belongs to one thread at
 * a time.
 */
final class DjlClassifierFactory implements ClassifierFactory {
    private final ModelSource source;
    private final Model network;
    private final Tuning tuning;
    private final ImageDecoder decoder;
    private final Preprocessor preprocessor;
    private final Labeller labeller;
    private final InferenceMeters meters;

    private DjlClassifierFactory(ModelSource source, Tuning tuning, ImageDecoder decoder, InferenceMeters meters) {
        this.source = source;
        this.network = source.load(tuning);
        this.tuning = tuning;
        this.decoder = decoder;
        this.preprocessor = new Preprocessor(source.spec().input());
        this.labeller = new Labeller(
                source.labels(),
                source.spec().output().activation(),
                source.spec().output().topK());
        this.meters = meters;
    }

    /**
     * Loads the model and tries it. Takes seconds.
     *
     * @param maxPixels the most pixels of an image
     * @throws SettingsException when the model cannot be loaded or does not fit its labels
     */
    static DjlClassifierFactory open(
            ModelFolder folder, ClassifierSettings settings, long maxPixels, InferenceMeters meters) {
        System.setProperty("ai.djl.offline", "true");
        return open(
                engine -> switch (engine.setting()) {
                    case PYTORCH -> new FolderSource(folder, engine);
                    case ONNXRUNTIME -> new OnnxSource(folder, engine);
                },
                settings,
                maxPixels,
                meters);
    }

    /** Loads a model that nobody times. */
    static DjlClassifierFactory open(ModelFolder folder, ClassifierSettings settings, long maxPixels) {
        return open(folder, settings, maxPixels, InferenceMeters.NONE);
    }

    /**
     * Loads a model of a zoo and tries it. Takes seconds, and minutes the first time.
     *
     * @param overrides keys of {@code model.conf} that win over what the zoo says
     * @throws SettingsException when the model cannot be fetched or loaded or does not fit its labels
     */
    static DjlClassifierFactory open(
            ModelZooLoader zoo, Config overrides, ClassifierSettings settings, long maxPixels, InferenceMeters meters) {
        return open(engine -> new ZooSource(zoo, overrides, engine), settings, maxPixels, meters);
    }

    private static DjlClassifierFactory open(
            Function<NetworkEngine, ModelSource> where,
            ClassifierSettings settings,
            long maxPixels,
            InferenceMeters meters) {
        NetworkEngine engine = NetworkEngine.of(settings.engine());
        engine.start();
        ModelSource source = where.apply(engine);
        ImageDecoder decoder =
                new ImageDecoder(maxPixels, DecodeMemory.ofHeap(), DecodeEffort.Limit.of(settings.decodeLimit()));
        Tuning tuning = tuning(source, settings);
        engine.setThreads(tuning.threads());
        DjlClassifierFactory factory = new DjlClassifierFactory(source, tuning, decoder, meters);
        try {
            factory.tryOut();
        } catch (RuntimeException e) {
            factory.close();
            throw e;
        }
        return factory;
    }

    /** Part of what is kept: how it was found out. What an earlier Flotilla kept was not held against the plain network as this is. */
    private static final String PROVEN =
            "every way and size proven by scores, as it is loaded and run, and timed in one native heap";

    private static Tuning tuning(ModelSource source, ClassifierSettings settings) {
        ShapeTrial.Shape shape = new ShapeTrial.Shape(
                settings.parallelism(), settings.threads(), Runtime.getRuntime().availableProcessors());
        String key = String.join(
                "\n",
                PROVEN,
                source.stamp(),
                settings.precision().name(),
                shape.toString(),
                Machine.description(),
                source.engine().stamp());
        return TuningCache.ofMachine().get(key, () -> {
            try (Calibration calibration =
                    new Calibration(source, TrialImages.load(source.spec().input()))) {
                return calibration.measure(settings.precision(), shape);
            }
        });
    }

    @Override
    public String model() {
        return source.spec().name();
    }

    @Override
    public String engine() {
        return source.engine().setting().text();
    }

    @Override
    public int parallelism() {
        return tuning.parallelism();
    }

    @Override
    public int largestBatch() {
        return tuning.largestBatch();
    }

    @Override
    public ImageClassifier create() {
        return new DjlClassifier(
                model(),
                source.engine(),
                tuning.threads(),
                decoder,
                preprocessor,
                new InputTensor(source.spec().input(), tuning.layout(), tuning.largestBatch()),
                new NetworkRunner(network),
                labeller,
                meters);
    }

    @Override
    public void close() {
        network.close();
    }

    /**
     * Finds a model that does not fit its labels at start and not with the first image. Twice, because PyTorch watches a
     * network's first run and rebuilds it in the second, which then takes several times as long as a later one.
     */
    private void tryOut() {
        InputTensor black = new InputTensor(source.spec().input(), tuning.layout(), 1);
        black.add(
                new float
                        [3
                                * source.spec().input().height()
                                * source.spec().input().width()]);
        try (NetworkRunner runner = new NetworkRunner(network)) {
            runner.scores(black);
            float[] scores = runner.scores(black)[0];
            if (scores.length != source.labels().size()) {
                throw new SettingsException("the model's " + source.names().labels() + " has "
                        + source.labels().size() + " labels, but the network gives " + scores.length
                        + " scores; write one label a line for each");
            }
        } catch (TranslateException e) {
            throw new SettingsException(
                    "the model's " + source.names().network() + " does not take what "
                            + source.names().conf() + " says (" + DjlErrors.oneLine(e) + ")",
                    e);
        }
    }
}
