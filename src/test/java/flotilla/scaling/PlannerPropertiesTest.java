package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.scaling.FleetMemory.DrainIntent;
import flotilla.scaling.NastyFleets.Case;
import flotilla.scaling.PlannerRules.DrainChannel;
import flotilla.scaling.PlannerRules.Mode;
import flotilla.scaling.PlannerRules.Steps;
import flotilla.scaling.ScalingAction.CancelDrain;
import flotilla.scaling.ScalingAction.CancelRequests;
import flotilla.scaling.ScalingAction.Drain;
import flotilla.scaling.ScalingAction.Launch;
import flotilla.scaling.ScalingAction.RequestDrains;
import flotilla.scaling.ScalingAction.SetGroupCapacity;
import flotilla.scaling.ScalingAction.Start;
import flotilla.scaling.ScalingAction.Stop;
import flotilla.scaling.ScalingAction.Terminate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds of every plan, whatever was observed and remembered, under every policy, mode and channel. */
class PlannerPropertiesTest {
    private static final int TRIES = 300;

    @Provide
    Arbitrary<Case> cases() {
        return NastyFleets.cases();
    }

    /** Backlog-time is not among them: it takes a backlog that steady arrivals explain for more urgent than a burst. */
    @Provide
    Arbitrary<ScalingPolicy> monotone() {
        return Arbitraries.of(
                new MessageCountPolicy(1),
                new MessageCountPolicy(5),
                new BacklogPerInstancePolicy(
                        Duration.ofSeconds(20), Optional.empty(), true, 3, 0.1, Duration.ofSeconds(40)));
    }

