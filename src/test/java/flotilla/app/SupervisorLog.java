package flotilla.app;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The decisions of a gateway's supervisor, as it has logged them. */
final class SupervisorLog {
    /** An action that was carried out ends behind its instance; one that was not says why in braces. */
    private static final Pattern DONE = Pattern.compile("launch:(\\d+)/(i-[0-9a-f]+)(?![^,\\]]*\\{)");

    private static final Pattern DECISION =
            Pattern.compile(" n=\\d+ decision=(\\S+) reason=(\\S+) .*actions=\\[(.*?)\\]");

    /**
     * A decision.
     *
     * @param launched instances that it launched
     */
    record Line(Instant at, String decision, String reason, List<String> launched, String text) {
        boolean acted() {
            return !launched.isEmpty();
        }

        boolean hasNoLease() {
            return reason.equals("no-lease");
        }
    }

    private SupervisorLog() {}

    static List<Line> of(FlotillaProcess gateway) {
        return gateway.err().lines().flatMap(line -> decision(line).stream()).toList();
    }

    private static Optional<Line> decision(String line) {
        Matcher matcher = DECISION.matcher(line);
        if (!matcher.find()) {
            return Optional.empty();
        }
        List<String> launched = DONE.matcher(matcher.group(3))
                .results()
                .map(one -> one.group(2))
                .toList();
        return Optional.of(new Line(
                OffsetDateTime.parse(line.substring(0, line.indexOf(' '))).toInstant(),
                matcher.group(1),
                matcher.group(2),
                launched,
                line));
    }
}
