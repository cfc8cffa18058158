package flotilla.cost;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was used in some time.
 *
 * @param watchedSeconds in which somebody looked at the instances; less than the time itself when there was no supervisor for a while
 * @param instances time of instances by type, Spot and state, in this order
 * @param images that workers have classified
 * @param busySeconds time in which classifiers of workers on instances were at work, each of a worker's <i>n</i> classifiers for its
 *     <i>n</i>th part
 * @param calls requests to AWS by service and operation, as in {@code sqs:ReceiveMessage}
 * @param callsComplete whether every node has told its own requests; if not, there were more of them
 */
public record Usage(
        double watchedSeconds,
        List<InstanceTime> instances,
        long images,
        double busySeconds,
        Map<String, Long> calls,
        boolean callsComplete) {
    /** Of a time in which nothing was used, and nobody looked. */
    public static final Usage NONE = new Usage(0, List.of(), 0, 0, Map.of(), true);

    public Usage {
        instances = List.copyOf(instances);
        calls = Map.copyOf(calls);
    }

    /** Time for which EC2 charges, in seconds, summed over the instances. */
    public double instanceSeconds() {
        return instances.stream()
                .filter(InstanceTime::billed)
                .mapToDouble(InstanceTime::seconds)
                .sum();
    }

    /**
     * The share of the instances' time in which their classifiers had nothing to do, 0 to 1: between images, and from the moment in
     * which an instance runs until its worker does. Empty when there were no instances.
     */
    public Optional<Double> idleShare() {
        double seconds = instanceSeconds();
        return seconds > 0 ? Optional.of(Math.max(0, 1 - busySeconds / seconds)) : Optional.empty();
    }
}
