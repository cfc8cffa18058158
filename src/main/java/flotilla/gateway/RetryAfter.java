package flotilla.gateway;

import flotilla.scaling.Pace;
import java.util.Optional;

/**
 * After how many seconds a client shall come back ({@code Retry-After}, RFC 9110), computed from what the fleet has to do and
 * how fast it does it. Pure, and without jitter: the same situation gives the same number.
 */
final class RetryAfter {
    static final int LEAST = 1;
    /** Nobody can tell what is in ten minutes. */
    static final int MOST = 600;
    /** An answer that is there should not have to wait long for its reader. */
    static final int MOST_FOR_AN_ANSWER = 10;
    /** To those who are refused while nothing is known of the fleet. */
    static final int UNKNOWN = 30;

    /** So large a part of the limit must be free again before the refused ones come back, or most of them come in vain. */
    private static final int ROOM = 10;

    private RetryAfter() {}

    /**
     * When the backlog is at its limit: the time until a tenth of the limit is free again. A fleet that several gateways feed
     * answers a gateway's images in proportion.
     *
     * @param waiting images without an answer at this gateway
     * @param limit the most of them
     */
    static int untilRoom(Optional<Pace> pace, int waiting, int limit) {
        double room = Math.max(1, limit / ROOM) + Math.max(0, waiting - limit);
        return pace.map(known -> {
                    double share = waiting == 0 ? 1 : Math.max(1, known.backlog() / waiting);
                    return bounded(known.secondsFor(room * share), MOST);
                })
                .orElse(UNKNOWN);
    }

    /** When an image was accepted and has no answer yet: the time until all that waits now is answered. */
    static int untilAnswer(Optional<Pace> pace) {
        return pace.map(known -> bounded(known.secondsFor(known.backlog()), MOST_FOR_AN_ANSWER))
                .orElse(LEAST);
    }

    private static int bounded(double seconds, int most) {
        return (int) Math.max(LEAST, Math.min(most, Math.ceil(seconds)));
    }
}
