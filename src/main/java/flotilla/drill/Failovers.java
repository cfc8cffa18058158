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
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How long it took after the death of the gateway with the supervisor's lease until a gateway acted, by the decisions in the
 * gateways' logs; a decision is an act unless it could decide nothing, for want of the lease or of what it goes by. Whether another fault met a
 * gateway, SQS or S3 is looked at for the promised time alone, lest those that take long be excused for what came later.
 *
 * @param deaths so many there were
 * @param waits in ascending order; without those deaths after which nobody acted any more
 * @param inTime so many of the deaths had an act within the promise
 * @param disturbed of the others, so many had another fault within that time
 */
record Failovers(int deaths, List<Duration> waits, int inTime, int disturbed) {
    /** From a death until a gateway acts. */
    static final Duration PROMISED = Duration.ofSeconds(25);

    private static final Pattern DECISION = Pattern.compile("(?m)^(\\S+) .* n=\\d+ decision=\\S+ reason=(\\S+) ");
    private static final Set<String> NO_ACT = Set.of("no-lease", "depth-unknown", "instances-unknown");

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
        int inTime = 0;
        int disturbed = 0;
        for (Instant death : toll.holders()) {
            Instant promise = death.plus(PROMISED);
            Optional<Instant> act = Optional.ofNullable(acts.higher(death));
            act.ifPresent(at -> waits.add(Duration.between(death, at)));
            if (act.filter(at -> !at.isAfter(promise)).isPresent()) {
                inTime++;
            } else if (troubles.stream()
                            .filter(span -> span.touches(death, promise))
                            .count()
                    > 1) {
                // The death itself is one.
                disturbed++;
            }
        }
        return new Failovers(toll.holders().size(), waits.stream().sorted().toList(), inTime, disturbed);
    }

    private static void addAct(NavigableSet<Instant> acts, String line) {
        Matcher decision = DECISION.matcher(line);
        if (decision.find() && !NO_ACT.contains(decision.group(2))) {
            acts.add(OffsetDateTime.parse(decision.group(1)).toInstant());
        }
    }

    /** For people. */
    String text() {
        int inVain = deaths - waits.size();
        return "deaths of the lease's holder %d%s; until a gateway acted again%s; within %d s %d, later with another fault in that time %d, without one %d"
                .formatted(
                        deaths,
                        inVain == 0 ? "" : ", after " + inVain + " of which nobody acted",
                        waits.isEmpty() ? "" : ": " + Waits.text(waits),
                        PROMISED.toSeconds(),
                        inTime,
                        disturbed,
                        deaths - inTime - disturbed);
    }
}
