package flotilla.scaling;

import static flotilla.scaling.Fleet.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.scaling.FleetMemory.DrainIntent;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.PlannerRules.Mode;
import flotilla.scaling.ScalingAction.EndReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds for every plan, whatever the fleet looks like. */
class FleetPlannerPropertiesTest {
    private static final int MOST = 8;
    private static final ScalingLimits LIMITS =
            new ScalingLimits(0, MOST, Duration.ofSeconds(10), Duration.ofSeconds(40), Duration.ofSeconds(60));

    /** A fleet that no sane world would produce: odd states, missing and doubled ids, reports from the future. */
    private record Nasty(PlannerRules rules, List<InstanceView> instances, FleetMemory memory, FleetObservation seen) {
        static Nasty of(long seed) {
            Random random = new Random(seed);
            Mode mode = Mode.values()[random.nextInt(Mode.values().length)];
            DrainChannel channel = DrainChannel.values()[random.nextInt(DrainChannel.values().length)];
            PlannerRules.Shape shape = new PlannerRules.Shape(mode, channel, random.nextInt(4), random.nextBoolean());
            PlannerRules.Steps steps = random.nextInt(3) > 0
                    ? PlannerRules.Steps.FREE
                    : new PlannerRules.Steps(
                            1 + random.nextInt(3), 1 + random.nextInt(3), random.nextBoolean(), random.nextBoolean());
            int least = random.nextInt(3);
            ScalingLimits limits =
                    new ScalingLimits(least, MOST, LIMITS.silentAfter(), LIMITS.deadAfter(), LIMITS.bootAllowance());
            PlannerRules rules = PlannerRules.of(limits).with(shape).with(steps);
            List<InstanceView> instances = new ArrayList<>();
            for (int i = random.nextInt(MOST + 5); i > 0; i--) {
                instances.add(instance(i, random));
            }
            FleetMemory memory = memory(instances, random);
            return new Nasty(rules, instances, memory, observation(instances, random));
        }

        private static InstanceView instance(int number, Random random) {
            InstanceState state = random.nextInt(3) > 0
                    ? InstanceState.RUNNING
                    : InstanceState.values()[random.nextInt(InstanceState.values().length)];
            Instant launchedAt = NOW.minusSeconds(random.nextInt(300) - 10);
            Optional<AppTierId> tier = random.nextInt(6) == 0
                    ? Optional.empty()
                    : Optional.of(new AppTierId(random.nextInt(5) == 0 ? 1 + random.nextInt(MOST + 3) : number));
            Optional<WorkerView> worker = random.nextInt(4) == 0 ? Optional.empty() : Optional.of(worker(random));
            Instance instance = new Instance(new InstanceId("i-" + number), tier, state, launchedAt, "");
            Instant firstSeen = NOW.minusSeconds(random.nextInt(200));
            Optional<Duration> boot = worker.map(known -> Duration.ofSeconds(random.nextInt(100)));
            return new InstanceView(instance, firstSeen, boot, worker);
        }

        private static WorkerView worker(Random random) {
            int inHand = random.nextInt(3);
            return new WorkerView(
                    NOW.minusSeconds(random.nextInt(4) > 0 ? random.nextInt(9) : random.nextInt(80) - 5),
                    Activity.values()[random.nextInt(Activity.values().length)],
                    random.nextInt(3) == 0 ? NOW.toEpochMilli() + random.nextInt(9) - 5 : random.nextInt(9),
                    Math.min(1, inHand),
                    inHand,
                    new ServiceCount(random.nextInt(100), Duration.ofSeconds(random.nextInt(100)), 1));
        }

        private static FleetMemory memory(List<InstanceView> instances, Random random) {
            Map<InstanceId, DrainIntent> drains = new HashMap<>();
            for (InstanceView view : instances) {
                if (random.nextInt(3) == 0) {
                    drains.put(view.instance().id(), new DrainIntent(random.nextInt(9), random.nextBoolean()));
                }
            }
            FleetMemory memory = new FleetMemory(drains, Map.of(), random.nextInt(9));
            if (random.nextInt(3) == 0) {
                memory = memory.withUnconfirmed(
                        new AppTierId(1 + random.nextInt(MOST)), 3, NOW.minusSeconds(random.nextInt(90)));
            }
            if (random.nextInt(4) == 0) {
                memory = memory.withTrouble("InsufficientInstanceCapacity", Set.of(), NOW.minusSeconds(5));
            }
            return random.nextBoolean() ? memory.withRequestsKnown() : memory;
        }

