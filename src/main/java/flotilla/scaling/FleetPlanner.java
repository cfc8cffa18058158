package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.scaling.FleetMemory.DrainIntent;
import flotilla.scaling.FleetMemory.UnconfirmedLaunch;
import flotilla.scaling.ScalingAction.Terminate.Why;
import flotilla.scaling.ScalingPlan.Census;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * From desired capacity to actions, for every policy alike. The rules:
 *
 * <ul>
 *   <li>active = booting + working; an instance that was asked to drain is not active;
 *   <li>desired &gt; active: drains are cancelled first, then instances are launched with the lowest free app-tier ids;
 *   <li>desired &lt; active: the emptiest working instances are drained, of equal ones that with the highest id; booting
 *       ones are left until they have reported, for nobody could tell whether they are empty;
 *   <li>an instance is terminated only when its worker is drained or proven dead;
 *   <li>never more living instances than the maximum; an app-tier id is free only when no described instance but a
 *       terminated one has it;
 *   <li>no scale-in on missing data: with the queue's depth unknown nothing is launched, drained or cancelled; with the
 *       instances unknown nothing is done at all.
 * </ul>
 *
 * Pure: equal arguments give equal plans.
 */
public final class FleetPlanner {
    private enum Standing {
        GONE,
        ENDING,
        BOOTING,
        WORKING,
        DRAINING,
        DRAINED,
        SILENT,
        DEAD,
        LEAVING
    }

    private record Placed(InstanceView view, Standing standing) {
        InstanceId id() {
            return view.instance().id();
        }

        Optional<AppTierId> appTierId() {
            return view.instance().appTierId();
        }
    }

    /** The emptiest first; of equal ones the highest app-tier id first, so that low ids stay. */
    private static final Comparator<Placed> EASIEST_TO_LOSE = Comparator.<Placed>comparingInt(
                    placed -> placed.view().worker().map(WorkerView::inHand).orElse(0))
            .thenComparing(
                    placed -> placed.appTierId().map(AppTierId::value).orElse(Integer.MAX_VALUE),
                    Comparator.reverseOrder())
            .thenComparing(Placed::id);

    private final ScalingPolicy policy;
    private final ScalingLimits limits;

    public FleetPlanner(ScalingPolicy policy, ScalingLimits limits) {
        this.policy = policy;
        this.limits = limits;
    }

    /** Decides what to do about what was observed. */
    public ScalingPlan plan(FleetObservation observation, PolicyState policyState, FleetMemory memory, Instant now) {
        if (observation.instances().isEmpty()) {
            return new ScalingPlan(
                    now,
                    "instances-unknown",
                    observation.depth(),
                    new Census(0, 0, 0, 0, 0),
                    OptionalInt.empty(),
                    List.of(),
                    memory,
                    policyState);
        }
        List<InstanceView> instances = observation.instances().get();
        Map<InstanceId, DrainIntent> intents = rebuildIntents(instances, memory);
        List<Placed> placed = instances.stream()
                .map(view -> new Placed(view, standing(view, intents, now)))
                .toList();
        Map<AppTierId, UnconfirmedLaunch> unconfirmed = stillUnconfirmed(instances, memory, now);
        Census census = census(placed);
        Draft draft = new Draft(placed, intents, unconfirmed, nextEpoch(memory, intents, now));
        draft.terminateConfirmed();

        Optional<QueueDepth> depth = observation.depth();
        if (depth.isEmpty()) {
            return draft.finish(now, "depth-unknown", depth, census, OptionalInt.empty(), policyState);
        }
        ScalingPolicy.Desire desire = policy.desire(depth.get(), observation, policyState, now);
        int desired = limits.clamp(desire.instances());
        if (desired > census.active()) {
            draft.cancelThenLaunch(desired - census.active());
        } else if (desired < census.running()) {
            draft.drain(Math.min(census.active() - desired, census.running() - desired));
        }
        String reason = desired == census.active() ? "steady" : desire.reason();
        return draft.finish(now, reason, depth, census, OptionalInt.of(desired), desire.next());
    }

