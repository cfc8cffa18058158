package flotilla.bench;

import java.nio.file.Files;
import java.util.List;

/**
 * A network that is compared: ResNet-18 in one of the forms in which a user could have it.
 *
 * @param precision what its numbers are; figures of different precisions are never mixed
 * @param sets the settings that ask for it
 */
record Variant(String name, String precision, List<String> sets) {
    static final String FP32 = "fp32";

    Variant {
        sets = List.copyOf(sets);
    }

    /** Those whose model folder is there; {@code bench/make_resnet18.py} makes them. */
    static List<Variant> all() {
        return List.of(
                        folder("traced", FP32, "resnet18"),
                        folder("channels-last", FP32, "resnet18-channels-last"),
                        folder("bf16", "bf16", "resnet18-bf16"),
                        folder("int8", "int8", "resnet18-int8"))
                .stream()
                .filter(variant -> Files.isDirectory(Lab.MATERIAL.resolve(variant.folderName())))
                .toList();
    }

    static List<Variant> of(String precision) {
        return all().stream()
                .filter(variant -> variant.precision().equals(precision))
                .toList();
    }

    private static Variant folder(String name, String precision, String folder) {
        return new Variant(name, precision, List.of("flotilla.model.path=" + Lab.MATERIAL.resolve(folder)));
    }

    private String folderName() {
        String path = sets.get(0);
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
