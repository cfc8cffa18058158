package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.scaling.FleetMemory.DrainIntent;
import flotilla.scaling.FleetMemory.UnconfirmedLaunch;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.ScalingPlan.Census;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * From desired capacity to actions, for every policy, fleet mode and drain channel alike. The rules:
 *
 * <ul>
 *   <li>active = booting + working; an instance that was asked to drain is not active;
 *   <li>desired &gt; active: drains are cancelled first, then stopped instances are started, then instances are launched
 *       with the lowest free app-tier ids;
 *   <li>desired &lt; active: the workers that are easiest to lose are drained; booting ones are left until they have
 *       reported, for nobody could tell whether they are empty;
 *   <li>an instance that EC2 takes back is not active, and is replaced at once, or by its Auto Scaling group when it is gone;
 *   <li>one that EC2 recommends to replace is, if the rules say so, not counted when instances are started, and is the first to
 *       be drained when there are more working ones than are desired; a policy is told of no more instances than it has wanted
 *       the last time, so that those that replace others are no growth to one that counts from what there is;
 *   <li>an instance that its Auto Scaling group ends and holds for us is not active, and its worker is drained;
 *   <li>an instance is ended only when its worker is drained or proven dead;
 *   <li>never more living instances than the maximum; an app-tier id is free only when no described instance but a
 *       terminated one has it;
 *   <li>drains asked for through the queues are counted, not named: see {@link OpenRequests};
 *   <li>no scale-in on missing data: with the queue's depth unknown nothing is started, drained or cancelled, and a group
 *       replaces what EC2 takes from it; with the instances unknown nothing is done at all.
 * </ul>
 *
 * Pure: equal arguments give equal plans.
 */
public final class FleetPlanner {
    private final ScalingPolicy policy;
    private final PlannerRules rules;

    public FleetPlanner(ScalingPolicy policy, PlannerRules rules) {
        this.policy = policy;
        this.rules = rules;
    }

    /** The policy that it asks. */
    public ScalingPolicy policy() {
        return policy;
    }

    /** The same planner with another policy. */
    public FleetPlanner with(ScalingPolicy other) {
        return new FleetPlanner(other, rules);
    }

    /** Decides what to do about what was observed. */
    public ScalingPlan plan(FleetObservation observation, ControlState state, Instant now) {
        WorkloadModel model = state.model().observed(observation);
        FleetMemory memory = state.memory();
        if (observation.instances().isEmpty()) {
            return new ScalingPlan(
                    now,
                    ScalingPlan.INSTANCES_UNKNOWN,
                    observation.depth(),
                    Census.NONE,
                    Optional.empty(),
                    OptionalInt.empty(),
                    List.of(),
                    List.of(),
                    List.of(),
                    new ControlState(memory, state.policy(), model, state.desired()));
        }
        PlanDraft draft = draft(observation, memory, now);
        draft.endConfirmed();
        draft.audit(observation);

        Optional<QueueDepth> depth = observation.depth();
        if (depth.isEmpty()) {
            draft.keepPlaces();
            return draft.finish(depth, "depth-unknown", state, model);
        }
        Census census = draft.census();
        int scheduled = rules.schedule().minimumAt(now);
        ScalingPolicy.Desire vote = policy.desire(
                new PolicyInput(
                        depth.get(),
                        observation.traffic(),
                        draft.capacities(state.desired()),
                        draft.revocable(),
                        rules.shape().runningSpares(),
                        rules.limits().clamp(0, scheduled),
                        rules.limits().maxInstances(),
                        rules.interval(),
                        model,
                        now),
                state.policy());
        int desired = draft.clamp(vote, scheduled);
        int lasting = census.active() - draft.atRisk();
        draft.scaleOut(Math.max(0, desired - lasting));
        if (desired < census.running()) {
            draft.scaleIn(Math.min(census.active() - desired, census.running() - desired));
        }
        // Spares are no replacement: what is started for them says so itself.
        String reason = draft.whyReplaced(desired).orElse(desired == census.active() ? "steady" : vote.reason());
        draft.keepSpares(desired);
        return draft.finish(depth, reason, vote, desired, model);
    }

    private PlanDraft draft(FleetObservation observation, FleetMemory memory, Instant now) {
        List<InstanceView> instances = observation.instances().orElseThrow();
        OpenRequests requests = OpenRequests.remembered(memory, rules.shape().drains());
        Map<InstanceId, DrainIntent> intents = intents(instances, observation.confirmations(), memory, requests);
        List<Placed> placed = placed(instances, intents, now);
        if (byQueues()) {
            // A taker is proven dead by then, and its request is back in the queue.
            requests.sortOut(placed, now, rules.limits().deadAfter());
        }
        return new PlanDraft(
                rules,
                now,
                placed,
                observation.ordered(),
                intents,
                stillUnconfirmed(instances, memory, now),
                requests,
                memory.boots().after(placed, rules.boots(), now),
                memory,
                nextEpoch(memory, instances, observation.strays(), now));
    }

