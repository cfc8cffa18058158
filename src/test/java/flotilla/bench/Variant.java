package flotilla.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A network that is compared: ResNet-18 in one of the forms in which a user could have it.
 *
 * @param precision what its numbers are; figures of different precisions are never mixed
 * @param sets the settings that ask for it
 */
record Variant(String name, String precision, List<String> sets) {
    static final String FP32 = "fp32";

    private static final String PATH = "flotilla.model.path=";

    Variant {
        sets = List.copyOf(sets);
    }

    /** What a worker runs without further settings: a model folder with the forms that Flotilla makes. */
    static Variant shipped() {
        return folder("resnet18", FP32);
    }

    /** The network as a trace leaves it, which is the measure of a right answer. */
    static Variant plain() {
        return folder("resnet18-plain", FP32);
    }

    /** Those whose files are there; {@code bench/run} makes them. */
    static List<Variant> of(String precision) {
        List<Variant> variants = new ArrayList<>();
        if (precision.equals(FP32)) {
            variants.add(shipped());
            variants.add(plain());
            variants.add(folder("resnet18-channels-last", FP32));
        } else if (Files.exists(Lab.MATERIAL.resolve("resnet18/model." + precision + ".pt"))) {
            List<String> sets = new ArrayList<>(shipped().sets());
            sets.add("flotilla.classifier.precision=" + precision);
            variants.add(new Variant("resnet18 " + precision, precision, sets));
        }
        return variants.stream().filter(Variant::isThere).toList();
    }

    private static Variant folder(String name, String precision) {
        return new Variant(name, precision, List.of(PATH + Lab.MATERIAL.resolve(name)));
    }

    private boolean isThere() {
        return Files.isDirectory(Path.of(sets.get(0).substring(PATH.length())));
    }
}
