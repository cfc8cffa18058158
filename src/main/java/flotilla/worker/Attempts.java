package flotilla.worker;

import flotilla.domain.RequestId;
import flotilla.protocol.About;
import flotilla.protocol.AttemptStore;
import flotilla.protocol.Patience;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Which images ended the process that had them inside a classifier. In the normal case that costs no call: {@link
 * AttemptMarks} keep it in a file of this machine, and only what a dead process left there is written to the {@link
 * AttemptStore}, by whoever finds it. Safe for all threads.
 */
final class Attempts {
    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

    private static final Duration FORGIVEN_WITHIN = Duration.ofSeconds(3);

    /**
     * What the attempts on an image come to.
     *
     * @param deaths processes that ended with it inside
     * @param alone whether one of these had it inside alone
     * @param living processes that have it inside alone now, as far as can be told
     */
    record Record(List<String> deaths, boolean alone, List<String> living) {
        Record {
            deaths = List.copyOf(deaths);
            living = List.copyOf(living);
        }
    }

    private final AttemptMarks marks;
    private final AttemptStore store;
    private final Executor blocking;
    private final Duration ioWithin;
    private final Duration longest;
    private final LoneAttempts lone;

    /**
     * @param blocking where the folder is looked into
     * @param ioWithin how long what must not fail may take
     * @param longest how long a living process may have an image inside alone, from the writing of its attempt
     */
    Attempts(
            AttemptMarks marks,
            AttemptStore store,
            Executor blocking,
            Duration ioWithin,
            Duration longest,
            Patience.Timer timer) {
        this.marks = marks;
        this.store = store;
        this.blocking = blocking;
        this.ioWithin = ioWithin;
        this.longest = longest;
        this.lone = new LoneAttempts(marks, store, timer);
    }

    /** Which processes had or have the image inside, those included that died on this machine a moment ago. */
    CompletionStage<Record> of(RequestId id) {
        return reportDead()
                .thenCompose(reported -> lone.settled(id))
                .thenCompose(settled -> store.of(id))
                .thenApply(all -> record(all, marks.process(), lone.isInside(id), longest));
    }

    /**
     * The table. An attempt that is older than any living process can have it inside is a death; of this process itself it is
     * known better.
     *
     * @param inside whether {@code own} has the image inside alone
     */
    static Record record(List<AttemptStore.Attempt> all, String own, boolean inside, Duration longest) {
        List<String> deaths = new ArrayList<>();
        List<String> living = new ArrayList<>();
        boolean alone = false;
        for (AttemptStore.Attempt one : all) {
            boolean ours = one.process().equals(own);
            boolean old = one.age().compareTo(longest) > 0;
            if (one.died() || (!ours && old)) {
                deaths.add(one.process());
                alone |= one.alone();
            } else if (!ours || inside) {
                living.add(one.process());
            }
        }
        return new Record(deaths, alone, living);
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
        CompletionStage<Done> spared = all(dead.spared(), id -> store.left(id, dead.process()));
        return all(dead.ids(), id -> store.died(id, dead.process(), dead.alone()))
                .thenCombine(spared, (added, removed) -> added)
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

    private static CompletionStage<Done> all(List<RequestId> ids, Function<RequestId, CompletionStage<Done>> call) {
        CompletionStage<Done> all = done();
        for (RequestId id : ids) {
            all = all.thenCombine(call.apply(id), (before, one) -> one);
        }
        return all;
    }

    /** The images that have been inside for too long. */
    List<RequestId> hung(Duration hangAfter) {
        return marks.hung(hangAfter);
    }

    /**
     * This process is about to end because of these images: it is to be counted as one that they ended. An image beside others may hang
     * because of one of them, so that only one that is tried alone counts as alone.
     */
    CompletionStage<Done> blame(List<RequestId> ids) {
        return all(ids, id -> store.died(id, marks.process(), lone.isInside(id)))
                .toCompletableFuture()
                .copy()
                .orTimeout(ioWithin.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** All that is to be blamed is blamed: what else is inside when the process ends is innocent. */
    void forgiveOthers() {
        marks.close();
    }

    /** For an image that is to be inside alone. */
    LoneAttempts.Stay alone(RequestId id) {
        return lone.stay(id);
    }

    /**
     * The process ends by somebody's will, and nobody is to blame for what is inside alone. Never fails, and ends within a few
     * seconds: what could not be removed by then the next worker on this machine removes.
     *
     * @param hung what is to blame all the same
     */
    CompletionStage<Done> forgiveAlone(Collection<RequestId> hung) {
        return logged(
                lone.forgiven(hung),
                FORGIVEN_WITHIN,
                LOG.atWarn(),
                "attempts of this process are removed by the next one here: {}");
    }

    /** An image has its result. Never fails: what stays of its past means nothing any more. */
    CompletionStage<Done> forgive(RequestId id) {
        return logged(store.clear(id), ioWithin, About.image(LOG.atWarn(), id), "attempts on it are not removed: {}");
    }

    private static CompletionStage<Done> logged(
            CompletionStage<Done> call, Duration within, LoggingEventBuilder line, String otherwise) {
        return call.toCompletableFuture()
                .copy()
                .orTimeout(within.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> {
                    line.log(otherwise, failure.toString());
                    return Done.getInstance();
                });
    }

    private static CompletionStage<Done> done() {
        return CompletableFuture.completedFuture(Done.getInstance());
    }
}
