package flotilla.top;

import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.DecisionStory;
import flotilla.protocol.FleetReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One picture of the whole: figures, history, instances, newest decisions. A pure function of what is known and of the room that
 * there is; no line is wider, and no picture higher, than it may be.
 */
final class Frame {
    /** A frame without an end below. */
    static final int ANY_HEIGHT = Integer.MAX_VALUE;

    static final int MOST_DECISIONS = 10;
    private static final int FEWEST_DECISIONS = 3;
    private static final int LABEL = 10;
    private static final int LONGEST_CHART = 60;
    private static final int PEAK = 7;
    /** Figures that are older say so, also while nobody has said yet that there is no answer. */
    private static final Duration FRESH = Duration.ofSeconds(10);

    private static final String GAP = "  ";
    private static final List<String> COUNTED = List.of("running", "pending", "draining", "silent", "ending", "spare");

    private final View view;
    private final Figures figures;
    private final int width;
    private final Glyphs glyphs;

    private Frame(View view, int width, Glyphs glyphs) {
        this.view = view;
        this.figures = Figures.of(view.known());
        this.width = width;
        this.glyphs = glyphs;
    }

    /**
     * The lines of a picture.
     *
     * @param width columns
     * @param height lines, or {@link #ANY_HEIGHT}
     */
    static List<TextLine> of(View view, int width, int height, Glyphs glyphs) {
        Frame frame = new Frame(view, width, glyphs);
        List<TextLine> lines = new ArrayList<>(frame.head());
        if (view.known().at().isPresent()) {
            lines.addAll(frame.figures());
            lines.addAll(frame.body(height - lines.size()));
        }
        return lines.stream()
                .limit(height)
                .map(line -> line.within(width, glyphs))
                .toList();
    }

    /** Who is asked, when, and whether it answers. */
    private List<TextLine> head() {
        List<TextLine> lines = new ArrayList<>();
        String title = "flotilla top" + GAP + Columns.printable(view.gateway());
        String time = Say.day(view.now());
        int between = width - Columns.width(title) - Columns.width(time);
        if (between >= GAP.length()) {
            lines.add(TextLine.strong(title + " ".repeat(between) + time));
        } else {
            lines.add(TextLine.strong(title));
            lines.add(TextLine.faint(time));
        }
        Known known = view.known();
        String age = known.at()
                .map(at -> "figures of " + Say.since(at, view.now()) + " ago")
                .orElse("no figures yet");
        if (known.trouble().isPresent()) {
            lines.add(TextLine.alert(
                    "! " + age + ": " + Columns.printable(known.trouble().get())));
        } else if (known.at().filter(at -> at.plus(FRESH).isBefore(view.now())).isPresent()) {
            lines.add(TextLine.strong(age));
        }
        if (figures.isStale(view.now())) {
            lines.add(TextLine.alert("! nothing was decided for "
                    + Say.since(figures.decidedAt().orElseThrow(), view.now())
                    + "; queue and images are of that time"));
        }
        return lines;
    }

    private List<TextLine> figures() {
        return List.of(
                labelled(
                        "Queue",
                        Say.known(figures.visible()) + " waiting, " + Say.known(figures.inFlight()) + " in work, "
                                + Say.perSecond(figures.arrivals()) + " coming in"),
                labelled(
                        "Images",
                        Say.known(figures.answered()) + " answered, " + Say.perSecond(figures.answers()) + "; "
                                + Say.known(figures.unanswered()) + " unanswered"),
                labelled("Instances", counted() + "; " + Say.known(figures.desired()) + " wanted"),
                chart("Backlog", one -> one.visible() < 0 ? -1 : one.visible() + one.inFlight()),
                chart("Active", one -> one.running() < 0 ? -1 : one.running() + one.pending()));
    }

    /** By the metrics' words; what they do not count comes last, by its state. */
    private String counted() {
        Map<String, Integer> counts = figures.counted();
        Stream<String> others = counts.keySet().stream().filter(word -> !COUNTED.contains(word));
        String known = Stream.concat(COUNTED.stream().filter(counts::containsKey), others)
                .map(word -> counts.get(word) + " " + Columns.printable(word))
                .collect(Collectors.joining(", "));
        return known.isEmpty() ? "none" : known;
    }

    private TextLine labelled(String label, String text) {
        return TextLine.plain(Columns.left(label, LABEL, glyphs) + text);
    }

    private TextLine chart(String label, ToIntFunction<Decision> figure) {
        String most = GAP + "most ";
        int room = width - LABEL - Columns.width(most) - PEAK;
        if (room < 1) {
            return labelled(label, "");
        }
        List<OptionalInt> values = History.of(view.known().decisions(), end(), Math.min(room, LONGEST_CHART), figure);
        OptionalInt peak = values.stream().flatMapToInt(OptionalInt::stream).max();
        String said = peak.isPresent() ? Integer.toString(peak.getAsInt()) : "unknown";
        return labelled(label, glyphs.chart(values) + most + said);
    }

    /** Of the charts: now, or the newest decision where this machine's clock is behind. */
    private Instant end() {
        return figures.decidedAt().filter(view.now()::isBefore).orElse(view.now());
    }

    /** Instances and decisions in what room is left for them. */
    private List<TextLine> body(int room) {
        List<FleetReport.Line> instances = view.known().instances();
        List<Decision> decisions = view.known().decisions();
        int forDecisions = 2 + Math.max(1, Math.min(FEWEST_DECISIONS, decisions.size()));
        int forInstances = Math.max(0, room - forDecisions - 2);
        List<TextLine> lines = new ArrayList<>();
        lines.add(TextLine.plain(""));
        if (instances.isEmpty()) {
            lines.add(TextLine.plain("No machine is up; the first images will start some."));
        } else {
            lines.addAll(InstanceTable.of(instances, view.now(), width, forInstances, glyphs));
        }
        lines.add(TextLine.plain(""));
        lines.add(TextLine.strong("DECISIONS"));
        if (decisions.isEmpty()) {
            lines.add(TextLine.plain("Nothing was decided yet."));
        }
        int shown = Math.min(decisions.size(), MOST_DECISIONS);
        for (int i = 1; i <= shown; i++) {
            lines.add(decision(decisions.get(decisions.size() - i)));
        }
        return lines;
    }

    private TextLine decision(Decision one) {
        String text = Say.time(one.at()) + GAP + Columns.printable(DecisionStory.sentence(one));
        return one.actions().isEmpty() ? TextLine.faint(text) : TextLine.plain(text);
    }
}
