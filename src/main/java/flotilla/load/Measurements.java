package flotilla.load;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Counts and times of the requests that ended. All state belongs to the loop's thread. */
final class Measurements {
    private static final int SHOWN = 10;
    private static final int DIGITS = 3;

    private final Histogram latency = new Histogram(DIGITS);
    private final Histogram accepted = new Histogram(DIGITS);
    private final Map<Verdict.Kind, Long> verdicts = new TreeMap<>();
    private final Map<String, Long> errors = new TreeMap<>();
    private final Map<String, Long> workers = new HashMap<>();
    private final Map<String, String> appTierIds = new HashMap<>();
    private final List<Summary.NotRight> notRight = new ArrayList<>();
    private long retries;
    private long latestStart;
    private long lastEnd;

    void add(Shot shot, Verdict verdict) {
        verdicts.merge(verdict.kind(), 1L, Long::sum);
        retries += shot.reply().retries();
        latestStart = Math.max(latestStart, shot.sent() - shot.due());
        lastEnd = Math.max(lastEnd, shot.ended());
        shot.reply().acceptedNanos().ifPresent(nanos -> accepted.recordValue(micros(nanos)));
        if (shot.reply().answer() instanceof Answer.Labelled labelled) {
            latency.recordValue(micros(shot.latency()));
            labelled.worker().ifPresent(this::count);
        } else {
            errors.merge(((Answer.Failed) shot.reply().answer()).kind(), 1L, Long::sum);
        }
        boolean missing = verdict.kind() == Verdict.Kind.MISSING;
        if ((missing || verdict.kind() == Verdict.Kind.WRONG) && notRight.size() < SHOWN) {
            notRight.add(new Summary.NotRight(
                    shot.number(), shot.image().name(), missing, verdict.expected(), verdict.got()));
        }
    }

    private void count(Answer.Worker worker) {
        workers.merge(worker.id(), 1L, Long::sum);
        worker.appTierId().ifPresent(tier -> appTierIds.put(worker.id(), tier));
    }

    long count(Verdict.Kind kind) {
        return verdicts.getOrDefault(kind, 0L);
    }

    long ended() {
        return verdicts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Answers that did not say who made them: all or none, by the interface used. */
    long answeredByNobodyKnown() {
        return workers.isEmpty() ? ended() - count(Verdict.Kind.MISSING) : 0;
    }

    /**
     * What was measured so far.
     *
     * @param fleet images by instance, for when the answers do not say who classified them
     */
    Summary summary(Target target, boolean judged, long sent, long unfinished, Map<String, Long> fleet) {
        boolean answersTell = !workers.isEmpty();
        return new Summary(
                target.base().toString(),
                target.api(),
                judged,
                sent,
                ended() - count(Verdict.Kind.MISSING),
                count(Verdict.Kind.RIGHT),
                count(Verdict.Kind.WRONG),
                count(Verdict.Kind.MISSING),
                unfinished,
                retries,
                lastEnd / 1e9,
                Latency.of(latency),
                accepted.getTotalCount() == 0 ? Optional.empty() : Optional.of(Latency.of(accepted)),
                latestStart / 1e6,
                Map.copyOf(errors),
                answersTell ? namedWorkers() : fleet,
                answersTell ? "answers" : "fleet",
                List.copyOf(notRight));
    }

    private Map<String, Long> namedWorkers() {
        Map<String, Long> named = new TreeMap<>();
        workers.forEach((id, count) -> {
            String tier = appTierIds.get(id);
            named.put(tier == null ? id : "#" + tier + " " + id, count);
        });
        return named;
    }

    private static long micros(long nanos) {
        return Math.max(0, Math.round(nanos / 1000.0));
    }
}
