package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.scaling.FleetMemory.DrainIntent;
import flotilla.scaling.FleetMemory.UnconfirmedLaunch;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.FleetObservation.Stray;
import flotilla.scaling.PlannerRules.BootRule;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.PlannerRules.Mode;
import flotilla.scaling.PlannerRules.Shape;
import flotilla.scaling.PlannerRules.Steps;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * Fleets in every state that they could be in, and in some that they could not: ids missing, doubled and beyond the maximum,
 * workers silent, drained, ahead of their time, instances launched in the future, taken back or at risk, memories that fit to
 * nothing.
 */
final class NastyFleets {
    static final int MOST = 8;
    private static final Instant NOW = Fleet.NOW;

    /** All that goes into a plan. */
    record Case(PlannerRules rules, ScalingPolicy policy, FleetObservation observation, ControlState state) {
        ScalingPlan plan() {
            return new FleetPlanner(policy, rules).plan(observation, state, NOW);
        }

        Case with(FleetObservation other) {
            return new Case(rules, policy, other, state);
        }
    }

    private NastyFleets() {}

    static Arbitrary<Case> cases() {
        return Combinators.combine(rules(), policies(), observations(), memories(), observations())
                .as((rules, policy, observation, memory, before) -> {
                    WorkloadModel model = WorkloadModel.unlearned(WorkloadModel.Assumed.usual())
                            .observed(at(before, -10));
                    return new Case(rules, policy, observation, new ControlState(memory, policy.initialState(), model));
                });
    }

    private static FleetObservation at(FleetObservation other, long seconds) {
        return new FleetObservation(
                other.depth(),
                other.instances(),
                other.strays(),
                other.ordered(),
                other.confirmations(),
                other.traffic(),
                NOW.plusSeconds(seconds));
    }

