package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.GatewayId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.domain.WorkerId;
import flotilla.scaling.FleetMemory.DrainIntent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The supervisor's mind without its body: what it knows of workers, gateways and instances, what it decides and what it
 * remembers. It is told everything, time included, and answers with values, so that the same code runs in the actor, in
 * {@code simulate} and in the tests. Confined to its owner.
 */
public final class FleetController {
    /** Who was told nothing for so many intervals was not listening. */
    private static final int ABSENT_FOR = 3;

    /** What EC2 and the queues say; what could not be read is empty. */
    public record Readings(
            Optional<QueueDepth> depth,
            Optional<List<Instance>> instances,
            int ordered,
            List<FleetObservation.DrainConfirmation> confirmations) {
        public Readings {
            instances = instances.map(List::copyOf);
            confirmations = List.copyOf(confirmations);
        }

        public Readings(Optional<QueueDepth> depth, Optional<List<Instance>> instances) {
            this(depth, instances, 0, List.of());
        }
    }

    /**
     * A decision, and what other policies would have decided in its place.
     *
     * @param shadows a plan of each shadow policy for the same fleet; never carried out
     * @param forecast the backlog expected one interval later, in images; empty when there is nothing to tell it from
     */
    public record Decided(ScalingPlan plan, List<Shadow> shadows, Optional<Double> forecast) {
        public Decided {
            shadows = List.copyOf(shadows);
        }
    }

    /** What a policy that only watches wanted. */
    public record Shadow(String policy, ScalingPlan plan) {}

    /**
     * What became of starts.
     *
     * @param some whether EC2 started a stopped instance, or took an order to enlarge the group
     * @param refused instances that EC2 refused to start
     */
    public record Starts(boolean some, Set<InstanceId> refused) {
        /** There were none. */
        public static final Starts NONE = new Starts(false, Set.of());

        public Starts {
            refused = Set.copyOf(refused);
        }
    }

    /** What became of a plan's actions. */
    public record Results(
            Map<ScalingAction.Launch, Instance> launched,
            List<ScalingAction.Launch> refused,
            List<ScalingAction.Launch> unanswered,
            Optional<String> trouble,
            List<Long> requestsGone,
            boolean requestsEmptied,
            Starts starts) {
        /**
         * @param launched launches that gave an instance
         * @param refused launches that EC2 refused: there is no instance
         * @param unanswered launches without an answer: there may be an instance
         * @param trouble EC2's error code when it refused to launch or to start
         * @param requestsGone tokens of terminate requests that were taken back, or that could not be sent for all one knows
         * @param requestsEmptied whether the terminate-request queue was emptied
         * @param starts what became of starts of stopped instances and of orders to a group
         */
        public Results {
            launched = Map.copyOf(launched);
            refused = List.copyOf(refused);
            unanswered = List.copyOf(unanswered);
            requestsGone = List.copyOf(requestsGone);
        }

        /** Results without starts. */
        public Results(
                Map<ScalingAction.Launch, Instance> launched,
                List<ScalingAction.Launch> refused,
                List<ScalingAction.Launch> unanswered,
                Optional<String> trouble,
                List<Long> requestsGone,
                boolean requestsEmptied) {
            this(launched, refused, unanswered, trouble, requestsGone, requestsEmptied, Starts.NONE);
        }

        public Results(
                Map<ScalingAction.Launch, Instance> launched,
                List<ScalingAction.Launch> refused,
                List<ScalingAction.Launch> unanswered,
                Optional<String> trouble,
                List<Long> requestsGone) {
            this(launched, refused, unanswered, trouble, requestsGone, false);
        }

        /** Nothing that the controller has to know. */
        public static Results none() {
            return new Results(Map.of(), List.of(), List.of(), Optional.empty(), List.of());
        }
    }

    /** What to say to a worker that has reported. */
    public sealed interface WorkerOrder {
        /** Its report of this number counts: its silence begins anew. */
        record Heard(long report) implements WorkerOrder {}

        /** It is known under this app-tier id; none for a worker started by hand. */
        record Register(Optional<AppTierId> id) implements WorkerOrder {}

        /** It was asked to drain and does not seem to have heard. */
        record Drain(long epoch) implements WorkerOrder {}

        /** Its drain was taken back and it does not seem to have heard. */
        record CancelDrain(long epoch) implements WorkerOrder {}

        /** Terminate requests with a lower token are an earlier supervisor's: nobody waits for them. */
        record RequestsFrom(long token) implements WorkerOrder {}
    }

