package flotilla.bench;

import java.util.Optional;

/**
 * One line of the report.
 *
 * @param name what was measured
 * @param unit of the numbers; empty for a ratio
 * @param samples a number for each run; empty when this figure was left out
 * @param target when there is one
 * @param detail how it was measured this time, or why it was left out; may be empty
 * @param difference how far the answers are from the plain network's, where that is known
 */
record Figure(
        String name,
        String unit,
        Optional<Samples> samples,
        Optional<Target> target,
        String detail,
        Optional<Difference> difference) {
    static Figure of(String name, String unit, Samples samples) {
        return new Figure(name, unit, Optional.of(samples), Optional.empty(), "", Optional.empty());
    }

    static Figure ratio(String name, Samples samples, Target target) {
        return of(name, "", samples).against(target);
    }

    static Figure leftOut(String name, String reason) {
        return new Figure(name, "", Optional.empty(), Optional.empty(), reason, Optional.empty());
    }

    Figure against(Target aim) {
        return against(Optional.of(aim));
    }

    /** With a target where there is one. */
    Figure against(Optional<Target> aim) {
        return new Figure(name, unit, samples, aim, detail, difference);
    }

    Figure with(String more) {
        return new Figure(name, unit, samples, target, more, difference);
    }

    Figure with(Difference fromPlain) {
        return new Figure(name, unit, samples, target, detail, Optional.of(fromPlain));
    }

    /** How it was measured and how far its answers are off, or why it was left out. */
    String how() {
        return difference.map(off -> detail + "; " + off).orElse(detail);
    }

    /** {@code met} or {@code missed}, {@code left out}, or nothing when there is no target. */
    String verdict() {
        if (samples.isEmpty()) {
            return "left out";
        }
        return target.map(aim -> aim.isMetBy(samples.get().median()) ? "met" : "missed")
                .orElse("");
    }
}
