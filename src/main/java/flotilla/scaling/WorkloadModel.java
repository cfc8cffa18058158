package flotilla.scaling;

import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What was learned of the work and the machines: arrivals, service time and boot time, the last two for each instance type.
 * It is a value: every observation gives a new one, and a new supervisor starts from what is assumed.
 *
 * @param assumed what holds until something was seen
 * @param arrivals images that arrived, by the gateways' counts, or derived from the queue's depth where there are none
 * @param services by instance type
 * @param boots by instance type
 * @param counted the last service count of each instance
 * @param booted instances whose boot has been learned from
 * @param lastTraffic the gateways' figures at the last observation
 * @param lastDepth the queue's depth at the last observation that knew it
 * @param carried what the queue's depth and the workers' counts have not yet agreed on
 */
public record WorkloadModel(
        Assumed assumed,
        ArrivalHistory arrivals,
        Map<String, ServiceEstimate> services,
        Map<String, BootEstimate> boots,
        Map<InstanceId, ServiceCount> counted,
        Set<InstanceId> booted,
        Traffic lastTraffic,
        Optional<QueueDepth> lastDepth,
        Carried carried) {
    /** How long the queue's counters and the workers' reports may lag behind each other. */
    private static final Duration COUNTS_APART = Duration.ofMinutes(1);

    /**
     * Images by which the change of the queue's depth and the images answered meanwhile differ. Each answer is counted twice,
     * once as a message less and once by its worker, and seldom at the same look: a message that is gone is no arrival less
     * but an answer to be heard of. One that nobody reports within {@link #COUNTS_APART} went another way.
     *
     * @param images below zero when answers are still to be heard of, above when the depth is still to be read
     * @param since when it last fell
     */
    public record Carried(double images, Instant since) {
        private static final Carried NOTHING = new Carried(0, Instant.EPOCH);
    }

    /**
     * What holds until something was seen.
     *
     * @param serviceTime of one image on one instance, that is one over its throughput
     * @param bootTime from launch to the worker's first report
     */
    public record Assumed(Duration serviceTime, LogNormal bootTime) {
        /** A second an image, a minute a boot. */
        public static Assumed usual() {
            return new Assumed(Duration.ofSeconds(1), LogNormal.ofMedianAndP90(60, 90));
        }
    }

    public WorkloadModel {
        // Sorted: sums over them, and the first of equals, must not depend on how they came about.
        services = Collections.unmodifiableMap(new TreeMap<>(services));
        boots = Collections.unmodifiableMap(new TreeMap<>(boots));
        counted = Map.copyOf(counted);
        booted = Set.copyOf(booted);
    }

    /** Nothing was seen yet. */
    public static WorkloadModel unlearned(Assumed assumed) {
        return new WorkloadModel(
                assumed,
                ArrivalHistory.empty(),
                Map.of(),
                Map.of(),
                Map.of(),
                Set.of(),
                Traffic.unknown(),
                Optional.empty(),
                Carried.NOTHING);
    }

    /** What one instance of a type takes for an image, in seconds; the type not known, the mean over all. */
    public double serviceSeconds(String type) {
        ServiceEstimate known = services.get(type);
        return known != null ? known.seconds() : serviceSeconds();
    }

    /** What one instance takes for an image, in seconds: over all types, weighted by what was seen. */
    public double serviceSeconds() {
        double weight =
                services.values().stream().mapToDouble(ServiceEstimate::weight).sum();
        return weight == 0
                ? assumed.serviceTime().toMillis() / 1000.0
                : services.values().stream()
                                .mapToDouble(one -> one.seconds() * one.weight())
                                .sum()
                        / weight;
    }

    /** The time from launch to the first report for a type; the type not known, that of the type seen most. */
    public LogNormal bootTime(String type) {
        BootEstimate known = boots.get(type);
        return known != null ? known.distribution() : bootTime();
    }

    /** The time from launch to the first report for the type that was seen most. */
    public LogNormal bootTime() {
        return boots.values().stream()
                .max((one, other) ->
                        Integer.compare(one.seconds().size(), other.seconds().size()))
                .map(BootEstimate::distribution)
                .orElse(assumed.bootTime());
    }

    /**
     * Images that are still to be answered. SQS's counters lag behind by up to {@code lag}; the gateways' own count lacks what
     * came another way and may hold what was answered elsewhere. So SQS's count stands, corrected towards the gateways' by no
     * more than what has arrived within the lag.
     */
    public double backlog(QueueDepth depth, Traffic traffic, Duration lag) {
        double queued = depth.messages();
        if (!traffic.isKnown()) {
            return queued;
        }
        double moved = arrivals.total() - arrivals.totalAgo(lag);
        double off = -traffic.difference(depth.messages());
        return queued + Math.max(-moved, Math.min(moved, off));
    }

    /** The model after another observation. */
    WorkloadModel observed(FleetObservation observation) {
        List<InstanceView> instances = observation.instances().orElse(List.of());
        Map<String, ServiceEstimate> nextServices = new HashMap<>(services);
        Map<InstanceId, ServiceCount> nextCounted = new HashMap<>();
        Map<String, BootEstimate> nextBoots = new HashMap<>(boots);
        Set<InstanceId> nextBooted = new HashSet<>();
        long answered = 0;
        for (InstanceView view : instances) {
            InstanceId id = view.instance().id();
            String type = view.instance().type();
            if (view.worker().isPresent()) {
                ServiceCount now = view.worker().get().service();
                long images = learnService(nextServices, type, counted.get(id), now);
                // What a worker had done before this supervisor knew it is no arrival of today.
                answered += counted.containsKey(id) || view.bootTime().isPresent() ? images : 0;
                nextCounted.put(id, now);
            }
            if (view.bootTime().isPresent()) {
                if (!booted.contains(id)) {
                    BootEstimate before = nextBoots.getOrDefault(type, new BootEstimate(List.of(), assumed.bootTime()));
                    nextBoots.put(type, before.plus(view.bootTime().get().toMillis() / 1000.0));
                }
                nextBooted.add(id);
            }
        }
        if (observation.instances().isEmpty()) {
            nextCounted.putAll(counted);
            nextBooted.addAll(booted);
        }
        boolean exact = observation.traffic().isKnown();
        double unexplained = unexplained(observation, answered);
        double arrived = exact
                ? (double) observation.traffic().accepted() - lastTraffic.accepted()
                : observation.depth().isPresent() ? Math.max(0, unexplained) : 0;
        return new WorkloadModel(
                assumed,
                arrivals.plus(arrived, observation.at()),
                nextServices,
                nextBoots,
                nextCounted,
                nextBooted,
                observation.traffic(),
                observation.depth().or(() -> lastDepth),
                exact ? Carried.NOTHING : carried(unexplained - arrived, observation.at()));
    }

    /** Images that have come or gone since the last look by the queue's depth and the workers' counts. */
    private double unexplained(FleetObservation observation, long answered) {
        double moved = observation.depth().isEmpty() || lastDepth.isEmpty()
                ? 0
                : observation.depth().get().messages() - lastDepth.get().messages();
        return carried.images() + moved + (lastDepth.isEmpty() ? 0 : answered);
    }

    private Carried carried(double images, Instant now) {
        if (images >= 0 || images < carried.images()) {
            return new Carried(images, now);
        }
        boolean old = Duration.between(carried.since(), now).compareTo(COUNTS_APART) > 0;
        return old ? Carried.NOTHING : new Carried(images, carried.since());
    }

    /** Learns from what a worker did since the last look, and returns how many images that were. */
    private static long learnService(
            Map<String, ServiceEstimate> services, String type, ServiceCount before, ServiceCount now) {
        ServiceCount from = before != null && before.images() <= now.images() ? before : ServiceCount.none(1);
        long images = now.images() - from.images();
        Duration busy = now.busyTime().minus(from.busyTime());
        if (images <= 0 || busy.isNegative() || busy.isZero()) {
            return Math.max(0, images);
        }
        double sample = busy.toNanos() / 1e9 / images / now.classifiers();
        ServiceEstimate known = services.get(type);
        services.put(
                type,
                known == null
                        ? new ServiceEstimate(sample, Math.min(ServiceEstimate.MEMORY, images))
                        : known.plus(sample, images));
        return images;
    }
}
