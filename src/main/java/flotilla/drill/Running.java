package flotilla.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which instances ran at the same time, by the cloud's log, and as which app-tier ids, by their workers' own logs.
 *
 * @param most so many ran at the same time
 * @param twins a line for each app-tier id that two of them had at the same time
 */
record Running(int most, List<String> twins) {
    private static final Pattern CHANGE =
            Pattern.compile("(?m)^(\\S+) .*instance=(i-[0-9a-f]+) ([a-z-]+) -> ([a-z-]+)");
    private static final Pattern RECEIVES =
            Pattern.compile("(?m)^(\\S+) .* receiving as worker=(\\S+) appTierId=(\\d+)");
    private static final String RUNS = "running";

    /** An instance has an app-tier id. */
    private record Held(String instance, String id, Instant from, Instant until) {
        boolean meets(Held other) {
            return id.equals(other.id)
                    && !instance.equals(other.instance)
                    && from.isBefore(other.until)
                    && other.from.isBefore(until);
        }
    }

    /** Reads the logs in the cloud's folder. */
    static Running of(Path data) throws IOException {
        Path logs = data.resolve("logs");
        int running = 0;
        int most = 0;
        Map<String, Instant> ends = new HashMap<>();
        for (MatchResult change : CHANGE.matcher(Files.readString(logs.resolve("cloud.log")))
                .results()
                .toList()) {
            running += change.group(4).equals(RUNS) ? 1 : 0;
            if (change.group(3).equals(RUNS)) {
                running--;
                ends.put(change.group(2), time(change.group(1)));
            }
            most = Math.max(most, running);
        }
        return new Running(most, twins(held(logs, ends)));
    }

    private static List<Held> held(Path logs, Map<String, Instant> ends) throws IOException {
        List<Held> held = new ArrayList<>();
        try (Stream<Path> files = Files.list(logs)) {
            for (Path file : files.sorted().toList()) {
                if (file.getFileName().toString().startsWith("i-")) {
                    held(Files.readString(file), ends).ifPresent(held::add);
                }
            }
        }
        return held;
    }

    /** From the first word that it is at work with an id; a worker keeps it. */
    private static Optional<Held> held(String log, Map<String, Instant> ends) {
        Matcher receives = RECEIVES.matcher(log);
        return receives.find()
                ? Optional.of(new Held(
                        receives.group(2),
                        receives.group(3),
                        time(receives.group(1)),
                        ends.getOrDefault(receives.group(2), Instant.MAX)))
                : Optional.empty();
    }

    private static List<String> twins(List<Held> held) {
        List<String> twins = new ArrayList<>();
        for (int i = 0; i < held.size(); i++) {
            for (Held other : held.subList(i + 1, held.size())) {
                if (held.get(i).meets(other)) {
                    twins.add("app-tier id " + other.id() + " lived twice: on "
                            + held.get(i).instance() + " and on " + other.instance());
                }
            }
        }
        return twins;
    }

    private static Instant time(String text) {
        return OffsetDateTime.parse(text).toInstant();
    }
}
