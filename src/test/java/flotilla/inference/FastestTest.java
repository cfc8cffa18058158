package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.inference.Fastest.Timed;
import java.util.List;
import org.junit.jupiter.api.Test;

class FastestTest {
    @Test
    void clearlyFasterWay_shouldBeTaken() {
        assertThat(choice(100, 90, 95)).isEqualTo("second");
        assertThat(choice(100, 95, 90)).isEqualTo("third");
    }

    @Test
    void barelyFasterWay_shouldNotReplaceThePlainOne() {
        assertThat(choice(100, 97, 98)).isEqualTo("plain");
        assertThat(choice(100, 120, 130)).isEqualTo("plain");
    }

    @Test
    void slowMoments_shouldNotDecide() {
        List<Timed<String>> ways = List.of(
                new Timed<>("plain", new long[] {100, 101, 99, 100, 100}),
                new Timed<>("second", new long[] {900, 50, 51, 49, 900}));

        assertThat(Fastest.of(ways, 1.04)).isEqualTo("second");
    }

    private static String choice(long plain, long second, long third) {
        return Fastest.of(
                List.of(
                        new Timed<>("plain", new long[] {plain}),
                        new Timed<>("second", new long[] {second}),
                        new Timed<>("third", new long[] {third})),
                1.04);
    }
}
