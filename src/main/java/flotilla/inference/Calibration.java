package flotilla.inference;

import ai.djl.Model;
import ai.djl.translate.TranslateException;
import flotilla.config.Precision;
import flotilla.config.SettingsException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the way to run a model that is fastest on this machine, among ways whose answers agree: which form of the network, in
 * which layout, and by how many classifiers with how many threads each. Takes about a second for a network that needs 20 ms
 * an image. For one measurement; confined to one thread.
 */
final class Calibration implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Calibration.class);

    /** The most that a probability may differ when the precision is the same. */
    private static final double SAME = 1e-3;

    private static final int LARGEST_BATCH = 8;
    private static final int WARM_UP = 2;
    private static final int ROUNDS = 5;
    private static final double CLEARLY = 1.04;

    private final ModelSource source;
    private final Activation activation;
    private final TrialImages images;
    private final Map<String, Model> networks = new LinkedHashMap<>();

    private record Way(String form, Layout layout) {}

    Calibration(ModelSource source, TrialImages images) {
        this.source = source;
        this.images = images;
        this.activation = source.spec().output().activation();
    }

    /**
     * Measures.
     *
     * @param shape what the settings fix of the numbers of classifiers and threads
     * @throws SettingsException when the model cannot be used, or has no form of this precision
     */
    Tuning measure(Precision precision, ShapeTrial.Shape shape) {
        Way plain = new Way(source.plainForm(), Layout.PLANAR);
        float[][] right = scores(plain);
        List<Way> ways = new ArrayList<>();
        if (precision == Precision.FP32) {
            ways.addAll(layouts(source.plainForm()));
        } else {
            requireForm(precision);
        }
        source.forms(precision).stream()
                .filter(form -> agrees(form, right, precision))
                .forEach(form -> ways.addAll(layouts(form)));
        Way best = fastest(ways);
        int batch = takesBatches(best, precision) ? LARGEST_BATCH : 1;
        Tuning tuning = new Tuning(best.form(), best.layout(), 1, 1, batch);
        Tuning tuned = new ShapeTrial(network(best.form()), images.one(0, best.layout())).best(tuning, shape);
        LOG.info(
                "model={} runs as form={} layout={} parallelism={} threads={} largestBatch={}",
                source.spec().name(),
                tuned.form(),
                tuned.layout().name().toLowerCase(Locale.ROOT),
                tuned.parallelism(),
                tuned.threads(),
                tuned.largestBatch());
        return tuned;
    }

    @Override
    public void close() {
        networks.values().forEach(Model::close);
    }

    private static List<Way> layouts(String form) {
        return Stream.of(Layout.values()).map(layout -> new Way(form, layout)).toList();
    }

    private void requireForm(Precision precision) {
        if (source.forms(precision).isEmpty()) {
            throw new SettingsException("the model " + source.names().network() + " has no form "
                    + ModelFolder.form(precision) + "; make it with models/optimize.py, or set "
                    + "flotilla.classifier.precision = fp32");
        }
    }

    /** Whether a form gives the plain one's probabilities; another precision is only told about. */
    private boolean agrees(String form, float[][] right, Precision precision) {
        Agreement agreement;
        try {
            agreement = Agreement.of(activation, right, scores(new Way(form, Layout.PLANAR)));
        } catch (SettingsException e) {
            if (precision != Precision.FP32) {
                throw e;
            }
            LOG.warn("form={} is not used: {}", form, e.getMessage());
            return false;
        }
        if (precision == Precision.FP32) {
            if (agreement.largest() > SAME) {
                LOG.warn("form={} is not used, it differs from the plain network: {}", form, agreement);
            }
            return agreement.largest() <= SAME;
        }
        LOG.info("precision={} against fp32: {}", precision.name().toLowerCase(Locale.ROOT), agreement);
        return true;
    }

    /** Scores of every trial image, each run alone. */
    private float[][] scores(Way way) {
        float[][] scores = new float[images.count()][];
        try (NetworkRunner runner = new NetworkRunner(network(way.form()))) {
            for (int i = 0; i < scores.length; i++) {
                scores[i] = runner.scores(images.one(i, way.layout()))[0];
            }
        } catch (TranslateException e) {
            throw new SettingsException(
                    "the model's " + source.names().network() + " does not take what "
                            + source.names().conf() + " says (" + DjlErrors.oneLine(e) + ")",
                    e);
        }
        return scores;
    }

    private boolean takesBatches(Way way, Precision precision) {
        try (NetworkRunner runner = new NetworkRunner(network(way.form()))) {
            float[][] together = runner.scores(images.first(images.count(), way.layout()));
            // Kernels for several images round otherwise; in short numbers that shows.
            double same = precision == Precision.FP32 ? SAME : 20 * SAME;
            return Agreement.of(activation, scores(way), together).largest() <= same;
        } catch (TranslateException e) {
            LOG.info("model={} takes images one by one: {}", source.spec().name(), DjlErrors.oneLine(e));
            return false;
        }
    }

    private Way fastest(List<Way> ways) {
        List<NetworkRunner> runners =
                ways.stream().map(way -> new NetworkRunner(network(way.form()))).toList();
        try {
            List<InputTensor> inputs =
                    ways.stream().map(way -> images.one(0, way.layout())).toList();
            List<Fastest.Timed<Way>> timed = ways.stream()
                    .map(way -> new Fastest.Timed<>(way, new long[ROUNDS]))
                    .toList();
            // In turns, so that a slow moment of the machine meets all of them.
            for (int round = -WARM_UP; round < ROUNDS; round++) {
                for (int i = 0; i < runners.size(); i++) {
                    long start = System.nanoTime();
                    runners.get(i).scores(inputs.get(i));
                    if (round >= 0) {
                        timed.get(i).nanos()[round] = System.nanoTime() - start;
                    }
                }
            }
            LOG.info(
                    "model={} takes for an image: {}",
                    source.spec().name(),
                    timed.stream()
                            .map(one -> String.format(
                                    Locale.ROOT,
                                    "%s %s %.1f ms",
                                    one.way().form(),
                                    one.way().layout().name().toLowerCase(Locale.ROOT),
                                    one.median() / 1e6))
                            .collect(Collectors.joining(", ")));
            return Fastest.of(timed, CLEARLY);
        } catch (TranslateException e) {
            throw new IllegalStateException("the network failed on what it took before", e);
        } finally {
            runners.forEach(NetworkRunner::close);
        }
    }

    private Model network(String form) {
        return networks.computeIfAbsent(form, source::load);
    }
}
