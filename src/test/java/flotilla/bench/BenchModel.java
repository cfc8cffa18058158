package flotilla.bench;

import flotilla.inference.BundledModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** A model that rows can measure. */
enum BenchModel {
    /** With random weights of a fixed seed; the targets are for it. {@code bench/run} makes it. */
    RESNET18("resnet18", "ResNet-18", "resnet18-plain") {
        @Override
        boolean has(String precision) {
            return precision.equals(Variant.FP32) || Files.exists(SHIPPED.resolve(form(precision)));
        }

        @Override
        String remedy(String precision) {
            return "remove target/bench/networks-made and start again: models/optimize.py then says why it makes none";
        }

        @Override
        Optional<Path> folder() {
            return Optional.of(SHIPPED);
        }
    },
    /** The one in the jar. */
    BUNDLED("bundled", "bundled model", "openimages23-plain") {
        @Override
        boolean has(String precision) {
            return precision.equals(Variant.FP32) || BundledModel.has(form(precision));
        }

        @Override
        String remedy(String precision) {
            return "measure another precision, or make models/openimages23/" + form(precision)
                    + " with models/optimize.py (docs/models.md)";
        }

        @Override
        Optional<Path> folder() {
            return Optional.empty();
        }
    };

    private static final Path SHIPPED = Lab.MATERIAL.resolve("resnet18");

    private final String option;
    private final String title;
    private final String plain;

    BenchModel(String option, String title, String plain) {
        this.option = option;
        this.title = title;
        this.plain = plain;
    }

    /** The one that {@code --model} calls so. */
    static Optional<BenchModel> of(String option) {
        return Stream.of(values()).filter(model -> model.option.equals(option)).findFirst();
    }

    /** What {@code --model} calls it. */
    String option() {
        return option;
    }

    /** What the report calls it. */
    String title() {
        return title;
    }

    /** Its folder, which workers are given; empty for the one that they have by themselves. */
    abstract Optional<Path> folder();

    /** A folder with the network as it was traced and none of its other forms. */
    Path plainFolder() {
        return Lab.MATERIAL.resolve(plain);
    }

    /** Whether it has a form of this precision. */
    abstract boolean has(String precision);

    /** What to do when it has none. */
    abstract String remedy(String precision);

    private static String form(String precision) {
        return "model." + precision + ".pt";
    }
}
