package flotilla.bench;

import java.util.List;
import java.util.Optional;

/**
 * What rows measure: a model, and the precision in which it calculates. Figures of different ones are never mixed.
 *
 * @param precision {@code fp32}, {@code bf16} or {@code int8}
 */
record Subject(BenchModel model, String precision) {
    static final List<String> PRECISIONS = List.of(Variant.FP32, "bf16", "int8");

    /** What the targets are for. */
    static final Subject STANDARD = new Subject(BenchModel.RESNET18, Variant.FP32);

    /** What a worker runs that nobody has told anything. */
    static final Subject BUNDLED = new Subject(BenchModel.BUNDLED, Variant.FP32);

    /** The same model in another precision. */
    Subject in(String other) {
        return new Subject(model, other);
    }

    boolean isThere() {
        return model.has(precision);
    }

    /** For headings. */
    String title() {
        return precision.equals(Variant.FP32) ? model.title() : model.title() + " in " + precision;
    }

    /** A figure's name, which says what it is of unless that is {@link #STANDARD}. */
    String named(String figure) {
        String named = model == STANDARD.model() ? figure : figure + ", " + model.title();
        return precision.equals(STANDARD.precision()) ? named : named + ", " + precision;
    }

    /** A target, where it holds for this. */
    Optional<Target> target(Target target) {
        return equals(STANDARD) ? Optional.of(target) : Optional.empty();
    }

    /** Why a row is left out that has only {@link #STANDARD}; empty when that is asked for. */
    static Optional<String> requireStandard(Subject asked) {
        return asked.equals(STANDARD)
                ? Optional.empty()
                : Optional.of("it compares ResNet-18 in fp32 alone; for it leave out --model and --precision");
    }
}
