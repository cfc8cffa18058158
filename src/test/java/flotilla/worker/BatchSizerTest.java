package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchSizerTest {
    private static final int MANY = 1000;

    /** Runs with many images waiting, each as long as {@code millis} says. */
    private static void run(BatchSizer sizer, int runs, IntToDoubleFunction millis) {
        for (int i = 0; i < runs; i++) {
            int size = sizer.next(MANY, 1, 0);
            double took = millis.applyAsDouble(size);
            sizer.ran(size, took, took);
        }
    }

    private static BatchSizer learned(int largest, double deadline, IntToDoubleFunction millis) {
        BatchSizer sizer = new BatchSizer(largest, deadline);
        run(sizer, 200, millis);
        return sizer;
    }

    @ParameterizedTest(name = "{0} + {1}·n ms, at most {2}: {3}")
    @CsvSource({
        "20, 5, 8, 8",
        "20, 5, 6, 6",
        "20, 5, 1, 1",
        "0, 20, 8, 1",
        "1, 20, 8, 1",
        "4, 20, 8, 4",
        "2, 10, 8, 4",
    })
    void linearCurve_shouldBeBatchedAsFarAsItPays(double once, double each, int largest, int size) {
        assertThat(learned(largest, 60_000, n -> once + each * n).next(MANY, 1, 0))
                .isEqualTo(size);
    }

    /** Neighbours on the machine make a run longer, and not dearer. */
    @Test
    void batchesThatAreQuickerButCostAsMuch_shouldNotBeFormed() {
        BatchSizer sizer = new BatchSizer(8, 60_000);
        for (int i = 0; i < 200; i++) {
            int size = sizer.next(MANY, 1, 0);
            sizer.ran(size, 60 + 20 * size, 20.0 * size);
        }

        assertThat(sizer.inUse()).isEqualTo(1);
    }

    @Test
    void batchesThatCostLess_shouldStillBeInTime() {
        BatchSizer sizer = new BatchSizer(8, 400);
        for (int i = 0; i < 400; i++) {
            int size = sizer.next(MANY, 1, 0);
            sizer.ran(size, 100 + 50 * size, 20 + 5 * size);
        }

        assertThat(sizer.next(MANY, 1, 0)).isEqualTo(4);
        assertThat(sizer.next(MANY, 1, 150)).isEqualTo(2);
    }

    @Test
    void curveThatBends_shouldBeBatchedToItsBend() {
        BatchSizer sizer = learned(16, 60_000, n -> n <= 4 ? 20 + 5 * n : 20 * n);

        assertThat(sizer.inUse()).isEqualTo(4);
        assertThat(sizer.next(MANY, 1, 0)).isEqualTo(4);
    }

    @Test
    void flatCurve_shouldNotBeBatchedAfterTheLearning() {
        BatchSizer sizer = learned(8, 60_000, n -> 20.0 * n);

        for (int i = 0; i < 700; i++) {
            assertThat(sizer.next(MANY, 1, 0)).isEqualTo(1);
            sizer.ran(1, 20, 20);
        }
        assertThat(sizer.reach()).isEqualTo(1);
    }

    @Test
    void noise_shouldNotFormBatchesThatDoNotPayNorPreventThoseThatDo() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            BatchSizer flat = learned(8, 60_000, n -> 20 * n * (1 + 0.1 * random.nextGaussian() / Math.sqrt(n)));
            BatchSizer steep =
                    learned(8, 60_000, n -> (20 + 10 * n) * (1 + 0.1 * random.nextGaussian() / Math.sqrt(n)));

            assertThat(flat.inUse()).as("seed %d", seed).isEqualTo(1);
            assertThat(steep.inUse()).as("seed %d", seed).isEqualTo(8);
        }
    }

    @Test
    void stalledRuns_shouldNotPreventBatches() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            IntToDoubleFunction stalls = n -> (20 + 10 * n) * (random.nextInt(50) == 0 ? 40 : 1);
            BatchSizer sizer = learned(8, 60_000, stalls);

            assertThat(sizer.inUse()).as("seed %d", seed).isGreaterThanOrEqualTo(4);
        }
    }

    @Test
    void firstRunOfEachSize_shouldNotCount() {
        int[] seen = new int[9];
        BatchSizer sizer = learned(8, 60_000, n -> seen[n]++ == 0 ? 5000 : 20 + 5 * n);

        assertThat(sizer.inUse()).isEqualTo(8);
    }

    @Test
    void batchesThatCeaseToPay_shouldNotBeFormedAnyMore() {
        BatchSizer sizer = learned(8, 60_000, n -> 20 + 5 * n);

        run(sizer, 300, n -> 25.0 * n);

        assertThat(sizer.inUse()).isEqualTo(1);
    }

    @Test
    void batchesThatBeginToPay_shouldBeFoundAtTheNextLook() {
        BatchSizer sizer = learned(8, 60_000, n -> 25.0 * n);

        run(sizer, 1000, n -> 20 + 5 * n);

        assertThat(sizer.inUse()).isEqualTo(8);
    }

    @Test
    void learning_shouldTakeFewRuns() {
        BatchSizer sizer = new BatchSizer(8, 60_000);
        int tried = 0;
        for (int i = 0; i < 20_000; i++) {
            int size = sizer.next(MANY, 1, 0);
            tried += size > 1 ? 1 : 0;
            sizer.ran(size, 20.0 * size, 20.0 * size);
        }

        assertThat(tried).isLessThan(400);
    }

    @ParameterizedTest(name = "{0} waiting, {1} idle: {2}")
    @CsvSource({"1, 1, 1", "4, 2, 2", "5, 2, 2", "7, 2, 4", "8, 1, 8", "15, 2, 8", "100, 1, 8", "1, 2, 1"})
    void waiting_shouldBeSharedAmongTheIdle(int waiting, int idle, int size) {
        assertThat(learned(8, 60_000, n -> 20 + 5 * n).next(waiting, idle, 0)).isEqualTo(size);
    }

    @ParameterizedTest(name = "waited {0} ms of 100: {1}")
    @CsvSource({"0, 8", "40, 8", "41, 4", "60, 4", "61, 2", "70, 2", "71, 1", "75, 1", "76, 8", "1000, 8"})
    void oldest_shouldNotBeMadeToMissItsDeadline(double waited, int size) {
        assertThat(learned(8, 100, n -> 20 + 5 * n).next(MANY, 1, waited)).isEqualTo(size);
    }

    @Test
    void runLongerThanTheDeadline_shouldNeverBeFormed() {
        BatchSizer sizer = learned(8, 100, n -> 40 + 10 * n);

        assertThat(sizer.next(MANY, 1, 0)).isEqualTo(2);
        assertThat(sizer.next(MANY, 1, 5000)).isEqualTo(2);
        assertThat(sizer.reach()).isEqualTo(2);
    }

    @Test
    void noDeadline_shouldMeanNoBatches() {
        assertThat(learned(8, 0, n -> 20 + 5 * n).next(MANY, 1, 0)).isEqualTo(1);
    }

    @Test
    void sizeThatBroke_shouldNotBeFormedUntilTheNextLook() {
        BatchSizer sizer = learned(8, 60_000, n -> 20 + 5 * n);

        sizer.broke(8);

        assertThat(sizer.next(MANY, 1, 0)).isEqualTo(4);
        assertThat(sizer.inUse()).isEqualTo(4);
        run(sizer, 1000, n -> 20 + 5 * n);
        assertThat(sizer.next(MANY, 1, 0)).isEqualTo(8);
    }

    @Test
    void runsThatDoNotCount_shouldNotBeTriedForEver() {
        BatchSizer sizer = new BatchSizer(2, 60_000);
        for (int i = 0; i < 21; i++) {
            sizer.ran(1, 20, 20);
        }
        int tried = 0;
        while (sizer.next(MANY, 1, 0) == 2) {
            tried++;
        }

        assertThat(tried).isEqualTo(60);
    }
}
