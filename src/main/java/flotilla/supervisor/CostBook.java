package flotilla.supervisor;

import flotilla.cost.Bill;
import flotilla.cost.CostAccount;
import flotilla.cost.Past;
import flotilla.cost.Period;
import flotilla.cost.Since;
import flotilla.cost.Spent;
import flotilla.cost.Usage;
import flotilla.protocol.CostReport;
import flotilla.protocol.SupervisorCommand.WorkArrived;
import flotilla.protocol.SupervisorCommand.WorkerReport;
import flotilla.scaling.Instance;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the fleet has used under this supervisor, and what it costs. With a {@link CostLedger} it is written there every five minutes
 * and at the end, and what earlier supervisors have written is read. Confined to the supervisor, which never waits for the ledger.
 */
final class CostBook {
    private static final Logger LOG = LoggerFactory.getLogger(CostBook.class);
    private static final Duration WRITE_EVERY = Duration.ofMinutes(5);
    /** The last hours of a day are written for so long into the next one, in case that failed. */
    private static final Duration WRITE_AGAIN = Duration.ofHours(1);

    private static final Duration LAST_WRITE_WITHIN = Duration.ofSeconds(3);
    private static final Duration LOOK_BACK = Duration.ofDays(31);

    private final CostKeeping keeping;
    private final SupervisorMeters meters;
    private final AtomicBoolean away = new AtomicBoolean();
    private CostAccount current;
    private Instant begun;
    private Instant writtenAt;
    private Spent told;
    private CompletionStage<Done> writing = CompletableFuture.completedStage(Done.getInstance());

    /**
     * @param meters are told what was spent, at each look at the instances
     */
    CostBook(CostKeeping keeping, SupervisorMeters meters, Instant now) {
        this.keeping = keeping;
        this.meters = meters;
        open(now);
    }

    private void open(Instant now) {
        current = new CostAccount(now);
        begun = now;
        writtenAt = now;
        told = spent(Usage.NONE);
    }

    /** Begins anew: another supervisor may have acted meanwhile, and what happened then is its to tell. */
    void begin(Instant now) {
        write(now);
        open(now);
    }

    /** When the account was begun; no other account of this process was then. */
    Instant begun() {
        return begun;
    }

    /** What earlier supervisors have written; empty without a ledger. */
    Optional<CompletionStage<Optional<Past>>> readPast(Instant now) {
        Instant account = begun;
        return keeping.ledger()
                .map(ledger -> writing.thenCompose(done -> ledger.read(account, day(now.minus(LOOK_BACK)))));
    }

    /** Takes what was read for the account that was begun at a moment; for another one it is nothing. */
    void recall(Instant itsBeginning, Optional<Past> past) {
        past.filter(known -> itsBeginning.equals(begun)).ifPresent(current::recall);
    }

    /** All instances at a moment; empty when they could not be described. */
    void observed(Optional<List<Instance>> instances, Instant now) {
        instances.ifPresent(known -> current.observed(known, now));
        Spent all = spent(current.total());
        meters.spent(new Spent(
                more(all.instanceSeconds(), told.instanceSeconds()),
                more(all.busySeconds(), told.busySeconds()),
                more(all.cost(), told.cost()),
                all.currency()));
        told = all;
        boolean due = Duration.between(writtenAt, now).compareTo(WRITE_EVERY) >= 0;
        if (due || !day(writtenAt).equals(day(now))) {
            write(now);
        }
    }

    /** A sum whose parts come in another order may be a hair's breadth less. */
    private static double more(double now, double before) {
        return Math.max(0, now - before);
    }

    private Spent spent(Usage usage) {
        Bill bill = Bill.of(usage, keeping.prices());
        return new Spent(usage.instanceSeconds(), usage.busySeconds(), bill.total(), bill.currency());
    }

    void heard(WorkerReport report, Instant now) {
        current.worked(report.sighting(), report.calls(), now);
    }

    void heard(WorkArrived work, Instant now) {
        current.called(work.gateway(), work.calls(), now);
    }

    CostReport report(Since since, Instant now) {
        Period period = current.since(since.moment(now), now);
        return new CostReport(
                period.from(), now, current.begin(), period.usage(), Bill.of(period.usage(), keeping.prices()));
    }

    /** Writes what is not written yet; completes when that came to an end, well or not, and soon in any case. */
    CompletionStage<Done> close(Instant now) {
        write(now);
        return writing.toCompletableFuture()
                .copy()
                .completeOnTimeout(Done.getInstance(), LAST_WRITE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** One write after the other, so that none overtakes a later one. */
    private void write(Instant now) {
        writtenAt = now;
        keeping.ledger().ifPresent(ledger -> {
            Instant account = begun;
            LocalDate first = day(now.minus(WRITE_AGAIN));
            byDay(first)
                    .forEach((day, hours) -> writing = writing.thenCompose(done -> ledger.write(account, day, hours))
                            .handle(this::noted));
        });
    }

    private Map<LocalDate, Map<Instant, Usage>> byDay(LocalDate first) {
        return current.hoursFrom(first.atStartOfDay().toInstant(ZoneOffset.UTC)).entrySet().stream()
                .collect(Collectors.groupingBy(
                        hour -> day(hour.getKey()), Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    private static LocalDate day(Instant at) {
        return LocalDate.ofInstant(at, ZoneOffset.UTC);
    }

    private Done noted(Done done, Throwable failure) {
        boolean before = away.getAndSet(failure != null);
        if (failure != null && !before) {
            LOG.warn(
                    "costs cannot be kept; they are written later, and scaling goes on without: {}",
                    failure.getMessage());
        } else if (failure == null && before) {
            LOG.info("costs are kept again");
        }
        return Done.getInstance();
    }
}
