package flotilla.cost;

import flotilla.cost.UsageSum.Rent;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.domain.WorkerId;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.ServiceCount;
import flotilla.scaling.WorkerSighting;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the fleet uses, put together from looks at its instances and from what workers and gateways count themselves. It is told
 * everything, time included. Confined to its owner.
 *
 * <p>Time of instances: between two looks <i>a</i> and <i>b</i> an instance was in the state of both. Where they differ, it changed
 * half way, which is wrong by half the time between them at most, and as often to the one side as to the other; a new
 * instance did so half way from its launch, when that was after <i>a</i>. A look that failed is none: the next one bridges it.
 *
 * <p>Counts only grow while a process lives, so what came is their difference. A process that began after this account counts
 * from zero. Of an older one the first count is where the difference begins: what it did before was another account's to record.
 */
public final class CostAccount {
    /** Who said nothing for so long is gone. */
    private static final Duration REMEMBERED_FOR = Duration.ofDays(1);

    private static final double NANOS = 1e9;

    private record Seen(Rent rent, Instant launchedAt) {}

    private record Look(Instant at, Map<InstanceId, Seen> instances) {}

    private record WorkerCount(WorkerSighting sighting, Optional<CallCount> calls, Instant at) {}

    private record GatewayCount(CallCount calls, Instant at) {}

    private final UsageRecords records;
    private final Map<WorkerId, WorkerCount> workers = new HashMap<>();
    private final Map<GatewayId, GatewayCount> gateways = new HashMap<>();
    private Optional<Look> last = Optional.empty();
    /** A worker whose life began before is one that this account, or another, knew. */
    private Instant newSince;

    /**
     * @param begin now
     */
    public CostAccount(Instant begin) {
        this.records = new UsageRecords(begin);
        this.newSince = begin;
    }

    /** From when there are records. */
    public Instant begin() {
        return records.begin();
    }

    /** Everything since the account was begun. */
    public Usage total() {
        return records.total();
    }

    /**
     * What was used since a moment; since the beginning of its minute, to be exact, of its hour when it is further back, or of the
     * records when they are younger.
     */
    public Period since(Instant wanted, Instant now) {
        return records.since(wanted, now);
    }

    /** What others have recorded of the time before, in place of what was given before. */
    public void recall(Past others) {
        records.recall(others);
    }

    /** The hours on record that begin at a moment or later; what was recalled is not among them. */
    public Map<Instant, Usage> hoursFrom(Instant first) {
        return records.hoursFrom(first);
    }

    /** All instances at a moment, as EC2 describes them. A moment before that of the last look is none. */
    public void observed(List<Instance> instances, Instant now) {
        Map<InstanceId, Seen> seen =
                instances.stream().collect(Collectors.toMap(Instance::id, CostAccount::seen, (one, again) -> one));
        if (last.isPresent() && now.isBefore(last.get().at())) {
            return;
        }
        last.ifPresent(look -> {
            records.between(look.at(), now, UsageSum::addWatched);
            look.instances().forEach((id, before) -> bridge(look.at(), before, Optional.ofNullable(seen.get(id)), now));
            seen.forEach((id, after) -> {
                if (!look.instances().containsKey(id)) {
                    begin(look.at(), after, now);
                }
            });
        });
        last = Optional.of(new Look(now, seen));
        forget(now);
    }

    private static Seen seen(Instance instance) {
        return new Seen(new Rent(instance.type(), instance.spot(), instance.state()), instance.launchedAt());
    }

    private void bridge(Instant from, Seen before, Optional<Seen> after, Instant now) {
        boolean same = after.map(Seen::rent).equals(Optional.of(before.rent()));
        Instant changed = same ? now : middle(from, now);
        add(from, changed, before.rent());
        after.filter(one -> !same).ifPresent(one -> add(changed, now, one.rent()));
    }

    private void begin(Instant from, Seen after, Instant now) {
        Instant launched = after.launchedAt().isAfter(from) ? after.launchedAt() : from;
        if (launched.isBefore(now)) {
            add(middle(launched, now), now, after.rent());
        }
    }

    private void add(Instant from, Instant to, Rent rent) {
        if (rent.state() != InstanceState.TERMINATED) {
            records.between(from, to, (sum, seconds) -> sum.add(rent, seconds));
        }
    }

    private static Instant middle(Instant from, Instant to) {
        return from.plus(Duration.between(from, to).dividedBy(2));
    }

    private void forget(Instant now) {
        Instant old = now.minus(REMEMBERED_FOR);
        workers.values().removeIf(one -> {
            boolean gone = one.at().isBefore(old);
            if (gone && one.at().isAfter(newSince)) {
                newSince = one.at();
            }
            return gone;
        });
        gateways.values().removeIf(one -> one.at().isBefore(old));
    }

    /**
     * A worker tells what it has done since its process started. A report that was overtaken by a later one says nothing.
     *
     * @param calls empty when it does not tell
     */
    public void worked(WorkerSighting sighting, Optional<CallCount> calls, Instant now) {
        Optional<WorkerCount> known = Optional.ofNullable(workers.get(sighting.worker()));
        if (known.filter(one -> !isLater(sighting, one.sighting())).isPresent()) {
            return;
        }
        Optional<WorkerCount> sameLife = known.filter(one -> one.sighting().life() == sighting.life());
        boolean fromZero = known.isPresent() || sighting.life() >= newSince.toEpochMilli();
        ServiceCount service = sighting.service();
        ServiceCount before = sameLife.map(one -> one.sighting().service())
                .orElse(fromZero ? ServiceCount.none(service.classifiers()) : service);
        Optional<CallCount> callsBefore =
                sameLife.map(WorkerCount::calls).orElse(fromZero ? Optional.of(CallCount.NONE) : calls);
        // One that was started by hand is on no instance whose time is counted.
        double busy = sighting.instance().isEmpty()
                ? 0
                : service.busyTime().minus(before.busyTime()).toNanos() / NANOS / service.classifiers();
        long images = Math.max(0, service.images() - before.images());
        Optional<CallCount> moreCalls = more(calls, callsBefore);
        records.at(now, sum -> {
            sum.addWork(images, Math.max(0, busy));
            moreCalls.ifPresentOrElse(sum::addCalls, sum::callsAreUnknown);
        });
        workers.put(sighting.worker(), new WorkerCount(sighting, calls, now));
    }

    private static boolean isLater(WorkerSighting one, WorkerSighting other) {
        return one.life() > other.life() || one.life() == other.life() && one.number() > other.number();
    }

    /** Requests since an earlier count; none when there was no earlier one, and unknown when there is no count now. */
    private static Optional<CallCount> more(Optional<CallCount> now, Optional<CallCount> before) {
        return now.map(told -> told.after(before.orElse(told)));
    }

    /**
     * A gateway tells its requests since its process started.
     *
     * @param gateway a name that no other process has, nor this one after a restart
     * @param calls empty when it does not tell
     */
    public void called(GatewayId gateway, Optional<CallCount> calls, Instant now) {
        Optional<CallCount> before = Optional.ofNullable(gateways.get(gateway)).map(GatewayCount::calls);
        Optional<CallCount> moreCalls = more(calls, before);
        records.at(now, sum -> moreCalls.ifPresentOrElse(sum::addCalls, sum::callsAreUnknown));
        calls.ifPresent(told -> gateways.put(gateway, new GatewayCount(told, now)));
    }
}
