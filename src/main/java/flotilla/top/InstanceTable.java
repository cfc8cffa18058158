package flotilla.top;

import flotilla.protocol.FleetReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** The instances as a table: who, in which state, at what, since when. What does not fit is left out from the right. Pure. */
final class InstanceTable {
    private static final String GAP = "  ";
    private static final int ID = 4;
    private static final int STATE = 13;
    private static final int IMAGES = 8;
    private static final int SINCE = 12;
    private static final int NAME_AT_LEAST = 8;
    private static final int ACTIVITY_AT_LEAST = 25;
    private static final Set<String> OVER = Set.of("stopped", "terminated");

    private final Instant now;
    private final Glyphs glyphs;
    private final int width;
    private final boolean withSince;
    private final boolean withActivity;
    private final int name;
    private final int activity;

    private InstanceTable(List<FleetReport.Line> instances, Instant now, int width, Glyphs glyphs) {
        this.now = now;
        this.glyphs = glyphs;
        this.width = width;
        int longest = instances.stream()
                .mapToInt(one -> Columns.width(Columns.printable(one.instanceId())))
                .max()
                .orElse(NAME_AT_LEAST);
        int wanted = Math.max(NAME_AT_LEAST, longest);
        int left = width - column(ID) - column(STATE) - IMAGES;
        this.withSince = left - column(SINCE) >= NAME_AT_LEAST;
        left -= withSince ? column(SINCE) : 0;
        this.withActivity = left - column(ACTIVITY_AT_LEAST) >= NAME_AT_LEAST;
        left -= withActivity ? column(ACTIVITY_AT_LEAST) : 0;
        this.name = Math.max(NAME_AT_LEAST, Math.min(wanted, left - GAP.length()));
        int activities = instances.stream().mapToInt(one -> Columns.width(does(one))).max().orElse(0);
        int spare = Math.max(0, left - column(name));
        this.activity = Math.max(ACTIVITY_AT_LEAST, Math.min(activities, ACTIVITY_AT_LEAST + spare));
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
        ordered.sort(Comparator.comparing(one -> OVER.contains(one.state())));
        int shown = ordered.size() <= most ? ordered.size() : Math.max(0, most - 1);
        ordered.subList(0, shown).forEach(one -> lines.add(table.line(one)));
        if (shown < ordered.size()) {
            String others = shown == 0 ? " instances" : " more";
            lines.add(TextLine.faint(glyphs.more() + " " + (ordered.size() - shown) + others));
        }
        return lines.stream().map(line -> line.within(width, glyphs)).toList();
    }

    private TextLine heading() {
        return TextLine.strong(row("ID", "INSTANCE", "STATE", "ACTIVITY", "IMAGES", "SINCE"));
    }

    private TextLine line(FleetReport.Line one) {
        String text = row(
                one.appTierId() > 0 ? Integer.toString(one.appTierId()) : "-",
                Columns.printable(one.instanceId()),
                Columns.printable(one.state()),
                does(one),
                Long.toString(one.images()),
                Say.since(one.since(), now));
        return OVER.contains(one.state()) ? TextLine.faint(text) : TextLine.plain(text);
    }

    private String row(String id, String instance, String state, String does, String images, String since) {
        StringBuilder row = new StringBuilder(Columns.right(id, ID, glyphs))
                .append(GAP)
                .append(Columns.left(instance, name, glyphs))
                .append(GAP)
                .append(Columns.left(state, STATE, glyphs))
                .append(GAP);
        if (withActivity) {
            row.append(Columns.left(does, activity, glyphs)).append(GAP);
        }
        row.append(Columns.right(images, IMAGES, glyphs));
        if (withSince) {
            row.append(GAP).append(Columns.right(since, SINCE, glyphs));
        }
        return Columns.fit(row.toString(), width, glyphs);
    }

    /** What an instance does, in the page's words. */
    private static String does(FleetReport.Line one) {
        String works = one.busy() > 0
                ? "classifies on " + one.busy() + (one.busy() == 1 ? " classifier" : " classifiers")
                : "";
        return switch (one.state()) {
            case "pending" -> "boots";
            case "running" -> works.isEmpty() ? "waits for work" : works;
            case "draining" -> (works.isEmpty() ? "finishes" : works) + ", then ends";
            case "shutting-down" -> "ends";
            default -> "nothing";
        };
    }
}
