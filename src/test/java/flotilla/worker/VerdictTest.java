package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.protocol.MessageAction;
import flotilla.protocol.QueueMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
    private static final FlotillaSettings SETTINGS =
            FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()));

    private static Duration back(Verdict verdict, int delivery) {
        MessageAction action = verdict.action(new QueueMessage("m", "r", "", Instant.EPOCH, delivery));
        return Duration.ofSeconds(((MessageAction.ChangeMessageVisibility) action).seconds());
    }

    @ParameterizedTest
    @CsvSource({
        "RETURNED, 1, 0",
        "RETURNED, 200, 0",
        "UNREADABLE, 1, 1",
        "UNREADABLE, 200, 1",
        "TROUBLE, 1, 1",
        "TROUBLE, 2, 2",
        "TROUBLE, 6, 32",
        "TROUBLE, 7, 60",
        "TROUBLE, 200, 60",
        "LATER, 3, 4",
        "LATER, 1000, 60"
    })
    void messageThatGoesBack_shouldWaitByItsDeliveries(Verdict verdict, int delivery, int seconds) {
        assertThat(back(verdict, delivery)).isEqualTo(Duration.ofSeconds(seconds));
    }

    /** Ten hours and three are what {@code reference.conf} and the documents say. */
    @Test
    void imageWhoseStoreIsAway_shouldBeTriedForAsLongAsTheDocumentsSay() throws IOException {
        int deliveries = SETTINGS.queue().maxReceiveCount();
        Duration waits = IntStream.rangeClosed(1, deliveries)
                .mapToObj(delivery -> back(Verdict.TROUBLE, delivery))
                .reduce(Duration.ZERO, Duration::plus);

        assertThat(waits).isBetween(Duration.ofHours(3), Duration.ofMinutes(200));
        assertThat(waits.plus(SETTINGS.worker().patience().multipliedBy(deliveries)))
                .isBetween(Duration.ofMinutes(590), Duration.ofMinutes(610));
        assertThat(Files.readString(Path.of("src/main/resources/reference.conf"))
                        .replaceAll("\\s+#\\s+", " "))
                .contains(deliveries + " deliveries take some ten hours, with worker.patience = 0s some three");
        for (String document : List.of("docs/delivery.md", "docs/reliability.md", "docs/operations.md")) {
            assertThat(Files.readString(Path.of(document)).replaceAll("\\s+", " "))
                    .as(document)
                    .contains("`queue.max-receive-count`", "some ten hours");
        }
    }
}
