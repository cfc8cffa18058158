package flotilla.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import flotilla.inference.BenchNetwork;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs a network on several threads, on one of two engines, from ready tensors outside the heap to scores. Prints one line of JSON: images per
 * second and, when a judge is named, whether the answers are right.
 */
final class PredictLoop {
    private static final int SIDE = 224;
    private static final double NANOS = 1e9;

    private PredictLoop() {}

    /** Gives scores for the same tensors again and again; one thread. */
    private interface Network extends AutoCloseable {
        int scores() throws Exception;

        @Override
        void close();
    }

    /** Makes a network for a thread. */
    private interface Engine {
        Network open(float[] images) throws Exception;
    }

    /**
     * Arguments: {@code onnx}, {@code planar} or {@code interleaved} (PyTorch, and how its input lies), the network's file, predictors, threads within each, images together,
     * seconds of warming, seconds of measuring and, for PyTorch, the folder of the plain network if the answers are to be judged.
     */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[1]);
        int predictors = Integer.parseInt(args[2]);
        int threads = Integer.parseInt(args[3]);
        int together = Integer.parseInt(args[4]);
        Engine engine =
                args[0].equals("onnx") ? onnx(file, threads, together) : pytorch(args[0], file, threads, together);
        run(engine, predictors, together, Double.parseDouble(args[5]));
        double rate = run(engine, predictors, together, Double.parseDouble(args[6]));
        String judged = args.length > 7
                ? ",\"right\":"
                        + BenchNetwork.isRight(Path.of(args[7]), file, isInterleaved(args[0]), threads, together)
                : "";
        System.out.println(Running.RESULT + "{\"imagesPerSecond\":" + rate + judged + "}");
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
        try (Network network = engine.open(tensors)) {
            while (System.nanoTime() < end) {
                images += network.scores() > 0 ? together : 0;
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
        return images -> {
            FloatBuffer values = ByteBuffer.allocateDirect(images.length * Float.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
            values.put(images).flip();
            return new Network() {
                @Override
                public int scores() throws Exception {
                    try (OnnxTensor input = OnnxTensor.createTensor(environment, values, shape);
                            OrtSession.Result result = session.run(Map.of("images", input))) {
                        return ((OnnxTensor) result.get(0)).getFloatBuffer().remaining();
                    }
                }

                @Override
                public void close() {}
            };
        };
    }

    private static boolean isInterleaved(String layout) {
        return layout.equals("interleaved");
    }

    private static Engine pytorch(String layout, Path file, int threads, int together) throws Exception {
        BenchNetwork.Loaded loaded = BenchNetwork.load(file, threads);
        return images -> {
            BenchNetwork network = loaded.open(isInterleaved(layout), SIDE, images, together);
            return new Network() {
                @Override
                public int scores() throws Exception {
                    return network.scores();
                }

                @Override
                public void close() {
                    network.close();
                }
            };
        };
    }
}
