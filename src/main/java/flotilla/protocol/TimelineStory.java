package flotilla.protocol;

import flotilla.protocol.Timeline.Event;
import flotilla.protocol.Timeline.Supplier;
import flotilla.protocol.Timeline.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A timeline as lines of text: a line for each step, with the time since the first one. Pure. */
public final class TimelineStory {
    private static final String STEP = "  %12s  %-14s %s";
    private static final double MILLIS_PER_SECOND = 1000;
    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    private TimelineStory() {}

    /** The whole story, ends in a line feed. What others have written steers no terminal. */
    public static String text(Timeline timeline) {
        Optional<Instant> start =
                timeline.events().stream().flatMap(event -> event.at().stream()).findFirst();
        List<String> lines = new ArrayList<>();
        lines.add(head(timeline));
        timeline.traceId().ifPresent(id -> lines.add("Trace " + id));
        start.ifPresent(at -> lines.addAll(List.of("", Words.day(at))));
        timeline.events().forEach(event -> lines.add(step(event, start).stripTrailing()));
        if (!timeline.workers().isEmpty()) {
            lines.addAll(List.of("", "Where the workers came from"));
            timeline.workers().forEach(worker -> lines.add("  " + origin(worker)));
        }
        return lines.stream()
                .map(line -> CONTROLS.matcher(line).replaceAll(" ") + "\n")
                .collect(Collectors.joining());
    }

    private static String head(Timeline timeline) {
        String name = "Image " + timeline.id()
                + timeline.file().map(file -> ", " + file).orElse("");
        return switch (timeline.status()) {
            case "done" -> name + ": " + timeline.answer().orElse("answered");
            case "failed" -> name + ": failed, " + timeline.answer().orElse("for an unknown reason");
            default -> name + ": not answered yet";
        };
    }

    private static String step(Event event, Optional<Instant> start) {
        String when = event.at()
                .flatMap(at -> start.map(first -> since(Duration.between(first, at))))
                .orElse("?");
        String details = Stream.of(
                        event.by().map(who -> (event.name().equals("leased") ? "by " : "at ") + who),
                        event.delivery().isPresent()
                                ? Optional.of("(delivery " + event.delivery().getAsInt() + ")")
                                : Optional.<String>empty(),
                        event.images().isPresent()
                                ? Optional.of(Words.count(event.images().getAsInt(), "image") + " in one run")
                                : Optional.<String>empty(),
                        event.note().map(note -> (isAlone(event) ? "" : "– ") + note))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(" "));
        return String.format(Locale.ROOT, STEP, when, event.name(), details);
    }

    private static boolean isAlone(Event event) {
        return event.by().isEmpty()
                && event.delivery().isEmpty()
                && event.images().isEmpty();
    }

    /** Clocks of several machines: what comes after may be earlier. */
    private static String since(Duration passed) {
        long millis = passed.toMillis();
        String sign = millis < 0 ? "-" : "+";
        long size = Math.abs(millis);
        return size < MILLIS_PER_SECOND
                ? sign + size + " ms"
                : String.format(Locale.ROOT, "%s%.3f s", sign, size / MILLIS_PER_SECOND);
    }

    private static String origin(Worker worker) {
        String name = worker.id()
                + (worker.appTierId().isPresent()
                        ? " (app-tier id " + worker.appTierId().getAsInt() + ")"
                        : "");
        return name + worker.supply().map(TimelineStory::supply).orElse(": no decision is known that supplied it");
    }

    private static String supply(Supplier supply) {
        String how =
                switch (supply.kind()) {
                    case "launch" -> "launched by";
                    case "start" -> "started by";
                    default -> "first known to";
                };
        return ": " + how + " decision " + supply.n() + " of " + Words.day(supply.at()) + ". "
                + Words.sentence(supply.summary());
    }
}
