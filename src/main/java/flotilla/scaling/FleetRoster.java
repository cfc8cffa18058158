package flotilla.scaling;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the supervisor knows of instances and workers: EC2's descriptions joined with the workers' reports. Confined to the
 * {@link FleetController}. It decides nothing.
 */
final class FleetRoster {
    /** How long EC2 may take to describe an instance that it has launched. */
    private static final Duration DESCRIBE_LAG = Duration.ofMinutes(2);
    /** A client token of ours changes within this time. */
    private static final Duration OVERDUE_FOR = Duration.ofHours(1);
    /** How long a terminated instance and a silent worker without an instance stay known. */
    private static final Duration KNOWN_AFTER_END = Duration.ofMinutes(1);

    /** How long a worker without an instance may be silent and still count as there. */
    private static final Duration SPOKE_LATELY = Duration.ofSeconds(30);

    /** By how much a worker's clock and EC2's may differ. */
    private static final Duration CLOCKS_APART = Duration.ofSeconds(5);
    /** How long reports of a life that is over may still arrive. */
    private static final Duration STRAGGLE = Duration.ofMinutes(2);

    /** Stands for a life of no worker. */
    private static final long NOBODY = Long.MIN_VALUE;

    private record Heard(WorkerSighting sighting, Instant at) {}

    /**
     * From a launch or start to the next one.
     *
     * @param worker the life of the worker that was heard of at the last look at which the machine was on
     * @param on whether it was on at the last look
     */
    private record Life(Instant launchedAt, Instant firstSeen, long worker, boolean on) {}

    /** A worker's life that began before its machine did, by the clocks. */
    private record Doubt(long life, Instant since) {}

    private final Map<InstanceId, Instance> instances = new HashMap<>();
    private final Map<InstanceId, Life> lives = new HashMap<>();
    private final Map<InstanceId, Instant> launchedHere = new HashMap<>();
    /** Launched instances that EC2 has not described in time, and when that was noticed. */
    private final Map<InstanceId, Instant> overdue = new HashMap<>();
    /** How long EC2's answers may leave out what earlier ones described: each may come from another replica. */
    private final Duration leftOut;
    /** Whether EC2 is not asked, so that the workers' reports alone tell what there is. */
    private final boolean reportsAlone;

    private final Map<InstanceId, Instant> lastDescribed = new HashMap<>();
    private final Map<InstanceId, Duration> bootTimes = new HashMap<>();
    /** Instances whose worker was awaited here, so that its first report tells how long the boot took. */
    private final Set<InstanceId> awaited = new HashSet<>();

    private final Map<WorkerId, Heard> heard = new HashMap<>();
    private final Map<InstanceId, WorkerId> workerOf = new HashMap<>();
    /** The last life of the worker on each machine that was stopped or started again: its late reports count no more. */
    private final Map<InstanceId, Long> ended = new HashMap<>();

    private final Map<InstanceId, Doubt> doubts = new HashMap<>();
    private final Map<InstanceId, Instant> strayed = new HashMap<>();
    private final FleetDisplay display = new FleetDisplay(KNOWN_AFTER_END);

    FleetRoster() {
        this(Duration.ZERO, false);
    }

    FleetRoster(Duration leftOut, boolean reportsAlone) {
        this.leftOut = leftOut;
        this.reportsAlone = reportsAlone;
    }

    /** Takes a worker's report; false when a later one was here before, or when the worker's life is over. */
    boolean reported(WorkerSighting sighting, Instant now) {
        Heard before = heard.get(sighting.worker());
        boolean late = before != null && !sighting.isLaterThan(before.sighting());
        boolean over = sighting.instance()
                .filter(id -> isOver(id, sighting.life()) || isDoubted(id, sighting.life(), now))
                .isPresent();
        if (late || over) {
            return false;
        }
        heard.put(sighting.worker(), new Heard(sighting, now));
        sighting.instance().ifPresent(id -> {
            workerOf.put(id, sighting.worker());
            Life life = lives.get(id);
            if (life != null && awaited.remove(id) && sighting.amongTheFirst()) {
                Duration boot = Duration.between(life.launchedAt(), now);
                bootTimes.put(id, boot.isNegative() ? Duration.ZERO : boot);
            }
        });
        return true;
    }

    private boolean isOver(InstanceId id, long worker) {
        return ended.containsKey(id) && worker <= ended.get(id);
    }

    /**
     * A report from before the last start, by the clocks, is a late one of the life before, unless such reports go on and on:
     * then the clocks are wrong.
     */
    private boolean isDoubted(InstanceId id, long worker, Instant now) {
        Life life = lives.get(id);
        if (life == null || worker >= life.launchedAt().minus(CLOCKS_APART).toEpochMilli()) {
            return false;
        }
        Doubt doubt = doubts.compute(
                id, (same, known) -> known != null && known.life() == worker ? known : new Doubt(worker, now));
        return Duration.between(doubt.since(), now).compareTo(STRAGGLE) <= 0;
    }

