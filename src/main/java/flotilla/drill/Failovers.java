package flotilla.drill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How long it took after the death of the gateway with the supervisor's lease until a gateway acted, by the decisions in the
 * gateways' logs; a decision is an act unless its reason is that there is no lease.
 *
 * @param deaths so many there were
 * @param waits in ascending order; without those deaths after which nobody acted any more
 * @param undisturbed those of them in which no other fault met a gateway, SQS or S3, in ascending order
 */
record Failovers(int deaths, List<Duration> waits, List<Duration> undisturbed) {
    private static final Pattern DECISION = Pattern.compile("(?m)^(\\S+) .* n=\\d+ decision=\\S+ reason=(\\S+) ");

    /**
     * Reads the logs.
     *
     * @param logs of all gateways, each with all lives of its own
     */
    static Failovers of(List<Path> logs, Toll toll) throws IOException {
        NavigableSet<Instant> acts = new TreeSet<>();
        for (Path log : logs) {
            try (Stream<String> lines = Files.lines(log)) {
                lines.forEach(line -> addAct(acts, line));
            }
        }
        List<Toll.Span> troubles = Stream.of(Toll.Of.values())
                .flatMap(kind -> toll.spans(kind).stream())
                .toList();
        List<Duration> waits = new ArrayList<>();
        List<Duration> undisturbed = new ArrayList<>();
        for (Instant death : toll.holders()) {
            Instant act = acts.higher(death);
            if (act != null) {
                Duration wait = Duration.between(death, act);
                waits.add(wait);
                long met = troubles.stream()
                        .filter(span -> span.touches(death, act))
                        .count();
                // The death itself is one.
                if (met <= 1) {
                    undisturbed.add(wait);
                }
            }
        }
        return new Failovers(
                toll.holders().size(),
                waits.stream().sorted().toList(),
                undisturbed.stream().sorted().toList());
    }

    private static void addAct(NavigableSet<Instant> acts, String line) {
        Matcher decision = DECISION.matcher(line);
        if (decision.find() && !decision.group(2).equals("no-lease")) {
            acts.add(OffsetDateTime.parse(decision.group(1)).toInstant());
        }
    }

    /** For people. */
    String text() {
        int inVain = deaths - waits.size();
        return "deaths of the lease's holder %d%s; until a gateway acted again%s; undisturbed %d%s"
                .formatted(
                        deaths,
                        inVain == 0 ? "" : ", after " + inVain + " of which nobody acted",
                        figures(waits),
                        undisturbed.size(),
                        figures(undisturbed));
    }

    private static String figures(List<Duration> waits) {
        return waits.isEmpty() ? "" : ": " + Waits.text(waits);
    }
}
