package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.scaling.FleetMemory.DrainIntent;
import flotilla.scaling.Placed.Standing;
import flotilla.scaling.PlannerRules.DrainChannel;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Which workers are asked to end, and whose drain is taken back; by name or by requests through the queues. Confined to one {@link
 * PlanDraft}.
 */
final class DrainDraft {
    private final PlannerRules rules;
    private final Instant now;
    private final FleetPicture fleet;
    private final Map<InstanceId, DrainIntent> intents;
    private final OpenRequests requests;
    private final PlanSheet sheet;
    private long epoch;

    /**
     * @param intents what each instance was last asked; what is asked now is written there
     * @param epoch of the next drain
     */
    DrainDraft(
            PlannerRules rules,
            Instant now,
            FleetPicture fleet,
            Map<InstanceId, DrainIntent> intents,
            OpenRequests requests,
            PlanSheet sheet,
            long epoch) {
        this.rules = rules;
        this.now = now;
        this.fleet = fleet;
        this.intents = intents;
        this.requests = requests;
        this.sheet = sheet;
        this.epoch = epoch;
    }

    /** The epoch of the next drain. */
    long epoch() {
        return epoch;
    }

    private boolean byQueues() {
        return rules.shape().drains() == DrainChannel.QUEUES;
    }

    /** How many drains could be taken back now. */
    int revocable() {
        return byQueues()
                ? (int) Math.min(
                        requests.waiting().size(), fleet.with(Standing.WORKING).count())
                : (int) revocableDrains().count();
    }

    /** Nobody goes back to work on a machine that is to be replaced. */
    private Stream<Placed> revocableDrains() {
        return fleet.with(Standing.DRAINING)
                .filter(one -> !rules.shape().heedsRisk() || !one.outlook().atRisk());
    }

    /** Takes back as many drains as are wanted and possible; how many. */
    int revoke(int wanted) {
        return byQueues() ? cancelRequests(wanted) : cancelDrains(wanted);
    }

    private int cancelDrains(int wanted) {
        List<Placed> revocable = revocableDrains()
                .sorted(Placed.easiestToLose(now).reversed())
                .limit(wanted)
                .toList();
        for (Placed one : revocable) {
            long drain = intents.get(one.id()).epoch();
            intents.put(one.id(), new DrainIntent(drain, true));
            sheet.act(new ScalingAction.CancelDrain(one.id(), one.appTierId(), drain));
        }
        return revocable.size();
    }

    /** Requests beyond the workers that could take them would wait for those that boot: they are taken back in any case. */
    private int cancelRequests(int wanted) {
        int waiting = requests.waiting().size();
        int revoked = Math.min(wanted, revocable());
        int count = revoked + waiting - revocable();
        if (count > 0) {
            sheet.act(new ScalingAction.CancelRequests(count));
        }
        return revoked;
    }

    /** Less capacity: as many workers as given are asked to end. */
    void scaleIn(int wanted) {
        if (rules.steps().inPaused()) {
            sheet.clamp("scale-in paused");
            return;
        }
        int count = wanted;
        if (count > rules.steps().in()) {
            sheet.clamp("scale-in-step " + rules.steps().in());
            count = rules.steps().in();
        }
        if (byQueues()) {
            request(count);
            return;
        }
        Comparator<Placed> atRiskFirst = Comparator.comparing(one -> !fleet.goes(one));
        fleet.with(Standing.WORKING)
                .sorted(atRiskFirst.thenComparing(Placed.easiestToLose(now)))
                .limit(count)
                .forEach(one -> drain(one.id(), one.appTierId()));
    }

    private void request(int count) {
        if (!requests.known()) {
            sheet.clamp("terminate requests only after the queue was emptied");
            return;
        }
        List<Long> tokens = LongStream.range(epoch, epoch + count).boxed().toList();
        epoch += count;
        requests.ask(tokens);
        sheet.act(new ScalingAction.RequestDrains(tokens));
    }

    /** Whom the Auto Scaling group ends, whatever anybody wants, may finish first. */
    void drainHeld() {
        for (Placed one : fleet.placed()) {
            if (!one.isHeldAtWork(intents)) {
                continue;
            }
            sheet.clamp("the Auto Scaling group ends " + one.name() + " and waits for its worker");
            if (byQueues()) {
                drainUnknown(one.id(), one.appTierId());
            } else {
                drain(one.id(), one.appTierId());
                epoch++;
            }
        }
    }

    private void drain(InstanceId id, Optional<AppTierId> tier) {
        intents.put(id, new DrainIntent(epoch, false));
        sheet.act(new ScalingAction.Drain(id, tier, epoch));
    }

    /** Drains a worker by name without remembering that it was asked. */
    void drainUnknown(InstanceId id, Optional<AppTierId> tier) {
        sheet.act(new ScalingAction.Drain(id, tier, epoch++));
    }
}
