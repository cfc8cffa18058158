package flotilla.gateway;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.http.javadsl.model.AttributeKey;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * Bounds how many requests of a port are in progress at the same time. Callers who wait have a connection each, over HTTP/1; without
 * this bound they would take all that the server accepts, and then nobody would hear anything any more, health checks included. A
 * request that finds no place is marked: {@link Endpoints} answers probes all the same, and refuses the others. Safe for all
 * threads.
 */
final class RequestsInProgress {
    /** One request's place. */
    final class Place {
        private final AtomicBoolean left = new AtomicBoolean();

        /** Gives it back; once, however often it is called. */
        void leave() {
            if (left.compareAndSet(false, true)) {
                taken.decrementAndGet();
            }
        }
    }

    private static final AttributeKey<Boolean> WITHOUT_PLACE = AttributeKey.create("without-place", Boolean.class);

    private final int most;
    private final AtomicInteger taken = new AtomicInteger();

    RequestsInProgress(int most) {
        this.most = most;
    }

    /** A request begins; empty when there is no place. */
    Optional<Place> enter() {
        int before = taken.getAndUpdate(count -> count < most ? count + 1 : count);
        return before < most ? Optional.of(new Place()) : Optional.empty();
    }

    /** The request as one that found no place. */
    static HttpRequest withoutPlace(HttpRequest request) {
        return request.addAttribute(WITHOUT_PLACE, true);
    }

    /** Whether a request found no place, and must not wait. */
    static boolean isWithoutPlace(HttpRequest request) {
        return request.getAttribute(WITHOUT_PLACE).isPresent();
    }
}
