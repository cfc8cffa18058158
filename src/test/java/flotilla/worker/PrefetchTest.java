package flotilla.worker;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.protocol.MessageAction;
import flotilla.protocol.QueueMessage;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefetchTest {
    @Test
    void beforeTheFirstImage_shouldHoldOneSpareForEachClassifier() {
        assertThat(new Prefetch(2, Duration.ofSeconds(1), 20).limit()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({"50, 22", "100, 22", "200, 12", "1000, 4", "5000, 3", "0.001, 22"})
    void limit_shouldBeASecondOfWorkWithinItsBounds(double serviceMillis, int limit) {
        Prefetch prefetch = new Prefetch(2, Duration.ofSeconds(1), 20);
        prefetch.served(serviceMillis, 1);

        assertThat(prefetch.limit()).isEqualTo(limit);
    }

    @Test
    void oneSlowImage_shouldNotUpsetTheMean() {
        Prefetch prefetch = new Prefetch(1, Duration.ofSeconds(1), 20);
        for (int i = 0; i < 50; i++) {
            prefetch.served(100, 1);
        }
        prefetch.served(500, 1);

        assertThat(prefetch.limit()).isEqualTo(1 + 6);
    }

    @ParameterizedTest
    @CsvSource({"20, 8, 36", "1000, 4, 16", "1000, 1, 4"})
    void batches_shouldHaveTheirNextRunsInHand(double serviceMillis, int reach, int limit) {
        Prefetch prefetch = new Prefetch(2, Duration.ofSeconds(1), 20);
        prefetch.served(serviceMillis, reach);

        assertThat(prefetch.limit()).isEqualTo(limit);
    }

    @ParameterizedTest
    @CsvSource({"0, 22", "12, 10", "13, 0", "22, 0"})
    void wanted_shouldWaitUntilAFullReceiveHasRoom(int inHand, int wanted) {
        Prefetch prefetch = new Prefetch(2, Duration.ofSeconds(1), 20);
        prefetch.served(50, 1);

        assertThat(prefetch.wanted(new Leases.Work(inHand, 0))).isEqualTo(wanted);
    }

    @ParameterizedTest
    @CsvSource({"0, 20, 22", "12, 20, 10", "0, 30, 12", "0, 32, 10", "0, 33, 0", "22, 0, 0", "13, 8, 0"})
    void classifiedImages_shouldNotCountUnlessTheyAreMany(int unclassified, int classified, int wanted) {
        Prefetch prefetch = new Prefetch(2, Duration.ofSeconds(1), 20);
        prefetch.served(50, 1);

        assertThat(prefetch.wanted(new Leases.Work(unclassified, classified))).isEqualTo(wanted);
    }

    @ParameterizedTest
    @CsvSource({"0, 3", "1, 2", "2, 1", "3, 0"})
    void wantedOfFew_shouldNotWaitForAFullReceive(int inHand, int wanted) {
        Prefetch prefetch = new Prefetch(2, Duration.ofSeconds(1), 20);
        prefetch.served(5000, 1);

        assertThat(prefetch.wanted(new Leases.Work(inHand, 0))).isEqualTo(wanted);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 4", "6, 32", "7, 60", "1000, 60"})
    void trouble_shouldBackOffWithEachDelivery(int receiveCount, int seconds) {
        QueueMessage message = new QueueMessage("m", "r", "b", Instant.EPOCH, receiveCount);

        assertThat(Verdict.TROUBLE.action(message))
                .isEqualTo(new MessageAction.ChangeMessageVisibility(message, seconds));
        assertThat(Verdict.ANSWERED.action(message)).isEqualTo(new MessageAction.Delete(message));
        assertThat(Verdict.RETURNED.action(message)).isEqualTo(new MessageAction.ChangeMessageVisibility(message, 0));
    }
}
