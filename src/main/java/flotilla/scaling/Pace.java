package flotilla.scaling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How fast the fleet works off what waits. With <i>s</i> the service time of one instance, <i>r</i> instances at work and
 * <i>b<sub>i</sub></i> the time until another one has booted, the images answered by the time <i>t</i> from now are
 *
 * <pre>A(t) = (1/s) · (r·t + Σ max(0, t − b<sub>i</sub>))</pre>
 *
 * New arrivals are left out: who asks for this is kept out until there is room.
 *
 * @param backlog images without an answer
 * @param serviceSeconds that one instance takes for an image when it is never idle
 * @param ready instances at work
 * @param bootsIn seconds until each instance that boots, or that is about to be launched, is at work
 */
public record Pace(double backlog, double serviceSeconds, int ready, List<Double> bootsIn) {
    /** Beyond this share of all boots the distribution says nothing any more. */
    private static final double NEARLY_ALL = 0.999;

    public Pace {
        bootsIn = bootsIn.stream().sorted().toList();
    }

    /**
     * The pace of a fleet.
     *
     * @param shown its instances
     * @param desired how many there shall be; those that are missing are taken as launched now. Empty: nobody launches any
     */
    static Pace of(
            double backlog, WorkloadModel model, List<ShownInstance> shown, Optional<Integer> desired, Instant now) {
        LogNormal boot = model.bootTime();
        int ready = (int) shown.stream()
                .filter(one -> counts(one, CountedAs.RUNNING, "running"))
                .count();
        List<Double> bootsIn = new ArrayList<>();
        shown.stream()
                .filter(one -> counts(one, CountedAs.PENDING, "pending"))
                .forEach(one -> bootsIn.add(restOfBoot(boot, bootLasts(one, now))));
        int missing = desired.orElse(0) - ready - bootsIn.size();
        for (int i = 0; i < missing; i++) {
            bootsIn.add(boot.median());
        }
        return new Pace(backlog, model.serviceSeconds(), ready, bootsIn);
    }

    /** As decisions count it; a worker beside a fleet that is not its own is counted by them as nothing, but works all the same. */
    private static boolean counts(ShownInstance one, CountedAs as, String state) {
        return one.countedAs().map(as::equals).orElse(one.state().equals(state));
    }

    /** One that was told to start, and that EC2 still calls stopped, is at its beginning. */
    private static Duration bootLasts(ShownInstance one, Instant now) {
        return one.state().equals("pending") ? Duration.between(one.since(), now) : Duration.ZERO;
    }

    /** The median of what is left of a boot that has lasted so long. */
    private static double restOfBoot(LogNormal boot, Duration lasted) {
        double age = Math.max(0, lasted.toMillis() / 1000.0);
        double half = Math.min(NEARLY_ALL, (1 + boot.cdf(age)) / 2);
        return Math.max(0, boot.quantile(half) - age);
    }

    /** Seconds until so many images are answered: the smallest t with A(t) ≥ images; infinite when nobody will do them. */
    public double secondsFor(double images) {
        double answered = 0;
        double from = 0;
        int working = ready;
        for (double boot : bootsIn) {
            double until = answered + working * (boot - from) / serviceSeconds;
            if (until >= images) {
                break;
            }
            answered = until;
            from = boot;
            working++;
        }
        double left = Math.max(0, images - answered);
        return left == 0 ? from : from + left * serviceSeconds / working;
    }
}
