package flotilla.inference;

import flotilla.config.ClassifierSettings;
import flotilla.config.InferenceEngine;
import flotilla.config.Precision;
import java.time.Duration;
import java.util.Optional;

/** Settings for one classifier with one thread. */
final class DjlSettings {
    /** On PyTorch. */
    static final ClassifierSettings FP32 = with(Precision.FP32);

    private DjlSettings() {}

    /** On PyTorch. */
    static ClassifierSettings with(Precision precision) {
        return with(InferenceEngine.PYTORCH, precision);
    }

    /** In fp32. */
    static ClassifierSettings on(InferenceEngine engine) {
        return with(engine, Precision.FP32);
    }

    private static ClassifierSettings with(InferenceEngine engine, Precision precision) {
        return new ClassifierSettings(
                ClassifierSettings.Kind.DJL,
                Optional.empty(),
                Duration.ZERO,
                1,
                1,
                engine,
                precision,
                Duration.ofSeconds(30));
    }
}
