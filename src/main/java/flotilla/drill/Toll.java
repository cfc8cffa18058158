package flotilla.drill;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the faults of a drill came to: how many there were, whom they met, and when. Thread-safe. */
final class Toll {
    /** What a fault takes away, for as long as it lasts. */
    enum Of {
        /** SQS or S3, for all or for some process. */
        STORES,
        /** A gateway: its process or its connections. */
        GATEWAYS
    }

    /** A time of trouble. */
    record Span(Of of, Instant from, Instant until) {
        /** Whether some of it lies between these two. */
        boolean touches(Instant begin, Instant end) {
            return !from.isAfter(end) && !until.isBefore(begin);
        }
    }

    /** A killed gateway is in the cluster again by then, if the machine is not too busy. */
    private static final Duration ANEW_WITHIN = Duration.ofSeconds(15);

    private final Map<Fault, Integer> done = new EnumMap<>(Fault.class);
    private final Map<String, List<Instant>> struck = new HashMap<>();
    private final Map<String, Integer> inside = new HashMap<>();
    private final Set<String> stalled = new HashSet<>();
    private final Set<String> killed = new HashSet<>();
    private final List<Span> spans = new ArrayList<>();
    private final List<Instant> holders = new ArrayList<>();
    private int kills;

    /** A fault has met somebody. */
    synchronized void carriedOut(Fault fault) {
        done.merge(fault, 1, Integer::sum);
        kills += fault.kills() ? 1 : 0;
    }

    /**
     * A worker was killed.
     *
     * @param instance where it ran
     * @param classifying ids of the images that were inside its classifiers
     * @param fetched ids of images that it is known to have had in hand
     */
    synchronized void workerKilled(
            Instant at, String instance, Collection<String> classifying, Collection<String> fetched) {
        killed.add(instance);
        classifying.forEach(id -> inside.merge(id, 1, Integer::sum));
        Set<String> inHand = new HashSet<>(fetched);
        inHand.addAll(classifying);
        inHand.forEach(
                id -> struck.computeIfAbsent(id, none -> new ArrayList<>()).add(at));
    }

    /** A gateway was killed. @param holder whether it had the supervisor's lease */
    synchronized void gatewayKilled(Instant at, boolean holder) {
        spans.add(new Span(Of.GATEWAYS, at, at.plus(ANEW_WITHIN)));
        if (holder) {
            holders.add(at);
        }
    }

    /** A worker with this image in hand stood still for a while. */
    synchronized void stalled(String id) {
        stalled.add(id);
    }

    /** Something was away, slow or failing from now on. */
    synchronized void troubled(Of of, Duration lasting) {
        Instant now = Instant.now();
        spans.add(new Span(of, now, now.plus(lasting)));
    }

    /** Processes killed so far. */
    synchronized int kills() {
        return kills;
    }

    /** How often each fault met somebody. */
    synchronized Map<Fault, Integer> done() {
        return new EnumMap<>(done);
    }

    /** When workers were killed with an image in hand, as far as that is known, by the image's id. */
    synchronized Map<String, List<Instant>> struck() {
        Map<String, List<Instant>> copy = new HashMap<>();
        struck.forEach((id, times) -> copy.put(id, List.copyOf(times)));
        return copy;
    }

    /** How many workers were killed with an image inside a classifier, by the image's id. */
    synchronized Map<String, Integer> inside() {
        return Map.copyOf(inside);
    }

    /** Ids of images whose worker stood still for a while. */
    synchronized Set<String> stalled() {
        return Set.copyOf(stalled);
    }

    /** Instances whose workers were killed. */
    synchronized Set<String> killed() {
        return Set.copyOf(killed);
    }

    /** When a gateway was killed that had the supervisor's lease. */
    synchronized List<Instant> holders() {
        return List.copyOf(holders);
    }

    /** The times of trouble of one kind. */
    synchronized List<Span> spans(Of of) {
        return spans.stream().filter(span -> span.of() == of).toList();
    }
}
