package flotilla.worker;

import flotilla.domain.RequestId;
import flotilla.protocol.About;
import flotilla.protocol.AttemptStore;
import flotilla.protocol.Patience;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts of this very process on images that enter alone: written before an image enters, removed when it came out or did
 * not enter. What is asked of the store for one image happens in order, however late it comes to pass, so that no late write blames
 * an image that left. A removal that fails is tried again, every {@value #AGAIN_SECONDS} s, until it succeeds; {@link AttemptMarks}
 * keep it for whoever comes after this process. Safe for all threads.
 */
final class LoneAttempts {
    private static final Logger LOG = LoggerFactory.getLogger(LoneAttempts.class);
    private static final int AGAIN_SECONDS = 10;

    /** One time that an image enters alone: a message's, of which an image may have several. */
    final class Stay {
        private final RequestId id;

        private Stay(RequestId id) {
            this.id = id;
        }

        /** The image is about to enter; complete when this process is to blame on it whatever dies. */
        CompletionStage<Done> enters() {
            return LoneAttempts.this.enters(this);
        }

        /**
         * The image came out, or did not enter; complete when nothing of this is left in the store. May be told again, and means
         * nothing once the image has entered for another message.
         */
        CompletionStage<Done> left() {
            return LoneAttempts.this.left(this);
        }
    }

    /** What was asked of the store for one image. */
    private static final class Asked {
        /** Complete when all of it has come to pass, or failed. */
        private CompletionStage<Done> last = CompletableFuture.completedStage(Done.getInstance());

        private Stay stay;
        private boolean inside;
        private CompletableFuture<Done> removal;
        private boolean troubled;
    }

    private final AttemptMarks marks;
    private final AttemptStore store;
    private final Patience.Timer timer;
    private final Map<RequestId, Asked> open = new HashMap<>();

    LoneAttempts(AttemptMarks marks, AttemptStore store, Patience.Timer timer) {
        this.marks = marks;
        this.store = store;
        this.timer = timer;
    }

    /** For an image that is to enter. */
    Stay stay(RequestId id) {
        return new Stay(id);
    }

    private synchronized CompletionStage<Done> enters(Stay stay) {
        Asked asked = open.computeIfAbsent(stay.id, first -> new Asked());
        asked.stay = stay;
        asked.inside = true;
        asked.removal = null;
        marks.attempted(stay.id);
        asked.last = after(asked.last, () -> store.enters(stay.id, marks.process()));
        return asked.last;
    }

    private synchronized CompletionStage<Done> left(Stay stay) {
        Asked asked = open.get(stay.id);
        return asked != null && asked.stay == stay ? left(stay.id) : done();
    }

    private CompletionStage<Done> left(RequestId id) {
        Asked asked = open.get(id);
        if (asked == null) {
            return done();
        }
        asked.inside = false;
        if (asked.removal == null || asked.removal.isDone()) {
            CompletableFuture<Done> removal =
                    after(asked.last, () -> store.left(id, marks.process())).toCompletableFuture();
            asked.removal = removal;
            asked.last = removal;
            removal.whenComplete((done, failure) -> removed(id, asked, removal, failure));
        }
        return asked.removal;
    }

    private synchronized void removed(RequestId id, Asked asked, CompletableFuture<Done> removal, Throwable failure) {
        if (asked.removal != removal) {
            return; // It enters again.
        }
        if (failure == null) {
            open.remove(id);
            marks.removed(id);
        } else {
            if (!asked.troubled) {
                About.image(LOG.atWarn(), id)
                        .log(
                                "its attempt is over and cannot be removed, trying again until it can: {}",
                                failure.toString());
                asked.troubled = true;
            }
            timer.after(Duration.ofSeconds(AGAIN_SECONDS), () -> again(id, asked, removal));
        }
    }

    private synchronized void again(RequestId id, Asked asked, CompletableFuture<Done> removal) {
        if (asked.removal == removal) {
            left(id);
        }
    }

    /** Whether an image is inside this process alone, or about to be. */
    synchronized boolean isInside(RequestId id) {
        return open.containsKey(id) && open.get(id).inside;
    }

    /** Complete when nothing of an image is in the store that is not inside this process any more. */
    synchronized CompletionStage<Done> settled(RequestId id) {
        return isInside(id) ? done() : left(id);
    }

    /** Removes all of this process but those on {@code hung}: it ends, and nobody is to blame. */
    synchronized CompletionStage<Done> forgiven(Collection<RequestId> hung) {
        List<CompletableFuture<Done>> all = open.keySet().stream().filter(id -> !hung.contains(id)).toList().stream()
                .map(id -> left(id).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).thenApply(done -> Done.getInstance());
    }

    private static CompletionStage<Done> after(CompletionStage<Done> before, Supplier<CompletionStage<Done>> call) {
        return before.handle((done, failure) -> done).thenCompose(done -> call.get());
    }

    private static CompletionStage<Done> done() {
        return CompletableFuture.completedStage(Done.getInstance());
    }
}
