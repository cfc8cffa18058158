package flotilla.cost;

import flotilla.scaling.InstanceState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Adds up what is used. Confined to its owner. */
final class UsageSum {
    /** What an instance's time is charged by. */
    record Rent(String type, boolean spot, InstanceState state) implements Comparable<Rent> {
        private static final Comparator<Rent> ORDER =
                Comparator.comparing(Rent::type).thenComparing(Rent::spot).thenComparing(Rent::state);

        @Override
        public int compareTo(Rent other) {
            return ORDER.compare(this, other);
        }
    }

    private final Map<Rent, Double> seconds = new TreeMap<>();
    private final Map<String, Long> calls = new TreeMap<>();
    private double watchedSeconds;
    private long images;
    private double busySeconds;
    private boolean callsComplete = true;

    void add(Rent rent, double time) {
        seconds.merge(rent, time, Double::sum);
    }

    void addWatched(double time) {
        watchedSeconds += time;
    }

    void addWork(long more, double busy) {
        images += more;
        busySeconds += busy;
    }

    void addCalls(CallCount more) {
        more.byOperation().forEach((operation, count) -> calls.merge(operation, count, Long::sum));
    }

    /** Somebody does not tell its requests. */
    void callsAreUnknown() {
        callsComplete = false;
    }

    void add(Usage usage) {
        addWatched(usage.watchedSeconds());
        usage.instances().forEach(one -> add(new Rent(one.type(), one.spot(), one.state()), one.seconds()));
        addWork(usage.images(), usage.busySeconds());
        addCalls(new CallCount(usage.calls()));
        callsComplete &= usage.callsComplete();
    }

    Usage usage() {
        List<InstanceTime> instances = new ArrayList<>();
        seconds.forEach((rent, time) -> instances.add(new InstanceTime(rent.type(), rent.spot(), rent.state(), time)));
        return new Usage(watchedSeconds, instances, images, busySeconds, calls, callsComplete);
    }
}
