package flotilla.simulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Reads traces from files:
 *
 * <ul>
 *   <li>CSV with rows {@code seconds,arrivals}: so many images come between that second and the next row's, at random times;
 *   <li>one time in seconds a line: an image each;
 *   <li>scaling decisions as the gateway tells them, a JSON object or one a line: images come at the rate that each
 *       decision saw, until the next.
 * </ul>
 *
 * A header and lines that begin with {@code #} are passed over.
 */
public final class TraceReader {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double LAST_ROW_SECONDS = 60;

    private TraceReader() {}

    /**
     * @param seed for the times within a row
     * @throws TraceException with file and line when it cannot be read
     */
    public static Trace read(Path file, long seed) {
        try {
            List<String> lines = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
            if (lines.isEmpty()) {
                throw new TraceException(file + " is empty; it holds seconds,arrivals or a time a line");
            }
            String name = file.getFileName().toString();
            return lines.get(0).startsWith("{") || lines.get(0).startsWith("[")
                    ? decisions(name, lines, seed)
                    : rows(name, lines, seed);
        } catch (MalformedInputException e) {
            throw new TraceException(file + " is no text", e);
        } catch (IOException e) {
            throw new TraceException(
                    "cannot read the trace " + file + "; name a file or one of "
                            + String.join(", ", TraceGenerator.names()),
                    e);
        }
    }

    private static Trace rows(String name, List<String> lines, long seed) {
        List<double[]> rows = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String[] fields = lines.get(i).split("[,;\\t]");
            try {
                rows.add(new double[] {
                    Double.parseDouble(fields[0].strip()),
                    fields.length > 1 ? Double.parseDouble(fields[1].strip()) : -1
                });
            } catch (NumberFormatException e) {
                if (i > 0) {
                    throw new TraceException(
                            name + ": line \"" + lines.get(i) + "\" is neither seconds,arrivals nor a time", e);
                }
            }
        }
        return new Trace(name, arrivals(name, rows, new Random(seed)));
    }

    private static double[] arrivals(String name, List<double[]> rows, Random random) {
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            double[] row = rows.get(i);
            double next = i + 1 < rows.size() ? rows.get(i + 1)[0] : row[0] + LAST_ROW_SECONDS;
            if (row[0] < 0 || next < row[0]) {
                throw new TraceException(name + ": times ascend from 0, and " + row[0] + " does not");
            }
            if (row[1] < 0) {
                times.add(row[0]);
            }
            for (int image = 0; image < row[1]; image++) {
                times.add(row[0] + random.nextDouble() * (next - row[0]));
            }
        }
        if (times.isEmpty()) {
            throw new TraceException(name + " holds no arrival");
        }
        return times.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static Trace decisions(String name, List<String> lines, long seed) {
        List<JsonNode> decisions = new ArrayList<>();
        try {
            JsonNode whole = JSON.readTree(String.join("\n", lines));
            if (whole.path("decisions").isArray()) {
                whole.path("decisions").forEach(decisions::add);
            } else {
                for (String line : lines) {
                    decisions.add(JSON.readTree(line));
                }
            }
            decisions.sort((one, other) -> at(one).compareTo(at(other)));
            Random random = new Random(seed);
            List<Double> times = new ArrayList<>();
            for (int i = 0; i + 1 < decisions.size(); i++) {
                double from = seconds(decisions.get(0), decisions.get(i));
                double to = seconds(decisions.get(0), decisions.get(i + 1));
                double count = arrived(decisions.get(i), decisions.get(i + 1), to - from);
                long images = (long) (count + random.nextDouble());
                for (long image = 0; image < images; image++) {
                    times.add(from + random.nextDouble() * (to - from));
                }
            }
            if (times.isEmpty()) {
                throw new TraceException(name + " holds no decision that saw an arrival");
            }
            return new Trace(
                    name, times.stream().mapToDouble(Double::doubleValue).toArray());
        } catch (JsonProcessingException | DateTimeException e) {
            throw new TraceException(name + " holds no decisions as GET /v1/scaling/decisions gives them", e);
        }
    }

    private static Instant at(JsonNode decision) {
        return Instant.parse(decision.path("at").asText());
    }

    private static double seconds(JsonNode first, JsonNode decision) {
        return (at(decision).toEpochMilli() - at(first).toEpochMilli()) / 1000.0;
    }

    /** By the rate that was seen, or else by how much the queue has grown. */
    private static double arrived(JsonNode one, JsonNode next, double seconds) {
        JsonNode rate = next.path("vote").path("figures").path("arrivalRate");
        if (rate.isNumber()) {
            return rate.asDouble() * seconds;
        }
        int grown = next.path("visible").asInt()
                + next.path("inFlight").asInt()
                - one.path("visible").asInt()
                - one.path("inFlight").asInt();
        return Math.max(0, grown);
    }
}
