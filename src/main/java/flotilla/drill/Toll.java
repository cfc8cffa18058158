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
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

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

    /** @param frozen whether the worker stands still, and is not merely unheard */
    private record Silence(Instant from, Instant until, boolean frozen) {
        boolean covers(Instant moment) {
            return touches(moment, moment);
        }

        boolean touches(Instant begin, Instant end) {
            return !from.isAfter(end) && !until.isBefore(begin);
        }
    }

    /**
     * What kills had to do with an image.
     *
     * @param kills so many workers were killed with it inside a classifier
     * @param alone of these, so many were trying it alone
     */
    record Inside(int kills, int alone) {
        static final Inside NONE = new Inside(0, 0);

        Inside plus(Inside other) {
            return new Inside(kills + other.kills, alone + other.alone);
        }
    }

    /** A killed gateway is in the cluster again by then, if the machine is not too busy. */
    private static final Duration ANEW_WITHIN = Duration.ofSeconds(15);

    /** A worker that can be heard again reports within that, and what was decided before has come to pass. */
    private static final Duration HEARD_WITHIN = Duration.ofSeconds(2);

    private final Map<Fault, Integer> done = new EnumMap<>(Fault.class);
    private final Map<String, List<Instant>> struck = new HashMap<>();
    private final Map<String, Inside> inside = new HashMap<>();
    private final Set<String> stalled = new HashSet<>();
    private final Set<String> killed = new HashSet<>();
    private final List<Span> spans = new ArrayList<>();
    private final List<Instant> holders = new ArrayList<>();
    private final Map<String, List<Silence>> silences = new HashMap<>();
    private final NavigableMap<Instant, Integer> looks = new TreeMap<>();
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
     * @param classifying of the ids of the images that were inside its classifiers, whether each was tried alone
     * @param fetched ids of images that it is known to have had in hand
     */
    synchronized void workerKilled(
            Instant at, String instance, Map<String, Boolean> classifying, Collection<String> fetched) {
        killed.add(instance);
        classifying.forEach((id, alone) -> inside.merge(id, new Inside(1, alone ? 1 : 0), Inside::plus));
        Set<String> inHand = new HashSet<>(fetched);
        inHand.addAll(classifying.keySet());
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

    /**
     * A worker is not heard from this moment on: it stands still, or is cut off from all gateways. Told in the order of time.
     *
     * @param lasting until it can be heard; {@link #HEARD_WITHIN} more may go by
     * @param frozen whether it stands still
     */
    synchronized void silenced(Instant at, String instance, Duration lasting, boolean frozen) {
        silences.computeIfAbsent(instance, none -> new ArrayList<>())
                .add(new Silence(at, at.plus(lasting).plus(HEARD_WITHIN), frozen));
    }

    /** All faults that would last longer end now. */
    synchronized void ended(Instant now) {
        spans.replaceAll(span -> new Span(span.of(), span.from(), earlier(span.until(), now)));
        Instant heard = now.plus(HEARD_WITHIN);
        silences.values()
                .forEach(all ->
                        all.replaceAll(one -> new Silence(one.from(), earlier(one.until(), heard), one.frozen())));
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** So many workers were there at a moment, at work or free for it. */
    synchronized void looked(Instant at, int workers) {
        looks.put(at, workers);
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

    /** What kills found inside classifiers, by the image's id. */
    synchronized Map<String, Inside> inside() {
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

    /** How long a worker had not been heard at a moment, by faults that came one into the other; zero when it was. */
    synchronized Duration silence(String instance, Instant at) {
        List<Silence> all = silences.getOrDefault(instance, List.of());
        Instant since = at;
        for (int last = all.size() - 1; last >= 0; last--) {
            if (all.get(last).covers(since)) {
                since = all.get(last).from();
            }
        }
        return Duration.between(since, at);
    }

    /** Whether a worker stood still at any moment between these two. */
    synchronized boolean isFrozen(String instance, Instant from, Instant until) {
        return silences.getOrDefault(instance, List.of()).stream()
                .anyMatch(one -> one.frozen() && one.touches(from, until));
    }

    /** Whether every look between two moments found no worker that could have worked; without a look nothing is known. */
    synchronized boolean isDeserted(Instant from, Instant until) {
        Map<Instant, Integer> seen = looks.subMap(from, true, until, true);
        return !seen.isEmpty() && seen.values().stream().allMatch(workers -> workers == 0);
    }

    /** The times of trouble of one kind. */
    synchronized List<Span> spans(Of of) {
        return spans.stream().filter(span -> span.of() == of).toList();
    }
}
