package flotilla.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class EvennessTest {
    private static List<Long> times(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    void coresThatDiffer_shouldBeToldApart() {
        Evenness evenness = Evenness.of(List.of(times(100, 100), times(170, 170)));

        assertThat(evenness.apart()).isEqualTo(1.7, within(1e-9));
        assertThat(evenness.text()).contains("1.70 times as long as the fastest");
    }

    @Test
    void coreThatIsSharedNowAndThen_shouldBeUnsteadyAndNotApart() {
        Evenness evenness = Evenness.of(List.of(times(100, 200), times(100, 200)));

        assertThat(evenness.apart()).isEqualTo(1, within(1e-9));
        assertThat(evenness.unsteady()).isEqualTo(190.0 / 110, within(1e-9));
    }
}
