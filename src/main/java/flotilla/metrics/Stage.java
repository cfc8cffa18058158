package flotilla.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** A step of an image's way through a worker, each timed for itself. */
enum Stage {
    /** From acceptance at the gateway to a worker's hands. */
    QUEUE,
    /** Reading the image from the store; an image that came in its message has none. */
    FETCH,
    /** From the fetch to a classifier's hands. */
    WAIT,
    /** Decoding and making ready, each image; only with a network. */
    DECODE,
    /** A run of the network; only with one. */
    PREDICT,
    /** The whole run of a classifier that the image was in. */
    CLASSIFY,
    /** Writing the result. */
    STORE,
    /** Sending the response. */
    RESPOND;

    private static final String MEANS = "Steps of an image's way through a worker";

    private String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Map<Stage, Timer> timers(MeterRegistry registry) {
        Map<Stage, Timer> timers = new EnumMap<>(Stage.class);
        for (Stage stage : values()) {
            timers.put(
                    stage,
                    Timer.builder("flotilla.worker.stage")
                            .description(MEANS)
                            .tag("stage", stage.text())
                            .serviceLevelObjectives(Boundaries.STAGES)
                            .register(registry));
        }
        return timers;
    }
}
