package flotilla.drill;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a drill left behind in the embedded cloud's folder: results, and the words of workers. */
final class Buckets {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern RESULT = Pattern.compile("[0-9a-f-]{36}\\.json");
    private static final Pattern LEAVING = Pattern.compile("leaving inHand=(\\d+)");

    private Buckets() {}

    /** The results in the output bucket by request id. */
    static Map<String, Answer> results(Path data) throws IOException {
        Map<String, Answer> results = new HashMap<>();
        try (Stream<Path> files = Files.list(data.resolve("s3").resolve("flotilla-output"))) {
            for (Path file : files.filter(path ->
                            RESULT.matcher(path.getFileName().toString()).matches())
                    .toList()) {
                Answer answer = Answer.of(JSON.readTree(Files.readString(file)));
                results.put(answer.id(), answer);
            }
        }
        return results;
    }

    /**
     * How workers were told to end.
     *
     * @param told so many workers wrote that they were
     * @param busy a line for each of them that held images then
     */
    record Endings(int told, List<String> busy) {}

    /** What the workers' logs tell of their ends. */
    static Endings endings(Path data) throws IOException {
        int told = 0;
        List<String> busy = new ArrayList<>();
        try (Stream<Path> logs = Files.list(data.resolve("logs"))) {
            for (Path log : logs.filter(path -> path.getFileName().toString().startsWith("i-"))
                    .sorted()
                    .toList()) {
                Matcher leaving = LEAVING.matcher(Files.readString(log));
                if (leaving.find()) {
                    told++;
                    if (!leaving.group(1).equals("0")) {
                        busy.add(log.getFileName() + " was told to end with " + leaving.group(1) + " images in hand");
                    }
                }
            }
        }
        return new Endings(told, busy);
    }
}
