package flotilla.gateway;

import flotilla.domain.RequestId;
import flotilla.scaling.Pace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The images that this gateway accepted and that have no answer yet, up to a limit, and how long they may take. One that nobody
 * answers for a quarter of an hour no longer stands in others' way: it is overdue, and only remembered, as long as its message may
 * be there. Several uploads with one idempotency key may ask for the same image, which counts once.
 */
final class Backlog {
    /**
     * An image that waits no more.
     *
     * @param since when it was admitted
     * @param overdue whether it was
     */
    record Removed(Instant since, boolean overdue) {}

    /** An image without an answer. */
    private static final class Waiting {
        private final Instant since;
        /** That ask for it and have not failed. */
        private int uploads = 1;

        private boolean queued;

        Waiting(Instant since) {
            this.since = since;
        }
    }

    /** After this time an image that nobody has answered does not count against the limit any more. */
    private static final Duration FORGET_AFTER = Duration.ofMinutes(15);
    /** After this time SQS has removed its message, and nobody answers it any more. */
    private static final Duration REMEMBER_FOR = Duration.ofDays(14);
    /** What the supervisor said longer ago is worth nothing any more. */
    private static final Duration PACE_HOLDS_FOR = Duration.ofSeconds(30);

    private final int limit;
    /** The longest waiting first. */
    private final Map<RequestId, Waiting> unanswered = new LinkedHashMap<>();

    /** Those that do not count any more, the longest waiting first; no more than the limit. */
    private final Map<RequestId, Waiting> overdue = new LinkedHashMap<>();

    /** Answered before their upload has told whether their message is in the queue, as each upload does in the end. */
    private final Set<RequestId> early = new HashSet<>();

    private Optional<Pace> pace = Optional.empty();
    private Instant paceTold = Instant.EPOCH;

    /**
     * @param limit images above which no more are admitted
     */
    Backlog(int limit) {
        this.limit = limit;
    }

    /** Counts another image, unless there are too many; one that waits already is admitted in any case and counts once. */
    boolean admit(RequestId id, Instant now) {
        Optional<Waiting> known = find(id);
        known.ifPresent(image -> image.uploads++);
        if (known.isEmpty() && hasRoom()) {
            unanswered.put(id, new Waiting(now));
            return true;
        }
        return known.isPresent();
    }

    /** Whether an image that is not known would be admitted. */
    boolean hasRoom() {
        return unanswered.size() < limit;
    }

    /** An image's message is in the queue; whether the image is accepted with that, which it is once. */
    boolean queued(RequestId id) {
        if (early.remove(id)) {
            return true;
        }
        Optional<Waiting> first = find(id).filter(image -> !image.queued);
        first.ifPresent(image -> image.queued = true);
        return first.isPresent();
    }

    /**
     * An upload of an image has failed: the image counts no more, unless its message is in the queue or another upload asks for it.
     *
     * @return whether the image is accepted all the same, since it was answered and so must have been in the queue
     */
    boolean withdraw(RequestId id) {
        Optional<Waiting> known = find(id);
        known.ifPresent(image -> image.uploads--);
        if (known.filter(image -> image.uploads <= 0 && !image.queued).isPresent()) {
            unanswered.remove(id);
            overdue.remove(id);
        }
        return early.remove(id);
    }

    /** An image has its answer, and is remembered no more; empty when it did not wait. */
    Optional<Removed> remove(RequestId id) {
        boolean late = overdue.containsKey(id);
        Optional<Waiting> known = find(id);
        unanswered.remove(id);
        overdue.remove(id);
        known.filter(image -> !image.queued).ifPresent(image -> early.add(id));
        return known.map(image -> new Removed(image.since, late));
    }

    private Optional<Waiting> find(RequestId id) {
        return Optional.ofNullable(unanswered.get(id)).or(() -> Optional.ofNullable(overdue.get(id)));
    }

    boolean contains(RequestId id) {
        return unanswered.containsKey(id);
    }

    /** Images that count. */
    int size() {
        return unanswered.size();
    }

    /** Images that do not count any more. */
    int overdue() {
        return overdue.size();
    }

    /** Images without an answer, those that do not count any more included. */
    int waiting() {
        return unanswered.size() + overdue.size();
    }

    /** When the image was admitted that has waited longest, whether it counts or not. */
    Optional<Instant> oldest() {
        return Stream.concat(overdue.values().stream(), unanswered.values().stream())
                .findFirst()
                .map(image -> image.since);
    }

    /** Images that do not count any more, the longest waiting first. */
    List<RequestId> overdue(int most) {
        return overdue.keySet().stream().limit(most).toList();
    }

    /** Counts those no more that have waited for too long; how long each of them has waited. */
    List<Duration> forgetOld(Instant now) {
        List<Duration> forgotten = new ArrayList<>();
        unanswered.entrySet().removeIf(one -> {
            Duration waited = Duration.between(one.getValue().since, now);
            boolean old = waited.compareTo(FORGET_AFTER) > 0;
            if (old) {
                forgotten.add(waited);
                remember(one.getKey(), one.getValue());
            }
            return old;
        });
        overdue.values().removeIf(image -> Duration.between(image.since, now).compareTo(REMEMBER_FOR) > 0);
        return forgotten;
    }

    private void remember(RequestId id, Waiting image) {
        if (overdue.size() < limit) {
            overdue.put(id, image);
        }
    }

    /** The supervisor has told how fast the fleet works. */
    void paced(Optional<Pace> told, Instant now) {
        pace = told;
        paceTold = now;
    }

    /** After how many seconds to come back when no more are admitted. */
    int secondsUntilRoom(Instant now) {
        return RetryAfter.untilRoom(pace(now), unanswered.size(), limit);
    }

    /** After how many seconds to ask for the answer to what was accepted just now. */
    int secondsUntilAnswer(Instant now) {
        return RetryAfter.untilAnswer(pace(now));
    }

    private Optional<Pace> pace(Instant now) {
        return pace.filter(known -> Duration.between(paceTold, now).compareTo(PACE_HOLDS_FOR) <= 0);
    }
}
