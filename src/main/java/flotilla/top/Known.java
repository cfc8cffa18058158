package flotilla.top;

import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.FleetReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the gateway has told so far.
 *
 * @param at when it answered last, by this machine's clock; empty when it never did
 * @param instances as it told then
 * @param decisions that it told so far, as far as they are still shown; oldest first
 * @param trouble why the last question had no answer, in one line; empty when it had one
 */
record Known(
        Optional<Instant> at, List<FleetReport.Line> instances, List<Decision> decisions, Optional<String> trouble) {
    /** Before the first answer. */
    static final Known NOTHING = new Known(Optional.empty(), List.of(), List.of(), Optional.empty());

    /** Decisions are kept so long before the newest one, for the history; and always so many. */
    private static final Duration KEPT = History.SPAN.plus(Rate.OVER);

    private static final int KEPT_ALWAYS = Frame.MOST_DECISIONS;

    Known {
        instances = List.copyOf(instances);
        decisions = List.copyOf(decisions);
    }

    /** With an answer more. Decisions that are told again stand as they are told now. */
    Known with(Instant when, List<FleetReport.Line> now, List<Decision> told) {
        Map<Long, Decision> byNumber = new LinkedHashMap<>();
        decisions.forEach(one -> byNumber.put(one.n(), one));
        told.forEach(one -> byNumber.put(one.n(), one));
        // Not by number: another supervisor's clock may be behind.
        List<Decision> ordered = new ArrayList<>(byNumber.values());
        ordered.sort(Comparator.comparing(Decision::at).thenComparing(Decision::n));
        return new Known(Optional.of(when), now, newest(ordered), Optional.empty());
    }

    private static List<Decision> newest(List<Decision> ordered) {
        if (ordered.isEmpty()) {
            return ordered;
        }
        Instant from = ordered.get(ordered.size() - 1).at().minus(KEPT);
        int first = 0;
        while (first < ordered.size() - KEPT_ALWAYS && ordered.get(first).at().isBefore(from)) {
            first++;
        }
        return ordered.subList(first, ordered.size());
    }

    /** With a question that had no answer; what is known stays. */
    Known without(String why) {
        return new Known(at, instances, decisions, Optional.of(why));
    }

    /** The newest decision. */
    Optional<Decision> newest() {
        return decisions.isEmpty() ? Optional.empty() : Optional.of(decisions.get(decisions.size() - 1));
    }
}
