package flotilla.inference;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.translate.TranslateException;
import flotilla.config.InferenceEngine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;

/** A network as a worker runs it, on input that stays the same, for benchmarks; belongs to one thread at a time. */
public final class BenchNetwork implements AutoCloseable {
    private final NetworkRunner runner;
    private final InputTensor input;

    private BenchNetwork(NetworkRunner runner, InputTensor input) {
        this.runner = runner;
        this.input = input;
    }

    /** A network's file that PyTorch has loaded; shared by threads. */
    public record Loaded(Model model) {
        /**
         * For one thread.
         *
         * @param interleaved whether the input's values lie pixel by pixel
         * @param side of the square images
         * @param values of all images
         */
        public BenchNetwork open(boolean interleaved, int side, float[] values, int images) {
            ModelSpec.Input input = new ModelSpec.Input(
                    side,
                    side,
                    new ModelSpec.Resize.Stretch(),
                    Collections.nCopies(3, 0.0),
                    Collections.nCopies(3, 1.0));
            InputTensor tensor = new InputTensor(input, interleaved ? Layout.INTERLEAVED : Layout.PLANAR, images);
            int each = values.length / images;
            for (int i = 0; i < images; i++) {
                tensor.add(Arrays.copyOfRange(values, i * each, (i + 1) * each));
            }
            return new BenchNetwork(new NetworkRunner(model), tensor);
        }
    }

    /** Loads a file with so many threads of PyTorch, for the whole process. */
    public static Loaded load(Path file, int threads) throws IOException, MalformedModelException {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        NativeLibraries.unpack(InferenceEngine.PYTORCH);
        Model model = Model.newInstance("bench", Device.cpu(), "PyTorch");
        JniUtils.setNumThreads(threads);
        try (InputStream stream = Files.newInputStream(file)) {
            model.load(stream);
        }
        return new Loaded(model);
    }

    /** Runs it once; how many images got scores. */
    public int scores() throws TranslateException {
        return runner.scores(input).length;
    }

    @Override
    public void close() {
        runner.close();
    }
}
