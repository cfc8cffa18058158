package flotilla.gateway;

import flotilla.domain.RequestId;
import flotilla.domain.TraceParent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What this gateway remembers of the last {@value #MOST} images that it accepted or heard the answer to, for their timelines. Nothing
 * depends on it: what is forgotten is not shown. Safe for all threads.
 */
final class RecentImages {
    static final int MOST = 10_000;

    /**
     * One image.
     *
     * @param taken empty when another gateway accepted it
     */
    record Image(Optional<Taken> taken, Optional<Answered> answered) {
        /** Nothing is remembered. */
        static final Image UNKNOWN = new Image(Optional.empty(), Optional.empty());
    }

    /** What acceptance knows. */
    record Taken(Instant storedAt, Instant queuedAt, Optional<TraceParent> trace) {}

    /**
     * An answer was heard.
     *
     * @param provisional whether another may follow
     */
    record Answered(Instant at, boolean provisional) {}

    private final Map<RequestId, Image> images = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RequestId, Image> eldest) {
            return size() > MOST;
        }
    };

    /** An image was accepted; its answer may have been heard already. What its first message knows stands. */
    synchronized void accepted(RequestId id, Taken taken) {
        Image before = find(id);
        images.put(id, new Image(before.taken().or(() -> Optional.of(taken)), before.answered()));
    }

    /** An answer was heard; the same again counts for nothing. */
    synchronized void answered(RequestId id, Answered answered) {
        Image before = find(id);
        boolean news = before.answered().isEmpty() || before.answered().get().provisional() && !answered.provisional();
        if (news) {
            images.put(id, new Image(before.taken(), Optional.of(answered)));
        }
    }

    synchronized Image find(RequestId id) {
        return images.getOrDefault(id, Image.UNKNOWN);
    }
}
