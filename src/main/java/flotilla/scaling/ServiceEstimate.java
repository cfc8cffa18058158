package flotilla.scaling;

/**
 * How long one instance takes for an image when it is never idle: the time of its classifiers over their number,
 *
 * <pre>s = busy time / (images · classifiers)</pre>
 *
 * as a mean over the last images. A sample far away from what is known (a classifier that hung, a cold start) counts as one
 * at the edge of what is plausible, so that it moves the estimate and does not take it over.
 *
 * @param seconds the mean
 * @param weight how many images it rests on, at most {@link #MEMORY}
 */
public record ServiceEstimate(double seconds, double weight) {
    /** Images after which a new one counts as much as it ever will. */
    static final double MEMORY = 400;
    /** Images known before outliers are told from the rest. */
    private static final double KNOWN_AFTER = 20;

    private static final double PLAUSIBLE_FACTOR = 3;

    ServiceEstimate plus(double sampleSeconds, long images) {
        double sample = weight < KNOWN_AFTER
                ? sampleSeconds
                : Math.max(seconds / PLAUSIBLE_FACTOR, Math.min(seconds * PLAUSIBLE_FACTOR, sampleSeconds));
        double total = weight + images;
        return new ServiceEstimate((seconds * weight + sample * images) / total, Math.min(MEMORY, total));
    }
}
