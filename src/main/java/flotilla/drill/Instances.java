package flotilla.drill;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The embedded cloud's instances as its folder shows them: which process each is, and what that one has inside its classifiers,
 * by the marks that workers keep for those who come after them.
 *
 * @param data the cloud's folder
 */
record Instances(Path data) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENDING = ".json";
    /**
     * The bytes of a place in a worker's marks. An image that is inside is its id and a line feed; one that is to enter alone has another place
     * besides, a tilde and its id, which says nothing of who is inside.
     */
    private static final int PLACE = 37;

    private static final String ALONE = "~";

    private static final Pattern INSIDE = Pattern.compile("[0-9a-f-]{36}\n");

    /** Where workers are to keep their marks. */
    Path marks() {
        return data.toAbsolutePath().resolve("attempts");
    }

    /** How many were launched so far: each has a log. */
    long launched() throws IOException {
        return files(data.resolve("logs"), ".log").stream()
                .filter(log -> log.getFileName().toString().startsWith("i-"))
                .count();
    }

    /** The id of the instance that this process is; empty when it is none, or none any more. */
    Optional<String> of(ProcessHandle process) throws IOException {
        for (Path file : files(data.resolve("instances"), ENDING)) {
            try {
                if (JSON.readTree(Files.readString(file)).path("pid").asLong() == process.pid()) {
                    String name = file.getFileName().toString();
                    return Optional.of(name.substring(0, name.length() - ENDING.length()));
                }
            } catch (NoSuchFileException | JsonProcessingException e) {
                // That one has just ended, or is being written: another one's file is looked for.
                continue;
            }
        }
        return Optional.empty();
    }

    /**
     * The images inside the classifiers of an instance's worker at this moment, while it lives: of each id, whether it is tried alone. One
     * that merely is the only one inside is not: another may have come out just before.
     */
    Map<String, Boolean> classifying(String instance) throws IOException {
        Map<String, Boolean> ids = new LinkedHashMap<>();
        for (Path file : files(marks(), ".marks")) {
            if (file.getFileName().toString().contains("." + instance + "-")) {
                List<String> places = places(file);
                places.stream()
                        .filter(place -> INSIDE.matcher(place).matches())
                        .map(String::strip)
                        .forEach(id -> ids.put(id, places.contains(ALONE + id)));
            }
        }
        return ids;
    }

    private static List<String> places(Path file) throws IOException {
        try {
            String marks = Files.readString(file, StandardCharsets.ISO_8859_1);
            return IntStream.range(0, marks.length() / PLACE)
                    .mapToObj(place -> marks.substring(place * PLACE, (place + 1) * PLACE))
                    .toList();
        } catch (NoSuchFileException e) {
            // Its worker has ended in order.
            return List.of();
        }
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(ending))
                    .toList();
        }
    }
}