    /** Asked drains as remembered, and those that only the workers still know of. */
    private static Map<InstanceId, DrainIntent> rebuildIntents(List<InstanceView> instances, FleetMemory memory) {
        Map<InstanceId, DrainIntent> intents = new HashMap<>();
        for (InstanceView view : instances) {
            InstanceId id = view.instance().id();
            DrainIntent known = memory.drains().get(id);
            if (known != null) {
                intents.put(id, known);
            }
            view.worker()
                    .filter(worker -> worker.activity() == Activity.DRAINING || worker.activity() == Activity.DRAINED)
                    .filter(worker -> known == null || worker.drainEpoch() > known.epoch())
                    .ifPresent(worker -> intents.put(id, new DrainIntent(worker.drainEpoch(), false)));
        }
        return intents;
    }

    private Standing standing(InstanceView view, Map<InstanceId, DrainIntent> intents, Instant now) {
        Instance instance = view.instance();
        if (instance.state() == InstanceState.TERMINATED) {
            return Standing.GONE;
        }
        if (!instance.state().isAlive()) {
            return Standing.ENDING;
        }
        Duration silence = Duration.between(view.lastSign(), now);
        if (view.worker().isEmpty()) {
            boolean allowanceOver = Duration.between(instance.launchedAt(), now).compareTo(limits.bootAllowance()) > 0;
            return allowanceOver && silence.compareTo(limits.deadAfter()) > 0 ? Standing.DEAD : Standing.BOOTING;
        }
        Activity activity = view.worker().get().activity();
        if (activity == Activity.DRAINED) {
            return Standing.DRAINED;
        }
        if (silence.compareTo(limits.deadAfter()) > 0) {
            return Standing.DEAD;
        }
        if (silence.compareTo(limits.silentAfter()) > 0) {
            return Standing.SILENT;
        }
        if (activity == Activity.LEAVING) {
            return Standing.LEAVING;
        }
        DrainIntent intent = intents.get(instance.id());
        return intent != null && !intent.cancelled() ? Standing.DRAINING : Standing.WORKING;
    }

    /** Launches without an answer whose instance has not shown up; after the boot allowance they are given up. */
    private Map<AppTierId, UnconfirmedLaunch> stillUnconfirmed(
            List<InstanceView> instances, FleetMemory memory, Instant now) {
        Map<AppTierId, UnconfirmedLaunch> left = new TreeMap<>(memory.unconfirmed());
        left.values().removeIf(launch -> Duration.between(launch.since(), now).compareTo(limits.bootAllowance()) > 0);
        instances.stream()
                .filter(view -> view.instance().state() != InstanceState.TERMINATED)
                .flatMap(view -> view.instance().appTierId().stream())
                .forEach(left::remove);
        return left;
    }

    private static Census census(List<Placed> placed) {
        Map<Standing, Long> counts = placed.stream()
                .collect(Collectors.groupingBy(
                        Placed::standing, () -> new EnumMap<>(Standing.class), Collectors.counting()));
        return new Census(
                count(counts, Standing.BOOTING),
                count(counts, Standing.WORKING),
                count(counts, Standing.DRAINING) + count(counts, Standing.DRAINED),
                count(counts, Standing.SILENT) + count(counts, Standing.DEAD),
                count(counts, Standing.ENDING) + count(counts, Standing.LEAVING));
    }

    private static int count(Map<Standing, Long> counts, Standing standing) {
        return counts.getOrDefault(standing, 0L).intValue();
    }

    /** Epochs grow with the clock, so that a new supervisor's are above its predecessor's. */
    private static long nextEpoch(FleetMemory memory, Map<InstanceId, DrainIntent> intents, Instant now) {
        long highest =
                intents.values().stream().mapToLong(DrainIntent::epoch).max().orElse(0);
        return Math.max(now.toEpochMilli(), Math.max(memory.lastEpoch(), highest) + 1);
    }

