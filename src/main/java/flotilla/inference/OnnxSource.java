package flotilla.inference;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.util.Utils;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import flotilla.config.Precision;
import flotilla.config.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model folder's network for ONNX Runtime. The one file is run in two forms: operator by operator as it is written, which is the
 * plain one, and as ONNX Runtime rewrites it for the processor at hand, with other kernels (docs/adr/0041).
 */
final class OnnxSource implements ModelSource {
    /** Not a file's name: the network after ONNX Runtime's optimizations. */
    static final String OPTIMIZED = ModelFolder.ONNX + ":optimized";

    private final ModelFolder folder;
    private final NetworkEngine engine;

    /**
     * @throws SettingsException when the folder has no network for ONNX Runtime, or one with its weights beside it
     */
    OnnxSource(ModelFolder folder, NetworkEngine engine) {
        folder.requireNetwork(engine.setting());
        this.folder = folder;
        this.engine = engine;
    }

    @Override
    public NetworkEngine engine() {
        return engine;
    }

    @Override
    public ModelSpec spec() {
        return folder.spec();
    }

    @Override
    public List<String> labels() {
        return folder.labels();
    }

    @Override
    public Names names() {
        return folder.names(ModelFolder.ONNX);
    }

    @Override
    public String plainForm() {
        return ModelFolder.ONNX;
    }

    @Override
    public List<String> forms(Precision precision) {
        return precision == Precision.FP32 ? List.of(OPTIMIZED) : List.of();
    }

    @Override
    public Model load(Tuning way) {
        Model network = Model.newInstance(folder.spec().name(), Device.cpu(), engine.djlName());
        // A session copies its options, so that they need not live as long; only libraries of custom operators would
        // have to.
        try (SessionOptions options = options(way)) {
            load(network, Map.of("sessionOptions", options));
            return network;
        } catch (OrtException | IOException | MalformedModelException | EngineException e) {
            network.close();
            throw new SettingsException(
                    "the model's " + folder.path(ModelFolder.ONNX) + " cannot be loaded (" + DjlErrors.oneLine(e)
                            + "); it must be an ONNX network, as models/optimize.py --onnx writes it",
                    e);
        } catch (RuntimeException e) {
            // No garbage collection frees its native part.
            network.close();
            throw e;
        }
    }

    private void load(Model network, Map<String, ?> options) throws IOException, MalformedModelException {
        Optional<Path> file = folder.file(ModelFolder.ONNX);
        if (file.isPresent()) {
            network.load(file.get(), null, options);
            return;
        }
        try (InputStream stream = folder.openNetwork(ModelFolder.ONNX)) {
            network.load(stream, options);
        } finally {
            // DJL makes a folder for what a stream may hold besides the network, which is nothing.
            Optional.ofNullable(network.getModelPath()).ifPresent(Utils::deleteQuietly);
        }
    }

    private static SessionOptions options(Tuning way) throws OrtException {
        SessionOptions options = new SessionOptions();
        options.setOptimizationLevel(way.form().equals(OPTIMIZED) ? OptLevel.ALL_OPT : OptLevel.NO_OPT);
        options.setInterOpNumThreads(1);
        // The classifiers share the network and its pool. Each brings its own thread along; the pool has the others.
        options.setIntraOpNumThreads(way.parallelism() * (way.threads() - 1) + 1);
        // A thread that has nothing to do must leave its core to those who decode.
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
        // Batches have several sizes; a plan of the memory for each of them would hold on to more than it saves.
        options.setMemoryPatternOptimization(false);
        return options;
    }

    @Override
    public String stamp() {
        return folder.spec() + "\n" + ModelFolder.ONNX + " " + folder.stamp(ModelFolder.ONNX);
    }
}