    static Arbitrary<PlannerRules> rules() {
        Arbitrary<Shape> shapes = Combinators.combine(
                        Arbitraries.of(Mode.class),
                        Arbitraries.of(DrainChannel.class),
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false))
                .as((mode, drains, spares, stopped, heeds) ->
                        new Shape(mode, drains, mode == Mode.LAUNCH ? spares : 0, stopped, heeds));
        Arbitrary<Steps> steps = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(4, Arbitraries.just(Steps.FREE)),
                net.jqwik.api.Tuple.of(
                        1,
                        Combinators.combine(
                                        Arbitraries.integers().between(1, 3),
                                        Arbitraries.integers().between(1, 3),
                                        Arbitraries.of(true, false),
                                        Arbitraries.of(true, false))
                                .as(Steps::new)));
        return Combinators.combine(
                        shapes,
                        steps,
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(0, MOST + 3))
                .as((shape, step, min, scheduled) -> PlannerRules.of(limits(min))
                        .with(shape)
                        .with(step)
                        .with((PlannerRules.MinimumSchedule) now -> scheduled > MOST ? 0 : scheduled / 3)
                        .with(new BootRule(2, Duration.ofMinutes(1))));
    }

    static ScalingLimits limits(int min) {
        return new ScalingLimits(min, MOST, Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofMinutes(5));
    }

    static Arbitrary<ScalingPolicy> policies() {
        return Arbitraries.of(
                new MessageCountPolicy(1),
                new MessageCountPolicy(7),
                new StepPolicy(),
                new AlarmPolicy(25, 2, Duration.ZERO, Duration.ofSeconds(30), 2),
                new BacklogPerInstancePolicy(
                        Duration.ofSeconds(20), Optional.empty(), true, 3, 0.1, Duration.ofSeconds(40)),
                new BacklogTimePolicy(Duration.ofMinutes(2), 0.99));
    }

    static Arbitrary<QueueDepth> depths() {
        Arbitrary<Integer> counts = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(3, Arbitraries.just(0)),
                net.jqwik.api.Tuple.of(6, Arbitraries.integers().between(0, 20)),
                net.jqwik.api.Tuple.of(1, Arbitraries.of(100_000, Integer.MAX_VALUE)));
        return Combinators.combine(counts, counts, counts).as(QueueDepth::new);
    }

    static Arbitrary<FleetObservation> observations() {
        Arbitrary<List<Stray>> strays = Combinators.combine(
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.integers().between(-300, 0),
                        Arbitraries.of(Activity.class),
                        epochs())
                .as((id, since, activity, epoch) ->
                        new Stray(new InstanceId("i-stray-" + id), NOW.plusSeconds(since), activity, epoch))
                .list()
                .uniqueElements(Stray::instance)
                .ofMaxSize(2);
        Arbitrary<List<DrainConfirmation>> confirmations = Combinators.combine(ids(), epochs())
                .as(DrainConfirmation::new)
                .list()
                .ofMaxSize(3);
        Arbitrary<Traffic> traffic = Combinators.combine(
                        Arbitraries.integers().between(0, 500),
                        Arbitraries.integers().between(0, 500),
                        Arbitraries.integers().between(0, 2))
                .as((accepted, unanswered, gateways) -> new Traffic(accepted, unanswered, gateways));
        return Combinators.combine(
                        depths().optional(0.9),
                        views().list()
                                .uniqueElements(view -> view.instance().id())
                                .ofMaxSize(14)
                                .optional(0.95),
                        strays,
                        Arbitraries.integers().between(0, 2),
                        confirmations,
                        traffic)
                .as((depth, instances, lost, ordered, confirmed, counts) ->
                        new FleetObservation(depth, instances, lost, ordered, confirmed, counts, NOW));
    }

    static Arbitrary<InstanceId> ids() {
        return Arbitraries.integers().between(1, 16).map(id -> new InstanceId("i-" + id));
    }

    /** Epochs and tokens: none, old ones, those of now and those of a clock that is ahead. */
    private static Arbitrary<Long> epochs() {
        return Arbitraries.of(
                0L,
                1L,
                2L,
                3L,
                NOW.minusSeconds(300).toEpochMilli(),
                NOW.minusSeconds(5).toEpochMilli(),
                NOW.toEpochMilli(),
                NOW.plusSeconds(3600).toEpochMilli());
    }

    private static Arbitrary<Instant> around(int from, int to) {
        return Arbitraries.integers().between(from, to).map(NOW::plusSeconds);
    }

    static Arbitrary<InstanceView> views() {
        Arbitrary<Instance> instances = Combinators.combine(
                        ids(),
                        Arbitraries.integers()
                                .between(1, MOST + 3)
                                .map(AppTierId::new)
                                .optional(0.85),
                        Arbitraries.frequencyOf(
                                net.jqwik.api.Tuple.of(4, Arbitraries.just(InstanceState.RUNNING)),
                                net.jqwik.api.Tuple.of(3, Arbitraries.of(InstanceState.class))),
                        Arbitraries.frequencyOf(
                                net.jqwik.api.Tuple.of(4, around(-900, 0)),
                                net.jqwik.api.Tuple.of(1, around(-7200, 300))),
                        Arbitraries.of("", "a", "b"))
                .as(Instance::new);
        Arbitrary<Optional<Duration>> boots =
                Arbitraries.integers().between(0, 600).map(Duration::ofSeconds).optional(0.3);
        return Combinators.combine(instances, around(-700, 0), boots, workers().optional(0.75))
                .as(InstanceView::new);
    }

    private static Arbitrary<WorkerView> workers() {
        Arbitrary<ServiceCount> counts = Combinators.combine(
                        Arbitraries.integers().between(0, 100),
                        Arbitraries.integers().between(0, 1000),
                        Arbitraries.integers().between(1, 4))
                .as((images, seconds, classifiers) ->
                        new ServiceCount(images, Duration.ofSeconds(seconds), classifiers));
        return Combinators.combine(
                        Arbitraries.frequencyOf(
                                net.jqwik.api.Tuple.of(5, around(-10, 0)), net.jqwik.api.Tuple.of(2, around(-400, 20))),
                        Arbitraries.of(Activity.class),
                        epochs(),
                        Arbitraries.integers().between(0, 4),
                        counts,
                        outlooks())
                .as((at, activity, epoch, inHand, count, outlook) ->
                        new WorkerView(at, activity, epoch, Math.min(1, inHand), inHand, count, outlook));
    }

    private static Arbitrary<MachineOutlook> outlooks() {
        Optional<Instant> soon = Optional.of(NOW.plusSeconds(60));
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(4, Arbitraries.just(MachineOutlook.STAYS)),
                net.jqwik.api.Tuple.of(
                        2,
                        Arbitraries.of(
                                new MachineOutlook(Optional.empty(), Optional.of(NOW)),
                                new MachineOutlook(soon, Optional.empty()))));
    }

    static Arbitrary<FleetMemory> memories() {
        Arbitrary<Map<InstanceId, DrainIntent>> drains = Combinators.combine(
                        ids(), epochs(), Arbitraries.of(true, false), Arbitraries.of(true, false))
                .as((id, epoch, cancelled, confirmed) ->
                        Map.entry(id, new DrainIntent(epoch, cancelled, confirmed && !cancelled)))
                .list()
                .ofMaxSize(6)
                .map(entries -> {
                    Map<InstanceId, DrainIntent> all = new HashMap<>();
                    entries.forEach(entry -> all.put(entry.getKey(), entry.getValue()));
                    return all;
                });
        Arbitrary<Map<AppTierId, UnconfirmedLaunch>> unconfirmed = Combinators.combine(
                        Arbitraries.integers().between(1, MOST).map(AppTierId::new), epochs(), around(-400, 0))
                .as((id, generation, since) -> Map.entry(id, new UnconfirmedLaunch(generation, since)))
                .list()
                .ofMaxSize(2)
                .map(entries -> {
                    Map<AppTierId, UnconfirmedLaunch> all = new HashMap<>();
                    entries.forEach(entry -> all.put(entry.getKey(), entry.getValue()));
                    return all;
                });
        Arbitrary<Optional<FleetMemory.LaunchTrouble>> trouble = around(-20, 20)
                .map(until -> new FleetMemory.LaunchTrouble("InsufficientInstanceCapacity", 1, until, Set.of()))
                .optional(0.1);
        Arbitrary<BootWatch> boots = Combinators.combine(
                        ids().set().ofMaxSize(4), Arbitraries.integers().between(0, 3), around(-60, 60))
                .as((booting, failed, held) ->
                        new BootWatch(booting, Set.of(), failed, failed < 2 ? 0 : 1, failed < 2 ? Instant.MIN : held));
        return Combinators.combine(
                        drains,
                        unconfirmed,
                        epochs(),
                        epochs().set().ofMaxSize(4),
                        Arbitraries.of(true, false),
                        trouble,
                        boots)
                .as((asked, launches, epoch, requests, known, refused, booting) -> new FleetMemory(
                        asked, launches, Map.of(), epoch, new HashSet<>(requests), known, refused, booting));
    }
}
