package flotilla.simulation;

import flotilla.scaling.LogNormal;
import java.time.Duration;

/**
 * What a simulated system is like.
 *
 * @param slo from acceptance to answer
 * @param attainment the share of images that shall meet it
 * @param boot from launch to a working worker, in seconds
 * @param service of one image on one instance, in seconds; an instance serves one at a time
 * @param interval between two decisions
 * @param counterLag how late the queue's counters are
 * @param counterNoise standard deviation of the counters' relative error
 * @param launchFailures the share of launch calls that EC2 refuses
 * @param bootFailures the share of instances that never come up
 * @param seed of all chance
 * @param conduct of the supervisor, under every policy
 */
public record World(
        Duration slo,
        double attainment,
        int maxInstances,
        LogNormal boot,
        LogNormal service,
        Duration interval,
        Duration counterLag,
        double counterNoise,
        double launchFailures,
        double bootFailures,
        long seed,
        Conduct conduct) {
    /** A world with a supervisor of usual conduct. */
    public World(
            Duration slo,
            double attainment,
            int maxInstances,
            LogNormal boot,
            LogNormal service,
            Duration interval,
            Duration counterLag,
            double counterNoise,
            double launchFailures,
            double bootFailures,
            long seed) {
        this(
                slo,
                attainment,
                maxInstances,
                boot,
                service,
                interval,
                counterLag,
                counterNoise,
                launchFailures,
                bootFailures,
                seed,
                Conduct.usual());
    }

    /** The setting in which policies are compared; docs/scaling.md names it. */
    public static World league() {
        return new World(
                Duration.ofSeconds(120),
                0.99,
                20,
                LogNormal.ofMedianAndP90(45, 70),
                LogNormal.ofMeanAndVariation(0.5, 0.5),
                Duration.ofSeconds(10),
                Duration.ZERO,
                0,
                0,
                0,
                1);
    }

    /** The same with another maximum. */
    public World withMaxInstances(int most) {
        return new World(
                slo,
                attainment,
                most,
                boot,
                service,
                interval,
                counterLag,
                counterNoise,
                launchFailures,
                bootFailures,
                seed,
                conduct);
    }

    /** Whether half of the machines launched for an image are up too late for it. */
    boolean bootsOutlastThePromise() {
        return boot.median() + service.mean() >= sloSeconds();
    }

    double sloSeconds() {
        return slo.toMillis() / 1000.0;
    }
}
