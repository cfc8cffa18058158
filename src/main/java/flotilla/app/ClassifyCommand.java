package flotilla.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsException;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.inference.Classifiers;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import flotilla.protocol.WireFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code flotilla classify FILE...}: labels for files, in this process, one after the other, with no cloud at all. */
@Command(
        name = "classify",
        mixinStandardHelpOptions = true,
        description = "Prints the labels of image files: file, label, probability, then the next best labels.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:all files were classified", "1:at least one was not", "2:wrong usage"})
final class ClassifyCommand implements Callable<Integer> {
    /** Stands in for a path that is no safe file name; the printed result has the path itself. */
    private static final FileName UNNAMED = new FileName("image");

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "JPEG, PNG, GIF or WebP files.")
    private List<Path> files;

    @Mixin
    private CommonOptions options;

    @Option(names = "--json", description = "One JSON result a line.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try {
            CommonOptions.Loaded loaded = options.load("classify");
            FlotillaSettings settings = loaded.settings();
            try (ClassifierFactory factory = Classifiers.open(
                            ModelDownload.local(loaded),
                            settings.classifier(),
                            settings.http().maxPixels());
                    ImageClassifier classifier = factory.create()) {
                return classifyAll(classifier, settings.http().maxImageSize(), out, err) ? 0 : 1;
            }
        } catch (SettingsException e) {
            err.println("classify: " + e.getMessage());
            return 1;
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** Whether every file got a label. */
    private boolean classifyAll(ImageClassifier classifier, long maxImageSize, PrintWriter out, PrintWriter err) {
        int nameWidth =
                files.stream().mapToInt(file -> file.toString().length()).max().orElse(0);
        boolean all = true;
        for (Path file : files) {
            long start = System.nanoTime();
            Outcome outcome = classify(classifier, file, maxImageSize);
            if (json) {
                out.println(jsonLine(file, outcome, (System.nanoTime() - start) / 1e6));
            } else if (outcome instanceof Outcome.Labelled labelled) {
                out.println(tableLine(file, nameWidth, labelled.predictions()));
            }
            out.flush();
            if (outcome instanceof Outcome.Failed failed) {
                all = false;
                err.println("classify: " + file + ": " + failed.message());
                err.flush();
            }
        }
        return all;
    }

    private static Outcome classify(ImageClassifier classifier, Path file, long maxImageSize) {
        if (!Files.isRegularFile(file)) {
            return unreadable(Files.exists(file) ? "this is not a file" : "no such file; check the path");
        }
        try {
            if (Files.size(file) > maxImageSize) {
                return unreadable("the file has more than the " + maxImageSize
                        + " bytes taken; send a smaller one or raise flotilla.http.max-image-size");
            }
            return classifier.classify(new EncodedImage(file.getFileName().toString(), Files.readAllBytes(file)));
        } catch (IOException e) {
            return unreadable("cannot read it; check its permissions (" + e.getMessage() + ")");
        }
    }

    private static Outcome unreadable(String message) {
        return new Outcome.Failed(FailureCode.INPUT_MISSING, message);
    }

    private static String tableLine(Path file, int nameWidth, List<Prediction> predictions) {
        Prediction best = predictions.get(0);
        String others = predictions.stream()
                .skip(1)
                .map(prediction -> String.format(Locale.ROOT, "%s %.3f", prediction.label(), prediction.probability()))
                .collect(Collectors.joining("; "));
        return String.format(
                        Locale.ROOT,
                        "%-" + nameWidth + "s  %-20s  %.3f  %s",
                        file,
                        best.label(),
                        best.probability(),
                        others.isEmpty() ? "" : "(" + others + ")")
                .stripTrailing();
    }

    /** The result as the HTTP interface shows it, but without an id: nothing was requested. */
    private static String jsonLine(Path file, Outcome outcome, double milliseconds) {
        ClassificationResult result = new ClassificationResult(
                RequestId.create(Instant.now(), new SecureRandom()),
                FileName.of(file.toString()).orElse(UNNAMED),
                outcome,
                Optional.empty(),
                Optional.empty(),
                Map.of("classify", milliseconds));
        ObjectNode node = WireFormat.toJson(result);
        node.remove("id");
        return node.put("file", file.toString()).toString();
    }
}
