package flotilla.inference;

import flotilla.config.SettingsException;
import flotilla.domain.FailureCode;
import flotilla.domain.FileName;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.protocol.ClassifierFactory;
import flotilla.protocol.EncodedImage;
import flotilla.protocol.ImageClassifier;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers from a CSV, by file name; never looks at the image. For tests and for load that needs no model.
 *
 * <p>Rows are {@code name,label}; the name is a file name or its stem, the label may hold commas. A first row
 * {@code Image,Results} is a header. An image is looked for by its full name first, then by its stem.
 */
final class TableClassifierFactory implements ClassifierFactory {
    private final Path table;
    private final Map<String, Prediction> rows;

    private TableClassifierFactory(Path table, Map<String, Prediction> rows) {
        this.table = table;
        this.rows = rows;
    }

    /**
     * Reads the table.
     *
     * @throws SettingsException when it cannot be read or a row is no row
     */
    static TableClassifierFactory read(Path table) {
        List<String> lines;
        try {
            lines = Files.readAllLines(table);
        } catch (MalformedInputException e) {
            throw new SettingsException(
                    "the table " + table + " is not UTF-8 text; check flotilla.classifier.table", e);
        } catch (IOException e) {
            throw new SettingsException("cannot read the table " + table + "; check flotilla.classifier.table", e);
        }
        Map<String, Prediction> rows = new HashMap<>();
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1).replace("\uFEFF", "").strip();
            if (!line.isEmpty() && !(number == 1 && isHeader(line))) {
                addRow(rows, line, table + ", line " + number);
            }
        }
        return new TableClassifierFactory(table, Map.copyOf(rows));
    }

    @Override
    public String model() {
        return "table";
    }

    @Override
    public ImageClassifier create() {
        return new TableClassifier();
    }

    @Override
    public void close() {}

    private static boolean isHeader(String line) {
        return line.replaceAll("[\\s\"]", "").equalsIgnoreCase("Image,Results");
    }

    private static void addRow(Map<String, Prediction> rows, String line, String place) {
        int comma = line.indexOf(',');
        String name = comma < 0 ? "" : unquoted(line.substring(0, comma));
        String label = unquoted(line.substring(comma + 1));
        if (name.isEmpty() || label.isEmpty()) {
            throw new SettingsException(place + ": a row is name,label, not \"" + line + "\"");
        }
        Prediction earlier = rows.get(name);
        if (earlier != null && !earlier.label().equals(label)) {
            throw new SettingsException(
                    place + ": " + name + " has two labels, " + earlier.label() + " and " + label + "; keep one");
        }
        rows.putIfAbsent(name, new Prediction(label, rows.size(), 1.0));
    }

    private static String unquoted(String field) {
        String text = field.strip();
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1).strip() : text;
    }

    private final class TableClassifier implements ImageClassifier {
        @Override
        public List<Outcome> classify(List<EncodedImage> images) {
            return images.stream().map(this::find).toList();
        }

        private Outcome find(EncodedImage image) {
            Prediction row = rows.get(image.fileName());
            if (row == null) {
                row = rows.get(FileName.of(image.fileName()).map(FileName::stem).orElse(""));
            }
            return row == null
                    ? new Outcome.Failed(
                            FailureCode.NOT_IN_TABLE,
                            image.fileName() + " is not in the table " + table + "; add a row for it")
                    : new Outcome.Labelled(model(), List.of(row));
        }

        @Override
        public void close() {}
    }
}
