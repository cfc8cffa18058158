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

/**
 * What the supervisor knows of instances and workers: EC2's descriptions joined with the workers' reports. Confined to the
 * {@link FleetController}. It decides nothing.
 */
final class FleetRoster {
    /** How long EC2 may take to describe an instance that it has launched. */
    private static final Duration DESCRIBE_LAG = Duration.ofMinutes(2);
    /** How long a terminated instance and a silent worker without an instance stay known. */
    private static final Duration KNOWN_AFTER_END = Duration.ofMinutes(1);

    /** By how much a worker's clock and EC2's may differ. */
    private static final Duration CLOCKS_APART = Duration.ofSeconds(5);

    private record Heard(WorkerSighting sighting, Instant at) {}

    private record Life(Instant launchedAt, Instant firstSeen) {}

    private record Shown(String state, Instant since) {}

    private final Map<InstanceId, Instance> instances = new HashMap<>();
    private final Map<InstanceId, Life> lives = new HashMap<>();
    private final Map<InstanceId, Instant> launchedHere = new HashMap<>();
    private final Map<InstanceId, Duration> bootTimes = new HashMap<>();
    /** Instances whose worker was awaited here, so that its first report tells how long the boot took. */
    private final Set<InstanceId> awaited = new HashSet<>();

    private final Map<WorkerId, Heard> heard = new HashMap<>();
    private final Map<InstanceId, WorkerId> workerOf = new HashMap<>();
    /** The last life of each worker whose machine was stopped or started again: its late reports count no more. */
    private final Map<WorkerId, Long> ended = new HashMap<>();

    private final Map<InstanceId, Instant> strayed = new HashMap<>();
    private final Map<String, Shown> shown = new HashMap<>();

    /** Takes a worker's report; false when a later one was here before. */
    boolean reported(WorkerSighting sighting, Instant now) {
        Heard before = heard.get(sighting.worker());
        if (before != null && isLater(before.sighting(), sighting) || isOfAnEarlierLife(sighting)) {
            return false;
        }
        heard.put(sighting.worker(), new Heard(sighting, now));
        sighting.instance().ifPresent(id -> {
            workerOf.put(id, sighting.worker());
            Life life = lives.get(id);
            if (life != null && awaited.remove(id)) {
                Duration boot = Duration.between(life.launchedAt(), now);
                bootTimes.put(id, boot.isNegative() ? Duration.ZERO : boot);
            }
        });
        return true;
    }

    /** Of a life that is known to have ended, or that began before the machine was last started. */
    private boolean isOfAnEarlierLife(WorkerSighting sighting) {
        Long last = ended.get(sighting.worker());
        if (last != null && sighting.life() <= last) {
            return true;
        }
        return sighting.instance()
                .map(lives::get)
                .filter(life -> isBefore(sighting, life.launchedAt()))
                .isPresent();
    }

    private static boolean isLater(WorkerSighting one, WorkerSighting other) {
        return one.life() > other.life() || one.life() == other.life() && one.number() > other.number();
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
        described.forEach(instance -> next.put(instance.id(), instance));
        launchedHere.keySet().removeAll(next.keySet());
        launchedHere.values().removeIf(at -> Duration.between(at, now).compareTo(DESCRIBE_LAG) > 0);
        launchedHere.keySet().forEach(id -> next.put(id, instances.get(id)));
        instances.clear();
        instances.putAll(next);
        instances.values().forEach(instance -> begin(instance, now));
        lives.keySet().retainAll(instances.keySet());
        awaited.retainAll(instances.keySet());
        bootTimes.keySet().retainAll(instances.keySet());
        forgetGoneWorkers(now);
        instances.values().forEach(instance -> shown(instance, now));
        return instances.values().stream()
                .sorted(Comparator.comparing(Instance::id))
                .map(instance -> new InstanceView(
                        instance,
                        lives.get(instance.id()).firstSeen(),
                        Optional.ofNullable(bootTimes.get(instance.id())),
                        view(instance.id())))
                .toList();
    }

    /** A life begins when an instance is first seen and when it was started again; reports of an earlier one are void. */
    private void begin(Instance instance, Instant now) {
        InstanceId id = instance.id();
        Life life = lives.get(id);
        if (life == null || !life.launchedAt().equals(instance.launchedAt()) && !launchedHere.containsKey(id)) {
            lives.put(id, new Life(instance.launchedAt(), now));
            bootTimes.remove(id);
        }
        boolean stopped = instance.state() == InstanceState.STOPPED;
        boolean early = reportOn(id)
                .filter(report -> isBefore(report, instance.launchedAt()))
                .isPresent();
        if (stopped || early) {
            forget(id);
            bootTimes.remove(id);
        }
        if (instance.state().isAlive() && reportOn(id).isEmpty()) {
            awaited.add(id);
        }
    }