        private static FleetObservation observation(List<InstanceView> instances, Random random) {
            List<FleetObservation.Stray> strays = random.nextInt(4) > 0
                    ? List.of()
                    : List.of(new FleetObservation.Stray(
                            new InstanceId("i-stray"),
                            NOW.minusSeconds(random.nextInt(120)),
                            Activity.values()[random.nextInt(Activity.values().length)],
                            random.nextInt(9)));
            List<FleetObservation.DrainConfirmation> confirmations = random.nextInt(4) > 0
                    ? List.of()
                    : List.of(new FleetObservation.DrainConfirmation(new InstanceId("i-1"), random.nextInt(9)));
            return new FleetObservation(
                    Optional.of(new QueueDepth(random.nextInt(14), random.nextInt(6), random.nextInt(3))),
                    Optional.of(instances),
                    strays,
                    0,
                    confirmations,
                    Traffic.unknown(),
                    NOW);
        }

        FleetObservation with(Optional<QueueDepth> depth, Optional<List<InstanceView>> described) {
            return new FleetObservation(
                    depth, described, seen.strays(), seen.ordered(), seen.confirmations(), seen.traffic(), NOW);
        }

        boolean byName() {
            return rules.shape().drains() == DrainChannel.CLUSTER;
        }
    }

    private static ScalingPlan plan(ScalingPolicy policy, Nasty nasty, FleetObservation seen) {
        ControlState state = new ControlState(
                nasty.memory(), policy.initialState(), WorkloadModel.unlearned(WorkloadModel.Assumed.usual()));
        return new FleetPlanner(policy, nasty.rules()).plan(seen, state, NOW);
    }

    private static ScalingPlan plan(Nasty nasty, FleetObservation seen) {
        return plan(new MessageCountPolicy(1), nasty, seen);
    }

    private static ScalingPlan plan(Nasty nasty) {
        return plan(nasty, nasty.seen());
    }

