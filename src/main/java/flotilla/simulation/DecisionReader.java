package flotilla.simulation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.Reader;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;

/** Reads a trace from scaling decisions: JSON objects, one after the other, in an array, or below {@code decisions}. */
final class DecisionReader {
    private static final ObjectReader JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_YAML_COMMENTS)
            .build()
            .readerFor(JsonNode.class);

    /**
     * What a decision knew.
     *
     * @param rate arrivals a second, if it had learned that
     * @param messages in the queue, in flight included
     */
    private record Seen(Instant at, OptionalDouble rate, int messages) {
        static Seen of(JsonNode decision) {
            JsonNode rate = decision.path("vote").path("figures").path("arrivalRate");
            return new Seen(
                    Instant.parse(decision.path("at").asText()),
                    rate.isNumber() ? OptionalDouble.of(Math.max(0, rate.asDouble())) : OptionalDouble.empty(),
                    decision.path("visible").asInt() + decision.path("inFlight").asInt());
        }

        /** The images between an earlier decision and this: by the rate that was seen, or by how much the queue has grown. */
        double since(Seen before, double seconds) {
            return rate.isPresent() ? rate.getAsDouble() * seconds : Math.max(0, messages - before.messages());
        }
    }

    private DecisionReader() {}

    /** @throws TraceException when there are no decisions, or none saw an arrival */
    static Trace read(String name, Reader in, Random random, double scale) throws IOException {
        List<Seen> all = all(name, in);
        Instant start = all.get(0).at();
        Arrivals arrivals = new Arrivals(name, TraceReader.CUT);
        for (int i = 1; i < all.size(); i++) {
            double from = seconds(start, all.get(i - 1).at());
            double to = seconds(start, all.get(i).at());
            if (to > Trace.LONGEST) {
                throw new TraceException(
                        name + ": a trace lasts at most 31 days from its first decision; " + TraceReader.CUT);
            }
            double images = Math.floor(all.get(i).since(all.get(i - 1), to - from) * scale + random.nextDouble());
            arrivals.expect(images);
            for (long image = 0; image < images; image++) {
                arrivals.add(from + random.nextDouble() * (to - from));
            }
        }
        if (arrivals.isEmpty()) {
            throw new TraceException(name + " holds no decision that saw an arrival");
        }
        return arrivals.toTrace(name, start);
    }

    private static List<Seen> all(String name, Reader in) throws IOException {
        List<Seen> all = new ArrayList<>();
        try (MappingIterator<JsonNode> values = JSON.readValues(in)) {
            while (values.hasNextValue()) {
                JsonNode value = values.nextValue();
                if (value.path("decisions").isArray()) {
                    value.path("decisions").forEach(decision -> all.add(Seen.of(decision)));
                } else {
                    all.add(Seen.of(value));
                }
            }
        } catch (JsonProcessingException | DateTimeException e) {
            throw new TraceException(name + " holds no decisions as GET /v1/scaling/decisions gives them", e);
        }
        if (all.isEmpty()) {
            throw new TraceException(name + " holds no decision");
        }
        all.sort(Comparator.comparing(Seen::at));
        return all;
    }

    private static double seconds(Instant start, Instant at) {
        return Duration.between(start, at).toMillis() / 1000.0;
    }
}
