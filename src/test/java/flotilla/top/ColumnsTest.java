package flotilla.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ColumnsTest {
    private static final Glyphs GLYPHS = Glyphs.in(StandardCharsets.UTF_8);
    private static final Glyphs ASCII = Glyphs.in(StandardCharsets.US_ASCII);

    @Test
    void textThatFits_shouldStay() {
        assertThat(Columns.fit("worker", 6, GLYPHS)).isEqualTo("worker");
        assertThat(Columns.left("worker", 8, GLYPHS)).isEqualTo("worker  ");
        assertThat(Columns.right("worker", 8, GLYPHS)).isEqualTo("  worker");
    }

    @Test
    void longText_shouldBeCutWithASign() {
        assertThat(Columns.fit("a worker", 6, GLYPHS)).isEqualTo("a wor\u2026");
        assertThat(Columns.fit("a worker", 3, GLYPHS)).isEqualTo("a\u2026");
        assertThat(Columns.fit("a worker", 6, ASCII)).isEqualTo("a wor~");
        assertThat(Columns.fit("a worker", 1, GLYPHS)).isEqualTo("\u2026");
        assertThat(Columns.fit("a worker", 0, GLYPHS)).isEmpty();
    }

    @Test
    void wideSigns_shouldCountTwiceAndCombiningOnesNot() {
        assertThat(Columns.width("\u6a5f\u68b0")).isEqualTo(4);
        assertThat(Columns.width("e\u0301")).isEqualTo(1);
        assertThat(Columns.fit("\u6a5f\u68b0\u6a5f", 4, GLYPHS)).isEqualTo("\u6a5f\u2026");
        assertThat(Columns.left("\u6a5f\u68b0\u6a5f", 4, GLYPHS)).isEqualTo("\u6a5f\u2026 ");
    }

    @Test
    void whatSteersATerminal_shouldBeEscaped() {
        assertThat(Columns.printable("caf\u00e9 \u6a5f")).isEqualTo("caf\u00e9 \u6a5f");
        assertThat(Columns.printable("\u001b]0;x\u0007")).isEqualTo("\\u001b]0;x\\u0007");
        assertThat(Columns.printable("a\nb\tc\u009b\u2028\u202e\u200b"))
                .isEqualTo("a\\u000ab\\u0009c\\u009b\\u2028\\u202e\\u200b");
    }

    @Test
    void chart_shouldRiseFromNothingToTheMost() {
        List<OptionalInt> values = List.of(
                OptionalInt.of(0), OptionalInt.of(1), OptionalInt.empty(), OptionalInt.of(50), OptionalInt.of(100));

        assertThat(GLYPHS.chart(values)).isEqualTo("\u2581\u2582 \u2585\u2588");
        assertThat(ASCII.chart(values)).isEqualTo("_. =#");
        assertThat(GLYPHS.chart(List.of(OptionalInt.of(0), OptionalInt.empty())))
                .isEqualTo("\u2581 ");
        assertThat(GLYPHS.chart(List.of())).isEmpty();
    }

    @Test
    void timeAgo_shouldBeShort() {
        assertThat(ago(-5)).isEqualTo("0s");
        assertThat(ago(59)).isEqualTo("59s");
        assertThat(ago(3_599)).isEqualTo("59m");
        assertThat(ago(7_500)).isEqualTo("2h5m");
        assertThat(ago(95 * 3_600 + 59 * 60)).isEqualTo("95h59m");
        assertThat(ago(400_000)).isEqualTo("4d15h");
    }

    private static String ago(long seconds) {
        return Say.since(Shown.NOW.minusSeconds(seconds), Shown.NOW);
    }
}