    /** The life that is heard of last is over. */
    private void forget(InstanceId id) {
        WorkerId worker = workerOf.remove(id);
        Heard last = worker == null ? null : heard.remove(worker);
        if (last != null) {
            ended.put(worker, last.sighting().life());
        }
    }

    /** Whether a worker's process began before its machine was last started. */
    private static boolean isBefore(WorkerSighting sighting, Instant launchedAt) {
        return sighting.life() < launchedAt.minus(CLOCKS_APART).toEpochMilli();
    }

    /** Workers that report from an instance that EC2 does not describe as ours. */
    List<FleetObservation.Stray> strays(Instant now) {
        List<FleetObservation.Stray> strays = new ArrayList<>();
        for (Heard one : heard.values()) {
            one.sighting()
                    .instance()
                    .filter(id -> !instances.containsKey(id))
                    .ifPresent(id -> strays.add(new FleetObservation.Stray(
                            id,
                            strayed.computeIfAbsent(id, first -> now),
                            one.sighting().activity(),
                            one.sighting().drainEpoch())));
        }
        strays.sort(Comparator.comparing(FleetObservation.Stray::instance));
        strayed.keySet()
                .retainAll(strays.stream().map(FleetObservation.Stray::instance).toList());
        return strays;
    }

    /** Workers that were started by hand, as if each were a running instance. */
    List<InstanceView> byHand() {
        return heard.values().stream()
                .filter(one -> one.sighting().instance().isEmpty())
                .map(one -> {
                    InstanceId id = new InstanceId(one.sighting().worker().value());
                    Instance instance = new Instance(id, Optional.empty(), InstanceState.RUNNING, one.at(), "");
                    return new InstanceView(instance, one.at(), Optional.empty(), Optional.of(view(one)));
                })
                .sorted(Comparator.comparing(view -> view.instance().id()))
                .toList();
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

    /** The instances for people: living ones, and those that ended a moment ago. */
    List<ShownInstance> show(Instant now) {
        List<ShownInstance> lines = new ArrayList<>();
        instances.values().stream().map(instance -> line(instance, now)).forEach(lines::add);
        byHand().stream().map(view -> line(view.instance(), now)).forEach(lines::add);
        lines.removeIf(line -> line.state().equals("terminated")
                && Duration.between(line.since(), now).compareTo(KNOWN_AFTER_END) > 0);
        lines.sort(Comparator.comparingInt((ShownInstance line) ->
                        line.appTierId().map(AppTierId::value).orElse(0))
                .thenComparing(ShownInstance::name));
        Set<String> kept = new HashSet<>();
        instances.keySet().forEach(id -> kept.add(id.value()));
        lines.forEach(line -> kept.add(line.name()));
        shown.keySet().retainAll(kept);
        return lines;
    }

    private ShownInstance line(Instance instance, Instant now) {
        Shown last = shown(instance, now);
        Optional<WorkerSighting> report = sighting(instance);
        boolean alive = instance.state().isAlive() && report.isPresent();
        return new ShownInstance(
                instance.id().value(),
                instance.appTierId(),
                last.state(),
                alive ? report.get().busy() : 0,
                report.map(known -> known.service().images()).orElse(0L),
                last.since());
    }

    private Optional<WorkerSighting> sighting(Instance instance) {
        return reportOn(instance.id())
                .or(() -> report(new WorkerId(instance.id().value())));
    }

    /** The state to show, and since when it is so. */
    private Shown shown(Instance instance, Instant now) {
        String state = state(instance, sighting(instance));
        return shown.compute(instance.id().value(), (id, last) -> {
            if (last != null && last.state().equals(state)) {
                return last;
            }
            return new Shown(state, last == null && state.equals("pending") ? instance.launchedAt() : now);
        });
    }

    private static String state(Instance instance, Optional<WorkerSighting> report) {
        return switch (instance.state()) {
            case PENDING -> "pending";
            case RUNNING ->
                report.map(known -> known.activity() == Activity.WORKING ? "running" : "draining")
                        .orElse("pending");
            case SHUTTING_DOWN, STOPPING -> "shutting-down";
            case STOPPED -> "stopped";
            case TERMINATED -> "terminated";
        };
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
                sighting.service());
    }

    private void forgetGoneWorkers(Instant now) {
        heard.values().removeIf(one -> {
            Duration silence = Duration.between(one.at(), now);
            return one.sighting()
                    .instance()
                    .map(id -> !instances.containsKey(id) && silence.compareTo(DESCRIBE_LAG) > 0)
                    .orElseGet(() -> silence.compareTo(KNOWN_AFTER_END) > 0);
        });
        workerOf.values().retainAll(heard.keySet());
        ended.keySet().removeIf(worker -> !instances.containsKey(new InstanceId(worker.value())));
    }
}
