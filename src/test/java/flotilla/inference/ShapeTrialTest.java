package flotilla.inference;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShapeTrialTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0, 1, '1x1'",
        "0, 0, 2, '2x1 1x2'",
        "0, 0, 8, '8x1 4x2 2x4 1x8'",
        "0, 0, 6, '6x1 3x2 1x4 1x6'",
        "0, 2, 8, '4x2'",
        "0, 4, 2, '1x4'",
        "3, 0, 8, '3x2'",
        "8, 0, 2, '8x1'",
        "3, 5, 8, '3x5'"
    })
    void settings_shouldLeaveOpenWhatTheyDoNotFix(int parallelism, int threads, int cores, String candidates) {
        assertThat(new ShapeTrial.Shape(parallelism, threads, cores)
                        .candidates().stream().map(ShapeTrialTest::text).collect(Collectors.joining(" ")))
                .isEqualTo(candidates);
    }

    private static String text(int[] numbers) {
        return Arrays.stream(numbers).mapToObj(Integer::toString).collect(Collectors.joining("x"));
    }
}
