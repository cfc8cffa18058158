package flotilla.gateway;

import flotilla.domain.RequestId;
import flotilla.scaling.Pace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The images that this gateway accepted and that have no answer yet, up to a limit, and how long they may take. One that nobody
 * answers for a quarter of an hour no longer stands in others' way: it is only remembered, as long as its message may be there.
 */
final class Backlog {
    /** After this time an image that nobody has answered does not count against the limit any more. */
    private static final Duration FORGET_AFTER = Duration.ofMinutes(15);
    /** After this time SQS has removed its message, and nobody answers it any more. */
    private static final Duration REMEMBER_FOR = Duration.ofDays(14);
    /** What the supervisor said longer ago is worth nothing any more. */
    private static final Duration PACE_HOLDS_FOR = Duration.ofSeconds(30);

    private final int limit;
    /** The longest waiting first. */
    private final Map<RequestId, Instant> unanswered = new LinkedHashMap<>();

    /** Those that do not count any more, the longest waiting first; no more than the limit. */
    private final Map<RequestId, Instant> overdue = new LinkedHashMap<>();

    private Optional<Pace> pace = Optional.empty();
    private Instant paceTold = Instant.EPOCH;

    /**
     * @param limit images above which no more are admitted
     */
    Backlog(int limit) {
        this.limit = limit;
    }

    /** Counts another image, unless there are too many. */
    boolean admit(RequestId id, Instant now) {
        boolean admitted = unanswered.size() < limit;
        if (admitted) {
            unanswered.put(id, now);
        }
        return admitted;
    }

    /** Counts and remembers an image no more; when it was admitted, if it was counted. */
    Optional<Instant> remove(RequestId id) {
        overdue.remove(id);
        return Optional.ofNullable(unanswered.remove(id));
    }

    boolean contains(RequestId id) {
        return unanswered.containsKey(id);
    }

    /** Images that count. */
    int size() {
        return unanswered.size();
    }

    /** Images without an answer, those that do not count any more included. */
    int waiting() {
        return unanswered.size() + overdue.size();
    }

    /** When the image was admitted that has waited longest, whether it counts or not. */
    Optional<Instant> oldest() {
        return Stream.concat(overdue.values().stream(), unanswered.values().stream())
                .findFirst();
    }

    /** Images that do not count any more, the longest waiting first. */
    List<RequestId> overdue(int most) {
        return overdue.keySet().stream().limit(most).toList();
    }

    /** Counts those no more that have waited for too long; how long each of them has waited. */
    List<Duration> forgetOld(Instant now) {
        List<Duration> forgotten = new ArrayList<>();
        unanswered.entrySet().removeIf(one -> {
            Duration waited = Duration.between(one.getValue(), now);
            boolean old = waited.compareTo(FORGET_AFTER) > 0;
            if (old) {
                forgotten.add(waited);
                remember(one.getKey(), one.getValue());
            }
            return old;
        });
        overdue.values().removeIf(since -> Duration.between(since, now).compareTo(REMEMBER_FOR) > 0);
        return forgotten;
    }

    private void remember(RequestId id, Instant since) {
        if (overdue.size() < limit) {
            overdue.put(id, since);
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
