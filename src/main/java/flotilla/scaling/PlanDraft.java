package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.scaling.FleetMemory.DrainIntent;
import flotilla.scaling.FleetMemory.UnconfirmedLaunch;
import flotilla.scaling.Placed.Standing;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.PlannerRules.Mode;
import flotilla.scaling.ScalingAction.EndReason;
import flotilla.scaling.ScalingPlan.Census;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** A plan in the making: confined to one call of {@link FleetPlanner#plan}. It turns counts into actions on instances. */
final class PlanDraft {
    private final PlannerRules rules;
    private final Instant now;
    private final List<Placed> placed;
    private final int ordered;
    private final Map<InstanceId, DrainIntent> intents;
    private final Map<AppTierId, UnconfirmedLaunch> unconfirmed;
    private final OpenRequests requests;
    private final BootWatch boots;
    private final FleetMemory before;
    private final List<ScalingAction> actions = new ArrayList<>();
    private final List<String> clamps = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();
    private final Census census;
    private long epoch;

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
        this.placed = placed;
        this.ordered = ordered;
        this.intents = intents;
        this.unconfirmed = unconfirmed;
        this.requests = requests;
        this.boots = boots;
        this.before = before;
        this.epoch = epoch;
        this.census = countAll();
    }

    Census census() {
        return census;
    }

    private Census countAll() {
        Map<Standing, Integer> counts = new EnumMap<>(Standing.class);
        placed.forEach(one -> counts.merge(one.standing(), 1, Integer::sum));
        int waiting = requests.waiting().size();
        int working = counts.getOrDefault(Standing.WORKING, 0);
        return new Census(
                counts.getOrDefault(Standing.BOOTING, 0) + ordered,
                Math.max(0, working - waiting),
                counts.getOrDefault(Standing.DRAINING, 0)
                        + counts.getOrDefault(Standing.DRAINED, 0)
                        + Math.min(working, waiting),
                counts.getOrDefault(Standing.SILENT, 0) + counts.getOrDefault(Standing.DEAD, 0),
                counts.getOrDefault(Standing.ENDING, 0) + counts.getOrDefault(Standing.LEAVING, 0),
                counts.getOrDefault(Standing.SPARE, 0));
    }

    private Stream<Placed> with(Standing standing) {
        return placed.stream().filter(one -> one.is(standing));
    }

    /**
     * What the policy is told of the instances. A machine that EC2 recommends to replace counts until another one stands in for it:
     * one that is not told of them would be content with fewer, and they would be drained before anything is started.
     *
     * @param before what was desired the last time
     */
    List<PolicyInput.Capacity> capacities(OptionalInt before) {
        List<PolicyInput.Capacity> all = new ArrayList<>();
        int working = census.running();
        int replaced = replaced(before);
        for (Placed one : placed) {
            if (goes(one) && replaced > 0) {
                replaced--;
                working--;
                continue;
            }
            boolean ready = one.is(Standing.WORKING);
            if (one.is(Standing.BOOTING) || ready && working-- > 0) {
                Instance instance = one.view().instance();
                Duration age = Duration.between(instance.launchedAt(), now);
                all.add(new PolicyInput.Capacity(
                        instance.id(), instance.type(), ready, age.isNegative() ? Duration.ZERO : age));
            }
        }
        for (int i = 0; i < ordered; i++) {
            all.add(new PolicyInput.Capacity(new InstanceId("ordered-" + (i + 1)), "", false, Duration.ZERO));
        }
        return all;
    }

    /** Whether it works, and is to be replaced because EC2 recommends it. */
    private boolean goes(Placed one) {
        return rules.shape().heedsRisk() && one.isAtRisk();
    }

    /** Working instances that are to be replaced because EC2 recommends it. */
    int atRisk() {
        return (int) placed.stream().filter(this::goes).count();
    }

    /**
     * Of those at risk, how many another one stands in for: as many as there are more than were desired. A supervisor that is new
     * takes what boots for that.
     */
    private int replaced(OptionalInt before) {
        int more = before.isPresent() ? census.active() - before.getAsInt() : census.pending();
        return Math.max(0, Math.min(atRisk(), more));
    }

    /** Whether this plan starts instances, or has a group do so, and would not if EC2 let those be that are there. */
    boolean replaces(int desired) {
        boolean starts = actions.stream()
                .anyMatch(action -> action instanceof ScalingAction.Launch
                        || action instanceof ScalingAction.Start
                        || action instanceof ScalingAction.SetGroupCapacity
                        || isReplaced(action));
        return starts && desired <= census.active() + takenBack().count();
    }

    /** How many drains could be taken back now. */
    int revocable() {
        return rules.shape().drains() == DrainChannel.QUEUES
                ? (int) Math.min(
                        requests.waiting().size(), with(Standing.WORKING).count())
                : (int) revocableDrains().count();
    }

    /** Nobody goes back to work on a machine that is to be replaced. */
    private Stream<Placed> revocableDrains() {
        return with(Standing.DRAINING)
                .filter(one -> !rules.shape().heedsRisk() || !one.outlook().atRisk());
    }

    /** What the policy wants, within the limits; what kept it back is noted. */
    int clamp(ScalingPolicy.Desire vote, int scheduled) {
        int desired = rules.limits().clamp(vote.instances(), scheduled);
        if (desired < vote.instances()) {
            clamps.add("max-instances " + rules.limits().maxInstances());
        } else if (desired > vote.instances()) {
            clamps.add(
                    scheduled > rules.limits().minInstances()
                            ? "scheduled minimum " + Math.min(scheduled, desired)
                            : "min-instances " + rules.limits().minInstances());
        }
        int spares = rules.shape().sparesStopped() ? 0 : rules.shape().spares();
        if (spares > 0) {
            desired = rules.limits().clamp(desired + spares, scheduled);
            clamps.add("running spares " + spares);
        }
        return desired;
    }

    void endConfirmed() {
        for (Placed one : placed) {
            if (one.is(Standing.DRAINED)) {
                end(one, EndReason.DRAINED);
            } else if (one.is(Standing.DEAD)) {
                findings.add(one.proofOfDeath(rules.limits()));
                end(one, one.view().worker().isPresent() ? EndReason.SILENT : EndReason.NEVER_REPORTED);
            }
        }
    }

    private void end(Placed one, EndReason why) {
        boolean spare = why == EndReason.DRAINED && !one.outlook().ends() && sparesMissing() > 0;
        boolean stop = rules.shape().mode() == Mode.START_STOP || spare;
        actions.add(
                stop
                        ? new ScalingAction.Stop(one.id(), one.appTierId(), why)
                        : new ScalingAction.Terminate(one.id(), one.appTierId(), why));
    }

    /** Stopped spares that are still to be made, those that this plan stops left out. */
    private int sparesMissing() {
        if (rules.shape().mode() != Mode.LAUNCH || !rules.shape().sparesStopped()) {
            return 0;
        }
        long made = placed.stream()
                .filter(one -> one.is(Standing.SPARE) || one.view().instance().state() == InstanceState.STOPPING)
                .count();
        long stopping =
                actions.stream().filter(ScalingAction.Stop.class::isInstance).count();
        return (int) Math.max(0, rules.shape().spares() - made - stopping);
    }

    /** Whatever does not fit together. */
    void audit(FleetObservation observation) {
        findings.addAll(requests.findings());
        if (!requests.known()) {
            actions.add(new ScalingAction.CancelRequests(ScalingAction.CancelRequests.ALL));
        }
        giveIds();
        noteOutlooks();
        drainHeld();
        observation.strays().forEach(this::mend);
    }

    /** What EC2 has told machines: nothing that does not fit together, but it changes what counts. */
    private void noteOutlooks() {
        for (Placed one : placed) {
            MachineOutlook outlook = one.outlook();
            if (one.isLiving() && outlook.ends()) {
                clamps.add("EC2 takes " + one.name() + " back at "
                        + outlook.endsAt().orElseThrow());
            } else if (goes(one)) {
                clamps.add("EC2 recommends to replace " + one.name() + " since "
                        + outlook.atRiskSince().orElseThrow());
            }
        }
    }

    /** Whom the Auto Scaling group ends, whatever anybody wants, may finish first. */
    private void drainHeld() {
        for (Placed one : placed) {
            if (!one.isHeldAtWork(intents)) {
                continue;
            }
            clamps.add("the Auto Scaling group ends " + one.name() + " and waits for its worker");
            actions.add(new ScalingAction.Drain(one.id(), one.appTierId(), epoch));
            if (rules.shape().drains() == DrainChannel.CLUSTER) {
                intents.put(one.id(), new DrainIntent(epoch, false));
            }
            epoch++;
        }
    }

    /** Instances without an app-tier id get one; of two with the same id the stopped or younger one gets another. */
    private void giveIds() {
        if (rules.shape().mode() == Mode.BY_HAND) {
            return;
        }
        Set<InstanceId> ended = ended();
        List<Placed> holders = placed.stream()
                .filter(one -> one.isLiving() && !ended.contains(one.id()) || one.is(Standing.SPARE))
                .toList();
        Set<AppTierId> seen = new HashSet<>();
        if (holders.stream().allMatch(one -> one.appTierId().filter(seen::add).isPresent())) {
            return;
        }
        seen.clear();
        Set<AppTierId> free = freeIds();
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
                        findings.add("instance " + one.id() + " launched at "
                                + one.view().instance().launchedAt() + " has "
                                + (id.isPresent()
                                        ? "the app-tier id " + id.get() + " of an older one"
                                        : "no app-tier id")
                                + (next.isPresent() ? "" : ", and none is free"));
                    }
                    if (next.isPresent()) {
                        free.remove(next.get());
                        actions.add(new ScalingAction.AssignId(one.id(), next, why));
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
            findings.add(proof + ": drained");
            actions.add(new ScalingAction.Drain(stray.instance(), Optional.empty(), epoch++));
        } else if (stray.activity() == Activity.DRAINED) {
            findings.add(proof + ", and it is drained: terminated");
            actions.add(new ScalingAction.Terminate(stray.instance(), Optional.empty(), EndReason.ORPHAN));
        }
    }

    /** More capacity, if any is wanted: drains are taken back first, then instances are started. */
    void scaleOut(int wanted) {
        int revoked = rules.shape().drains() == DrainChannel.QUEUES ? cancelRequests(wanted) : cancelDrains(wanted);
        start(wanted - revoked);
    }

    private int cancelDrains(int wanted) {
        List<Placed> revocable = revocableDrains()
                .sorted(Placed.easiestToLose(now).reversed())
                .limit(wanted)
                .toList();
        for (Placed one : revocable) {
            long drain = intents.get(one.id()).epoch();
            intents.put(one.id(), new DrainIntent(drain, true));
            actions.add(new ScalingAction.CancelDrain(one.id(), one.appTierId(), drain));
        }
        return revocable.size();
    }

    /** Requests beyond the workers that could take them would wait for those that boot: they are taken back in any case. */
    private int cancelRequests(int wanted) {
        int waiting = requests.waiting().size();
        int revoked = Math.min(wanted, revocable());
        int count = revoked + waiting - revocable();
        if (count > 0) {
            actions.add(new ScalingAction.CancelRequests(count));
        }
        return revoked;
    }

    private void start(int wanted) {
        if (rules.shape().mode() == Mode.GROUP) {
            enlargeGroup(wanted);
            return;
        }
        int allowed = allowedStarts(wanted);
        if (allowed <= 0) {
            return;
        }
        boolean fixedSet = rules.shape().mode() == Mode.START_STOP;
        // An instance that EC2 has just refused to start waits for the others, and for those that can be launched
        // instead.
        // One that did not come up the last time waits as well.
        Set<InstanceId> refused =
                before.trouble().map(FleetMemory.LaunchTrouble::notStarted).orElse(Set.of());
        List<Placed> spares = with(Standing.SPARE)
                .filter(one -> fixedSet || rules.shape().spares() > 0)
                .sorted(Comparator.comparing((Placed one) -> refused.contains(one.id()))
                        .thenComparing(one -> boots.failed().contains(one.id()))
                        .thenComparing(
                                one -> one.appTierId().map(AppTierId::value).orElse(Integer.MAX_VALUE))
                        .thenComparing(Placed::id))
                .toList();
        int willing = fixedSet
                ? spares.size()
                : (int) spares.stream()
                        .filter(one -> !refused.contains(one.id()))
                        .count();
        int started = startSome(spares.subList(0, willing), allowed);
        int missing = allowed - started;
        if (fixedSet && missing > 0) {
            clamps.add("no more stopped instances in the set");
        }
        if (!fixedSet && missing > 0) {
            missing -= launch(missing, false);
            // Those that were refused may hold the very ids that a launch would need.
            sayNoIdIsFree(missing - startSome(spares.subList(willing, spares.size()), missing));
        }
    }

    /** The group replaces by itself whatever EC2 takes from it: only what is missing besides is more capacity. */
    private void enlargeGroup(int wanted) {
        int possible = rules.steps().outPaused() ? 0 : Math.max(0, wanted);
        int replaced = replaceEnded(possible);
        int later = (int) Math.min(possible - replaced, takenBackAtWork());
        if (later > 0) {
            clamps.add("the Auto Scaling group replaces " + later + " that EC2 takes back, when they are gone");
        }
        int allowed = allowedStarts(wanted - replaced - later);
        if (allowed > 0) {
            actions.add(new ScalingAction.SetGroupCapacity(living() - ending() + ordered + allowed));
        }
    }

    /** Members that this plan ends because EC2 takes them back leave their place to another one; how many of them. */
    private int replaceEnded(int wanted) {
        Set<InstanceId> takenBack =
                takenBack().map(Placed::id).collect(Collectors.toSet());
        int replaced = 0;
        for (int i = 0; i < actions.size() && replaced < wanted; i++) {
            if (actions.get(i) instanceof ScalingAction.Terminate end && takenBack.contains(end.id())) {
                actions.set(i, end.withReplacement());
                replaced++;
            }
        }
        return replaced;
    }

    private Stream<Placed> takenBack() {
        return placed.stream().filter(one -> one.isLiving() && one.outlook().ends());
    }

    /** Those that EC2 takes back and that this plan does not end. */
    private long takenBackAtWork() {
        Set<InstanceId> ended = ended();
        return takenBack().filter(one -> !ended.contains(one.id())).count();
    }

    private static boolean isReplaced(ScalingAction action) {
        return action instanceof ScalingAction.Terminate end && end.replaced();
    }

    private int startSome(List<Placed> spares, int most) {
        List<Placed> some = spares.subList(0, Math.min(most, spares.size()));
        some.forEach(one -> actions.add(new ScalingAction.Start(one.id(), one.appTierId())));
        return some.size();
    }

    /** How many of the wanted starts may happen now. */
    private int allowedStarts(int wanted) {
        if (wanted <= 0) {
            return 0;
        }
        int allowed = Math.min(wanted, Math.max(0, rules.limits().maxInstances() - living() - ordered));
        if (allowed < wanted) {
            clamps.add("max-instances " + rules.limits().maxInstances() + " with those that still end");
        }
        if (rules.steps().outPaused()) {
            clamps.add(ScalingPlan.SCALE_OUT_PAUSED);
            return 0;
        }
        Mode mode = rules.shape().mode();
        if (rules.launchesHeld() && (mode == Mode.LAUNCH || mode == Mode.START_STOP)) {
            clamps.add("launches wait until EC2 must have described those of an earlier supervisor");
            return 0;
        }
        if (allowed > rules.steps().out()) {
            clamps.add("scale-out-step " + rules.steps().out());
            allowed = rules.steps().out();
        }
        Optional<FleetMemory.LaunchTrouble> trouble = before.trouble();
        if (trouble.isPresent() && now.isBefore(trouble.get().until())) {
            clamps.add("launches pause until " + trouble.get().until() + " after "
                    + trouble.get().failures() + " x " + trouble.get().code());
            return 0;
        }
        if (boots.failedInARow() >= rules.boots().replacementsInARow()) {
            clamps.add(boots.failedInARow() + " boots in a row failed"
                    + (now.isBefore(boots.heldUntil())
                            ? ", launches are held until " + boots.heldUntil()
                            : ", one launch at a time"));
            return now.isBefore(boots.heldUntil()) || census.pending() > 0 ? 0 : Math.min(1, allowed);
        }
        return allowed;
    }

    private int living() {
        return (int) placed.stream().filter(Placed::isLiving).count();
    }

    /** Living instances that this plan ends and nobody replaces; in a group each of them takes one off the desired capacity. */
    private int ending() {
        Set<InstanceId> ended = ended(action -> !isReplaced(action));
        return (int) placed.stream()
                .filter(one -> one.isLiving() && ended.contains(one.id()))
                .count();
    }

    private Set<InstanceId> ended() {
        return ended(action -> true);
    }

    private Set<InstanceId> ended(Predicate<ScalingAction> which) {
        return actions.stream()
                .filter(action -> action instanceof ScalingAction.Terminate || action instanceof ScalingAction.Stop)
                .filter(which)
                .flatMap(action -> action.instance().stream())
                .collect(Collectors.toSet());
    }

    /** Launches so many, or as many as there are app-tier ids for; the number of them. */
    private int launch(int count, boolean spare) {
        List<ScalingAction> launches = new ArrayList<>();
        unconfirmed.forEach((id, launch) -> launches.add(new ScalingAction.Launch(id, launch.generation(), spare)));
        for (AppTierId id : freeIds()) {
            launches.add(new ScalingAction.Launch(id, before.generation(id, now), spare));
        }
        int possible = Math.max(0, Math.min(count, launches.size()));
        actions.addAll(launches.subList(0, possible));
        return possible;
    }

    private void sayNoIdIsFree(int missing) {
        if (missing > 0) {
            clamps.add("no app-tier id is free for " + missing + " more");
        }
    }

    private Set<AppTierId> freeIds() {
        Set<AppTierId> free = IntStream.rangeClosed(1, rules.limits().maxInstances())
                .mapToObj(AppTierId::new)
                .collect(Collectors.toCollection(TreeSet::new));
        free.removeAll(unconfirmed.keySet());
        placed.stream()
                .filter(one -> !one.is(Standing.GONE))
                .forEach(one -> one.appTierId().ifPresent(free::remove));
        actions.stream()
                .filter(ScalingAction.AssignId.class::isInstance)
                .forEach(action -> action.appTierId().ifPresent(free::remove));
        return free;
    }

    /** Less capacity: as many workers as given are asked to end. */
    void scaleIn(int wanted) {
        if (rules.steps().inPaused()) {
            clamps.add("scale-in paused");
            return;
        }
        int count = wanted;
        if (count > rules.steps().in()) {
            clamps.add("scale-in-step " + rules.steps().in());
            count = rules.steps().in();
        }
        if (rules.shape().drains() == DrainChannel.QUEUES) {
            if (!requests.known()) {
                clamps.add("terminate requests only after the queue was emptied");
                return;
            }
            List<Long> tokens = LongStream.range(epoch, epoch + count).boxed().toList();
            epoch += count;
            requests.ask(tokens);
            actions.add(new ScalingAction.RequestDrains(tokens));
            return;
        }
        Comparator<Placed> atRiskFirst = Comparator.comparing(one -> !goes(one));
        with(Standing.WORKING)
                .sorted(atRiskFirst.thenComparing(Placed.easiestToLose(now)))
                .limit(count)
                .forEach(one -> {
                    intents.put(one.id(), new DrainIntent(epoch, false));
                    actions.add(new ScalingAction.Drain(one.id(), one.appTierId(), epoch));
                });
    }

    /** Launches what is missing to have the wanted instances and the stopped spares besides. */
    void keepSpares(int desired) {
        int missing = sparesMissing();
        if (missing == 0 || actions.stream().anyMatch(ScalingAction.Start.class::isInstance)) {
            return;
        }
        long launching =
                actions.stream().filter(ScalingAction.Launch.class::isInstance).count();
        long surplus = Math.max(0, census.active() + launching - desired) + census.draining();
        int count = (int) Math.max(0, missing - surplus);
        int room = rules.limits().maxInstances() - living() - (int) launching;
        if (count > 0 && launching == 0) {
            int allowed = allowedStarts(Math.min(count, room));
            sayNoIdIsFree(allowed - launch(allowed, true));
        }
    }

    /** The plan when nothing could be desired. */
    ScalingPlan finish(Optional<QueueDepth> depth, String reason, ControlState state, WorkloadModel model) {
        return plan(depth, reason, Optional.empty(), OptionalInt.empty(), state.policy(), state.desired(), model);
    }

    ScalingPlan finish(
            Optional<QueueDepth> depth, String reason, ScalingPolicy.Desire vote, int desired, WorkloadModel model) {
        boolean onlyEnds = !actions.isEmpty()
                && actions.stream()
                        .allMatch(action -> action instanceof ScalingAction.Terminate && !isReplaced(action)
                                || action instanceof ScalingAction.Stop);
        return plan(
                depth,
                onlyEnds ? "confirmed" : reason,
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
                epoch,
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
                clamps,
                findings,
                actions,
                new ControlState(memory, policy, model, lastDesired));
    }
}
