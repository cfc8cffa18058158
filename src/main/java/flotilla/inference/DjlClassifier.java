package flotilla.inference;

import ai.djl.translate.TranslateException;
import flotilla.domain.Outcome;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** One predictor and what stands before and behind it: decode, resize, predict, name. */
final class DjlClassifier implements ImageClassifier {
    private static final double NANOS_PER_MILLI = 1e6;

    private final String model;
    private final NetworkEngine engine;
    private final int threads;
    private final ImageDecoder decoder;
    private final Preprocessor preprocessor;
    private final InputTensor input;
    private final NetworkRunner runner;
    private final Labeller labeller;
    private final InferenceMeters meters;
    private final ThreadMXBean clocks = ManagementFactory.getThreadMXBean();
    private Optional<Steps> lastSteps = Optional.empty();
    private OptionalDouble lastProcessorMillis = OptionalDouble.empty();
    /** Has the number of threads; an actor's thread may change. A process has one network, and so one number. */
    private Thread told;

    /**
     * @param threads of the engine within it
     */
    DjlClassifier(
            String model,
            NetworkEngine engine,
            int threads,
            ImageDecoder decoder,
            Preprocessor preprocessor,
            InputTensor input,
            NetworkRunner runner,
            Labeller labeller,
            InferenceMeters meters) {
        this.model = model;
        this.engine = engine;
        this.threads = threads;
        this.decoder = decoder;
        this.preprocessor = preprocessor;
        this.input = input;
        this.runner = runner;
        this.labeller = labeller;
        this.meters = meters;
    }

    /** Those that cannot be decoded have their failures; the others go through the network together. */
    @Override
    public List<Outcome> classify(List<EncodedImage> images) {
        if (threads > 1 || !clocks.isCurrentThreadCpuTimeSupported() || !clocks.isThreadCpuTimeEnabled()) {
            return decodeAndPredict(images);
        }
        long start = clocks.getCurrentThreadCpuTime();
        List<Outcome> outcomes = decodeAndPredict(images);
        lastProcessorMillis = OptionalDouble.of((clocks.getCurrentThreadCpuTime() - start) / NANOS_PER_MILLI);
        return outcomes;
    }

    private List<Outcome> decodeAndPredict(List<EncodedImage> images) {
        List<Outcome> outcomes = new ArrayList<>(images.size());
        List<Integer> decoded = new ArrayList<>(images.size());
        List<Double> decodeMillis = new ArrayList<>(images.size());
        input.clear();
        for (EncodedImage image : images) {
            long start = System.nanoTime();
            try (ImageDecoder.Decoded one = decoder.decode(image.bytes())) {
                if (one instanceof ImageDecoder.Decoded.Refused refused) {
                    outcomes.add(refused.failure());
                } else {
                    input.add(preprocessor.tensor(((ImageDecoder.Decoded.Image) one).pixels(), input.layout()));
                    decoded.add(outcomes.size());
                    outcomes.add(null);
                }
            }
            long took = System.nanoTime() - start;
            meters.decoded(took);
            decodeMillis.add(took / NANOS_PER_MILLI);
        }
        long start = System.nanoTime();
        if (!decoded.isEmpty()) {
            float[][] scores = scores(images);
            for (int i = 0; i < scores.length; i++) {
                outcomes.set(decoded.get(i), new Outcome.Labelled(model, labeller.best(scores[i])));
            }
        }
        double predictMillis = decoded.isEmpty() ? 0 : (System.nanoTime() - start) / NANOS_PER_MILLI;
        lastSteps = Optional.of(new Steps(decodeMillis, predictMillis));
        return outcomes;
    }

    @Override
    public Optional<Steps> lastSteps() {
        return lastSteps;
    }

    @Override
    public OptionalDouble lastProcessorMillis() {
        return lastProcessorMillis;
    }

    private float[][] scores(List<EncodedImage> images) {
        if (told != Thread.currentThread()) {
            told = Thread.currentThread();
            engine.setThreads(threads);
        }
        long start = System.nanoTime();
        try {
            float[][] scores = runner.scores(input);
            meters.predicted(System.nanoTime() - start);
            return scores;
        } catch (TranslateException e) {
            throw new IllegalStateException(
                    engine.title() + " failed on " + images.get(0).fileName()
                            + (images.size() == 1 ? "" : " and " + (images.size() - 1) + " more") + ": "
                            + DjlErrors.oneLine(e),
                    e);
        }
    }

    @Override
    public void close() {
        runner.close();
    }
}
