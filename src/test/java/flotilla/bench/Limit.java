package flotilla.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Runs {@link LimitLoop}, and finds the setting with which it is fastest. */
final class Limit {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** The search takes a minute or two; rows of one run share what it found. */
    private static final Map<Subject, Setting> BEST = new HashMap<>();
    /** How far the answers of each setting that was run are from those of its plain network. */
    private static final Map<Setting, Difference> DIFFERENCES = new HashMap<>();

    private static final Map<BenchModel, Answers> RIGHT = new EnumMap<>(BenchModel.class);

    private final Lab lab;

    Limit(Lab lab) {
        this.lab = lab;
    }

    /**
     * The best setting among all candidates whose answers are right.
     *
     * @throws IOException when there is none
     */
    Setting best(Subject subject) throws IOException, InterruptedException {
        Setting known = BEST.get(subject);
        if (known != null) {
            return known;
        }
        List<Setting> candidates = Setting.candidates(
                Variant.of(subject),
                Variant.shipped(subject),
                Runtime.getRuntime().availableProcessors());
        Setting best = Search.fastest(
                "the " + subject.title(),
                lab.some(candidates),
                setting -> told(subject, setting, lab.either(1, 2), lab.either(1, 3)),
                setting -> told(subject, setting, lab.either(1, 3), lab.either(2, 8)));
        BEST.put(subject, best);
        return best;
    }

    private OptionalDouble told(Subject subject, Setting setting, double warm, double seconds)
            throws IOException, InterruptedException {
        OptionalDouble rate = imagesPerSecond(setting, warm, seconds);
        lab.say("limit, " + subject.title() + ", " + setting + ": "
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
        return said.has("unsupported") || !isRight(setting, said)
                ? OptionalDouble.empty()
                : OptionalDouble.of(said.path("imagesPerSecond").asDouble());
    }

    /** The bound's line in the report. */
    Figure figure(String name, Samples rates, Setting best) {
        return Figure.of(name, "images/s", rates).with(best.toString()).with(DIFFERENCES.get(best));
    }

    /** Whether the answers are the plain network's, or not far off: on some processors the fastest kernels are wrong. */
    private boolean isRight(Setting setting, JsonNode said) throws IOException, InterruptedException {
        BenchModel model = lab.subject().model();
        if (!RIGHT.containsKey(model)) {
            // In one thread, as workers judge by (docs/adr/0043).
            RIGHT.put(model, answers(run(new Setting(Variant.plain(model), 1, 1, 1), 0, 0, 0)));
        }
        Difference difference = answers(said).from(RIGHT.get(model));
        DIFFERENCES.put(setting, difference);
        if (!difference.isRight(setting.variant().precision())) {
            lab.say("limit, " + setting + ": its answers are wrong on this processor, " + difference);
            return false;
        }
        return true;
    }

    private static Answers answers(JsonNode said) {
        return Answers.read(said.path("answers"));
    }

    /**
     * The time that the model itself takes when an image comes now and then.
     *
     * @param p50 in milliseconds
     * @param p99 in milliseconds
     */
    record Own(double p50, double p99) {
        static Own read(String said) throws IOException {
            return read(JSON.readTree(said));
        }

        private static Own read(JsonNode said) {
            return new Own(said.path("p50").asDouble(), said.path("p99").asDouble());
        }
    }

    Own paced(Setting setting, double warm, double seconds, double rate) throws IOException, InterruptedException {
        return Own.read(run(setting, warm, seconds, rate));
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
