package flotilla.supervisor;

import flotilla.config.CostSettings;
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
import java.util.stream.Collectors;
import org.apache.pekko.Done;

/**
 * What the fleet has used under this supervisor, and what it costs. With a {@link CostLedger} it is written there every five minutes
 * and at the end, and what earlier supervisors have written is read. Confined to the supervisor, which never waits for the ledger.
 */
final class CostBook {
    private static final Duration WRITE_EVERY = Duration.ofMinutes(5);
    private static final Duration LAST_WRITE_WITHIN = Duration.ofSeconds(3);
    private static final Duration LOOK_BACK = Duration.ofDays(31);

    private final CostSettings prices;
    private final SupervisorMeters meters;
    private final Optional<CostWriter> writer;
    private CostAccount current;
    private Instant begun;
    private Instant lookedAt;
    private Instant writtenAt;
    /** What was before is written, or with the writer: at the last look before the last write. */
    private Instant settled;

    private Spent told;

    /**
     * @param meters are told what was spent, at each look at the instances
     */
    CostBook(CostKeeping keeping, SupervisorMeters meters, Instant now) {
        this.prices = keeping.prices();
        this.meters = meters;
        this.writer = keeping.ledger().map(CostWriter::new);
        open(now);
    }

    private void open(Instant now) {
        current = new CostAccount(now);
        begun = now;
        lookedAt = now;
        writtenAt = now;
        settled = now;
        told = spent(Usage.NONE);
    }

    /** Begins anew: another supervisor may have acted until now, and what happened then is its to tell. */
    void begin(Instant now) {
        write(now);
        open(now);
    }

    /** When the account was begun; no other account of this process was then. */
    Instant begun() {
        return begun;
    }

    /** What earlier supervisors have written, and this one under earlier accounts; empty without a ledger. */
    Optional<CompletionStage<Optional<Past>>> readPast(Instant now) {
        return writer.map(one -> one.readOthers(begun, day(now.minus(LOOK_BACK))));
    }

    /** Takes what was read for the account that was begun at a moment; for another one it is nothing. */
    void recall(Instant itsBeginning, Optional<Past> past) {
        past.filter(known -> itsBeginning.equals(begun)).ifPresent(current::recall);
    }

    /** All instances at a moment; empty when they could not be described. */
    void observed(Optional<List<Instance>> instances, Instant now) {
        instances.ifPresent(known -> {
            current.observed(known, now);
            lookedAt = now;
        });
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
        Bill bill = Bill.of(usage, prices);
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
        return new CostReport(period.from(), now, current.begin(), period.usage(), Bill.of(period.usage(), prices));
    }

    /** Writes what is not written yet; completes when that came to an end, well or not, and soon in any case. */
    CompletionStage<Done> close(Instant now) {
        write(now);
        return writer.map(one -> one.end(LAST_WRITE_WITHIN))
                .orElse(CompletableFuture.completedStage(Done.getInstance()));
    }

    /** The days that may have more than at the last write: a look adds to the time since the look before. */
    private void write(Instant now) {
        Map<LocalDate, Map<Instant, Usage>> days = byDay(day(settled));
        writtenAt = now;
        settled = lookedAt;
        writer.ifPresent(one -> one.write(begun, days, day(now.minus(LOOK_BACK))));
    }

    private Map<LocalDate, Map<Instant, Usage>> byDay(LocalDate first) {
        return current.hoursFrom(first.atStartOfDay().toInstant(ZoneOffset.UTC)).entrySet().stream()
                .collect(Collectors.groupingBy(
                        hour -> day(hour.getKey()), Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    private static LocalDate day(Instant at) {
        return LocalDate.ofInstant(at, ZoneOffset.UTC);
    }
}