    private final FleetPlanner planner;
    private final FleetPlanner settling;
    private final PlannerRules rules;
    private final boolean byHand;
    private final ShadowPolicies shadowPolicies;
    private final FleetRoster roster;
    private final GatewayCounts gateways = new GatewayCounts();
    private final RecentStarts starts;
    private final boolean byQueues;
    /** Confirmations that were taken out of their queue while nobody knew the instances. */
    private final List<FleetObservation.DrainConfirmation> undecided = new ArrayList<>();

    /** Instances that are going down: by the last plan, or as they were last described. */
    private Set<InstanceId> ending = Set.of();

    private Optional<Instant> since = Optional.empty();
    /** When it was told anything last. */
    private Optional<Instant> lastTold = Optional.empty();

    /** When it decided last. */
    private Optional<Instant> decided = Optional.empty();

    /** When the instances were known for the first time. */
    private Optional<Instant> described = Optional.empty();

    private ControlState state;
    /** What was asked by plans that were carried out; the last plan's part comes with its results. */
    private FleetMemory asked = FleetMemory.empty();

    /** Tokens of the terminate requests that the last plan asked for. */
    private List<Long> requested = List.of();

    /** The last plan for which queue and instances were known. */
    private Optional<ScalingPlan> lastPlan = Optional.empty();

    /**
     * @param shadows policies that vote and are not heeded
     */
    public FleetController(
            ScalingPolicy policy, List<ScalingPolicy> shadows, PlannerRules rules, WorkloadModel.Assumed assumed) {
        this.planner = new FleetPlanner(policy, rules);
        this.settling = new FleetPlanner(policy, rules.settling(rules.settle(), true));
        this.rules = rules;
        this.byHand = rules.shape().mode() == PlannerRules.Mode.BY_HAND;
        this.roster = new FleetRoster(rules.settle(), byHand);
        this.byQueues = rules.shape().drains() == PlannerRules.DrainChannel.QUEUES;
        this.shadowPolicies = new ShadowPolicies(shadows, planner, assumed);
        this.starts = new RecentStarts(rules.settle());
        this.state = ControlState.initial(policy, assumed);
    }

    /** The policy that decides. */
    public ScalingPolicy policy() {
        return planner.policy();
    }

    /**
     * A worker has reported; the answer is what to say to it. A report that comes late changes nothing, and is not
     * acknowledged: what a worker is told to be heard and what its silence is counted from must be the same. One that is being
     * ended is not told so either, lest it goes back to work.
     */
    public List<WorkerOrder> reported(WorkerSighting sighting, Instant now) {
        begin(now);
        listen(now);
        boolean newHere = roster.report(sighting.worker())
                .filter(before -> before.life() == sighting.life())
                .isEmpty();
        if (!roster.reported(sighting, now)) {
            return List.of();
        }
        List<WorkerOrder> orders = new ArrayList<>();
        if (sighting.instance().filter(ending::contains).isEmpty()) {
            orders.add(new WorkerOrder.Heard(sighting.number()));
        }
        if (sighting.instance().isEmpty()) {
            orders.add(new WorkerOrder.Register(Optional.empty()));
            return orders;
        }
        InstanceId id = sighting.instance().get();
        Optional<AppTierId> known = roster.appTierId(id);
        if (known.isPresent() && !known.equals(sighting.appTierId())) {
            orders.add(new WorkerOrder.Register(known));
        }
        if (newHere && byQueues) {
            orders.add(new WorkerOrder.RequestsFrom(since.orElseThrow().toEpochMilli()));
        }
        repeatIntent(id, sighting, orders);
        return orders;
    }

    /** No epoch and no token of this controller is lower than the moment in which it was first asked for anything. */
    private void begin(Instant now) {
        since = since.or(() -> Optional.of(now));
    }

    /**
     * Comes before all that it is told. Who was stopped and goes on, as a machine that slept does, has heard nobody meanwhile,
     * and that is nobody's silence; who was only slow to look has heard whoever spoke.
     */
    private void listen(Instant now) {
        Duration absent = lastTold.map(last -> Duration.between(last, now)).orElse(Duration.ZERO);
        if (absent.compareTo(rules.interval().multipliedBy(ABSENT_FOR)) > 0) {
            roster.forgive(absent, now);
        }
        lastTold = Optional.of(now);
    }

