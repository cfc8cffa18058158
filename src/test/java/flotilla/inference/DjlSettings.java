package flotilla.inference;

import flotilla.config.ClassifierSettings;
import flotilla.config.Precision;
import java.time.Duration;
import java.util.Optional;

/** Settings for one classifier with one thread on PyTorch. */
final class DjlSettings {
    static final ClassifierSettings FP32 = with(Precision.FP32);

    private DjlSettings() {}

    static ClassifierSettings with(Precision precision) {
        return new ClassifierSettings(
                ClassifierSettings.Kind.DJL, Optional.empty(), Duration.ZERO, 1, 1, precision, Duration.ofSeconds(30));
    }
}
