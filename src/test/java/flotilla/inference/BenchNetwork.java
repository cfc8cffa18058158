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
import java.util.concurrent.ExecutionException;

/** A network as a worker runs it, on input that stays the same, for benchmarks; belongs to one thread at a time. */
public final class BenchNetwork implements AutoCloseable {
    private final NetworkRunner runner;
    private final InputTensor input;

    private BenchNetwork(NetworkRunner runner, InputTensor input) {
        this.runner = runner;
        this.input = input;
    }

    /** A network's file that PyTorch has loaded; shared by threads. */
    public record Loaded(Model model, int threads) {
        /**
         * For the calling thread, which is told its number of PyTorch's threads.
         *
         * @param interleaved whether the input's values lie pixel by pixel
         * @param side of the square images
         * @param values of all images
         */
        public BenchNetwork open(boolean interleaved, int side, float[] values, int images) {
            JniUtils.setNumThreads(threads);
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
        return new Loaded(model, threads);
    }

    /**
     * Whether a network answers as the plain one does, by which workers judge too (docs/adr/0043): on trial photographs, alone and in every
     * batch up to {@code together}.
     *
     * @param plain the folder of the plain network
     * @param file the network, in a model folder
     * @param threads of PyTorch within it
     * @throws TranslateException when it does not take even one image
     * @throws ExecutionException when the plain network fails
     */
    public static boolean isRight(Path plain, Path file, boolean interleaved, int threads, int together)
            throws TranslateException, ExecutionException {
        NetworkEngine engine = NetworkEngine.of(InferenceEngine.PYTORCH);
        engine.start();
        FolderSource judge = source(plain, engine);
        ModelSpec spec = judge.spec();
        Comparison comparison = new Comparison(spec.output().activation(), TrialImages.load(spec.input()));
        float[][] right = EngineThreads.run(engine, 1, 1, () -> {
                    try (Model network = judge.load(Tuning.inOneThread(judge.plainForm(), Layout.PLANAR))) {
                        return comparison.alone(network, Layout.PLANAR);
                    }
                })
                .get(0);
        Tuning way = new Tuning(
                file.getFileName().toString(), interleaved ? Layout.INTERLEAVED : Layout.PLANAR, 1, threads, together);
        Comparison.Held held =
                comparison.hold(source(file.getParent(), engine), way, right, Agreement::isSame, together);
        return held.alone().isSame() && held.largestBatch() >= together;
    }

    private static FolderSource source(Path folder, NetworkEngine engine) {
        return new FolderSource(ModelFolder.at(folder, folder.toString()), engine);
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