    /** A plan in the making: confined to one call of {@link #plan}. */
    private final class Draft {
        private final List<Placed> placed;
        private final Map<InstanceId, DrainIntent> intents;
        private final Map<AppTierId, UnconfirmedLaunch> unconfirmed;
        private final List<ScalingAction> actions = new ArrayList<>();
        private final long epoch;

        Draft(
                List<Placed> placed,
                Map<InstanceId, DrainIntent> intents,
                Map<AppTierId, UnconfirmedLaunch> unconfirmed,
                long epoch) {
            this.placed = placed;
            this.intents = intents;
            this.unconfirmed = unconfirmed;
            this.epoch = epoch;
        }

        void terminateConfirmed() {
            for (Placed one : placed) {
                if (one.standing() == Standing.DRAINED) {
                    actions.add(new ScalingAction.Terminate(one.id(), one.appTierId(), Why.DRAINED));
                } else if (one.standing() == Standing.DEAD) {
                    Why why = one.view().worker().isPresent() ? Why.SILENT : Why.NEVER_REPORTED;
                    actions.add(new ScalingAction.Terminate(one.id(), one.appTierId(), why));
                }
            }
        }

        void cancelThenLaunch(int wanted) {
            List<Placed> revocable = placed.stream()
                    .filter(one -> one.standing() == Standing.DRAINING)
                    .sorted(EASIEST_TO_LOSE.reversed())
                    .limit(wanted)
                    .toList();
            for (Placed one : revocable) {
                long drainEpoch = intents.get(one.id()).epoch();
                intents.put(one.id(), new DrainIntent(drainEpoch, true));
                actions.add(new ScalingAction.CancelDrain(one.id(), one.appTierId(), drainEpoch));
            }
            launch(wanted - revocable.size());
        }

        private void launch(int wanted) {
            long living = placed.stream()
                    .filter(one -> one.standing() != Standing.GONE && one.standing() != Standing.ENDING)
                    .count();
            int room = (int) Math.max(0, limits.maxInstances() - living);
            int count = Math.min(wanted, room);
            List<ScalingAction.Launch> launches = new ArrayList<>();
            unconfirmed.forEach((id, launch) -> launches.add(new ScalingAction.Launch(id, launch.generation())));
            for (AppTierId id : freeIds()) {
                launches.add(new ScalingAction.Launch(id, epoch));
            }
            actions.addAll(launches.subList(0, Math.min(count, launches.size())));
        }

        private Set<AppTierId> freeIds() {
            Set<AppTierId> free = IntStream.rangeClosed(1, limits.maxInstances())
                    .mapToObj(AppTierId::new)
                    .collect(Collectors.toCollection(TreeSet::new));
            free.removeAll(unconfirmed.keySet());
            placed.stream()
                    .filter(one -> one.standing() != Standing.GONE)
                    .forEach(one -> one.appTierId().ifPresent(free::remove));
            return free;
        }

        void drain(int count) {
            placed.stream()
                    .filter(one -> one.standing() == Standing.WORKING)
                    .sorted(EASIEST_TO_LOSE)
                    .limit(count)
                    .forEach(one -> {
                        intents.put(one.id(), new DrainIntent(epoch, false));
                        actions.add(new ScalingAction.Drain(one.id(), one.appTierId(), epoch));
                    });
        }

        ScalingPlan finish(
                Instant now,
                String reason,
                Optional<QueueDepth> depth,
                Census census,
                OptionalInt desired,
                PolicyState policyState) {
            String why = actions.stream().allMatch(action -> action instanceof ScalingAction.Terminate)
                            && !actions.isEmpty()
                            && desired.isPresent()
                    ? "confirmed"
                    : reason;
            return new ScalingPlan(
                    now,
                    why,
                    depth,
                    census,
                    desired,
                    actions,
                    new FleetMemory(intents, unconfirmed, epoch),
                    policyState);
        }
    }
}
