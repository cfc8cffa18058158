package flotilla.scaling;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How many images had arrived at each of the last looks. Between two looks arrivals are taken as even.
 *
 * @param samples the oldest first; totals never fall
 */
public record ArrivalHistory(List<Sample> samples) {
    /** How far back it reaches. */
    static final Duration KEPT = Duration.ofMinutes(15);

    /** The total at one look. */
    public record Sample(Instant at, double total) {}

    public ArrivalHistory {
        samples = List.copyOf(samples);
    }

    /** Nothing was seen yet. */
    public static ArrivalHistory empty() {
        return new ArrivalHistory(List.of());
    }

    /** The history with {@code arrived} more images at {@code now}; a look at the same instant or before is added to it. */
    ArrivalHistory plus(double arrived, Instant now) {
        List<Sample> next = new ArrayList<>(samples.size() + 1);
        Instant oldest = now.minus(KEPT);
        for (int i = 0; i < samples.size(); i++) {
            boolean nextIsOldEnough =
                    i + 1 < samples.size() && !samples.get(i + 1).at().isAfter(oldest);
            if (!nextIsOldEnough) {
                next.add(samples.get(i));
            }
        }
        double total = total() + Math.max(0, arrived);
        Sample last = next.isEmpty() ? null : next.get(next.size() - 1);
        if (last != null && !now.isAfter(last.at())) {
            next.set(next.size() - 1, new Sample(last.at(), total));
        } else {
            next.add(new Sample(now, total));
        }
        return new ArrivalHistory(next);
    }

    /** All images seen so far. */
    public double total() {
        return samples.isEmpty() ? 0 : samples.get(samples.size() - 1).total();
    }

    /** How far back the history reaches, at most {@link #KEPT}. */
    public Duration span() {
        return samples.isEmpty()
                ? Duration.ZERO
                : Duration.between(
                        samples.get(0).at(), samples.get(samples.size() - 1).at());
    }

    /** The total {@code ago} before the last look, interpolated; before the first look it is the first one's. */
    public double totalAgo(Duration ago) {
        if (samples.isEmpty()) {
            return 0;
        }
        Instant when = samples.get(samples.size() - 1).at().minus(ago);
        for (int i = samples.size() - 1; i > 0; i--) {
            Sample before = samples.get(i - 1);
            if (!before.at().isAfter(when)) {
                Sample after = samples.get(i);
                double part = seconds(before.at(), when) / Math.max(1e-3, seconds(before.at(), after.at()));
                return before.total() + Math.min(1, part) * (after.total() - before.total());
            }
        }
        return samples.get(0).total();
    }

    /** How long before the last look nothing had arrived; since the first look if nothing ever did. */
    public Duration silence() {
        if (samples.isEmpty()) {
            return Duration.ZERO;
        }
        int last = samples.size() - 1;
        int i = last;
        while (i > 0 && samples.get(i - 1).total() >= total()) {
            i--;
        }
        return Duration.between(samples.get(i).at(), samples.get(last).at());
    }

    /** Images per second over the last {@code window}, or over what is known of it; 0 after less than one look. */
    public double rate(Duration window) {
        Duration known = span().compareTo(window) < 0 ? span() : window;
        double seconds = known.toMillis() / 1000.0;
        return seconds < 0.05 ? 0 : (total() - totalAgo(known)) / seconds;
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toMillis() / 1000.0;
    }
}
