package flotilla.local;

import flotilla.domain.InstanceId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Troubles that tests order: calls that fail, instances that lie about their state. Safe for several threads. */
public final class Faults {
    /** Calls of one kind that are to fail. */
    private record Failure(String action, Map<String, String> where, String code, int left) {
        boolean hits(String called, Predicate<Map<String, String>> has) {
            return action.equals(called) && has.test(where);
        }
    }

    private final List<Failure> failures = new ArrayList<>();
    private final Set<InstanceId> pretending = new HashSet<>();
    private final Set<InstanceId> hanging = new HashSet<>();

    Faults() {}

    /**
     * The next calls of an action fail.
     *
     * @param action such as {@code RunInstances}, which also hits the launches of Auto Scaling groups
     * @param code such as {@code InsufficientInstanceCapacity} or {@code RequestLimitExceeded}; the AWS SDK repeats calls that
     *     fail with either, so that it takes several to make one call of a client fail
     */
    public void fail(String action, String code, int count) {
        fail(action, code, count, Map.of());
    }

    /**
     * The next calls of an action with certain parameters fail.
     *
     * @param where parameters and their values, such as {@code InstanceType} and {@code c7i.large}
     */
    public synchronized void fail(String action, String code, int count, Map<String, String> where) {
        failures.add(new Failure(action, Map.copyOf(where), code, count));
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
    Optional<String> next(Ec2Request request) {
        return next(request.action(), request::has);
    }

    /** The error code that a launch by the cloud itself has to fail with. */
    Optional<String> nextLaunch(LaunchSpec spec) {
        Map<String, String> parameters = Map.of("InstanceType", spec.instanceType(), "ImageId", spec.imageId());
        return next("RunInstances", where -> parameters.entrySet().containsAll(where.entrySet()));
    }

    private synchronized Optional<String> next(String action, Predicate<Map<String, String>> has) {
        for (int i = 0; i < failures.size(); i++) {
            Failure one = failures.get(i);
            if (one.hits(action, has)) {
                if (one.left() > 1) {
                    failures.set(i, new Failure(action, one.where(), one.code(), one.left() - 1));
                } else {
                    failures.remove(i);
                }
                return Optional.of(one.code());
            }
        }
        return Optional.empty();
    }

    synchronized boolean pretendsRunning(InstanceId id) {
        return pretending.contains(id);
    }

    synchronized boolean hangsOnTermination(InstanceId id) {
        return hanging.contains(id);
    }
}
