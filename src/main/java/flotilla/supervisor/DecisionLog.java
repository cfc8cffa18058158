package flotilla.supervisor;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.protocol.DecisionReport;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionReport.Forecast;
import flotilla.protocol.Supply;
import flotilla.scaling.FleetController;
import flotilla.scaling.ScalingAction;
import flotilla.scaling.ScalingPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The last decisions, each as one line of the log and as one record. Confined to the supervisor's actor. */
final class DecisionLog {
    /** What one message may hold, in bytes, by a rough estimate: well below the frame of the cluster's transport. */
    private static final int MESSAGE_SIZE = 256 * 1024;

    private static final int MAX_OUTCOME = 300;

    private final int capacity;
    private final String policy;
    private final Duration interval;
    private final Deque<Decision> decisions = new ArrayDeque<>();
    private long next;

    /**
     * @param capacity the most decisions that are remembered
     * @param first the number of the first one
     */
    DecisionLog(int capacity, String policy, Duration interval, long first) {
        this.capacity = capacity;
        this.policy = policy;
        this.interval = interval;
        this.next = first;
    }

    /**
     * What a plan adds.
     *
     * @param decision its record
     * @param judged earlier decisions of which it is known now how they went on
     */
    record Added(Decision decision, List<Decision> judged) {
        Added {
            judged = List.copyOf(judged);
        }
    }

    /** Remembers a plan and what became of its actions, and tells earlier decisions how it went on. */
    Added add(FleetController.Decided decided, List<DecisionReport.Action> actions) {
        List<Decision> judged = lookBack(decided.plan());
        Decision decision = DecisionRecord.of(next++, policy, interval, decided, actions);
        decisions.addFirst(decision);
        while (decisions.size() > capacity) {
            decisions.removeLast();
        }
        return new Added(decision, judged);
    }

    /**
     * Gives decisions what really was at the time that their forecast was for: by the first look then, or a tenth of an
     * interval before. What is seen nearly an interval later belongs to another forecast, so a decision after which nobody
     * could look is never judged.
     */
    private List<Decision> lookBack(ScalingPlan now) {
        if (now.depth().isEmpty() || !now.instancesKnown()) {
            return List.of();
        }
        Forecast found = new Forecast(
                now.at(), now.depth().get().messages(), now.census().active());
        List<Decision> judged = new ArrayList<>();
        List<Decision> newer = new ArrayList<>();
        while (!decisions.isEmpty() && !isPast(decisions.peekFirst(), now.at())) {
            Decision one = decisions.removeFirst();
            if (one.hindsight().isEmpty() && isDue(one, now.at())) {
                one = one.withHindsight(found);
                judged.add(one);
            }
            newer.add(one);
        }
        Collections.reverse(newer);
        newer.forEach(decisions::addFirst);
        return judged;
    }

    private boolean isDue(Decision one, Instant now) {
        return one.forecast()
                .filter(forecast -> !forecast.at().isAfter(now.plus(interval.dividedBy(10))))
                .isPresent();
    }

    private boolean isPast(Decision one, Instant now) {
        Duration sinceForecast = Duration.between(one.at().plus(interval), now);
        return sinceForecast.compareTo(interval.multipliedBy(9).dividedBy(10)) >= 0;
    }

    /** The newest decisions, as many as are wanted and fit in a message. */
    DecisionReport newest(int limit) {
        List<Decision> fitting = fitting(decisions.stream(), limit);
        return new DecisionReport(fitting, fitting.size() < Math.min(limit, decisions.size()));
    }

    /** The decisions that came next after one; where that one is not ours, from the oldest on. */
    DecisionReport after(long n, int limit) {
        long last = n < next ? n : 0;
        List<Decision> later = new ArrayList<>();
        decisions.descendingIterator().forEachRemaining(one -> {
            if (one.n() > last) {
                later.add(one);
            }
        });
        List<Decision> fitting = new ArrayList<>(fitting(later.stream(), limit));
        boolean more = fitting.size() < later.size();
        Collections.reverse(fitting);
        return new DecisionReport(fitting, more);
    }

    /** One decision, or none. */
    DecisionReport one(long n) {
        return new DecisionReport(
                decisions.stream().filter(decision -> decision.n() == n).toList());
    }

    /** The decision that supplied an instance, or none. */
    DecisionReport supplier(InstanceId instance, Instant before) {
        return new DecisionReport(
                Supply.among(List.copyOf(decisions), instance, before).stream().toList());
    }

    private static List<Decision> fitting(Stream<Decision> all, int limit) {
        List<Decision> fitting = new ArrayList<>();
        int size = 0;
        for (Decision one : (Iterable<Decision>) all.limit(Math.max(0, limit))::iterator) {
            size += size(one);
            if (size > MESSAGE_SIZE && !fitting.isEmpty()) {
                break;
            }
            fitting.add(one);
        }
        return fitting;
    }

    private static int size(Decision one) {
        int text = Stream.concat(one.clamps().stream(), one.findings().stream())
                .mapToInt(String::length)
                .sum();
        int outcomes = one.actions().stream()
                .mapToInt(action -> 100 + action.outcome().length())
                .sum();
        return 700 + text + outcomes + 400 * one.shadows().size();
    }

    /** The decision as {@code key=value} pairs in fixed order. */
    static String line(Decision decision) {
        String ids = decision.actions().stream().map(DecisionLog::text).collect(Collectors.joining(",", "[", "]"));
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "n=%d decision=%s reason=%s visible=%d inFlight=%d pending=%d running=%d draining=%d desired=%d actions=%s",
                decision.n(),
                decision.decision(),
                decision.reason(),
                decision.visible(),
                decision.inFlight(),
                decision.pending(),
                decision.running(),
                decision.draining(),
                decision.desired(),
                ids));
        if (!decision.clamps().isEmpty()) {
            line.append(" clamps=").append(decision.clamps());
        }
        if (!decision.findings().isEmpty()) {
            line.append(" findings=").append(decision.findings());
        }
        if (!decision.shadows().isEmpty()) {
            line.append(" shadows=")
                    .append(decision.shadows().stream()
                            .map(shadow -> shadow.policy() + ":" + shadow.desired())
                            .collect(Collectors.joining(",", "[", "]")));
        }
        return line.toString().replaceAll("\\s+", " ");
    }

    private static String text(DecisionReport.Action action) {
        return action.kind()
                + (action.appTierId() > 0 || !action.instanceId().isEmpty() ? ":" + action.appTierId() : "")
                + (action.instanceId().isEmpty() ? "" : "/" + action.instanceId())
                + (action.why().isEmpty() ? "" : "(" + action.why() + ")")
                + (action.outcome().equals("ok") ? "" : "{" + action.outcome() + "}");
    }

    /** An action with its outcome. */
    static DecisionReport.Action action(ScalingAction action, String instanceId, String outcome) {
        return new DecisionReport.Action(
                action.kind(),
                action.appTierId().map(AppTierId::value).orElse(0),
                instanceId.isEmpty() ? action.instance().map(InstanceId::value).orElse("") : instanceId,
                action.why(),
                shortened(outcome));
    }

    /** Of what EC2 answers, the beginning: what is remembered must stay small. */
    private static String shortened(String outcome) {
        return outcome.length() <= MAX_OUTCOME ? outcome : outcome.substring(0, MAX_OUTCOME - 1) + "…";
    }
}
