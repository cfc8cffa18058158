package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.scaling.FleetMemory.DrainIntent;
import flotilla.scaling.FleetMemory.UnconfirmedLaunch;
import flotilla.scaling.Placed.Standing;
import flotilla.scaling.PlannerRules.Mode;
import flotilla.scaling.ScalingAction.EndReason;
import flotilla.scaling.ScalingPlan.Census;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A plan in the making: confined to one call of {@link FleetPlanner#plan}. It turns counts into actions on instances: what is
 * confirmed is ended and what does not fit together mended here; {@link LaunchDraft} starts and {@link DrainDraft} drains.
 */
final class PlanDraft {
    private final PlannerRules rules;
    private final Instant now;
    private final FleetPicture fleet;
    private final Map<InstanceId, DrainIntent> intents;
    private final Map<AppTierId, UnconfirmedLaunch> unconfirmed;
    private final OpenRequests requests;
    private final BootWatch boots;
    private final FleetMemory before;
    private final Census census;
    private final PlanSheet sheet = new PlanSheet();
    private final LaunchDraft launches;
    private final DrainDraft drains;

    PlanDraft(
            PlannerRules rules,
            Instant now,
            List<Placed> placed,
            int ordered,
            Map<InstanceId, DrainIntent> intents,
            Map<AppTierId, UnconfirmedLaunch> unconfirmed,
            OpenRequests requests,
            BootWatch boots,
            FleetMemory before,
            long epoch) {
        this.rules = rules;
        this.now = now;
        this.fleet = new FleetPicture(
                placed, ordered, requests.waiting().size(), rules.shape().heedsRisk(), now);
        this.intents = intents;
        this.unconfirmed = unconfirmed;
        this.requests = requests;
        this.boots = boots;
        this.before = before;
        this.census = fleet.census();
        this.launches = new LaunchDraft(rules, now, fleet, unconfirmed, boots, before, sheet);
        this.drains = new DrainDraft(rules, now, fleet, intents, requests, sheet, epoch);
    }

    Census census() {
        return census;
    }

    /**
     * What the policy is told of the instances.
     *
     * @param lastDesired what was desired the last time
     */
    List<PolicyInput.Capacity> capacities(OptionalInt lastDesired) {
        return fleet.capacities(lastDesired);
    }

    /** Working instances that are to be replaced because EC2 recommends it. */
    int atRisk() {
        return fleet.atRisk();
    }

    /**
     * The reason of a plan that starts instances, or has a group do so, and would not if EC2 let those be that are there, or if
     * their workers were heard; empty for any other plan.
     */
    Optional<String> whyReplaced(int desired) {
        if (!sheet.starts()) {
            return Optional.empty();
        }
        long left = census.active() + fleet.takenBack().count();
        if (desired <= left) {
            return Optional.of(ScalingPlan.REPLACEMENT);
        }
        long silent = fleet.placed().stream().filter(Placed::hasFallenSilent).count();
        return desired <= left + silent ? Optional.of(ScalingPlan.SILENCE) : Optional.empty();
    }

    /** How many drains could be taken back now. */
    int revocable() {
        return drains.revocable();
    }

    /** What the policy wants, within the limits; what kept it back is noted. */
    int clamp(ScalingPolicy.Desire vote, int scheduled) {
        int desired = rules.limits().clamp(vote.instances(), scheduled);
        if (desired < vote.instances()) {
            sheet.clamp("max-instances " + rules.limits().maxInstances());
        } else if (desired > vote.instances()) {
            sheet.clamp(
                    scheduled > rules.limits().minInstances()
                            ? "scheduled minimum " + Math.min(scheduled, desired)
                            : "min-instances " + rules.limits().minInstances());
        }
        int spares = rules.shape().runningSpares();
        if (spares > 0) {
            desired = rules.limits().clamp(desired + spares, scheduled);
            sheet.clamp("running spares " + spares);
        }
        return desired;
    }

    void endConfirmed() {
        for (Placed one : fleet.placed()) {
            if (one.is(Standing.DRAINED)) {
                end(one, EndReason.DRAINED);
            } else if (one.is(Standing.DEAD)) {
                sheet.find(one.proofOfDeath(rules.limits()));
                end(one, one.view().worker().isPresent() ? EndReason.SILENT : EndReason.NEVER_REPORTED);
            }
        }
    }

    private void end(Placed one, EndReason why) {
        boolean spare = why == EndReason.DRAINED && !one.outlook().ends() && launches.sparesMissing() > 0;
        boolean stop = rules.shape().mode() == Mode.START_STOP || spare;
        sheet.act(
                stop
                        ? new ScalingAction.Stop(one.id(), one.appTierId(), why)
                        : new ScalingAction.Terminate(one.id(), one.appTierId(), why));
    }

    /** Whatever does not fit together. */
    void audit(FleetObservation observation) {
        requests.findings().forEach(sheet::find);
        if (!requests.known()) {
            sheet.act(new ScalingAction.CancelRequests(ScalingAction.CancelRequests.ALL));
        }
        giveIds();
        noteOutlooks();
        noteSilence();
        drains.drainHeld();
        observation.strays().forEach(this::mend);
    }

    /** What EC2 has told machines: nothing that does not fit together, but it changes what counts. */
    private void noteOutlooks() {
        for (Placed one : fleet.placed()) {
            MachineOutlook outlook = one.outlook();
            if (one.isLiving() && outlook.ends()) {
                sheet.clamp("EC2 takes " + one.name() + " back at "
                        + outlook.endsAt().orElseThrow());
            } else if (fleet.goes(one)) {
                sheet.clamp("EC2 recommends to replace " + one.name() + " since "
                        + outlook.atRiskSince().orElseThrow());
            }
        }
    }

    /** Who is not heard of may be at work; it is only not counted. */
    private void noteSilence() {
        fleet.placed().stream()
                .filter(Placed::hasFallenSilent)
                .forEach(one -> sheet.clamp("worker on " + one.name() + " is silent since "
                        + one.view().lastSign()));
    }

    /** Instances without an app-tier id get one; of two with the same id the stopped or younger one gets another. */
    private void giveIds() {
        // An earlier supervisor may have given one that EC2 does not describe yet.
        if (rules.shape().mode() == Mode.BY_HAND || rules.unsettled()) {
            return;
        }
        Set<InstanceId> ended = sheet.ended();
        List<Placed> holders = fleet.placed().stream()
                .filter(one -> one.isLiving() && !ended.contains(one.id()) || one.is(Standing.SPARE))
                .toList();
        Set<AppTierId> seen = new HashSet<>();
        if (holders.stream().allMatch(one -> one.appTierId().filter(seen::add).isPresent())) {
            return;
        }
        seen.clear();
        Set<AppTierId> free = launches.freeIds();
        holders.stream()
                .sorted(Comparator.comparing((Placed one) -> one.is(Standing.SPARE))
                        .thenComparing(one -> one.view().instance().launchedAt())
                        .thenComparing(Placed::id))
                .forEach(one -> {
                    Optional<AppTierId> id = one.appTierId();
                    if (id.isPresent() && seen.add(id.get())) {
                        return;
                    }
                    Optional<AppTierId> next = free.stream().findFirst();
                    ScalingAction.AssignId.Why why =
                            id.isPresent() ? ScalingAction.AssignId.Why.DUPLICATE : ScalingAction.AssignId.Why.UNTAGGED;
                    if (id.isPresent() || rules.shape().mode() != Mode.GROUP) {
                        sheet.find("instance " + one.id() + " launched at "
                                + one.view().instance().launchedAt() + " has "
                                + (id.isPresent()
                                        ? "the app-tier id " + id.get() + " of an older one"
                                        : "no app-tier id")
                                + (next.isPresent() ? "" : ", and none is free"));
                    }
                    if (next.isPresent()) {
                        free.remove(next.get());
                        sheet.act(new ScalingAction.AssignId(one.id(), next, why));
                    }
                });
    }

    /** A worker whose instance EC2 does not describe as ours is drained, and then its instance is ended. */
    private void mend(FleetObservation.Stray stray) {
        Duration known = Duration.between(stray.since(), now);
        if (known.compareTo(rules.orphanGrace()) < 0) {
            return;
        }
        String proof = "worker on " + stray.instance() + " reports since " + stray.since()
                + ", and EC2 describes no such instance of ours";
        if (stray.activity() == Activity.WORKING) {
            sheet.find(proof + ": drained");
            drains.drainUnknown(stray.instance(), Optional.empty());
        } else if (stray.activity() == Activity.DRAINED) {
            sheet.find(proof + ", and it is drained: terminated");
            sheet.act(new ScalingAction.Terminate(stray.instance(), Optional.empty(), EndReason.ORPHAN));
        }
    }

    /** More capacity, if any is wanted: drains are taken back first, then instances are started. */
    void scaleOut(int wanted) {
        launches.start(wanted - drains.revoke(wanted));
    }

    /** With nothing known of what is wanted, a group stays as large as it is, whatever EC2 takes from it. */
    void keepPlaces() {
        launches.keepPlaces();
    }

    /** Less capacity: as many workers as given are asked to end. */
    void scaleIn(int wanted) {
        drains.scaleIn(wanted);
    }

    /** Launches what is missing to have the wanted instances and the stopped spares besides. */
    void keepSpares(int desired) {
        launches.keepSpares(desired);
    }

    /** The plan when nothing could be desired. */
    ScalingPlan finish(Optional<QueueDepth> depth, String reason, ControlState state, WorkloadModel model) {
        return plan(depth, reason, Optional.empty(), OptionalInt.empty(), state.policy(), state.desired(), model);
    }

    ScalingPlan finish(
            Optional<QueueDepth> depth, String reason, ScalingPolicy.Desire vote, int desired, WorkloadModel model) {
        return plan(
                depth,
                sheet.onlyEnds() ? "confirmed" : reason,
                Optional.of(vote),
                OptionalInt.of(desired),
                vote.next(),
                OptionalInt.of(desired),
                model);
    }

    private ScalingPlan plan(
            Optional<QueueDepth> depth,
            String reason,
            Optional<ScalingPolicy.Desire> vote,
            OptionalInt desired,
            PolicyState policy,
            OptionalInt lastDesired,
            WorkloadModel model) {
        FleetMemory memory = new FleetMemory(
                intents,
                unconfirmed,
                before.spent(),
                drains.epoch(),
                requests.open(),
                requests.known(),
                before.trouble(),
                boots);
        return new ScalingPlan(
                now,
                reason,
                depth,
                census,
                vote,
                desired,
                sheet.clamps(),
                sheet.findings(),
                sheet.actions(),
                new ControlState(memory, policy, model, lastDesired));
    }
}