    /** The supervisor itself was away: for this time nobody was silent. */
    void forgive(Duration away, Instant now) {
        heard.replaceAll(
                (worker, one) -> new Heard(one.sighting(), earlier(one.at().plus(away), now)));
        lives.replaceAll((id, life) ->
                new Life(life.launchedAt(), earlier(life.firstSeen().plus(away), now), life.worker(), life.on()));
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** Takes a launched or started instance, which EC2 may not describe as such yet. */
    void launched(Instance instance, Instant now) {
        instances.putIfAbsent(instance.id(), instance);
        launchedHere.put(instance.id(), now);
        begin(instance, now);
    }

    /** Takes EC2's word on all instances. Those just launched are kept although it does not mention them yet. */
    List<InstanceView> described(List<Instance> described, Instant now) {
        Map<InstanceId, Instance> next = new HashMap<>();
        described.forEach(instance -> next.put(instance.id(), newer(instance)));
        launchedHere.keySet().removeAll(next.keySet());
        noteOverdue(next.keySet(), now);
        launchedHere.keySet().forEach(id -> next.put(id, instances.get(id)));
        keepLeftOut(next, now);
        described.forEach(instance -> lastDescribed.put(instance.id(), now));
        instances.clear();
        instances.putAll(next);
        instances.values().forEach(instance -> begin(instance, now));
        lives.keySet().retainAll(instances.keySet());
        ended.keySet().retainAll(instances.keySet());
        doubts.keySet().retainAll(instances.keySet());
        awaited.retainAll(instances.keySet());
        bootTimes.keySet().retainAll(instances.keySet());
        forgetGoneWorkers(now);
        instances.values().forEach(instance -> display.note(instance, sighting(instance), now));
        return views();
    }

    /** The instances that EC2 describes, or will, by the last that was heard. */
    List<InstanceView> views() {
        return instances.values().stream()
                .sorted(Comparator.comparing(Instance::id))
                .map(instance -> new InstanceView(
                        instance,
                        lives.get(instance.id()).firstSeen(),
                        Optional.ofNullable(bootTimes.get(instance.id())),
                        view(instance.id())))
                .toList();
    }

    private void noteOverdue(Set<InstanceId> described, Instant now) {
        overdue.keySet().removeAll(described);
        overdue.values().removeIf(at -> Duration.between(at, now).compareTo(OVERDUE_FOR) > 0);
        launchedHere.entrySet().removeIf(one -> {
            boolean late = Duration.between(one.getValue(), now).compareTo(DESCRIBE_LAG) > 0;
            if (late) {
                overdue.putIfAbsent(one.getKey(), now);
            }
            return late;
        });
    }

    /**
     * Whether a launch gave this instance and EC2 does not describe it as ours: somebody took its tags away. Its client token
     * gives it again and again.
     */
    boolean isOverdue(InstanceId id) {
        return overdue.containsKey(id);
    }

    /** A machine that was on a moment ago would still be described as terminated if it were gone. */
    private void keepLeftOut(Map<InstanceId, Instance> next, Instant now) {
        lastDescribed.values().removeIf(at -> Duration.between(at, now).compareTo(leftOut) >= 0);
        for (InstanceId id : lastDescribed.keySet()) {
            boolean drained = reportOn(id)
                    .filter(report -> report.activity() == Activity.DRAINED)
                    .isPresent();
            Instance known = instances.get(id);
            if (known != null && known.state().isAlive() && !drained) {
                next.putIfAbsent(id, known);
            }
        }
    }

    /** EC2 may answer from the past: a description from before the last start is none. */
    private Instance newer(Instance described) {
        Instance known = instances.get(described.id());
        return known != null && known.launchedAt().isAfter(described.launchedAt()) ? known : described;
    }

    /** A life begins when an instance is first seen and when it was started again; reports of an earlier one are void. */
    private void begin(Instance instance, Instant now) {
        InstanceId id = instance.id();
        Life life = lives.get(id);
        boolean stopped = instance.state() == InstanceState.STOPPED;
        boolean startedAgain =
                life != null && !life.launchedAt().equals(instance.launchedAt()) && !launchedHere.containsKey(id);
        if (startedAgain || stopped) {
            bootTimes.remove(id);
            // Whoever speaks after the machine was seen to be off may be its next life, which EC2 does not know of yet.
            boolean wasOn = life == null || life.on();
            endWorker(id, stopped && wasOn ? lifeHeard(id, NOBODY) : life == null ? NOBODY : life.worker());
        }
        if (life == null || startedAgain) {
            lives.put(id, new Life(instance.launchedAt(), now, NOBODY, !stopped));
            if (reportOn(id).filter(report -> isDoubted(id, report.life(), now)).isPresent()) {
                endWorker(id, NOBODY);
            }
        } else if (stopped) {
            lives.put(id, new Life(life.launchedAt(), life.firstSeen(), life.worker(), false));
        } else if (instance.state().isAlive()) {
            lives.put(id, new Life(life.launchedAt(), life.firstSeen(), lifeHeard(id, life.worker()), true));
        }
        if (instance.state().isAlive() && reportOn(id).isEmpty()) {
            awaited.add(id);
        }
    }

    private long lifeHeard(InstanceId id, long otherwise) {
        return reportOn(id).map(WorkerSighting::life).orElse(otherwise);
    }

    /** Nothing that was heard so far counts; of a worker that is known to be over nothing that comes counts either. */
    private void endWorker(InstanceId id, long life) {
        WorkerId worker = workerOf.remove(id);
        if (worker != null) {
            heard.remove(worker);
        }
        ended.merge(id, life, Math::max);
    }

    /**
     * Workers that report from an instance that EC2 does not describe as ours. One that has not spoken since it was missed, or
     * not lately, is none: it is gone, and so is its instance, which EC2 has forgotten.
     */
    List<FleetObservation.Stray> strays(Instant now) {
        List<FleetObservation.Stray> strays = new ArrayList<>();
        Set<InstanceId> missed = new HashSet<>();
        for (Heard one : heard.values()) {
            InstanceId id = one.sighting().instance().orElse(null);
            if (id == null || instances.containsKey(id)) {
                continue;
            }
            missed.add(id);
            Instant since = strayed.computeIfAbsent(id, first -> now);
            boolean speaks = Duration.between(one.at(), now).compareTo(SPOKE_LATELY) <= 0;
            if (speaks && one.at().isAfter(since)) {
                strays.add(new FleetObservation.Stray(
                        id, since, one.sighting().activity(), one.sighting().drainEpoch()));
            }
        }
        strayed.keySet().retainAll(missed);
        strays.sort(Comparator.comparing(FleetObservation.Stray::instance));
        return strays;
    }

    /**
     * Workers that were started by hand, as if each were a running instance; where EC2 is not asked, all that report, such as the
     * members of a group that somebody else drives.
     */
    List<InstanceView> byHand() {
        return heard.values().stream()
                .filter(one -> isByHand(one.sighting()))
                .map(one -> {
                    InstanceId id = one.sighting()
                            .instance()
                            .orElseGet(
                                    () -> new InstanceId(one.sighting().worker().value()));
                    Instance instance = new Instance(id, Optional.empty(), InstanceState.RUNNING, one.at(), "");
                    return new InstanceView(instance, one.at(), Optional.empty(), Optional.of(view(one)));
                })
                .sorted(Comparator.comparing(view -> view.instance().id()))
                .toList();
    }

    private boolean isByHand(WorkerSighting sighting) {
        return reportsAlone || sighting.instance().isEmpty();
    }

    /** The app-tier id on an instance's tag. */
    Optional<AppTierId> appTierId(InstanceId id) {
        return Optional.ofNullable(instances.get(id)).flatMap(Instance::appTierId);
    }

    /** The last report of a worker. */
    Optional<WorkerSighting> report(WorkerId worker) {
        return Optional.ofNullable(heard.get(worker)).map(Heard::sighting);
    }

    /** The last report of the worker on an instance. */
    Optional<WorkerSighting> reportOn(InstanceId id) {
        return Optional.ofNullable(workerOf.get(id)).flatMap(this::report);
    }

    /**
     * The instances for people: living ones, and those that ended a moment ago.
     *
     * @param counted as what each is counted
     */
    List<ShownInstance> show(Map<InstanceId, CountedAs> counted, Instant now) {
        List<ShownInstance> lines = Stream.concat(
                        instances.values().stream(), byHand().stream().map(InstanceView::instance))
                .map(instance -> display.line(
                        instance, sighting(instance), Optional.ofNullable(counted.get(instance.id())), now))
                .toList();
        Set<String> known = instances.keySet().stream().map(InstanceId::value).collect(Collectors.toSet());
        return display.sorted(lines, known, now);
    }

    private Optional<WorkerSighting> sighting(Instance instance) {
        return reportOn(instance.id())
                .or(() -> report(new WorkerId(instance.id().value())));
    }

    private Optional<WorkerView> view(InstanceId id) {
        return Optional.ofNullable(workerOf.get(id)).map(heard::get).map(FleetRoster::view);
    }

    private static WorkerView view(Heard one) {
        WorkerSighting sighting = one.sighting();
        return new WorkerView(
                one.at(),
                sighting.activity(),
                sighting.drainEpoch(),
                sighting.busy(),
                sighting.inHand(),
                sighting.service(),
                sighting.outlook());
    }

    private void forgetGoneWorkers(Instant now) {
        heard.values().removeIf(one -> {
            Duration silence = Duration.between(one.at(), now);
            if (isByHand(one.sighting())) {
                return silence.compareTo(KNOWN_AFTER_END) > 0;
            }
            boolean described =
                    one.sighting().instance().filter(instances::containsKey).isPresent();
            return !described && silence.compareTo(DESCRIBE_LAG) > 0;
        });
        workerOf.values().retainAll(heard.keySet());
    }
}