    /** A command may be lost; the report shows whether it was heard. */
    private void repeatIntent(InstanceId id, WorkerSighting sighting, List<WorkerOrder> orders) {
        DrainIntent intent = state.memory().drains().get(id);
        if (intent == null || byQueues) {
            return;
        }
        if (!intent.equals(asked.drains().get(id))) {
            return; // It was not asked yet, and if plans are only shown it never will be.
        }
        boolean drainUnheard = !intent.cancelled() && sighting.activity() == Activity.WORKING;
        boolean cancelUnheard = intent.cancelled()
                && sighting.activity() == Activity.DRAINING
                && sighting.drainEpoch() <= intent.epoch();
        if (drainUnheard) {
            orders.add(new WorkerOrder.Drain(intent.epoch()));
        } else if (cancelUnheard) {
            orders.add(new WorkerOrder.CancelDrain(sighting.drainEpoch()));
        }
    }

    /** The same of a gateway that does not count its answers. */
    public long announced(GatewayId gateway, long acceptedThere, long unansweredThere, Instant now) {
        return announced(gateway, GatewayTally.withoutAnswers(acceptedThere, unansweredThere), now);
    }

    /**
     * A gateway tells what it has counted.
     *
     * @return {@link #unanswered()}
     */
    public long announced(GatewayId gateway, GatewayTally told, Instant now) {
        listen(now);
        gateways.announced(gateway, told, now);
        return unanswered();
    }

    /** Images without an answer, without those that are overdue, at all gateways that have spoken lately. */
    public long unanswered() {
        return gateways.unanswered();
    }

    /** Keeps what workers have confirmed, and what nobody can read again, for the next decision. */
    public void keep(List<FleetObservation.DrainConfirmation> confirmations) {
        undecided.addAll(confirmations);
    }

    /** Decides, and remembers that it has. */
    public Decided decide(Readings readings, Instant now) {
        begin(now);
        listen(now);
        gateways.listen(now);
        Optional<List<InstanceView>> instances = byHand
                ? Optional.of(rosterByHand(now))
                : readings.instances().map(described -> starts.correct(roster.described(described, now), now));
        keep(readings.confirmations());
        FleetObservation observation = new FleetObservation(
                readings.depth(),
                instances,
                byHand || instances.isEmpty() ? List.of() : roster.strays(now),
                readings.ordered(),
                undecided,
                gateways.traffic(),
                now);
        described = described.or(() -> instances.map(known -> now));
        ScalingPlan plan = (isSettled(now) ? planner : settling).plan(observation, state, now);
        decided = Optional.of(now);
        List<Shadow> shadows = shadowPolicies.plan(observation, state, now);
        state = plan.next();
        lastPlan = plan.depth().isPresent() && plan.instancesKnown() ? Optional.of(plan) : lastPlan;
        ending = ending(plan, instances);
        starts.planned(plan);
        requested = plan.actions().stream()
                .filter(ScalingAction.RequestDrains.class::isInstance)
                .flatMap(action -> ((ScalingAction.RequestDrains) action).tokens().stream())
                .toList();
        if (instances.isPresent()) {
            undecided.clear();
        }
        return new Decided(plan, shadows, forecast(observation, plan));
    }

