package flotilla.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The report for people. */
final class Table {
    private static final List<String> HEAD = List.of("row", "figure", "median", "min – max", "target", "", "how");
    private static final int LAST = HEAD.size() - 1;

    private Table() {}

    /** A line for each figure, and one for each row that failed; the columns are as wide as they must be. */
    static String of(List<RowResult> results) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEAD);
        for (RowResult result : results) {
            result.failure().ifPresent(why -> lines.add(List.of(result.row(), "", "", "", "", "FAILED", why)));
            result.figures().forEach(figure -> lines.add(line(result.row(), figure)));
        }
        int[] widths = new int[HEAD.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        return lines.stream().map(line -> aligned(line, widths)).collect(Collectors.joining("\n", "", "\n"));
    }

    private static List<String> line(String row, Figure figure) {
        String unit = figure.unit().isEmpty() ? "" : " " + figure.unit();
        return List.of(
                row,
                figure.name(),
                figure.samples().map(all -> Samples.shown(all.median()) + unit).orElse("–"),
                figure.samples()
                        .map(all -> Samples.shown(all.min()) + " – " + Samples.shown(all.max()))
                        .orElse(""),
                figure.target().map(aim -> aim + unit).orElse(""),
                figure.verdict(),
                figure.how());
    }

    private static String aligned(List<String> line, int[] widths) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < LAST; i++) {
            text.append(line.get(i))
                    .append(" ".repeat(widths[i] - line.get(i).length()))
                    .append("  ");
        }
        return text.append(line.get(LAST)).toString().stripTrailing();
    }
}
