package flotilla.scaling;

import java.time.Duration;

/**
 * What a worker has done since its start. Both figures only grow while the worker lives.
 *
 * @param images classified
 * @param busyTime time that its classifiers were at work, summed over them
 * @param classifiers how many work side by side; at least 1
 */
public record ServiceCount(long images, Duration busyTime, int classifiers) {
    public ServiceCount {
        if (images < 0 || busyTime.isNegative() || classifiers < 1) {
            throw new IllegalArgumentException("a service count is never negative and has at least one classifier");
        }
    }

    /** The count of a worker that has done nothing yet. */
    public static ServiceCount none(int classifiers) {
        return new ServiceCount(0, Duration.ZERO, classifiers);
    }
}
