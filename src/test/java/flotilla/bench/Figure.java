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
 */
record Figure(String name, String unit, Optional<Samples> samples, Optional<Target> target, String detail) {
    static Figure of(String name, String unit, Samples samples) {
        return new Figure(name, unit, Optional.of(samples), Optional.empty(), "");
    }

    static Figure ratio(String name, Samples samples, Target target) {
        return new Figure(name, "", Optional.of(samples), Optional.of(target), "");
    }

    static Figure leftOut(String name, String reason) {
        return new Figure(name, "", Optional.empty(), Optional.empty(), reason);
    }

    Figure against(Target aim) {
        return new Figure(name, unit, samples, Optional.of(aim), detail);
    }

    Figure with(String more) {
        return new Figure(name, unit, samples, target, more);
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