    private static <A extends ScalingAction> List<A> all(ScalingPlan plan, Class<A> kind) {
        return plan.actions().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static long count(ScalingPlan plan, Class<? extends ScalingAction> kind) {
        return all(plan, kind).size();
    }

    private static boolean isLiving(InstanceView view) {
        return view.instance().state().isAlive();
    }

    private static List<InstanceView> instances(Case nasty) {
        return nasty.observation().instances().orElse(List.of());
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void equalArguments_shouldGiveEqualPlans(@ForAll("cases") Case nasty) {
        assertThat(nasty.plan()).isEqualTo(nasty.plan());
    }

    /** But for what belongs to no instance: machines that are ordered, and requests that nobody has taken. */
    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void instancesAsTheyAreShown_shouldAddUpToWhatADecisionCounts(@ForAll("cases") Case nasty) {
        boolean confirmed = nasty.rules().shape().drains() == DrainChannel.QUEUES
                && !nasty.observation().confirmations().isEmpty();
        Assume.that(nasty.observation().instances().isPresent() && !confirmed);
        ScalingPlan.Census census = nasty.plan().census();

        Map<CountedAs, Integer> counts = new EnumMap<>(CountedAs.class);
        new FleetPlanner(nasty.policy(), nasty.rules())
                .counted(instances(nasty), nasty.state().memory(), Fleet.NOW)
                .values()
                .forEach(as -> counts.merge(as, 1, Integer::sum));

        assertThat(counts.getOrDefault(CountedAs.PENDING, 0)
                        + nasty.observation().ordered())
                .isEqualTo(census.pending());
        assertThat(counts.getOrDefault(CountedAs.RUNNING, 0) + counts.getOrDefault(CountedAs.DRAINING, 0))
                .isEqualTo(census.running() + census.draining());
        assertThat(counts.getOrDefault(CountedAs.SILENT, 0)).isEqualTo(census.silent());
        assertThat(counts.getOrDefault(CountedAs.ENDING, 0)).isEqualTo(census.ending());
        assertThat(counts.getOrDefault(CountedAs.SPARE, 0)).isEqualTo(census.spare());
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void orderOfInstancesAndStrays_shouldNotMatter(@ForAll("cases") Case nasty, @ForAll long seed) {
        java.util.Random random = new java.util.Random(seed);
        List<InstanceView> shuffled = new ArrayList<>(instances(nasty));
        java.util.Collections.shuffle(shuffled, random);
        FleetObservation before = nasty.observation();
        Case other = nasty.with(new FleetObservation(
                before.depth(),
                before.instances().map(known -> shuffled),
                before.strays(),
                before.ordered(),
                before.confirmations(),
                before.traffic(),
                before.at()));

        assertThat(other.plan()).isEqualTo(nasty.plan());
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void livingInstances_shouldNeverExceedTheMaximum(@ForAll("cases") Case nasty) {
        ScalingPlan plan = nasty.plan();

        long living = instances(nasty).stream()
                .filter(PlannerPropertiesTest::isLiving)
                .count();
        long added = count(plan, Launch.class) + count(plan, Start.class);
        if (added > 0) {
            assertThat(living + added + nasty.observation().ordered()).isLessThanOrEqualTo(NastyFleets.MOST);
        }
        all(plan, SetGroupCapacity.class)
                .forEach(order -> assertThat(order.capacity()).isBetween(0, NastyFleets.MOST));
        assertThat(plan.desired().orElse(0)).isBetween(0, NastyFleets.MOST);
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void launchesAndAssignments_shouldUseTheLowestFreeIdsAndEachOnce(@ForAll("cases") Case nasty) {
        ScalingPlan plan = nasty.plan();

        Set<Integer> free =
                new TreeSet<>(IntStream.rangeClosed(1, NastyFleets.MOST).boxed().toList());
        instances(nasty).stream()
                .filter(view -> view.instance().state() != InstanceState.TERMINATED)
                .flatMap(view -> view.instance().appTierId().stream())
                .forEach(id -> free.remove(id.value()));
        Set<Integer> unconfirmed = nasty.state().memory().unconfirmed().keySet().stream()
                .map(AppTierId::value)
                .collect(Collectors.toSet());
        List<Integer> given = new ArrayList<>();
        plan.actions().stream()
                .filter(action -> action instanceof Launch || action instanceof ScalingAction.AssignId)
                .forEach(action -> given.add(action.appTierId().orElseThrow().value()));

        assertThat(free).containsAll(given);
        assertThat(given).doesNotHaveDuplicates();
        List<Integer> fresh =
                given.stream().filter(id -> !unconfirmed.contains(id)).sorted().toList();
        assertThat(fresh)
                .isEqualTo(free.stream()
                        .filter(id -> !plan.memory().unconfirmed().containsKey(new AppTierId(id)))
                        .filter(id -> !unconfirmed.contains(id) || fresh.contains(id))
                        .limit(fresh.size())
                        .toList());
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void nobody_shouldBeEndedWhoIsNotDrainedOrProvenDead(@ForAll("cases") Case nasty) {
        ScalingPlan plan = nasty.plan();

        Map<InstanceId, InstanceView> byId = new HashMap<>();
        instances(nasty).forEach(view -> byId.put(view.instance().id(), view));
        plan.actions().stream()
                .filter(action -> action instanceof Terminate || action instanceof Stop)
                .map(action -> action.instance().orElseThrow())
                .forEach(id -> assertThat(mayEnd(nasty, byId.get(id), id))
                        .as("%s ended: %s", id, byId.get(id))
                        .isTrue());
    }

    private static boolean isOpen(Case nasty, long token) {
        return nasty.state().memory().requests().contains(token)
                || instances(nasty).stream()
                        .flatMap(view -> view.worker().stream())
                        .anyMatch(worker -> worker.activity() == Activity.DRAINING && worker.drainEpoch() == token);
    }

    private static boolean mayEnd(Case nasty, InstanceView view, InstanceId id) {
        if (view == null) {
            return nasty.observation().strays().stream()
                    .anyMatch(stray -> stray.instance().equals(id) && stray.activity() == Activity.DRAINED);
        }
        boolean drained = view.worker()
                .filter(worker -> worker.activity() == Activity.DRAINED)
                .isPresent();
        boolean byQueues = nasty.rules().shape().drains() == DrainChannel.QUEUES;
        boolean confirmed = Optional.ofNullable(nasty.state().memory().drains().get(id))
                        .filter(DrainIntent::confirmed)
                        .isPresent()
                || byQueues
                        && nasty.observation().confirmations().stream()
                                .anyMatch(one -> one.instance().equals(id) && isOpen(nasty, one.token()));
        Duration silence = Duration.between(view.lastSign(), Fleet.NOW);
        Duration fence = NastyFleets.limits(0).deadAfter();
        Duration age = Duration.between(view.instance().launchedAt(), Fleet.NOW);
        boolean dead = silence.compareTo(fence) > 0
                && (view.worker().isPresent()
                        || age.compareTo(NastyFleets.limits(0).bootAllowance().plus(fence)) > 0);
        return drained || confirmed || dead;
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void whatIsUnknown_shouldNeverBeActedOn(@ForAll("cases") Case nasty) {
        ScalingPlan plan = nasty.plan();

        if (nasty.observation().instances().isEmpty()) {
            assertThat(plan.actions()).isEmpty();
        } else if (nasty.observation().depth().isEmpty()) {
            Set<InstanceId> ours =
                    instances(nasty).stream().map(view -> view.instance().id()).collect(Collectors.toSet());
            ours.removeAll(endedByOthers(nasty));
            assertThat(plan.actions())
                    .noneMatch(action -> action instanceof Launch
                            || action instanceof Start
                            || action instanceof SetGroupCapacity
                            || action instanceof CancelDrain
                            || action instanceof RequestDrains
                            || action instanceof CancelRequests cancel && cancel.count() != CancelRequests.ALL
                            || action instanceof Drain drain && ours.contains(drain.id()));
        }
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void onlyWorkersThatAreHeard_shouldBeAskedToEnd(@ForAll("cases") Case nasty) {
        ScalingPlan plan = nasty.plan();

        Set<InstanceId> heard = instances(nasty).stream()
                .filter(view -> isLiving(view) && view.worker().isPresent())
                .filter(view -> Duration.between(view.lastSign(), Fleet.NOW)
                                .compareTo(NastyFleets.limits(0).silentAfter())
                        <= 0)
                .map(view -> view.instance().id())
                .collect(Collectors.toSet());
        Set<InstanceId> others = endedByOthers(nasty);
        assertThat(all(plan, Drain.class)).allMatch(drain -> heard.contains(drain.id()) || others.contains(drain.id()));
        assertThat(all(plan, RequestDrains.class).stream()
                        .mapToInt(ask -> ask.tokens().size())
                        .sum())
                .isLessThanOrEqualTo(heard.size());
    }

    /** Strays, and members that a lifecycle hook holds: they are drained whatever the policy wants. */
    private static Set<InstanceId> endedByOthers(Case nasty) {
        return Stream.concat(
                        nasty.observation().strays().stream().map(FleetObservation.Stray::instance),
                        instances(nasty).stream()
                                .map(InstanceView::instance)
                                .filter(one -> one.state() == InstanceState.HELD)
                                .map(Instance::id))
                .collect(Collectors.toSet());
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void placeOfAnEndedInstance_shouldBeLeftToAGroupOnlyWhereEc2TakesItBack(@ForAll("cases") Case nasty) {
        List<Terminate> replaced = all(nasty.plan(), Terminate.class).stream()
                .filter(Terminate::replaced)
                .toList();

        Set<InstanceId> takenBack = instances(nasty).stream()
                .filter(view -> view.instance().state() != InstanceState.HELD)
                .filter(view ->
                        view.worker().filter(worker -> worker.outlook().ends()).isPresent())
                .map(view -> view.instance().id())
                .collect(Collectors.toSet());
        boolean mayGrow = nasty.rules().shape().mode() == Mode.GROUP
                && !nasty.rules().steps().outPaused();
        assertThat(replaced).allMatch(end -> mayGrow && takenBack.contains(end.id()));
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void onePlan_shouldNotGrowAndShrinkAtOnce(@ForAll("cases") Case nasty) {
        ScalingPlan plan = nasty.plan();
        Set<InstanceId> others = endedByOthers(nasty);

        boolean grows = plan.desired().orElse(0) > plan.census().active();
        boolean drains = all(plan, Drain.class).stream().anyMatch(drain -> !others.contains(drain.id()))
                || count(plan, RequestDrains.class) > 0;
        assertThat(grows && drains).isFalse();
        assertThat(plan.actions()).doesNotHaveDuplicates();
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void epochs_shouldGrowAboveAllThatWorkersHaveHeard(@ForAll("cases") Case nasty) {
        ScalingPlan plan = nasty.plan();

        long highest = instances(nasty).stream()
                .flatMap(view -> view.worker().stream())
                .mapToLong(WorkerView::drainEpoch)
                .max()
                .orElse(0);
        assertThat(all(plan, Drain.class)).allMatch(drain -> drain.epoch() > highest);
        assertThat(plan.memory().lastEpoch())
                .isGreaterThanOrEqualTo(
                        nasty.observation().instances().isEmpty()
                                ? nasty.state().memory().lastEpoch()
                                : highest);
        List<Long> tokens = all(plan, RequestDrains.class).stream()
                .flatMap(ask -> ask.tokens().stream())
                .toList();
        assertThat(tokens).doesNotHaveDuplicates();
        assertThat(nasty.state().memory().requests()).noneMatch(tokens::contains);
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void moreMessages_shouldNeverWantFewerInstances(
            @ForAll("cases") Case nasty, @ForAll("monotone") ScalingPolicy policy, @ForAll("more") int more) {
        FleetObservation before = nasty.observation();
        if (before.depth().isEmpty() || before.instances().isEmpty()) {
            return;
        }
        QueueDepth depth = before.depth().get();
        FleetObservation withMore = new FleetObservation(
                Optional.of(new QueueDepth(
                        (int) Math.min(Integer.MAX_VALUE, (long) depth.visible() + more),
                        depth.inFlight(),
                        depth.delayed())),
                before.instances(),
                before.strays(),
                before.ordered(),
                before.confirmations(),
                before.traffic(),
                before.at());
        ControlState state = new ControlState(
                nasty.state().memory(), policy.initialState(), nasty.state().model());
        FleetPlanner planner = new FleetPlanner(policy, nasty.rules());

        int few = planner.plan(counted(before), state, Fleet.NOW).desired().orElseThrow();
        int many = planner.plan(counted(withMore), state, Fleet.NOW).desired().orElseThrow();

        assertThat(many).as("%s", policy).isGreaterThanOrEqualTo(few);
    }

    /** The arrivals are told by a gateway and do not depend on the queue, so that the model is the same. */
    private static FleetObservation counted(FleetObservation one) {
        return new FleetObservation(
                one.depth(),
                one.instances(),
                one.strays(),
                one.ordered(),
                one.confirmations(),
                new Traffic(one.traffic().accepted(), one.traffic().unanswered(), 1),
                one.at());
    }

    @Provide
    Arbitrary<Integer> more() {
        return Arbitraries.integers().between(0, 200);
    }

    /** Healthy instances, some of them draining, with so many messages. */
    @Provide
    Arbitrary<List<Activity>> healthy() {
        return Arbitraries.of(Activity.WORKING, Activity.WORKING, Activity.DRAINING)
                .list()
                .ofMaxSize(NastyFleets.MOST);
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void secondLookAfterActing_shouldHold(
            @ForAll("healthy") List<Activity> activities,
            @ForAll("more") int messages,
            @ForAll("policies") ScalingPolicy policy) {
        Map<Integer, InstanceView> fleet = new HashMap<>();
        Map<InstanceId, DrainIntent> drains = new HashMap<>();
        for (int id = 1; id <= activities.size(); id++) {
            Activity activity = activities.get(id - 1);
            fleet.put(id, worker(id, activity, activity == Activity.DRAINING ? 1 : 0));
            if (activity == Activity.DRAINING) {
                drains.put(Fleet.id(id), new DrainIntent(1, false));
            }
        }
        FleetPlanner planner = new FleetPlanner(policy, PlannerRules.of(NastyFleets.limits(0)));
        ControlState state = new ControlState(
                new FleetMemory(drains, Map.of(), 1),
                policy.initialState(),
                WorkloadModel.unlearned(WorkloadModel.Assumed.usual()));
        ScalingPlan first = planner.plan(observed(fleet, messages), state, Fleet.NOW);

        for (ScalingAction action : first.actions()) {
            int id = action.appTierId().orElseThrow().value();
            if (action instanceof Launch) {
                fleet.put(id, booting(id));
            } else if (action instanceof Drain drain) {
                fleet.put(id, worker(id, Activity.DRAINING, drain.epoch()));
            } else if (action instanceof CancelDrain cancel) {
                fleet.put(id, worker(id, Activity.WORKING, cancel.epoch()));
            }
        }
        ScalingPlan second = planner.plan(observed(fleet, messages), first.next(), Fleet.NOW);

        assertThat(second.actions()).as("after %s", first.actions()).isEmpty();
    }

    @Provide
    Arbitrary<ScalingPolicy> policies() {
        return NastyFleets.policies();
    }

    private static FleetObservation observed(Map<Integer, InstanceView> fleet, int messages) {
        return new FleetObservation(
                Optional.of(new QueueDepth(messages, 0, 0)), Optional.of(List.copyOf(fleet.values())), Fleet.NOW);
    }

    private static InstanceView worker(int id, Activity activity, long epoch) {
        return new InstanceView(
                new Instance(
                        Fleet.id(id),
                        Optional.of(new AppTierId(id)),
                        InstanceState.RUNNING,
                        Fleet.NOW.minusSeconds(600),
                        ""),
                Fleet.NOW.minusSeconds(600),
                Optional.empty(),
                Optional.of(new WorkerView(Fleet.NOW, activity, epoch, 1, 1, ServiceCount.none(1))));
    }

    private static InstanceView booting(int id) {
        return new InstanceView(
                new Instance(Fleet.id(id), Optional.of(new AppTierId(id)), InstanceState.PENDING, Fleet.NOW, ""),
                Fleet.NOW,
                Optional.empty(),
                Optional.empty());
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void pausesAndSteps_shouldHold(@ForAll("cases") Case nasty) {
        ScalingPlan plan = nasty.plan();
        Steps steps = nasty.rules().steps();

        long starts = count(plan, Launch.class) + count(plan, Start.class) + count(plan, SetGroupCapacity.class);
        if (steps.outPaused()) {
            assertThat(starts).isZero();
        }
        if (nasty.rules().shape().mode() != Mode.GROUP) {
            assertThat(starts).isLessThanOrEqualTo(steps.out());
        }
        int asked = all(plan, RequestDrains.class).stream()
                .mapToInt(ask -> ask.tokens().size())
                .sum();
        assertThat(asked).isLessThanOrEqualTo(steps.inPaused() ? 0 : steps.in());
    }

    @Property(tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void planAfterPlan_shouldKeepItsWits(@ForAll("cases") Case first, @ForAll("cases") Case second) {
        // Two unrelated looks, as after a failover into the unknown: the memory of one meets the world of the other.
        ScalingPlan before = first.plan();
        Case next = new Case(first.rules(), first.policy(), second.observation(), before.next());

        assertThat(next.plan()).isEqualTo(next.plan());
        Set<ScalingAction> ended = new HashSet<>(all(next.plan(), Terminate.class));
        assertThat(ended).hasSize((int) count(next.plan(), Terminate.class));
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void doubledDescriptions_shouldBeOneInstance(@ForAll("cases") Case nasty) {
        FleetObservation before = nasty.observation();
        List<InstanceView> doubled = new ArrayList<>(instances(nasty));
        doubled.addAll(instances(nasty));
        Case other = nasty.with(new FleetObservation(
                before.depth(),
                before.instances().map(known -> doubled),
                before.strays(),
                before.ordered(),
                before.confirmations(),
                before.traffic(),
                before.at()));

        assertThat(other.plan().actions()).isEqualTo(nasty.plan().actions());
        assertThat(Arrays.asList(other.plan().census(), nasty.plan().census()).stream()
                        .distinct())
                .hasSize(1);
    }
}
