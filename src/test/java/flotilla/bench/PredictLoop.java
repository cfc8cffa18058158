package flotilla.bench;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslatorContext;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs a network on ready tensors, on several threads, on one of two engines: from a float array to a float array in both,
 * which is what an image's classification needs. Prints images per second.
 */
final class PredictLoop {
    private static final int SIDE = 224;
    private static final double NANOS = 1e9;

    private PredictLoop() {}

    /** Takes tensors, gives scores; one thread. */
    private interface Network extends AutoCloseable {
        float[] scores(float[] tensors) throws Exception;

        @Override
        void close();
    }

    /** Makes a network for a thread. */
    private interface Engine {
        Network open() throws Exception;
    }

    /**
     * Arguments: {@code pytorch} or {@code onnx}, the network's file, predictors, threads within each, images together,
     * seconds of warming, seconds of measuring.
     */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[1]);
        int predictors = Integer.parseInt(args[2]);
        int threads = Integer.parseInt(args[3]);
        int together = Integer.parseInt(args[4]);
        Engine engine = args[0].equals("onnx") ? onnx(file, threads, together) : pytorch(file, threads, together);
        run(engine, predictors, together, Double.parseDouble(args[5]));
        System.out.println(Running.RESULT + run(engine, predictors, together, Double.parseDouble(args[6])));
        System.exit(0);
    }

    private static double run(Engine engine, int predictors, int together, double seconds) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(predictors);
        long start = System.nanoTime();
        long end = start + (long) (seconds * NANOS);
        List<Future<Long>> counts = new ArrayList<>();
        for (int i = 0; i < predictors; i++) {
            int seed = i;
            counts.add(pool.submit(() -> work(engine, together, seed, end)));
        }
        long images = 0;
        for (Future<Long> count : counts) {
            images += count.get();
        }
        double took = (System.nanoTime() - start) / NANOS;
        pool.shutdown();
        return images / took;
    }

    private static long work(Engine engine, int together, int seed, long end) throws Exception {
        float[] tensors = new float[together * 3 * SIDE * SIDE];
        Random random = new Random(seed);
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = random.nextFloat();
        }
        long images = 0;
        try (Network network = engine.open()) {
            while (System.nanoTime() < end) {
                images += network.scores(tensors).length > 0 ? together : 0;
            }
        }
        return images;
    }

    private static Engine onnx(Path file, int threads, int together) throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        OrtSession session = environment.createSession(file.toString(), options);
        long[] shape = {together, 3, SIDE, SIDE};
        return () -> new Network() {
            @Override
            public float[] scores(float[] tensors) throws Exception {
                try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(tensors), shape);
                        OrtSession.Result result = session.run(Map.of("images", input))) {
                    return ((OnnxTensor) result.get(0)).getFloatBuffer().array();
                }
            }

            @Override
            public void close() {}
        };
    }

    private static Engine pytorch(Path file, int threads, int together) throws Exception {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        Model model = Model.newInstance("resnet18", Device.cpu(), "PyTorch");
        try (InputStream stream = Files.newInputStream(file)) {
            model.load(stream);
        }
        Shape shape = new Shape(together, 3, SIDE, SIDE);
        return () -> {
            Predictor<float[], float[]> predictor = model.newPredictor(new Tensors(shape));
            return new Network() {
                @Override
                public float[] scores(float[] tensors) throws Exception {
                    return predictor.predict(tensors);
                }

                @Override
                public void close() {
                    predictor.close();
                }
            };
        };
    }

    /** From the input's values to the output's. */
    private record Tensors(Shape shape) implements NoBatchifyTranslator<float[], float[]> {
        @Override
        public NDList processInput(TranslatorContext context, float[] values) {
            return new NDList(context.getNDManager().create(values, shape));
        }

        @Override
        public float[] processOutput(TranslatorContext context, NDList outputs) {
            return outputs.head().toFloatArray();
        }
    }
}
