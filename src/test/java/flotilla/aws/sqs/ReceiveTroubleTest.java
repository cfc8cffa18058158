package flotilla.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import flotilla.aws.AwsErrors;
import flotilla.protocol.InfrastructureException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.SqsException;

class ReceiveTroubleTest {
    private static final Throwable GONE =
            new CompletionException(AwsErrors.wrap("SQS ReceiveMessage", new java.io.IOException("refused")));
    private static final InfrastructureException NO_QUEUE = SqsErrors.wrap(
            "ReceiveMessage from queue",
            "requests",
            QueueDoesNotExistException.builder().message("no").build());
    private static final InfrastructureException DENIED = SqsErrors.wrap(
            "ReceiveMessage from queue",
            "requests",
            SqsException.builder()
                    .awsErrorDetails(
                            AwsErrorDetails.builder().errorCode("AccessDenied").build())
                    .build());

    private final Logger logger = (Logger) LoggerFactory.getLogger(ReceiveTrouble.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private long now;
    private final ReceiveTrouble trouble = new ReceiveTrouble("requests", () -> now, new Random(7));

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
    }

    private List<String> lines() {
        return log.list.stream()
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
    }

    @Test
    void failuresInARow_shouldBeLoggedOnceAndRestedAfterForLonger() {
        long most = 0;
        for (int i = 0; i < 200; i++) {
            Duration rest = trouble.failed(GONE);
            assertThat(rest).isLessThanOrEqualTo(Duration.ofMillis(Math.min(10_000, 200L << Math.min(i, 20))));
            most = Math.max(most, rest.toMillis());
        }
        now = Duration.ofSeconds(61).toNanos();
        assertThat(trouble.isOn()).isTrue();
        trouble.over();

        assertThat(most).isGreaterThan(8_000);
        assertThat(trouble.isOn()).isFalse();
        assertThat(lines())
                .containsExactly(
                        "WARN nothing is received from queue requests until it answers: SQS ReceiveMessage failed: refused",
                        "INFO receiving from queue requests again after 61 s and 200 failures");
    }

    @Test
    void missingQueue_shouldBeToldWithTheRemedyAndRestedAfterForLong() {
        for (int i = 0; i < 20; i++) {
            assertThat(trouble.failed(NO_QUEUE)).isGreaterThanOrEqualTo(Duration.ofSeconds(5));
        }

        assertThat(lines())
                .singleElement()
                .asString()
                .startsWith("ERROR nothing is received")
                .contains("queue requests does not exist; create it (`flotilla provision`");
        assertThat(log.list.get(0).getFormattedMessage()).doesNotContain("\n");
    }

    @Test
    void refusalInTheMiddleOfTrouble_shouldBeToldToo() {
        trouble.failed(GONE);
        trouble.failed(GONE);
        trouble.failed(DENIED);
        trouble.failed(DENIED);

        assertThat(lines()).hasSize(2);
        assertThat(log.list.get(1).getLevel()).isEqualTo(Level.ERROR);
        assertThat(lines().get(1)).contains("access denied (AccessDenied); check the credentials");
    }

    @Test
    void newTrouble_shouldBeginWithShortRestsAndALineOfItsOwn() {
        for (int i = 0; i < 20; i++) {
            trouble.failed(GONE);
        }
        trouble.over();

        assertThat(trouble.failed(GONE)).isLessThanOrEqualTo(Duration.ofMillis(200));
        assertThat(lines()).hasSize(3);
    }
}
