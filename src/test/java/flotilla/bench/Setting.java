package flotilla.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * How a network is run.
 *
 * @param classifiers side by side; 0 for as many as a worker finds to be best
 * @param threads of PyTorch within each; 0 likewise
 * @param together images in one run of the network
 */
record Setting(Variant variant, int classifiers, int threads, int together) {
    /** What a worker does without further settings. */
    static Setting shipped(Subject subject, int together) {
        return new Setting(Variant.shipped(subject), 0, 0, together);
    }

    /**
     * Every way to put {@code cores} cores to work that is worth a try.
     *
     * @param shipped the variant that is also tried as a worker tunes it
     */
    static List<Setting> candidates(List<Variant> variants, Variant shipped, int cores) {
        List<Setting> all = new ArrayList<>();
        for (Variant variant : variants) {
            for (int together : List.of(1, 4, 8)) {
                if (variant.equals(shipped)) {
                    all.add(new Setting(variant, 0, 0, together));
                }
                all.add(new Setting(variant, cores, 1, together));
                if (cores > 1) {
                    all.add(new Setting(variant, 1, cores, together));
                }
            }
        }
        return all;
    }

    /** The settings that make a worker run it so. */
    List<String> sets() {
        List<String> sets = new ArrayList<>(variant.sets());
        sets.add("flotilla.classifier.parallelism=" + classifiers);
        sets.add("flotilla.classifier.threads=" + threads);
        return sets;
    }

    @Override
    public String toString() {
        String cores = classifiers == 0
                ? "as a worker tunes it"
                : classifiers + "×" + threads + (threads == 1 ? " thread" : " threads");
        return variant.name() + ", " + cores + ", batch " + together;
    }
}
