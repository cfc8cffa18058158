package flotilla.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs {@link LimitLoop}, and finds the setting with which it is fastest. */
final class Limit {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** The search takes a minute or two; rows of one run share what it found. */
    private static final Map<String, Setting> BEST = new HashMap<>();

    private final Lab lab;

    Limit(Lab lab) {
        this.lab = lab;
    }

    /**
     * The best setting among all candidates, each measured once.
     *
     * @throws IOException when none of them runs
     */
    Setting best(String precision) throws IOException, InterruptedException {
        Setting known = BEST.get(precision);
        if (known != null) {
            return known;
        }
        Setting best = null;
        double most = 0;
        int cores = Runtime.getRuntime().availableProcessors();
        for (Setting setting : Setting.candidates(Variant.of(precision), cores)) {
            Optional<Double> rate = imagesPerSecond(setting, lab.either(1, 2), lab.either(1, 3));
            lab.say("limit, " + precision + ", " + setting + ": "
                    + rate.map(found -> Samples.shown(found) + " images/s").orElse("not taken by this classifier"));
            if (rate.isPresent() && rate.get() > most) {
                most = rate.get();
                best = setting;
            }
        }
        if (best == null) {
            throw new IOException("no network of " + precision + "; bench/run makes them with bench/make_resnet18.py");
        }
        BEST.put(precision, best);
        return best;
    }

    /** One run at full length. */
    double imagesPerSecond(Setting setting) throws IOException, InterruptedException {
        return imagesPerSecond(setting, lab.either(1, 3), lab.either(2, 8)).orElseThrow();
    }

    private Optional<Double> imagesPerSecond(Setting setting, double warm, double seconds)
            throws IOException, InterruptedException {
        JsonNode said = run(setting, warm, seconds, 0);
        return said.has("unsupported")
                ? Optional.empty()
                : Optional.of(said.path("imagesPerSecond").asDouble());
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
            return JSON.readTree(loop.awaitEnd());
        }
    }
}
