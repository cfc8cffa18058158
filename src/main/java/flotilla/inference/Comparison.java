package flotilla.inference;

import ai.djl.Model;
import ai.djl.translate.TranslateException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Holds ways to run a network against what it answers when it is run plainly: a kernel that is fast on one processor may be wrong
 * on another, for some shapes of its input (docs/adr/0024).
 */
final class Comparison {
    private final Activation activation;
    private final TrialImages images;

    Comparison(Activation activation, TrialImages images) {
        this.activation = activation;
        this.images = images;
    }

    /**
     * The scores of every trial image, each run alone in this thread.
     *
     * @throws TranslateException when the network does not take them
     */
    float[][] alone(Model network, Layout layout) throws TranslateException {
        float[][] scores = new float[images.count()][];
        try (NetworkRunner runner = new NetworkRunner(network)) {
            for (int i = 0; i < scores.length; i++) {
                scores[i] = runner.scores(images.one(i, layout))[0];
            }
        }
        return scores;
    }

    /**
     * The same with a way's number of threads.
     *
     * @param networks loads what a way runs; called in the thread that runs it
     * @throws TranslateException when the network does not take them
     */
    float[][] alone(NetworkEngine engine, Tuning way, Function<Tuning, Model> networks) throws TranslateException {
        return inNewThread(engine, way, () -> alone(networks.apply(way), way.layout()));
    }

    /** How far two ways' scores of the trial images agree. */
    Agreement of(float[][] right, float[][] other) {
        return Agreement.of(activation, right, other);
    }

    /**
     * What holds with a number of threads within the network.
     *
     * @param alone how far images that are run alone agree
     * @param largestBatch so many together agree with those alone, and so does every smaller number; at least 1
     */
    record Held(Agreement alone, int largestBatch) {}

    /**
     * Tries a way with its number of threads, which changes the kernels that are taken.
     *
     * @param right scores of each trial image
     * @param same whether images in a batch answer as they do alone
     * @param most the largest batch to try
     * @throws TranslateException when the network does not take even one image so
     */
    Held hold(ModelSource source, Tuning way, float[][] right, Predicate<Agreement> same, int most)
            throws TranslateException {
        return inNewThread(source.engine(), way, () -> heldHere(source, way, right, same, most));
    }

    private Held heldHere(ModelSource source, Tuning way, float[][] right, Predicate<Agreement> same, int most)
            throws TranslateException {
        // Loaded here: a form lays its weights out as it is loaded, for the kernels of so many threads.
        try (Model network = source.load(way)) {
            float[][] alone = alone(network, way.layout());
            // With shorter numbers even the right kernels are off: batches are then held against the same way's own.
            Agreement agreement = of(right, alone);
            float[][] reference = same.test(agreement) ? right : alone;
            return new Held(agreement, largestBatch(network, way.layout(), reference, same, most));
        }
    }

    private int largestBatch(Model network, Layout layout, float[][] reference, Predicate<Agreement> same, int most) {
        try (NetworkRunner runner = new NetworkRunner(network)) {
            for (int size = 2; size <= most; size++) {
                float[][] expected = new float[size][];
                for (int i = 0; i < size; i++) {
                    expected[i] = reference[i % reference.length];
                }
                if (!same.test(of(expected, runner.scores(images.first(size, layout))))) {
                    return size - 1;
                }
            }
            return most;
        } catch (TranslateException e) {
            // It takes its images one by one.
            return 1;
        }
    }

    private static <T> T inNewThread(NetworkEngine engine, Tuning way, Callable<T> work) throws TranslateException {
        try {
            return EngineThreads.run(engine, way.threads(), 1, work).get(0);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TranslateException refused) {
                throw refused;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("the network could not be tried", e.getCause());
        }
    }
}
