package flotilla.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the runs of one figure gave, in their order.
 *
 * @param values at least one, none of them NaN
 */
record Samples(List<Double> values) {
    Samples {
        values = List.copyOf(values);
        if (values.isEmpty() || values.stream().anyMatch(value -> value.isNaN())) {
            throw new IllegalArgumentException("at least one number: " + values);
        }
    }

    static Samples of(double... values) {
        List<Double> all = new ArrayList<>();
        for (double value : values) {
            all.add(value);
        }
        return new Samples(all);
    }

    /** The middle one, or the mean of the two in the middle. */
    double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    double min() {
        return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    double max() {
        return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /**
     * Run by run, this one over the other: neighbours in time share what else the machine did.
     *
     * @throws IllegalArgumentException when there are more runs of one than of the other
     */
    Samples over(Samples other) {
        requireAsMany(other);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            ratios.add(values.get(i) / other.values.get(i));
        }
        return new Samples(ratios);
    }

    /**
     * Run by run, this one less the other.
     *
     * @throws IllegalArgumentException when there are more runs of one than of the other
     */
    Samples minus(Samples other) {
        requireAsMany(other);
        List<Double> differences = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            differences.add(values.get(i) - other.values.get(i));
        }
        return new Samples(differences);
    }

    private void requireAsMany(Samples other) {
        if (values.size() != other.values.size()) {
            throw new IllegalArgumentException(values.size() + " runs against " + other.values.size());
        }
    }

    /** A number with three significant digits or so, for people. */
    static String shown(double value) {
        double size = Math.abs(value);
        String form = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, form, value);
    }
}
