package flotilla.protocol;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What kept a plan from its vote, as the second half of a sentence: {@code the maximum is 20 machines}. */
final class ClampWords {
    private record Rule(Pattern clamp, Function<MatchResult, String> words) {
        static Rule of(String clamp, Function<MatchResult, String> words) {
            return new Rule(Pattern.compile(clamp), words);
        }
    }

    private static final List<Rule> RULES = List.of(
            Rule.of("max-instances (\\d+)", m -> "the maximum is " + machines(m.group(1)) + " (max-instances)"),
            Rule.of(
                    "max-instances (\\d+) with those that still end",
                    m -> "the maximum is " + machines(m.group(1))
                            + " (max-instances), and those that are still ending count"),
            Rule.of("min-instances (\\d+)", m -> "the minimum is " + machines(m.group(1)) + " (min-instances)"),
            Rule.of("scheduled minimum (\\d+)", m -> "the schedule's minimum is now " + machines(m.group(1))),
            Rule.of("running spares (\\d+)", m -> machines(m.group(1)) + " beyond that are kept running as spares"),
            Rule.of("no more stopped instances in the set", m -> "no stopped machine is left in the set to be started"),
            Rule.of("EC2 takes (.*) back at (\\S+)", m -> "EC2 takes " + m.group(1) + " back at " + time(m.group(2))),
            Rule.of(
                    "EC2 recommends to replace (.*) since (\\S+)",
                    m -> "EC2 recommends since " + time(m.group(2)) + " to replace " + m.group(1)
                            + " (fleet.replace-at-risk)"),
            Rule.of(
                    "worker on (.*) is silent since (\\S+)",
                    m -> m.group(1) + " is not heard of since " + time(m.group(2)) + " and does not count"),
            Rule.of("scale-out paused", m -> "scale-out is paused (scale-out.paused)"),
            Rule.of("scale-in paused", m -> "scale-in is paused (scale-in.paused)"),
            Rule.of("scale-out-step (\\d+)", m -> "at most " + m.group(1) + " may be started at once (scale-out.step)"),
            Rule.of(
                    "scale-in-step (\\d+)",
                    m -> "at most " + m.group(1) + " may be asked to end at once (scale-in.step)"),
            Rule.of(
                    "launches pause until (\\S+) after (\\d+) x (.*)",
                    m -> "EC2 refused to launch " + times(m.group(2)) + " in a row (" + m.group(3)
                            + "), and the next try comes at " + time(m.group(1))),
            Rule.of(
                    "(\\d+) boots in a row failed, launches are held until (\\S+)",
                    m -> m.group(1) + " machines in a row never came so far as to report, and launches are held until "
                            + time(m.group(2))),
            Rule.of(
                    "(\\d+) boots in a row failed, one launch at a time",
                    m -> m.group(1)
                            + " machines in a row never came so far as to report, and they are launched one at a"
                            + " time until one does"));

    private ClampWords() {}

    /** The clamp in words; one that no rule knows stands as it is. */
    static String of(String clamp) {
        return RULES.stream()
                .map(rule -> words(rule, clamp))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(clamp);
    }

    private static Optional<String> words(Rule rule, String clamp) {
        Matcher matcher = rule.clamp().matcher(clamp);
        return matcher.matches() ? Optional.of(rule.words().apply(matcher.toMatchResult())) : Optional.empty();
    }

    private static String machines(String number) {
        return number + " " + Words.plural(number.equals("1") ? 1 : 2, "machine");
    }

    private static String times(String number) {
        return number.equals("1") ? "once" : number + " times";
    }

    private static String time(String instant) {
        try {
            return Words.time(Instant.parse(instant));
        } catch (DateTimeException e) {
            return instant;
        }
    }
}
