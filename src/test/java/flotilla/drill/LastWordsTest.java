package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an ended worker's last words are read. */
class LastWordsTest {
    private static final String RECEIVING = "INFO  Worker receiving as worker=i-1 appTierId=1\n";

    private static final String DRAINED = "INFO  Worker drained epoch=3 images=9\n";
    private static final String FENCED = "WARN  Worker no report for PT30S: receiving nothing until it does\n";

    private static final Instant TOLD = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration FENCE = Duration.ofSeconds(30);

    @TempDir
    private Path data;

    private final Toll toll = new Toll();

    @BeforeEach
    void endOneInstance() throws IOException {
        new CloudFolder(data)
                .write(
                        "logs/cloud.log",
                        "2026-01-01T01:00:00.000+01:00 INFO  LocalInstances instance=i-1 running -> shutting-down\n"
                                + "2026-01-01T01:05:00.000+01:00 INFO  LocalInstances instance=i-1 running -> shutting-down\n"
                                + "2026-01-01T01:00:00.000+01:00 INFO  LocalInstances instance=i-2 pending -> running\n");
    }

    private LastWords words(String instance, String log, String... killed) throws IOException {
        new CloudFolder(data).write("logs/" + instance + ".log", log);
        Stream.of(killed).forEach(one -> toll.workerKilled(TOLD, one, Map.of(), List.of()));
        return LastWords.of(data, toll, FENCE);
    }

    @Test
    void emptyHandsAfterADrain_shouldBeFine() throws IOException {
        assertThat(words("i-1", RECEIVING + DRAINED + "INFO  Worker leaving inHand=0\n"))
                .isEqualTo(new LastWords(1, 0, 0, List.of()));
    }

    /** What a receive brings that is under way is in nobody's hand yet. */
    @Test
    void workerThatHadNotDrained_shouldBeBusyWithEmptyHands() throws IOException {
        assertThat(words("i-1", RECEIVING + "INFO  Worker leaving inHand=0\n").busy())
                .containsExactly("i-1 was ended though it had not drained, and was heard");
        assertThat(words("i-1", RECEIVING + FENCED + RECEIVING + "leaving inHand=0\n")
                        .busy())
                .hasSize(1);
    }

    @Test
    void workerBehindItsFence_shouldBeTakenForDeadRightlyWithEmptyHands() throws IOException {
        assertThat(words("i-1", RECEIVING + FENCED + "leaving inHand=0\n").busy())
                .isEmpty();
        assertThat(words("i-1", RECEIVING + FENCED + "leaving inHand=1\n").busy())
                .hasSize(1);
    }

    /** Before its fence lets it write that: what it holds is given back by then, for it does not stand still. */
    @Test
    void workerThatWasOnlyCutOff_shouldHaveGivenBack() throws IOException {
        toll.silenced(TOLD.minusSeconds(41), "i-1", Duration.ofSeconds(45), false);

        assertThat(words("i-1", RECEIVING + "leaving inHand=0\n").busy()).isEmpty();
        assertThat(words("i-1", RECEIVING + "leaving inHand=2\n").busy()).hasSize(1);
    }

    @Test
    void workerThatWasCutOffAndThenFrozen_shouldBeTakenForDeadRightly() throws IOException {
        toll.silenced(TOLD.minusSeconds(41), "i-1", Duration.ofSeconds(45), false);
        toll.silenced(TOLD.minusSeconds(20), "i-1", Duration.ofSeconds(15), true);

        assertThat(words("i-1", RECEIVING + "leaving inHand=2\n")).isEqualTo(new LastWords(1, 0, 1, List.of()));
    }

    @Test
    void freezeThatTheDrillBrokeOff_shouldExcuseNobodyLater() throws IOException {
        toll.silenced(TOLD.minusSeconds(60), "i-1", Duration.ofSeconds(90), true);
        toll.ended(TOLD.minusSeconds(50));

        assertThat(words("i-1", RECEIVING + "leaving inHand=2\n").busy()).hasSize(1);
    }

    @Test
    void imagesInHand_shouldBeBusyInEachLifeOfTheMachine() throws IOException {
        assertThat(words("i-1", RECEIVING + DRAINED + "leaving inHand=0\n" + RECEIVING + "leaving inHand=2\n")
                        .busy())
                .singleElement()
                .asString()
                .isEqualTo("i-1 was told to end with 2 images in hand");
    }

    @Test
    void endWithoutAWord_shouldBeBusy() throws IOException {
        assertThat(words("i-1", RECEIVING).busy())
                .containsExactly("i-1 was ended and left no word of what it had in hand");
    }

    @Test
    void endWithoutAWordByTheDrillItself_shouldBeUnknown() throws IOException {
        LastWords words = words("i-1", RECEIVING, "i-1");

        assertThat(words.busy()).isEmpty();
        assertThat(words.text())
                .isEqualTo(
                        "workers ended by the scaler 1, of which the drill killed 1 before a last word, and froze 0 with images "
                                + "until they counted as dead");
    }

    @Test
    void workerThatTheDrillKeptFromBeingHeardForTooLong_shouldBeTakenForDeadRightly() throws IOException {
        toll.silenced(TOLD.minusSeconds(41), "i-1", Duration.ofSeconds(45), true);

        assertThat(words("i-1", RECEIVING + "leaving inHand=2\n")).isEqualTo(new LastWords(1, 0, 1, List.of()));
        assertThat(words("i-1", RECEIVING)).isEqualTo(new LastWords(1, 0, 1, List.of()));
        assertThat(words("i-1", RECEIVING + "leaving inHand=0\n")).isEqualTo(new LastWords(1, 0, 0, List.of()));
    }

    @Test
    void workerThatWasNotHeardForLessThanItsFence_shouldBeBusy() throws IOException {
        toll.silenced(TOLD.minusSeconds(29), "i-1", Duration.ofSeconds(45), true);
        toll.silenced(TOLD.minusSeconds(60), "i-2", Duration.ofSeconds(90), true);

        assertThat(words("i-1", RECEIVING + "leaving inHand=2\n").busy()).hasSize(1);
    }

    @Test
    void workerThatHadDrained_shouldNeedNoMoreWords() throws IOException {
        assertThat(words("i-1", RECEIVING + "INFO  Worker drained epoch=3 images=9\n")
                        .busy())
                .isEmpty();
    }

    @Test
    void workerThatNeverAskedForAnImage_shouldHaveHadNone() throws IOException {
        assertThat(words("i-1", "INFO  Main starting\n").busy()).isEmpty();
    }

    @Test
    void workerThatWasNotEndedByTheScaler_shouldNeedNoWords() throws IOException {
        LastWords words = words("i-2", RECEIVING);

        assertThat(words.told()).isZero();
        assertThat(words.busy()).isEmpty();
    }
}
