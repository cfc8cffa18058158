package flotilla.config;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How images are classified.
 *
 * @param table the CSV for {@link Kind#TABLE}
 * @param delay added to every classification
 * @param parallelism classifiers side by side; 0 for as many as the cores and threads allow
 * @param threads the engine's threads within one classifier; 0 for what is measured to be best
 * @param engine what runs the network of {@link Kind#DJL}
 * @param precision what the network calculates with
 * @param decodeLimit processor time that decoding one image may take
 */
public record ClassifierSettings(
        Kind kind,
        Optional<Path> table,
        Duration delay,
        int parallelism,
        int threads,
        InferenceEngine engine,
        Precision precision,
        Duration decodeLimit) {
    /** What answers. */
    public enum Kind {
        /** A network, run by DJL. */
        DJL,
        /** A CSV of labels by file name. */
        TABLE,
        /** Nothing but time: the label is the stem of the file name. */
        DELAY
    }

    public ClassifierSettings {
        Checks.that(
                kind != Kind.TABLE || table.isPresent(),
                "flotilla.classifier.table",
                "the path of a CSV when flotilla.classifier.kind = table");
        Checks.notNegative(delay, "flotilla.classifier.delay");
        Checks.that(parallelism >= 0 && parallelism <= 256, "flotilla.classifier.parallelism", "from 0 to 256");
        Checks.that(threads >= 0 && threads <= 256, "flotilla.classifier.threads", "from 0 to 256");
        Checks.that(
                kind != Kind.DJL || engine == InferenceEngine.PYTORCH || precision == Precision.FP32,
                "flotilla.classifier.precision",
                "fp32 when flotilla.classifier.engine = onnxruntime, not \"" + Choice.text(precision)
                        + "\"; forms in shorter numbers are for flotilla.classifier.engine = pytorch");
        Checks.within(decodeLimit, Duration.ofMillis(100), Duration.ofHours(1), "flotilla.classifier.decode-limit");
    }

    /** Classifiers side by side on a machine with {@code cores} cores. */
    public int parallelism(int cores) {
        return parallelism == 0 ? Math.max(1, cores / Math.max(1, threads)) : parallelism;
    }

    static ClassifierSettings from(Config config) {
        return new ClassifierSettings(
                Choice.of(Kind.class, config.getString("kind"), "flotilla.classifier.kind"),
                Optional.of(config.getString("table"))
                        .filter(value -> !value.isBlank())
                        .map(Path::of),
                config.getDuration("delay"),
                config.getInt("parallelism"),
                config.getInt("threads"),
                Choice.of(InferenceEngine.class, config.getString("engine"), "flotilla.classifier.engine"),
                Choice.of(Precision.class, config.getString("precision"), "flotilla.classifier.precision"),
                config.getDuration("decode-limit"));
    }
}
