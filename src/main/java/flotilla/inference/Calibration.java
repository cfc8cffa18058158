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
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the way to run a model that is fastest on this machine, among ways whose answers agree: which form of the network, in
 * which layout, and by how many classifiers with how many threads each. Takes about a second for a network that needs 20 ms
 * an image. For one measurement, by one thread.
 */
final class Calibration implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Calibration.class);

    /** The most that a probability of an image in a batch may differ from its own alone, in short numbers. */
    private static final double SAME_SHORT = 0.02;

    private static final int LARGEST_BATCH = 8;
    private static final int WARM_UP = 2;
    private static final int ROUNDS = 5;
    private static final double CLEARLY = 1.04;

    private final ModelSource source;
    private final TrialImages images;
    private final Comparison comparison;
    private final Map<Tuning, Model> networks = new LinkedHashMap<>();

    private record Way(String form, Layout layout) {
        Tuning inOneThread() {
            return Tuning.inOneThread(form, layout);
        }
    }

    Calibration(ModelSource source, TrialImages images) {
        this.source = source;
        this.images = images;
        this.comparison = new Comparison(source.spec().output().activation(), images);
    }

    /**
     * Measures.
     *
     * @param shape what the settings fix of the numbers of classifiers and threads
     * @throws SettingsException when the model cannot be used, has no form of this precision, or one that answers otherwise
     */
    Tuning measure(Precision precision, ShapeTrial.Shape shape) {
        Way plain = new Way(source.plainForm(), Layout.PLANAR);
        float[][] right = scores(plain);
        List<Way> ways = new ArrayList<>();
        if (precision == Precision.FP32) {
            ways.add(plain);
            source.engine().layouts().stream()
                    .filter(layout -> layout != plain.layout())
                    .forEach(layout -> addIfRight(ways, new Way(plain.form(), layout), right, precision));
        } else {
            requireForm(precision);
        }
        for (String form : source.forms(precision)) {
            for (Layout layout : source.engine().layouts()) {
                addIfRight(ways, new Way(form, layout), right, precision);
            }
        }
        if (ways.isEmpty()) {
            throw formIsWrong(precision);
        }
        Way best = fastest(ways);
        Tuning tuned = new ShapeTrial(source.engine(), this::onlyNetwork, images.one(0, best.layout()))
                .best(best.inOneThread(), shape);
        // What is proven is loaded for it, and a network may need most of a small machine's memory.
        close();
        Tuning inAllCores = new Tuning(tuned.form(), tuned.layout(), 1, Math.max(2, shape.cores()), 1);
        Tuning proven = proven(tuned, right, precision)
                .or(() -> proven(inAllCores, right, precision))
                .orElseGet(() -> {
                    Way sure = precision == Precision.FP32 ? plain : best;
                    return sure(sure, shape, right, precision);
                });
        LOG.info(
                "model={} engine={} runs as form={} layout={} parallelism={} threads={} largestBatch={}",
                source.spec().name(),
                source.engine().setting().text(),
                proven.form(),
                proven.layout().name().toLowerCase(Locale.ROOT),
                proven.parallelism(),
                proven.threads(),
                proven.largestBatch());
        return proven;
    }

    /** A way in one thread, or, where even that does not answer as it did before, in as many as it has cores. */
    private Tuning sure(Way way, ShapeTrial.Shape shape, float[][] right, Precision precision) {
        Tuning one = new Tuning(way.form(), way.layout(), shape.plainParallelism(), 1, 1);
        return proven(one, right, precision)
                .or(() -> proven(
                        new Tuning(way.form(), way.layout(), 1, Math.max(2, shape.cores()), 1), right, precision))
                .orElseGet(() -> {
                    if (precision != Precision.FP32) {
                        throw formIsWrong(precision);
                    }
                    return one;
                });
    }

    private SettingsException formIsWrong(Precision precision) {
        return new SettingsException("the model's " + ModelFolder.form(precision) + " does not answer as "
                + source.names().network()
                + " does on this machine (the log says how far off it is); make it anew with "
                + "models/optimize.py, or set flotilla.classifier.precision = fp32");
    }

    /** The tuning with the largest batch whose answers are right; empty when with its threads not even one image's are. */
    private Optional<Tuning> proven(Tuning tuned, float[][] right, Precision precision) {
        // Kernels for several images round otherwise; in short numbers that shows.
        Predicate<Agreement> same =
                precision == Precision.FP32 ? Agreement::isSame : agreement -> agreement.largest() <= SAME_SHORT;
        Comparison.Held held;
        try {
            held = comparison.hold(source, tuned, right, same, LARGEST_BATCH);
        } catch (TranslateException e) {
            LOG.warn(
                    "form={} layout={} is not used so, with threads={} it fails: {}",
                    tuned.form(),
                    tuned.layout().name().toLowerCase(Locale.ROOT),
                    tuned.threads(),
                    DjlErrors.oneLine(e));
            return Optional.empty();
        }
        if (!isRight(held.alone(), precision)) {
            LOG.warn(
                    "form={} layout={} is not used so, with threads={} it differs from the plain network: {}",
                    tuned.form(),
                    tuned.layout().name().toLowerCase(Locale.ROOT),
                    tuned.threads(),
                    held.alone());
            return Optional.empty();
        }
        if (held.largestBatch() < LARGEST_BATCH) {
            LOG.info("model={} takes up to {} images together", source.spec().name(), held.largestBatch());
        }
        return Optional.of(tuned.withLargestBatch(held.largestBatch()));
    }

    @Override
    public void close() {
        networks.values().forEach(Model::close);
        networks.clear();
    }

    private void requireForm(Precision precision) {
        if (source.forms(precision).isEmpty()) {
            throw new SettingsException("the model " + source.names().network() + " has no form "
                    + ModelFolder.form(precision) + "; make it with models/optimize.py, or set "
                    + "flotilla.classifier.precision = fp32");
        }
    }

    /** In the same precision the scores are the plain network's; in a shorter one the probabilities are not far off. */
    private static boolean isRight(Agreement agreement, Precision precision) {
        return precision == Precision.FP32 ? agreement.isSame() : agreement.isUsable();
    }

    /** Takes a way that is right; of another precision it is told how far it agrees. */
    private void addIfRight(List<Way> ways, Way way, float[][] right, Precision precision) {
        String layout = way.layout().name().toLowerCase(Locale.ROOT);
        Agreement agreement;
        try {
            agreement = comparison.of(right, scores(way));
        } catch (SettingsException e) {
            if (precision != Precision.FP32) {
                throw e;
            }
            LOG.warn("form={} layout={} is not used: {}", way.form(), layout, e.getMessage());
            return;
        }
        if (!isRight(agreement, precision)) {
            LOG.warn(
                    "form={} layout={} is not used, it differs from the plain network: {}",
                    way.form(),
                    layout,
                    agreement);
            return;
        }
        if (precision != Precision.FP32) {
            LOG.info(
                    "precision={} layout={} against fp32: {}",
                    precision.name().toLowerCase(Locale.ROOT),
                    layout,
                    agreement);
        }
        ways.add(way);
    }

    /** Scores of every trial image, each run alone in one thread. */
    private float[][] scores(Way way) {
        try {
            return comparison.alone(source.engine(), way.inOneThread(), this::network);
        } catch (TranslateException e) {
            throw new SettingsException(
                    "the model's " + source.names().network() + " does not take what "
                            + source.names().conf() + " says (" + DjlErrors.oneLine(e) + ")",
                    e);
        }
    }

    private Way fastest(List<Way> ways) {
        List<NetworkRunner> runners = ways.stream()
                .map(way -> new NetworkRunner(network(way.inOneThread())))
                .toList();
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

    /** The network to be run in a way; new threads then run it in so many of the engine's. */
    private Model network(Tuning way) {
        source.engine().setThreads(way.threads());
        return networks.computeIfAbsent(source.engine().loaded(way), source::load);
    }

    /** The same when no other is needed any more: those that are in memory are closed. */
    private Model onlyNetwork(Tuning way) {
        Tuning loaded = source.engine().loaded(way);
        List<Tuning> others = networks.keySet().stream()
                .filter(other -> !other.equals(loaded))
                .toList();
        others.forEach(other -> networks.remove(other).close());
        return network(way);
    }
}
