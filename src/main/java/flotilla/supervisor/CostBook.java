package flotilla.supervisor;

import flotilla.config.CostSettings;
import flotilla.cost.Bill;
import flotilla.cost.CostAccount;
import flotilla.cost.Period;
import flotilla.cost.Since;
import flotilla.cost.Spent;
import flotilla.cost.Usage;
import flotilla.protocol.CostReport;
import flotilla.protocol.SupervisorCommand.WorkArrived;
import flotilla.protocol.SupervisorCommand.WorkerReport;
import flotilla.scaling.Instance;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the fleet has used under this supervisor, and what it costs. Confined to the supervisor. */
final class CostBook {
    private final CostSettings prices;
    private final SupervisorMeters meters;
    private CostAccount account;
    private Spent told;

    /**
     * @param meters are told what was spent, at each look at the instances
     */
    CostBook(CostSettings prices, SupervisorMeters meters, Instant now) {
        this.prices = prices;
        this.meters = meters;
        begin(now);
    }

    /** Begins anew: another supervisor may have acted meanwhile, and what happened then is not known. */
    void begin(Instant now) {
        account = new CostAccount(now);
        told = spent(Usage.NONE);
    }

    /** All instances at a moment; empty when they could not be described. */
    void observed(Optional<List<Instance>> instances, Instant now) {
        instances.ifPresent(known -> account.observed(known, now));
        Spent all = spent(account.total());
        meters.spent(new Spent(
                more(all.instanceSeconds(), told.instanceSeconds()),
                more(all.busySeconds(), told.busySeconds()),
                more(all.cost(), told.cost()),
                all.currency()));
        told = all;
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
        account.worked(report.sighting(), report.calls(), now);
    }

    void heard(WorkArrived work, Instant now) {
        account.called(work.gateway(), work.calls(), now);
    }

    CostReport report(Since since, Instant now) {
        Period period = account.since(since.moment(now), now);
        return new CostReport(
                period.from(), now, account.begin(), period.usage(), Bill.of(period.usage(), prices));
    }
}
