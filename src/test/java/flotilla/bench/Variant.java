package flotilla.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A network that is compared: a model in one of the forms in which a user could have it.
 *
 * @param precision what its numbers are; figures of different precisions are never mixed
 * @param sets the settings that ask for it
 */
record Variant(String name, String precision, List<String> sets) {
    static final String FP32 = "fp32";

    Variant {
        sets = List.copyOf(sets);
    }

    /** What a worker runs without further settings: a model with the forms that Flotilla makes. */
    static Variant shipped(Subject subject) {
        List<String> sets = new ArrayList<>();
        subject.model().folder().ifPresent(folder -> sets.add(path(folder)));
        if (subject.precision().equals(FP32)) {
            return new Variant(subject.model().option(), FP32, sets);
        }
        sets.add("flotilla.classifier.precision=" + subject.precision());
        return new Variant(subject.model().option() + " " + subject.precision(), subject.precision(), sets);
    }

    /** The network as a trace leaves it, which is the measure of a right answer. */
    static Variant plain(BenchModel model) {
        return inFolder(model.plainFolder());
    }

    /** Those whose files are there; {@code bench/run} makes them. */
    static List<Variant> of(Subject subject) {
        if (!subject.isThere()) {
            return List.of();
        }
        if (!subject.precision().equals(FP32)) {
            return List.of(shipped(subject));
        }
        List<Variant> variants = new ArrayList<>();
        if (subject.model().folder().map(Files::isDirectory).orElse(true)) {
            variants.add(shipped(subject));
        }
        Stream<Path> others = subject.model() == BenchModel.RESNET18
                ? Stream.of(subject.model().plainFolder(), Lab.MATERIAL.resolve("resnet18-channels-last"))
                : Stream.of(subject.model().plainFolder());
        others.filter(Files::isDirectory).map(Variant::inFolder).forEach(variants::add);
        return variants;
    }

    private static Variant inFolder(Path folder) {
        return new Variant(folder.getFileName().toString(), FP32, List.of(path(folder)));
    }

    private static String path(Path folder) {
        return "flotilla.model.path=" + folder;
    }
}
