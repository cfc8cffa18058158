package flotilla.load;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The right label of each image, from a CSV with rows {@code name,label}.
 *
 * <p>A first row {@code Image,Results} is a header. The name stands with its extension, in any letter case, or without; a row
 * with the extension wins over one without. Everything behind the first comma is the label; space around both is dropped, and
 * so are double quotes around either.
 */
public final class Predictions {
    private final Path file;
    private final Map<String, String> labels;

    private Predictions(Path file, Map<String, String> labels) {
        this.file = file;
        this.labels = labels;
    }

    /**
     * Reads the file.
     *
     * @throws LoadException when it cannot be read, or with the line's number when a row is no row or comes twice
     */
    public static Predictions read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (MalformedInputException e) {
            throw new LoadException(file + " is not UTF-8 text; check --prediction-file", e);
        } catch (IOException e) {
            throw new LoadException("cannot read " + file + "; check --prediction-file", e);
        }
        Map<String, String> labels = new HashMap<>();
        Map<String, Integer> seen = new HashMap<>();
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1).replace("\uFEFF", "").strip();
            if (line.isEmpty() || number == 1 && isHeader(line)) {
                continue;
            }
            String place = file + ", line " + number;
            int comma = line.indexOf(',');
            String name = comma < 0 ? "" : unquoted(line.substring(0, comma));
            String label = comma < 0 ? "" : unquoted(line.substring(comma + 1));
            if (name.isEmpty() || label.isEmpty()) {
                throw new LoadException(place + ": a row is name,label, not \"" + line + "\"");
            }
            Integer earlier = seen.putIfAbsent(key(name), number);
            if (earlier != null) {
                throw new LoadException(place + ": " + name + " has a row already, line " + earlier + "; keep one");
            }
            labels.put(key(name), label);
        }
        if (labels.isEmpty()) {
            throw new LoadException(file + " has no row; check --prediction-file");
        }
        return new Predictions(file, labels);
    }

    /**
     * Makes sure that every image has its row, before anything is sent.
     *
     * @throws LoadException when one has none
     */
    public void requireAll(ImageFolder folder, long requests) {
        List<LoadImage> without = folder.images().stream()
                .limit(requests)
                .filter(image -> label(image).isEmpty())
                .toList();
        if (!without.isEmpty()) {
            throw new LoadException(file + " has no row for " + without.get(0).name()
                    + (without.size() == 1 ? "" : " and " + (without.size() - 1) + " more")
                    + "; add it, or leave --prediction-file out");
        }
    }

    /** The right label of an image. */
    Optional<String> label(LoadImage image) {
        return Optional.ofNullable(labels.get(key(image.name())))
                .or(() -> Optional.ofNullable(labels.get(image.stem())));
    }

    /** A name with its extension in lower case; a stem may hold dots of its own and stays as it is. */
    private static String key(String name) {
        if (LoadImage.mediaType(name).isEmpty()) {
            return name;
        }
        int dot = name.lastIndexOf('.');
        return name.substring(0, dot) + name.substring(dot).toLowerCase(Locale.ROOT);
    }

    private static boolean isHeader(String line) {
        return line.replaceAll("[\\s\"]", "").equalsIgnoreCase("Image,Results");
    }

    private static String unquoted(String field) {
        String text = field.strip();
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1).strip() : text;
    }
}
