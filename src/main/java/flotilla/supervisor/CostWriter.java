package flotilla.supervisor;

import flotilla.cost.Past;
import flotilla.cost.Usage;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes accounts into a {@link CostLedger}, one write after the other, so that none overtakes a later one. What could not be written
 * is written again with what comes next, whichever account it was of. Confined to the supervisor, which never waits for it.
 */
final class CostWriter {
    private static final Logger LOG = LoggerFactory.getLogger(CostWriter.class);

    private record Page(Instant account, LocalDate day) {}

    private final CostLedger ledger;
    /** What could not be written, as it was known last. */
    private final Map<Page, Map<Instant, Usage>> failed = new ConcurrentHashMap<>();

    private final AtomicBoolean away = new AtomicBoolean();
    private CompletionStage<Done> writing = CompletableFuture.completedStage(Done.getInstance());

    CostWriter(CostLedger ledger) {
        this.ledger = ledger;
    }

    /**
     * Writes days of an account, and what could not be written before.
     *
     * @param days the hours of each, by their beginning
     * @param oldest what could not be written of earlier days is given up
     */
    void write(Instant account, Map<LocalDate, Map<Instant, Usage>> days, LocalDate oldest) {
        failed.keySet().removeIf(page -> page.day().isBefore(oldest));
        Map<Page, Map<Instant, Usage>> pages = new HashMap<>(failed);
        days.forEach((day, hours) -> pages.put(new Page(account, day), hours));
        pages.forEach((page, hours) ->
                writing = writing.thenCompose(done -> ledger.write(page.account(), page.day(), hours))
                        .handle((done, failure) -> noted(page, hours, failure)));
    }

    /** Reads what is written of all other accounts, after another try of what could not be written. */
    CompletionStage<Optional<Past>> readOthers(Instant account, LocalDate first) {
        write(account, Map.of(), first);
        return writing.thenCompose(done -> ledger.read(account, first));
    }

    /** Completes when all was written, or failed, but after some time at the latest; tells in the log what may be lost. */
    CompletionStage<Done> end(Duration within) {
        CompletableFuture<Done> last = writing.toCompletableFuture();
        return last.copy()
                .completeOnTimeout(Done.getInstance(), within.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(done -> tellLost(last.isDone()));
    }

    private Done tellLost(boolean ended) {
        if (!failed.isEmpty()) {
            LOG.warn(
                    "the supervisor ends, and costs since the last write are lost of {}",
                    failed.keySet().stream()
                            .map(Page::day)
                            .distinct()
                            .sorted()
                            .map(LocalDate::toString)
                            .collect(Collectors.joining(", ")));
        } else if (!ended) {
            LOG.warn("the supervisor ends before its last costs are written; those since the last write may be lost");
        }
        return Done.getInstance();
    }

    private Done noted(Page page, Map<Instant, Usage> hours, Throwable failure) {
        if (failure != null) {
            failed.put(page, hours);
            if (!away.getAndSet(true)) {
                LOG.warn(
                        "costs cannot be kept; they are written with the next ones, and scaling goes on without: {}",
                        failure.getMessage());
            }
        } else {
            failed.remove(page);
            if (failed.isEmpty() && away.getAndSet(false)) {
                LOG.info("costs are kept again");
            }
        }
        return Done.getInstance();
    }
}