    private static <A extends ScalingAction> List<A> all(ScalingPlan plan, Class<A> kind) {
        return plan.actions().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static boolean takesAPlace(InstanceView view) {
        return view.instance().state().isAlive();
    }

    private static InstanceView view(Nasty nasty, InstanceId id) {
        return nasty.instances().stream()
                .filter(one -> one.instance().id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Property
    void plan_shouldNeverStartMoreThanFitUnderTheMaximum(@ForAll long seed) {
        Nasty nasty = Nasty.of(seed);
        ScalingPlan plan = plan(nasty);
        long living = nasty.instances().stream()
                .filter(FleetPlannerPropertiesTest::takesAPlace)
                .count();
        int started = all(plan, ScalingAction.Launch.class).size()
                + all(plan, ScalingAction.Start.class).size();

        assertThat(started == 0 || living + started <= MOST).isTrue();
        assertThat(plan.desired().orElse(0)).isBetween(0, MOST);
        all(plan, ScalingAction.SetGroupCapacity.class)
                .forEach(set -> assertThat(set.capacity()).isLessThanOrEqualTo(MOST));
    }

    @Property
    void plan_shouldEndNobodyWithoutProof(@ForAll long seed) {
        Nasty nasty = Nasty.of(seed);
        for (ScalingAction action : plan(nasty).actions()) {
            if (action instanceof ScalingAction.Terminate terminate) {
                proven(nasty, terminate.id(), terminate.reason());
            } else if (action instanceof ScalingAction.Stop stop) {
                proven(nasty, stop.id(), stop.reason());
            }
        }
    }

    private static void proven(Nasty nasty, InstanceId id, EndReason reason) {
        if (reason == EndReason.ORPHAN) {
            assertThat(nasty.seen().strays().get(0).activity()).isEqualTo(Activity.DRAINED);
            return;
        }
        InstanceView view = view(nasty, id);
        Duration silence = Duration.between(view.lastSign(), NOW);
        assertThat(view.instance().state().isAlive()).isTrue();
        switch (reason) {
            case DRAINED -> assertThat(saidSo(nasty, view)).isTrue();
            case SILENT -> assertThat(silence).isGreaterThan(LIMITS.deadAfter());
            default -> {
                assertThat(view.worker()).isEmpty();
                assertThat(Duration.between(view.instance().launchedAt(), NOW))
                        .isGreaterThan(LIMITS.bootAllowance().plus(LIMITS.deadAfter()));
                assertThat(silence).isGreaterThan(LIMITS.deadAfter());
            }
        }
    }

    private static boolean saidSo(Nasty nasty, InstanceView view) {
        boolean confirmed = !nasty.byName()
                && nasty.seen().confirmations().stream()
                        .anyMatch(one -> one.instance().equals(view.instance().id()));
        return confirmed
                || view.worker()
                        .filter(worker -> worker.activity() == Activity.DRAINED)
                        .isPresent();
    }

    @Property
    void launches_shouldHaveTheLowestIdsThatNobodyHas(@ForAll long seed) {
        Nasty nasty = Nasty.of(seed);
        ScalingPlan plan = plan(nasty);
        Set<AppTierId> held = new HashSet<>();
        nasty.instances().stream()
                .map(InstanceView::instance)
                .filter(instance -> instance.state() != InstanceState.TERMINATED)
                .forEach(instance -> instance.appTierId().ifPresent(held::add));
        all(plan, ScalingAction.AssignId.class)
                .forEach(assign -> held.add(assign.tier().orElseThrow()));
        List<AppTierId> launched = all(plan, ScalingAction.Launch.class).stream()
                .map(ScalingAction.Launch::tier)
                .toList();

        assertThat(launched).doesNotHaveDuplicates().noneMatch(held::contains);
        Set<AppTierId> reserved = plan.memory().unconfirmed().keySet();
        int highest = launched.stream()
                .filter(id -> !reserved.contains(id))
                .mapToInt(AppTierId::value)
                .max()
                .orElse(0);
        for (int id = 1; id < highest; id++) {
            AppTierId lower = new AppTierId(id);
            assertThat(held.contains(lower) || launched.contains(lower) || reserved.contains(lower))
                    .as("id %s is free", lower)
                    .isTrue();
        }
    }

    @Property
    void assignedIds_shouldBeUniqueAmongTheLiving(@ForAll long seed) {
        Nasty nasty = Nasty.of(seed);
        List<AppTierId> assigned = all(plan(nasty), ScalingAction.AssignId.class).stream()
                .map(assign -> assign.tier().orElseThrow())
                .toList();
        Set<AppTierId> held = new HashSet<>();
        nasty.instances().stream()
                .filter(FleetPlannerPropertiesTest::takesAPlace)
                .forEach(one -> one.instance().appTierId().ifPresent(held::add));

        assertThat(assigned).doesNotHaveDuplicates().noneMatch(held::contains);
    }

    @Property
    void moreBacklog_shouldNeverDesireLess(
            @ForAll long seed, @ForAll @IntRange(max = 40) int few, @ForAll @IntRange(max = 40) int more) {
        Nasty nasty = Nasty.of(seed);
        List<ScalingPolicy> policies = List.of(
                new MessageCountPolicy(1 + (int) Math.floorMod(seed, 3L)),
                new BacklogPerInstancePolicy(Duration.ofSeconds(5), Optional.empty(), true, 0, 0, Duration.ZERO),
                new BacklogPerInstancePolicy(
                        Duration.ofSeconds(3), Optional.of(Duration.ofSeconds(2)), false, 2, 0, Duration.ZERO));
        for (ScalingPolicy policy : policies) {
            int less = desired(policy, nasty, few);
            int most = desired(policy, nasty, few + more);

            assertThat(most).as(policy.name()).isGreaterThanOrEqualTo(less);
        }
    }

    private static int desired(ScalingPolicy policy, Nasty nasty, int messages) {
        FleetObservation seen = nasty.with(Optional.of(new QueueDepth(messages, 0, 0)), Optional.of(nasty.instances()));
        return plan(policy, nasty, seen).desired().orElseThrow();
    }

    @Property
    void orderOfInstances_shouldNotMatter(@ForAll long seed) {
        Nasty nasty = Nasty.of(seed);
        List<InstanceView> shuffled = new ArrayList<>(nasty.instances());
        Collections.shuffle(shuffled, new Random(seed));
        ScalingPlan plan = plan(nasty);
        ScalingPlan other = plan(nasty, nasty.with(nasty.seen().depth(), Optional.of(shuffled)));

        assertThat(other.census()).isEqualTo(plan.census());
        assertThat(Set.copyOf(other.actions())).isEqualTo(Set.copyOf(plan.actions()));
        assertThat(other.memory()).isEqualTo(plan.memory());
    }

    @Property
    void missingData_shouldNeverScaleIn(@ForAll long seed) {
        Nasty nasty = Nasty.of(seed);
        ScalingPlan blind = plan(nasty, nasty.with(nasty.seen().depth(), Optional.empty()));
        ScalingPlan deaf = plan(nasty, nasty.with(Optional.empty(), Optional.of(nasty.instances())));

        assertThat(blind.actions()).isEmpty();
        assertThat(blind.memory()).isEqualTo(nasty.memory());
        assertThat(all(deaf, ScalingAction.RequestDrains.class)).isEmpty();
        assertThat(all(deaf, ScalingAction.Launch.class)).isEmpty();
        assertThat(all(deaf, ScalingAction.Start.class)).isEmpty();
        assertThat(all(deaf, ScalingAction.Drain.class))
                .allMatch(drain -> drain.id().value().equals("i-stray"));
        assertThat(all(deaf, ScalingAction.CancelDrain.class)).isEmpty();
    }

    @Property
    void plan_shouldNeverGrowAndShrinkAtOnce(@ForAll long seed) {
        ScalingPlan plan = plan(Nasty.of(seed));
        boolean grows = plan.actions().stream()
                .anyMatch(action -> action instanceof ScalingAction.Launch
                        || action instanceof ScalingAction.Start
                        || action instanceof ScalingAction.CancelDrain);
        boolean shrinks = plan.actions().stream()
                .anyMatch(action -> action instanceof ScalingAction.RequestDrains
                        || action instanceof ScalingAction.Drain drain
                                && !drain.id().value().equals("i-stray"));

        assertThat(grows && shrinks && Nasty.of(seed).rules().shape().spares() == 0)
                .isFalse();
    }

    @Property
    void plan_shouldBeAFunctionOfItsArguments(@ForAll long seed) {
        assertThat(plan(Nasty.of(seed))).isEqualTo(plan(Nasty.of(seed)));
    }

    @Property
    void epochs_shouldGrow(@ForAll long seed) {
        Nasty nasty = Nasty.of(seed);
        ScalingPlan plan = plan(nasty);
        List<Long> epochs = new ArrayList<>();
        all(plan, ScalingAction.Drain.class).forEach(drain -> epochs.add(drain.epoch()));
        all(plan, ScalingAction.RequestDrains.class).forEach(request -> epochs.addAll(request.tokens()));

        assertThat(epochs).allMatch(epoch -> epoch > nasty.memory().lastEpoch());
        for (ScalingAction.Drain drain : all(plan, ScalingAction.Drain.class)) {
            if (!drain.id().value().equals("i-stray")) {
                assertThat(drain.epoch())
                        .isGreaterThan(
                                view(nasty, drain.id()).worker().orElseThrow().drainEpoch());
            }
        }
    }

    /** Launches, starts, drains, ends and ids as if EC2 and the workers had done them at once. */
    @Property
    void secondLookAtWhatWasDone_shouldHold(@ForAll long seed) {
        Nasty nasty = Nasty.of(seed);
        boolean simple = nasty.rules().shape().mode() == Mode.LAUNCH
                && nasty.rules().shape().spares() == 0;
        boolean free = nasty.rules().steps().equals(PlannerRules.Steps.FREE);
        if (!simple || !free || !nasty.byName() || !nasty.seen().strays().isEmpty()) {
            return;
        }
        ScalingPlan first = plan(nasty);
        Map<InstanceId, InstanceView> next = new HashMap<>();
        nasty.instances().forEach(view -> next.put(view.instance().id(), view));
        FleetMemory memory = first.memory();
        int count = 0;
        for (ScalingAction action : first.actions()) {
            if (action instanceof ScalingAction.Launch launch) {
                InstanceId id = new InstanceId("i-new-" + ++count);
                Instance launched = new Instance(id, Optional.of(launch.tier()), InstanceState.PENDING, NOW, "");
                next.put(id, new InstanceView(launched, NOW, Optional.empty(), Optional.empty()));
                memory = memory.withoutUnconfirmed(launch.tier());
            } else if (action instanceof ScalingAction.Terminate terminate) {
                change(next, terminate.id(), InstanceState.TERMINATED, Optional.empty());
            } else if (action instanceof ScalingAction.AssignId assign) {
                change(next, assign.id(), view(nasty, assign.id()).instance().state(), assign.tier());
            }
        }
        ControlState state =
                new ControlState(memory, PolicyState.none(), WorkloadModel.unlearned(WorkloadModel.Assumed.usual()));
        ScalingPlan second = new FleetPlanner(new MessageCountPolicy(1), nasty.rules())
                .plan(nasty.with(nasty.seen().depth(), Optional.of(List.copyOf(next.values()))), state, NOW);

        assertThat(all(second, ScalingAction.Drain.class)).isEmpty();
        assertThat(all(second, ScalingAction.CancelDrain.class)).isEmpty();
        assertThat(all(second, ScalingAction.Terminate.class)).isEmpty();
        boolean roomWasMissing = first.clamps().stream().anyMatch(clamp -> !clamp.startsWith("min-instances"));
        assertThat(roomWasMissing || all(second, ScalingAction.Launch.class).isEmpty())
                .as("%s then %s", first, second)
                .isTrue();
    }

    private static void change(
            Map<InstanceId, InstanceView> fleet, InstanceId id, InstanceState state, Optional<AppTierId> tier) {
        fleet.computeIfPresent(id, (same, view) -> {
            Instance before = view.instance();
            Instance after = new Instance(id, tier.or(before::appTierId), state, before.launchedAt(), before.type());
            return new InstanceView(after, view.firstSeen(), view.bootTime(), view.worker());
        });
    }
}
