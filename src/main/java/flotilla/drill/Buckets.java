package flotilla.drill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a drill left behind in the embedded cloud's folder. */
final class Buckets {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern RESULT = Pattern.compile("([0-9a-f-]{36})(?:\\.(\\d+))?\\.json");

    private Buckets() {}

    /** A line for each image that the input bucket does not have, byte for byte, under each of its ids. */
    static List<String> spoilt(Path data, List<Story> stories) throws IOException {
        List<String> spoilt = new ArrayList<>();
        for (Story story : stories) {
            DrillImage image = story.image();
            for (String id : story.ids()) {
                Path kept =
                        data.resolve("s3").resolve("flotilla-input").resolve(id).resolve(image.file());
                if (!Files.exists(kept)) {
                    spoilt.add("wrong: " + image.file() + " was accepted as " + id + " and is not kept under that id");
                } else if (!Arrays.equals(Files.readAllBytes(kept), image.bytes())) {
                    spoilt.add("wrong: " + image.file() + " is kept as " + id + " with other bytes than were sent");
                }
            }
        }
        return spoilt;
    }

    /** All generations of all results in the output bucket. */
    static List<Stored> results(Path data) throws IOException {
        List<Stored> results = new ArrayList<>();
        try (Stream<Path> files = Files.list(data.resolve("s3").resolve("flotilla-output"))) {
            for (Path file : files.sorted().toList()) {
                Matcher name = RESULT.matcher(file.getFileName().toString());
                if (name.matches()) {
                    JsonNode result = JSON.readTree(Files.readString(file));
                    results.add(new Stored(
                            name.group(1),
                            name.group(2) == null ? 1 : Integer.parseInt(name.group(2)),
                            Answer.of(result),
                            Files.getLastModifiedTime(file).toInstant(),
                            result.path("journey").path("work").path("delivery").asInt()));
                }
            }
        }
        return results;
    }
}
