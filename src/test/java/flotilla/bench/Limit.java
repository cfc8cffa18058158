package flotilla.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Runs {@link LimitLoop}, and finds the setting with which it is fastest. */
final class Limit {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** The search takes a minute or two; rows of one run share what it found. */
    private static final Map<String, Setting> BEST = new HashMap<>();

    /** The most that a probability may differ. */
    private static final double SAME = 1e-3;
    /** The most that it may in shorter numbers, as for workers (docs/adr/0029). */
    private static final double USABLE = 0.3;

    private static JsonNode right;

    private final Lab lab;

    Limit(Lab lab) {
        this.lab = lab;
    }

    /**
     * The best setting among all candidates.
     *
     * @throws IOException when none of them runs
     */
    Setting best(String precision) throws IOException, InterruptedException {
        Setting known = BEST.get(precision);
        if (known != null) {
            return known;
        }
        int cores = Runtime.getRuntime().availableProcessors();
        Setting best = Search.fastest(
                "ResNet-18 in " + precision,
                lab.some(Setting.candidates(Variant.of(precision), cores)),
                setting -> told(precision, setting, lab.either(1, 2), lab.either(1, 3)),
                setting -> told(precision, setting, lab.either(1, 3), lab.either(2, 8)));
        BEST.put(precision, best);
        return best;
    }

    private OptionalDouble told(String precision, Setting setting, double warm, double seconds)
            throws IOException, InterruptedException {
        OptionalDouble rate = imagesPerSecond(setting, warm, seconds);
        lab.say("limit, " + precision + ", " + setting + ": "
                + (rate.isPresent() ? Samples.shown(rate.getAsDouble()) + " images/s" : "not used"));
        return rate;
    }

    /** One run at full length. */
    double imagesPerSecond(Setting setting) throws IOException, InterruptedException {
        return imagesPerSecond(setting, lab.either(1, 3), lab.either(2, 8)).orElseThrow();
    }

    private OptionalDouble imagesPerSecond(Setting setting, double warm, double seconds)
            throws IOException, InterruptedException {
        JsonNode said = run(setting, warm, seconds, 0);
        return said.has("unsupported") || !isRight(setting, said.path("best"))
                ? OptionalDouble.empty()
                : OptionalDouble.of(said.path("imagesPerSecond").asDouble());
    }

    /** Whether the answers are the plain network's, or not far off: on some processors the fastest kernels are wrong. */
    private boolean isRight(Setting setting, JsonNode best) throws IOException, InterruptedException {
        double most = setting.variant().precision().equals(Variant.FP32) ? SAME : USABLE;
        if (right == null) {
            // In one thread, as workers judge by (docs/adr/0043).
            right = run(new Setting(Variant.plain(), 1, 1, 1), 0, 0, 0).path("best");
        }
        for (int i = 0; i < right.size(); i++) {
            if (!(Math.abs(right.get(i).asDouble() - best.path(i).asDouble()) <= most)) {
                lab.say("limit, " + setting + ": its answers are wrong on this processor");
                return false;
            }
        }
        return true;
    }

    /**
     * The time that the model itself takes when an image comes now and then.
     *
     * @param p50 in milliseconds
     * @param p99 in milliseconds
     */
    record Own(double p50, double p99) {}

    Own paced(Setting setting, double warm, double seconds, double rate) throws IOException, InterruptedException {
        JsonNode said = run(setting, warm, seconds, rate);
        return new Own(said.path("p50").asDouble(), said.path("p99").asDouble());
    }

    private JsonNode run(Setting setting, double warm, double seconds, double rate)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                lab.photos().toString(),
                Integer.toString(setting.classifiers()),
                Integer.toString(setting.together()),
                Double.toString(warm),
                Double.toString(seconds),
                Double.toString(rate)));
        arguments.addAll(setting.sets());
        try (Running loop = lab.loop(LimitLoop.class, arguments)) {
            return JSON.readTree(loop.result());
        }
    }
}
