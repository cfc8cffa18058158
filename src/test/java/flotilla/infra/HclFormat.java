package flotilla.infra;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code terraform fmt} would change: indents of two spaces, spaces at a line's end, tabs, and equals signs of neighbouring
 * one-line attributes that do not stand below each other.
 */
final class HclFormat {
    private static final Pattern ATTRIBUTE = Pattern.compile("^( *)(\"[^\"]+\"|[\\w-]+)( *)= (.*)$");

    private HclFormat() {}

    static List<String> mistakes(String text) {
        List<String> mistakes = new ArrayList<>();
        String[] lines = text.split("\n", -1);
        int depth = 0;
        List<Integer> neighbours = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i];
            String bare = line.replaceAll("\"(\\\\.|[^\"\\\\])*\"", "\"\"").replaceAll("#.*", "");
            int opens = count(bare, "[{(\\[]");
            int closes = count(bare, "[})\\]]");
            int leading = bare.strip().matches("^[})\\]].*") ? 1 : 0;
            int indent = line.length() - line.stripLeading().length();
            if (!line.isBlank() && indent != 2 * (depth - leading)) {
                mistakes.add((i + 1) + ": indent of " + indent + ", wanted " + 2 * (depth - leading));
            }
            if (line.contains("\t") || !line.equals(line.stripTrailing())) {
                mistakes.add((i + 1) + ": tab, or space at the end");
            }
            Matcher attribute = ATTRIBUTE.matcher(line);
            if (attribute.matches() && opens == closes) {
                neighbours.add(i);
            } else {
                mistakes.addAll(unaligned(lines, neighbours));
                neighbours.clear();
            }
            depth += Integer.signum(opens - closes);
        }
        mistakes.addAll(unaligned(lines, neighbours));
        if (!text.endsWith("\n") || text.endsWith("\n\n")) {
            mistakes.add("the file does not end with one line end");
        }
        return mistakes;
    }

    private static List<String> unaligned(String[] lines, List<Integer> neighbours) {
        int widest = neighbours.stream().mapToInt(i -> key(lines[i])).max().orElse(0);
        return neighbours.stream()
                .filter(i -> lines[i].indexOf(" = ") + 1 != widest + 1)
                .map(i -> (i + 1) + ": the equals sign does not stand below its neighbour's")
                .toList();
    }

    private static int key(String line) {
        Matcher attribute = ATTRIBUTE.matcher(line);
        return attribute.matches() ? attribute.end(2) : 0;
    }

    private static int count(String text, String signs) {
        return (int) Pattern.compile(signs).matcher(text).results().count();
    }
}
