package flotilla.bench;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.bench.Turns.Turn;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final Turn<Double, Double> STEADY = new Turn<>(50.0, 40.0, 51.0);
    private static final Turn<Double, Double> FASTER = new Turn<>(30.0, 40.0, 48.0);
    private static final Turn<Double, Double> SLOWER = new Turn<>(48.0, 10.0, 46.0);

    @Test
    void turnsInWhichTheBoundMovedLeast_shouldCount_inTheirOrder() {
        assertThat(Turns.steadiest(List.of(SLOWER, FASTER, STEADY), 2, bound -> bound))
                .containsExactly(SLOWER, STEADY);
    }

    @Test
    void fewerTurnsThanWanted_shouldAllCount() {
        assertThat(Turns.steadiest(List.of(FASTER), 5, bound -> bound)).containsExactly(FASTER);
    }

    @Test
    void boundOfATurn_shouldBeTheMeanOfBeforeAndAfter() {
        Turns<Double, Double> turns = new Turns<>(List.of(STEADY, FASTER), 4, bound -> bound);

        assertThat(turns.bounds(bound -> bound).values()).containsExactly(50.5, 39.0);
        assertThat(turns.systems(rate -> rate).values()).containsExactly(40.0, 40.0);
        assertThat(turns.steadiness()).isEqualTo("2 of 4 turns, bound within 60 %");
    }
}
