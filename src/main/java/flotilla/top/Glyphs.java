package flotilla.top;

import java.nio.charset.Charset;
import java.util.List;
import java.util.OptionalInt;

/**
 * The signs that a frame is drawn with.
 *
 * @param more stands where a text was cut off
 * @param levels of a small chart, from nothing to the most
 */
public record Glyphs(String more, String levels) {
    private static final Glyphs BLOCKS = new Glyphs("…", "▁▂▃▄▅▆▇█");
    private static final Glyphs ASCII = new Glyphs("~", "_.-:=+*#");

    /** The best that a charset has. */
    public static Glyphs in(Charset charset) {
        boolean all = charset.canEncode() && charset.newEncoder().canEncode(BLOCKS.more() + BLOCKS.levels());
        return all ? BLOCKS : ASCII;
    }

    /** A small chart, one sign for each value; nothing for what is unknown. A value above nothing never looks like nothing. */
    String chart(List<OptionalInt> values) {
        int most = values.stream().mapToInt(value -> value.orElse(0)).max().orElse(0);
        StringBuilder chart = new StringBuilder();
        values.forEach(value -> chart.append(value.isEmpty() ? ' ' : levels.charAt(level(value.getAsInt(), most))));
        return chart.toString();
    }

    private int level(int value, int most) {
        return value == 0 ? 0 : Math.max(1, (int) Math.round((levels.length() - 1.0) * value / most));
    }
}
