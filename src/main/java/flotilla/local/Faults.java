package flotilla.local;

import flotilla.domain.InstanceId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Troubles that tests order: calls that fail, instances that lie about their state. Safe for several threads. */
public final class Faults {
    private final Map<String, Deque<String>> failures = new HashMap<>();
    private final Set<InstanceId> pretending = new HashSet<>();
    private final Set<InstanceId> hanging = new HashSet<>();

    Faults() {}

    /**
     * The next calls of an action fail.
     *
     * @param action such as {@code RunInstances}
     * @param code such as {@code InsufficientInstanceCapacity} or {@code RequestLimitExceeded}; the AWS SDK repeats calls that
     *     fail with either, so that it takes several to make one call of a client fail
     */
    public synchronized void fail(String action, String code, int count) {
        Deque<String> queue = failures.computeIfAbsent(action, name -> new ArrayDeque<>());
        for (int i = 0; i < count; i++) {
            queue.add(code);
        }
    }

    /** The instance says running whatever becomes of its process. */
    public synchronized void pretendRunning(InstanceId id) {
        pretending.add(id);
    }

    /** Terminating the instance does nothing but make it say shutting-down. */
    public synchronized void hangTermination(InstanceId id) {
        hanging.add(id);
    }

    /** No more faults. What was hidden or held up stays so for instances that have been hit already. */
    public synchronized void clear() {
        failures.clear();
        pretending.clear();
        hanging.clear();
    }

    /** The error code that this call has to fail with. */
    synchronized Optional<String> next(String action) {
        return Optional.ofNullable(failures.get(action)).map(Deque::poll);
    }

    synchronized boolean pretendsRunning(InstanceId id) {
        return pretending.contains(id);
    }

    synchronized boolean hangsOnTermination(InstanceId id) {
        return hanging.contains(id);
    }
}
