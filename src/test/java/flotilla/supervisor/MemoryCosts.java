package flotilla.supervisor;

import flotilla.cost.Past;
import flotilla.cost.Usage;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.pekko.Done;

/** A ledger of costs in memory that may be away. Safe for all threads. */
final class MemoryCosts implements CostLedger {
    /** A record of one account and day. */
    record Key(Instant account, LocalDate day) {}

    final Map<Key, Map<Instant, Usage>> written =
            new ConcurrentSkipListMap<>(Comparator.comparing(Key::account).thenComparing(Key::day));
    final List<Key> writes = new CopyOnWriteArrayList<>();
    volatile boolean away;
    /** While it is not complete nothing is answered. */
    volatile CompletableFuture<Done> gate = CompletableFuture.completedFuture(Done.getInstance());

    @Override
    public CompletionStage<Done> write(Instant account, LocalDate day, Map<Instant, Usage> hours) {
        if (away) {
            return CompletableFuture.failedFuture(new IllegalStateException("the store is away"));
        }
        return gate.thenApply(open -> {
            writes.add(new Key(account, day));
            written.put(new Key(account, day), hours);
            return Done.getInstance();
        });
    }

    @Override
    public CompletionStage<Optional<Past>> read(Instant account, LocalDate from) {
        if (away) {
            return CompletableFuture.failedFuture(new IllegalStateException("the store is away"));
        }
        return CompletableFuture.completedFuture(Past.together(written.entrySet().stream()
                .filter(one -> !one.getKey().account().equals(account)
                        && !one.getKey().day().isBefore(from))
                .map(one -> new Past(one.getKey().account(), one.getValue()))
                .toList()));
    }
}