    /**
     * As what each instance counts at a moment by what has been heard until then, as {@link #plan} would count it; those that are
     * counted as nothing are left out. Requests in a queue are not told, since nobody knows who will take them.
     */
    Map<InstanceId, CountedAs> counted(List<InstanceView> instances, FleetMemory memory, Instant now) {
        OpenRequests requests = OpenRequests.remembered(memory, rules.shape().drains());
        Map<InstanceId, CountedAs> counted = new HashMap<>();
        placed(instances, intents(instances, List.of(), memory, requests), now)
                .forEach(one -> CountedAs.of(one.standing()).ifPresent(as -> counted.put(one.id(), as)));
        return counted;
    }

    /**
     * When the first of those that a plan at a moment would not count as silent will be counted so, by what has been heard until now;
     * see {@link Placed#silentFrom}.
     */
    Optional<Instant> nextSilence(List<InstanceView> instances, FleetMemory memory, Instant planned) {
        OpenRequests requests = OpenRequests.remembered(memory, rules.shape().drains());
        return placed(instances, intents(instances, List.of(), memory, requests), planned).stream()
                .flatMap(one -> one.silentFrom(rules.limits()).stream())
                .min(Comparator.naturalOrder());
    }

    private List<Placed> placed(List<InstanceView> instances, Map<InstanceId, DrainIntent> intents, Instant now) {
        return instances.stream()
                .map(view -> Placed.of(view, intents, rules.limits(), now))
                .toList();
    }

    /** What each instance was asked. */
    private Map<InstanceId, DrainIntent> intents(
            List<InstanceView> instances,
            List<FleetObservation.DrainConfirmation> confirmations,
            FleetMemory memory,
            OpenRequests requests) {
        return byQueues()
                ? requests.intents(instances, confirmations, memory.drains())
                : rebuildIntents(instances, memory);
    }

    private boolean byQueues() {
        return rules.shape().drains() == DrainChannel.QUEUES;
    }

    /**
     * Asked drains as remembered, and what only the workers still know of: drains, and that a drain was taken back, maybe by a
     * supervisor before this one whose word came late.
     */
    private static Map<InstanceId, DrainIntent> rebuildIntents(List<InstanceView> instances, FleetMemory memory) {
        Map<InstanceId, DrainIntent> intents = new HashMap<>();
        for (InstanceView view : instances) {
            InstanceId id = view.instance().id();
            DrainIntent known = memory.drains().get(id);
            // A start begins a new life: nothing was asked of it yet.
            if (known != null && view.instance().state() != InstanceState.STOPPED) {
                intents.put(id, known);
            }
            long asked = known == null ? 0 : known.epoch();
            view.worker().ifPresent(worker -> {
                boolean drains = worker.activity() == Activity.DRAINING || worker.activity() == Activity.DRAINED;
                boolean takenBack = worker.activity() == Activity.WORKING && worker.drainEpoch() > 0;
                if (drains && worker.drainEpoch() > asked) {
                    intents.put(id, new DrainIntent(worker.drainEpoch(), false));
                } else if (takenBack && worker.drainEpoch() >= asked) {
                    intents.put(id, new DrainIntent(worker.drainEpoch(), true));
                }
            });
        }
        return intents;
    }

    /** Launches without an answer whose instance has not shown up; after the boot allowance they are given up. */
    private Map<AppTierId, UnconfirmedLaunch> stillUnconfirmed(
            List<InstanceView> instances, FleetMemory memory, Instant now) {
        Map<AppTierId, UnconfirmedLaunch> left = new TreeMap<>(memory.unconfirmed());
        left.values()
                .removeIf(launch -> Duration.between(launch.since(), now)
                                .compareTo(rules.limits().bootAllowance())
                        > 0);
        instances.stream()
                .filter(view -> view.instance().state() != InstanceState.TERMINATED)
                .flatMap(view -> view.instance().appTierId().stream())
                .forEach(left::remove);
        return left;
    }

    /**
     * Epochs grow with the clock, so that a new supervisor's are above its predecessor's. Clocks may differ: what workers have
     * heard counts, too.
     */
    private static long nextEpoch(
            FleetMemory memory, List<InstanceView> instances, List<FleetObservation.Stray> strays, Instant now) {
        LongStream heard = Stream.concat(
                        instances.stream()
                                .flatMap(view -> view.worker().stream())
                                .map(WorkerView::drainEpoch),
                        strays.stream().map(FleetObservation.Stray::drainEpoch))
                .mapToLong(Long::longValue);
        return Math.max(
                now.toEpochMilli(), Math.max(memory.lastEpoch(), heard.max().orElse(0)) + 1);
    }
}
