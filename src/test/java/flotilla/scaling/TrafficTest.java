package flotilla.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficTest {
    @ParameterizedTest
    @CsvSource({
        "0,    0,    0,    0",
        "10,   0,    7,   -3",
        "10,   0,    12,   2",
        "0,    1200, 1200, 0",
        "0,    1200, 300,  0",
        "0,    1200, 0,    0",
        "0,    1200, 1350, 150",
        "40,   1200, 30,  -10",
    })
    void difference_shouldLeaveOpenWhetherOverdueImagesHaveAMessage(
            long unanswered, long overdue, long messages, long difference) {
        assertThat(new Traffic(5000, 0, unanswered, overdue, 0, 1).difference(messages))
                .isEqualTo(difference);
    }
}
