package flotilla.domain;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The one answer to an accepted image.
 *
 * @param id the request
 * @param file the name that the client gave to the image
 * @param outcome labels or a failure
 * @param workerId the worker that answered; empty when none did
 * @param appTierId the app-tier id of that worker's instance, when it had one
 * @param timings milliseconds by stage, in this order: {@code queue}, {@code fetch}, {@code wait}, {@code classify}, of which
 *     {@code decode} and {@code predict} where a classifier has these steps, {@code total}
 * @param journey how it came about; clients are not shown it as part of the result
 */
public record ClassificationResult(
        RequestId id,
        FileName file,
        Outcome outcome,
        Optional<WorkerId> workerId,
        Optional<AppTierId> appTierId,
        Map<String, Double> timings,
        Optional<Journey> journey) {
    public ClassificationResult {
        timings = Collections.unmodifiableMap(new LinkedHashMap<>(timings));
    }

    /** A result of which nobody knows how it came about. */
    public ClassificationResult(
            RequestId id,
            FileName file,
            Outcome outcome,
            Optional<WorkerId> workerId,
            Optional<AppTierId> appTierId,
            Map<String, Double> timings) {
        this(id, file, outcome, workerId, appTierId, timings, Optional.empty());
    }

    /** Where it belongs in a trace, when there is one. */
    public Optional<TraceParent> trace() {
        return journey.flatMap(Journey::trace);
    }
}
