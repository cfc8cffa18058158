package flotilla.inference;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.TranslatorContext;
import com.typesafe.config.Config;
import flotilla.config.SettingsException;
import flotilla.domain.Outcome;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.function.Supplier;

/**
 * Classifies with a TorchScript model on PyTorch. The model is loaded once and shared; each classifier owns a predictor,
 * because a DJL {@code Predictor} belongs to one thread at a time.
 */
final class DjlClassifierFactory implements ClassifierFactory {
    private static final String ENGINE = "PyTorch";

    private final LoadedModel model;
    private final ImageDecoder decoder;
    private final Preprocessor preprocessor;
    private final Labeller labeller;

    private DjlClassifierFactory(LoadedModel model, ImageDecoder decoder) {
        this.model = model;
        this.decoder = decoder;
        this.preprocessor = new Preprocessor(model.spec().input());
        this.labeller = new Labeller(
                model.labels(),
                model.spec().output().activation(),
                model.spec().output().topK());
    }

    /**
     * Loads the model and tries it once. Takes seconds.
     *
     * @param threads of PyTorch within one classifier; the first factory in a process decides it for all
     * @param maxPixels the most pixels of an image
     * @throws SettingsException when the model cannot be loaded or does not fit its labels
     */
    static DjlClassifierFactory open(ModelFolder folder, int threads, long maxPixels) {
        System.setProperty("ai.djl.offline", "true");
        return open(() -> load(folder), threads, maxPixels);
    }

    /**
     * Loads a model of a zoo and tries it once. Takes seconds, and minutes the first time.
     *
     * @param overrides keys of {@code model.conf} that win over what the zoo says
     * @throws SettingsException when the model cannot be fetched or loaded or does not fit its labels
     */
    static DjlClassifierFactory open(ModelZooLoader zoo, Config overrides, int threads, long maxPixels) {
        return open(() -> zoo.load(ENGINE, overrides), threads, maxPixels);
    }

    private static DjlClassifierFactory open(Supplier<LoadedModel> source, int threads, long maxPixels) {
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        NativeLibraries.unpack();
        requirePyTorch();
        DjlClassifierFactory factory =
                new DjlClassifierFactory(source.get(), new ImageDecoder(maxPixels, DecodeMemory.ofHeap()));
        try {
            factory.tryOut();
        } catch (RuntimeException e) {
            factory.close();
            throw e;
        }
        return factory;
    }

    @Override
    public String model() {
        return model.spec().name();
    }

    @Override
    public ImageClassifier create() {
        return new DjlClassifier(newPredictor());
    }

    @Override
    public void close() {
        model.network().close();
    }

    private static void requirePyTorch() {
        try {
            Engine.getEngine(ENGINE);
        } catch (EngineException | LinkageError e) {
            throw new SettingsException(
                    "PyTorch cannot be loaded (" + DjlErrors.oneLine(e)
                            + "); flotilla.classifier.kind = djl needs Linux on x86_64 with glibc",
                    e);
        }
    }

    private static LoadedModel load(ModelFolder folder) {
        Model network = Model.newInstance(folder.spec().name(), Device.cpu(), ENGINE);
        try (InputStream file = folder.openNetwork()) {
            network.load(file);
            return new LoadedModel(
                    network,
                    folder.spec(),
                    folder.labels(),
                    new LoadedModel.Names(
                            folder.path(ModelFolder.NETWORK),
                            folder.path(ModelFolder.LABELS),
                            folder.path(ModelFolder.CONF)));
        } catch (IOException | MalformedModelException | EngineException e) {
            network.close();
            throw new SettingsException(
                    "the model's " + folder.path(ModelFolder.NETWORK) + " cannot be loaded (" + DjlErrors.oneLine(e)
                            + "); it must be TorchScript, as torch.jit.save writes it",
                    e);
        }
    }

    /**
     * Finds a model that does not fit its labels at start and not with the first image. Twice, because PyTorch watches a
     * network's first run and rebuilds it in the second, which then takes several times as long as a later one.
     */
    private void tryOut() {
        float[] black = new float
                [3 * model.spec().input().height() * model.spec().input().width()];
        try (Predictor<float[], float[]> predictor = newPredictor()) {
            predictor.predict(black);
            float[] scores = predictor.predict(black);
            if (scores.length != model.labels().size()) {
                throw new SettingsException("the model's " + model.names().labels() + " has "
                        + model.labels().size() + " labels, but the network gives " + scores.length
                        + " scores; write one label a line for each");
            }
        } catch (TranslateException e) {
            throw new SettingsException(
                    "the model's " + model.names().network() + " does not take what "
                            + model.names().conf() + " says (" + DjlErrors.oneLine(e) + ")",
                    e);
        }
    }

    private Predictor<float[], float[]> newPredictor() {
        return model.network()
                .newPredictor(new Scores(new Shape(
                        1,
                        3,
                        model.spec().input().height(),
                        model.spec().input().width())));
    }

    /** One predictor and what stands before and behind it. */
    private final class DjlClassifier implements ImageClassifier {
        private final Predictor<float[], float[]> predictor;

        private DjlClassifier(Predictor<float[], float[]> predictor) {
            this.predictor = predictor;
        }

        @Override
        public List<Outcome> classify(List<EncodedImage> images) {
            return images.stream().map(this::classifyAlone).toList();
        }

        private Outcome classifyAlone(EncodedImage image) {
            float[] tensor;
            try (ImageDecoder.Decoded decoded = decoder.decode(image.bytes())) {
                if (decoded instanceof ImageDecoder.Decoded.Refused refused) {
                    return refused.failure();
                }
                tensor = preprocessor.tensor(((ImageDecoder.Decoded.Image) decoded).pixels());
            }
            try {
                return new Outcome.Labelled(model(), labeller.best(predictor.predict(tensor)));
            } catch (TranslateException e) {
                throw new IllegalStateException(
                        "PyTorch failed on " + image.fileName() + ": " + DjlErrors.oneLine(e), e);
            }
        }

        @Override
        public void close() {
            predictor.close();
        }
    }

    /** From the input's values to the output's. */
    private static final class Scores implements NoBatchifyTranslator<float[], float[]> {
        private final Shape inputShape;

        private Scores(Shape inputShape) {
            this.inputShape = inputShape;
        }

        @Override
        public NDList processInput(TranslatorContext context, float[] values) {
            return new NDList(context.getNDManager().create(values, inputShape));
        }

        @Override
        public float[] processOutput(TranslatorContext context, NDList outputs) throws TranslateException {
            NDArray scores = outputs.isEmpty() ? null : outputs.head();
            if (outputs.size() != 1
                    || scores.getDataType() != DataType.FLOAT32
                    || scores.getShape().dimension() != 2
                    || scores.getShape().get(0) != 1) {
                throw new TranslateException("the output must be one float32 array of shape (1, classes), not "
                        + (scores == null ? "nothing" : scores.getDataType() + " " + scores.getShape()));
            }
            return scores.toFloatArray();
        }
    }
}
