package flotilla.gateway;

import flotilla.domain.RequestId;
import flotilla.scaling.Pace;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The images that this gateway accepted and that have no answer yet, up to a limit, and how long they may take. */
final class Backlog {
    /** After this time an image that nobody has answered is not counted any more. */
    private static final Duration FORGET_AFTER = Duration.ofMinutes(15);
    /** What the supervisor said longer ago is worth nothing any more. */
    private static final Duration PACE_HOLDS_FOR = Duration.ofSeconds(30);

    private final int limit;
    /** The longest waiting first. */
    private final Map<RequestId, Instant> unanswered = new LinkedHashMap<>();

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

    /** Counts an image no more; when it was admitted, if it was counted. */
    Optional<Instant> remove(RequestId id) {
        return Optional.ofNullable(unanswered.remove(id));
    }

    boolean contains(RequestId id) {
        return unanswered.containsKey(id);
    }

    int size() {
        return unanswered.size();
    }

    /** When the image was admitted that has waited longest. */
    Optional<Instant> oldest() {
        return unanswered.values().stream().findFirst();
    }

    void forgetOld(Instant now) {
        unanswered.values().removeIf(since -> Duration.between(since, now).compareTo(FORGET_AFTER) > 0);
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
