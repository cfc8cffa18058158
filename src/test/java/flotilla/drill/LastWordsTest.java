package flotilla.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an ended worker's last words are read. */
class LastWordsTest {
    private static final String RECEIVING = "INFO  Worker receiving as worker=i-1 appTierId=1\n";

    @TempDir
    private Path data;

    @BeforeEach
    void endOneInstance() throws IOException {
        new CloudFolder(data)
                .write(
                        "logs/cloud.log",
                        "INFO  LocalInstances instance=i-1 running -> shutting-down\n"
                                + "INFO  LocalInstances instance=i-1 running -> shutting-down\n"
                                + "INFO  LocalInstances instance=i-2 pending -> running\n");
    }

    private LastWords words(String instance, String log, String... killed) throws IOException {
        new CloudFolder(data).write("logs/" + instance + ".log", log);
        return LastWords.of(data, Set.of(killed));
    }

    @Test
    void emptyHands_shouldBeFine() throws IOException {
        assertThat(words("i-1", RECEIVING + "INFO  Worker leaving inHand=0\n"))
                .isEqualTo(new LastWords(1, 0, List.of()));
    }

    @Test
    void imagesInHand_shouldBeBusyInEachLifeOfTheMachine() throws IOException {
        assertThat(words("i-1", RECEIVING + "leaving inHand=0\n" + RECEIVING + "leaving inHand=2\n")
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
                .isEqualTo("workers ended by the scaler 1, of which the drill killed 1 before a last word");
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
