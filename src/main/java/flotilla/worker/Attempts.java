package flotilla.worker;

import flotilla.domain.RequestId;
import flotilla.protocol.AttemptStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which images ended the process that had them inside a classifier. In the normal case that costs no call: {@link
 * AttemptMarks} keep it in a file of this machine, and only what a dead process left there is written to the {@link
 * AttemptStore}, by whoever finds it. Safe for all threads.
 */
final class Attempts {
    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

    private final AttemptMarks marks;
    private final AttemptStore store;
    private final Executor blocking;
    private final Duration ioWithin;

    /**
     * @param blocking where the folder is looked into
     * @param ioWithin how long what must not fail may take
     */
    Attempts(AttemptMarks marks, AttemptStore store, Executor blocking, Duration ioWithin) {
        this.marks = marks;
        this.store = store;
        this.blocking = blocking;
        this.ioWithin = ioWithin;
    }

    /** The dead processes that had the image inside, those included that died on this machine a moment ago. */
    CompletionStage<List<String>> of(RequestId id) {
        return reportDead().thenCompose(reported -> store.of(id));
    }

    /** Makes durable what dead processes of this machine left behind. Whoever does that at the same time does no harm. */
    CompletionStage<Done> reportDead() {
        return CompletableFuture.supplyAsync(this::dead, blocking).thenCompose(dead -> {
            CompletionStage<Done> all = done();
            for (MarkFolder.Dead one : dead) {
                all = all.thenCompose(before -> report(one));
            }
            return all;
        });
    }

    private List<MarkFolder.Dead> dead() {
        if (marks.folder().isEmpty()) {
            return List.of();
        }
        try {
            return marks.folder().get().dead();
        } catch (IOException e) {
            LOG.warn("what dead workers left behind cannot be read, nobody is blamed: {}", e.toString());
            return List.of();
        }
    }

    private CompletionStage<Done> report(MarkFolder.Dead dead) {
        if (!dead.ids().isEmpty()) {
            LOG.warn("worker process={} died with images inside its classifiers: {}", dead.process(), dead.ids());
        }
        return add(dead.ids(), dead.process())
                .thenCompose(added -> CompletableFuture.runAsync(() -> remove(dead), blocking))
                .thenApply(removed -> Done.getInstance());
    }

    private void remove(MarkFolder.Dead dead) {
        try {
            marks.folder().orElseThrow().remove(dead);
        } catch (IOException e) {
            LOG.warn("{} is reported and stays: {}", dead.file(), e.toString());
        }
    }

    private CompletionStage<Done> add(List<RequestId> ids, String process) {
        CompletionStage<Done> all = done();
        for (RequestId id : ids) {
            all = all.thenCombine(store.add(id, process), (before, added) -> added);
        }
        return all;
    }

    /** The images that have been inside for too long. */
    List<RequestId> hung(Duration hangAfter) {
        return marks.hung(hangAfter);
    }

    /** This process is about to end because of these images: it is to be counted as one that they ended. */
    CompletionStage<Done> blame(List<RequestId> ids) {
        return add(ids, marks.process())
                .toCompletableFuture()
                .copy()
                .orTimeout(ioWithin.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** All that is to be blamed is blamed: what else is inside when the process ends is innocent. */
    void forgiveOthers() {
        marks.close();
    }

    /** An image is about to enter alone; complete when this process is to blame on it whatever dies. */
    CompletionStage<Done> entersAlone(RequestId id) {
        return store.add(id, marks.process());
    }

    /** An image that entered alone came out. Never fails: at worst the image is blamed once too often. */
    CompletionStage<Done> cameOut(RequestId id) {
        return logged(
                "the attempt on request=" + id + " is over and stays written down", store.remove(id, marks.process()));
    }

    /** An image has its result. Never fails: what stays of its past means nothing any more. */
    CompletionStage<Done> forgive(RequestId id) {
        return logged("attempts on request=" + id + " are not removed", store.clear(id));
    }

    private CompletionStage<Done> logged(String otherwise, CompletionStage<Done> call) {
        return call.toCompletableFuture()
                .copy()
                .orTimeout(ioWithin.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> {
                    LOG.warn("{}: {}", otherwise, failure.toString());
                    return Done.getInstance();
                });
    }

    private static CompletionStage<Done> done() {
        return CompletableFuture.completedFuture(Done.getInstance());
    }
}
