package flotilla.top;

import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.FleetReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The figures of a moment. Queue, images and what is wanted are those of the newest decision, as on the page, and so at most a
 * {@code scaling.interval} old; instances are counted as the fleet was told, so they may be ahead of it. What is not known is empty,
 * never zero.
 *
 * @param visible messages waiting
 * @param inFlight messages in work
 * @param accepted images, counted by all gateways since the acting supervisor began
 * @param answered those of them that have their answer
 * @param unanswered images without an answer, at the gateways that are there; those of one that has gone are nobody's
 * @param arrivals images a second
 * @param answers images a second
 * @param desired instances wanted
 * @param decidedAt when the newest decision fell, by the supervisor's clock
 * @param holds how long after that its figures stand for what is
 * @param states how many instances are in each state, sorted by its name
 * @param counted how many instances are counted as what, by the metrics' words, sorted by these
 */
record Figures(
        OptionalLong visible,
        OptionalLong inFlight,
        OptionalLong accepted,
        OptionalLong answered,
        OptionalLong unanswered,
        OptionalDouble arrivals,
        OptionalDouble answers,
        OptionalLong desired,
        Optional<Instant> decidedAt,
        Duration holds,
        Map<String, Integer> states,
        Map<String, Integer> counted) {
    static Figures of(Known known) {
        List<Decision> decisions = known.decisions();
        Optional<Decision> newest = known.newest();
        return new Figures(
                count(newest, Decision::visible),
                count(newest, Decision::inFlight),
                count(newest, Decision::accepted),
                count(newest, Decision::answered),
                count(newest, Decision::unanswered),
                Rate.perSecond(decisions, Decision::accepted),
                Rate.perSecond(decisions, Decision::answered),
                count(newest, Decision::desired),
                newest.map(Decision::at),
                History.holds(decisions),
                tally(known.instances(), FleetReport.Line::state),
                tally(known.instances(), FleetReport.Line::counted));
    }

    private static OptionalLong count(Optional<Decision> decision, ToLongFunction<Decision> figure) {
        return decision.map(figure::applyAsLong)
                .filter(value -> value >= 0)
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    private static Map<String, Integer> tally(
            List<FleetReport.Line> instances, Function<FleetReport.Line, String> word) {
        Map<String, Integer> counts = new TreeMap<>();
        instances.forEach(one -> counts.merge(word.apply(one), 1, Integer::sum));
        return counts;
    }

    /** Whether nobody has decided for long. */
    boolean isStale(Instant now) {
        return decidedAt.filter(at -> at.plus(holds).isBefore(now)).isPresent();
    }
}