    /** An instance that was to end is believed to live when it is described as running, and not because nobody could ask. */
    private Set<InstanceId> ending(ScalingPlan plan, Optional<List<InstanceView>> instances) {
        Stream<InstanceId> ended = plan.actions().stream()
                .filter(action -> action instanceof ScalingAction.Terminate || action instanceof ScalingAction.Stop)
                .flatMap(action -> action.instance().stream());
        Stream<InstanceId> before = instances.isEmpty()
                ? ending.stream()
                : instances.get().stream()
                        .map(InstanceView::instance)
                        .filter(one -> one.state().isGoingDown())
                        .map(Instance::id);
        return Stream.concat(ended, before).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * A decision to hold, because another supervisor may be acting. Nothing is remembered of it.
     *
     * @param why in a line
     */
    public Decided withoutLease(String why, Instant now) {
        ScalingPlan hold = new ScalingPlan(
                now,
                ScalingPlan.NO_LEASE,
                Optional.empty(),
                ScalingPlan.Census.NONE,
                Optional.empty(),
                OptionalInt.empty(),
                List.of(why),
                List.of(),
                List.of(),
                state);
        return new Decided(hold, List.of(), Optional.empty());
    }

    /** Until then EC2 may not describe yet what an earlier supervisor has launched, and a launch could be its double. */
    private boolean isSettled(Instant now) {
        return described
                .filter(first -> !now.isBefore(first.plus(rules.settle())))
                .isPresent();
    }

    private List<InstanceView> rosterByHand(Instant now) {
        roster.described(List.of(), now);
        return roster.byHand();
    }

    /** The backlog one interval later if arrivals go on as in the last minute and all that works goes on working. */
    private Optional<Double> forecast(FleetObservation observation, ScalingPlan plan) {
        if (observation.depth().isEmpty() || observation.instances().isEmpty()) {
            return Optional.empty();
        }
        WorkloadModel model = plan.next().model();
        double seconds = rules.interval().toMillis() / 1000.0;
        double arriving = model.arrivals().rate(Duration.ofMinutes(1)) * seconds;
        double served = plan.census().running() * seconds / model.serviceSeconds();
        return Optional.of(Math.max(0, observation.depth().get().messages() + arriving - served));
    }

    /** What became of the last plan's actions. */
    public void acted(Results results, Instant now) {
        listen(now);
        FleetMemory memory = state.memory();
        starts.acted(results.starts().refused(), now);
        for (Map.Entry<ScalingAction.Launch, Instance> one : results.launched().entrySet()) {
            ScalingAction.Launch launch = one.getKey();
            memory = memory.withoutUnconfirmed(launch.tier());
            Optional<AppTierId> other = roster.appTierId(one.getValue().id());
            boolean another = other.isPresent() && !other.get().equals(launch.tier());
            if (another || roster.isOverdue(one.getValue().id())) {
                memory = memory.withSpent(launch.tier(), launch.generation());
            } else {
                roster.launched(one.getValue(), now);
            }
        }
        for (ScalingAction.Launch launch : results.refused()) {
            memory = memory.withoutUnconfirmed(launch.tier());
        }
        for (ScalingAction.Launch launch : results.unanswered()) {
            memory = memory.withUnconfirmed(launch.tier(), launch.generation(), now);
        }
        // What EC2 launched besides does not mean that it would take the rest a moment later.
        if (results.trouble().isPresent()) {
            memory =
                    memory.withTrouble(results.trouble().get(), results.starts().refused(), now);
        } else if (!results.launched().isEmpty() || results.starts().some()) {
            memory = memory.withoutTrouble();
        }
        memory = results.requestsEmptied() ? memory.withRequestsKnown() : memory;
        // One that could not be sent may have been sent all the same, and would end a worker that nobody asked.
        memory = results.requestsGone().stream().anyMatch(requested::contains) ? memory.withRequestsUnknown() : memory;
        asked = memory.withoutRequests(results.requestsGone());
        state = state.with(asked);
    }

    /** The last plan was only shown: nobody was asked anything. */
    public void onlyShown() {
        ending = Set.of();
        starts.onlyShown();
        state = state.with(state.memory().asking(asked));
    }

    /** The last report of a worker. */
    public Optional<WorkerSighting> report(WorkerId worker) {
        return roster.report(worker);
    }

    /** The last report of the worker on an instance. */
    public Optional<WorkerSighting> reportOn(InstanceId instance) {
        return roster.reportOn(instance);
    }

    /** The instances for people. */
    public List<ShownInstance> show(Instant now) {
        return roster.show(planner.counted(views(now), state.memory(), now), now);
    }

    private List<InstanceView> views(Instant now) {
        return byHand ? roster.byHand() : starts.correct(roster.views(), now);
    }

    /**
     * When the silence of a worker that the last decision counted will be as long as it may be, if it is not heard before; at any later
     * moment a decision does not count it. It may be in the past. Empty before the first decision, and while nobody is counted.
     */
    public Optional<Instant> nextSilence(Instant now) {
        return decided.flatMap(at -> planner.nextSilence(views(now), state.memory(), at));
    }

    /** Whether a worker that the last decision counted would not be counted now, since it is silent for too long. */
    public boolean missesAnother(Instant now) {
        return nextSilence(now).filter(at -> at.isBefore(now)).isPresent();
    }

    /** How fast the fleet works off what waits, by the last plan; empty before the first for which it was known. */
    public Optional<Pace> pace(Instant now) {
        return lastPlan.map(plan -> {
            double backlog = model().backlog(plan.depth().orElseThrow(), gateways.traffic(), WaitForecast.COUNTER_LAG);
            Optional<Integer> desired = byHand || plan.desired().isEmpty()
                    ? Optional.empty()
                    : Optional.of(plan.desired().getAsInt());
            return Pace.of(backlog, model(), show(now), desired, now);
        });
    }

    /** What was learned so far. */
    public WorkloadModel model() {
        return state.model();
    }

    /** What is remembered. */
    public FleetMemory memory() {
        return state.memory();
    }
}
