package flotilla.top;

import flotilla.protocol.FleetReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** The instances as a table: who, in which state, at what, since when. Where room is short, columns are left out. Pure. */
final class InstanceTable {
    private static final String GAP = "  ";
    private static final int ID = 3;
    private static final int STATE = 13;
    private static final int ACTIVITY = 14;
    private static final int IMAGES = 7;
    private static final int SINCE = 7;
    private static final int NAME_AT_LEAST = 8;
    /** EC2's ids have so many. A longer name gets more where there is room, but no column is left out for it. */
    private static final int NAME_IN_FULL = 19;

    private static final Set<String> OVER = Set.of("stopped", "terminated");

    private final Instant now;
    private final Glyphs glyphs;
    private final boolean withSince;
    private final boolean withActivity;
    private final int name;

    private InstanceTable(List<FleetReport.Line> instances, Instant now, int width, Glyphs glyphs) {
        this.now = now;
        this.glyphs = glyphs;
        int longest = instances.stream()
                .mapToInt(one -> Columns.width(Columns.printable(one.instanceId())))
                .max()
                .orElse(0);
        int wanted = Math.max(NAME_AT_LEAST, longest);
        int least = Math.min(wanted, NAME_IN_FULL);
        int left = width - column(ID) - GAP.length() - column(STATE) - IMAGES;
        this.withSince = left - column(SINCE) >= least;
        left -= withSince ? column(SINCE) : 0;
        this.withActivity = left - column(ACTIVITY) >= least;
        left -= withActivity ? column(ACTIVITY) : 0;
        this.name = Math.max(NAME_AT_LEAST, Math.min(wanted, left));
    }

    private static int column(int columns) {
        return columns + GAP.length();
    }

    /**
     * A heading and a line for each instance; those that are over come last.
     *
     * @param most lines without the heading; when there are more instances the last line says how many
     */
    static List<TextLine> of(List<FleetReport.Line> instances, Instant now, int width, int most, Glyphs glyphs) {
        InstanceTable table = new InstanceTable(instances, now, width, glyphs);
        List<TextLine> lines = new ArrayList<>();
        lines.add(table.heading());
        List<FleetReport.Line> ordered = new ArrayList<>(instances);
        ordered.sort(Comparator.comparing(one -> OVER.contains(one.word())));
        int shown = ordered.size() <= most ? ordered.size() : Math.max(0, most - 1);
        ordered.subList(0, shown).forEach(one -> lines.add(table.line(one)));
        if (shown < ordered.size()) {
            String others = shown == 0 ? " instances" : " more";
            lines.add(TextLine.faint(glyphs.more() + " " + (ordered.size() - shown) + others));
        }
        return lines;
    }

    private TextLine heading() {
        return TextLine.strong(row("ID", "INSTANCE", "STATE", "ACTIVITY", "IMAGES", "SINCE"));
    }

    private TextLine line(FleetReport.Line one) {
        String text = row(
                one.appTierId() > 0 ? Integer.toString(one.appTierId()) : "-",
                Columns.printable(one.instanceId()),
                Columns.printable(one.word()),
                does(one),
                Long.toString(one.images()),
                Say.since(one.since(), now));
        return OVER.contains(one.word()) ? TextLine.faint(text) : TextLine.plain(text);
    }

    private String row(String id, String instance, String state, String does, String images, String since) {
        List<String> cells = new ArrayList<>();
        cells.add(Columns.right(id, ID, glyphs));
        cells.add(Columns.left(instance, name, glyphs));
        cells.add(Columns.left(state, STATE, glyphs));
        if (withActivity) {
            cells.add(Columns.left(does, ACTIVITY, glyphs));
        }
        cells.add(Columns.right(images, IMAGES, glyphs));
        if (withSince) {
            cells.add(Columns.right(since, SINCE, glyphs));
        }
        return String.join(GAP, cells);
    }

    /** What an instance does, and on how many classifiers. */
    private static String does(FleetReport.Line one) {
        String on = one.busy() > 0 ? " (" + one.busy() + ")" : "";
        return switch (one.word()) {
            case "pending" -> "boots";
            case "running" -> one.busy() > 0 ? "classifies" + on : "waits for work";
            case "draining", "ending" -> "finishes" + on;
            case "silent" -> "not heard of";
            case "shutting-down" -> "ends";
            default -> "-";
        };
    }
}
