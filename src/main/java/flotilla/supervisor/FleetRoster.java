package flotilla.supervisor;

import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.WorkerId;
import flotilla.protocol.FleetReport;
import flotilla.protocol.SupervisorCommand.WorkerReport;
import flotilla.scaling.Activity;
import flotilla.scaling.Instance;
import flotilla.scaling.InstanceState;
import flotilla.scaling.InstanceView;
import flotilla.scaling.WorkerView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the supervisor knows of instances and workers: EC2's descriptions joined with the workers' reports. Confined to the
 * supervisor's actor. It decides nothing.
 */
final class FleetRoster {
    /** How long EC2 may take to describe an instance that it has launched. */
    private static final Duration DESCRIBE_LAG = Duration.ofMinutes(2);
    /** How long a terminated instance and a silent worker without an instance stay in the report. */
    private static final Duration REPORTED_AFTER_END = Duration.ofMinutes(1);

    private record Shown(String state, Instant since) {}

    private final Map<InstanceId, Instance> instances = new HashMap<>();
    private final Map<InstanceId, Instant> firstSeen = new HashMap<>();
    private final Map<InstanceId, Instant> launchedHere = new HashMap<>();
    private final Map<WorkerId, WorkerReport> reports = new HashMap<>();
    private final Map<WorkerId, Instant> reportedAt = new HashMap<>();
    private final Map<String, Shown> shown = new HashMap<>();

    /** Takes a worker's report. */
    void reported(WorkerReport report, Instant now) {
        reports.put(report.worker(), report);
        reportedAt.put(report.worker(), now);
    }

    /** Takes a launched instance, which EC2 may not describe yet. */
    void launched(Instance instance, Instant now) {
        instances.putIfAbsent(instance.id(), instance);
        firstSeen.putIfAbsent(instance.id(), now);
        launchedHere.put(instance.id(), now);
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
        instances.keySet().forEach(id -> firstSeen.putIfAbsent(id, now));
        firstSeen.keySet().retainAll(instances.keySet());
        forgetGoneWorkers(now);
        instances.values().forEach(instance -> shown(instance, reportOf(instance.id()), now));
        return instances.values().stream()
                .sorted(Comparator.comparing(Instance::id))
                .map(instance -> new InstanceView(instance, firstSeen.get(instance.id()), view(instance.id())))
                .toList();
    }

    /** Workers that were started by hand, as if each were a running instance. */
    List<InstanceView> byHand() {
        return reports.values().stream()
                .filter(report -> report.instance().isEmpty())
                .map(report -> {
                    InstanceId id = new InstanceId(report.worker().value());
                    Instant at = reportedAt.get(report.worker());
                    Instance instance = new Instance(id, Optional.empty(), InstanceState.RUNNING, at);
                    return new InstanceView(instance, at, Optional.of(view(report)));
                })
                .toList();
    }

    /** The app-tier id on an instance's tag. */
    Optional<AppTierId> appTierId(InstanceId id) {
        return Optional.ofNullable(instances.get(id)).flatMap(Instance::appTierId);
    }

    /** The last report of a worker. */
    Optional<WorkerReport> reportOf(WorkerId worker) {
        return Optional.ofNullable(reports.get(worker));
    }

    /** The last report of the worker on an instance. */
    Optional<WorkerReport> reportOf(InstanceId id) {
        return reports.values().stream()
                .filter(report -> report.instance().filter(id::equals).isPresent())
                .max(Comparator.comparing(report -> reportedAt.get(report.worker())));
    }

    /** The instances for people: living ones, and those that ended a moment ago. */
    FleetReport report(Instant now) {
        List<FleetReport.Line> lines = new ArrayList<>();
        instances.values().stream().map(instance -> line(instance, now)).forEach(lines::add);
        byHand().stream()
                .map(view -> line(
                        view.instance(),
                        reports.get(new WorkerId(view.instance().id().value())),
                        now))
                .forEach(lines::add);
        lines.removeIf(line -> line.state().equals("terminated")
                && Duration.between(line.since(), now).compareTo(REPORTED_AFTER_END) > 0);
        lines.sort(Comparator.comparingInt(FleetReport.Line::appTierId).thenComparing(FleetReport.Line::instanceId));
        shown.keySet()
                .retainAll(Stream.concat(
                                instances.keySet().stream().map(InstanceId::value),
                                lines.stream().map(FleetReport.Line::instanceId))
                        .toList());
        return new FleetReport(lines);
    }

    private FleetReport.Line line(Instance instance, Instant now) {
        return line(instance, reportOf(instance.id()).orElse(null), now);
    }

    private FleetReport.Line line(Instance instance, WorkerReport report, Instant now) {
        String id = instance.id().value();
        Shown last = shown(instance, Optional.ofNullable(report), now);
        boolean alive = instance.state().isAlive() && report != null;
        return new FleetReport.Line(
                id,
                instance.appTierId().map(AppTierId::value).orElse(0),
                last.state(),
                alive ? report.busy() : 0,
                report == null ? 0 : report.images(),
                last.since());
    }

    /** The state to show, and since when it is so. */
    private Shown shown(Instance instance, Optional<WorkerReport> report, Instant now) {
        String state = state(instance, report);
        return shown.compute(instance.id().value(), (id, last) -> {
            if (last != null && last.state().equals(state)) {
                return last;
            }
            return new Shown(state, last == null && state.equals("pending") ? instance.launchedAt() : now);
        });
    }

    private static String state(Instance instance, Optional<WorkerReport> report) {
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
        return reportOf(id).map(this::view);
    }

    private WorkerView view(WorkerReport report) {
        return new WorkerView(
                reportedAt.get(report.worker()),
                report.activity(),
                report.drainEpoch(),
                report.busy(),
                report.inHand());
    }

    private void forgetGoneWorkers(Instant now) {
        reports.values()
                .removeIf(report -> report.instance()
                        .map(id -> !instances.containsKey(id)
                                && silence(report, now).compareTo(DESCRIBE_LAG) > 0)
                        .orElseGet(() -> silence(report, now).compareTo(REPORTED_AFTER_END) > 0));
        reportedAt.keySet().retainAll(reports.keySet());
    }

    private Duration silence(WorkerReport report, Instant now) {
        return Duration.between(reportedAt.get(report.worker()), now);
    }
}
