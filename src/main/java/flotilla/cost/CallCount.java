package flotilla.cost;

import java.util.Map;
import java.util.TreeMap;

/**
 * Requests that a process has sent to AWS since its start. Each try of a call counts, for AWS charges each.
 *
 * @param byOperation service and operation as in {@code sqs:ReceiveMessage}, with how many; each only grows
 */
public record CallCount(Map<String, Long> byOperation) {
    /** Of a process that has sent none yet. */
    public static final CallCount NONE = new CallCount(Map.of());

    public CallCount {
        byOperation = Map.copyOf(byOperation);
    }

    /** What came after an earlier count of the same process. */
    CallCount after(CallCount earlier) {
        Map<String, Long> more = new TreeMap<>();
        byOperation.forEach((operation, count) -> {
            long came = count - earlier.byOperation().getOrDefault(operation, 0L);
            if (came > 0) {
                more.put(operation, came);
            }
        });
        return new CallCount(more);
    }

    /** Of each operation the larger count of both: counts only grow, so that it is what is known for sure. */
    CallCount atLeast(CallCount other) {
        Map<String, Long> most = new TreeMap<>(byOperation);
        other.byOperation().forEach((operation, count) -> most.merge(operation, count, Math::max));
        return new CallCount(most);
    }
}
