package flotilla.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.provision.Attributes;
import flotilla.provision.Kind;
import flotilla.provision.NotYetException;
import flotilla.provision.Seen;
import flotilla.provision.Thing;
import flotilla.provision.Wanted;
import flotilla.testing.RefusingSqs;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against refusals as SQS documents them, which the embedded cloud's queues never give. */
class SqsProvisionTest {
    private static final Thing QUEUE = new Thing(Kind.QUEUE, "q");
    private static final Wanted WANTED = Wanted.of(Kind.QUEUE, "q", Map.of(Attributes.LEASE, "30"));
    private static final Wanted WITH_DEAD_LETTERS =
            Wanted.of(Kind.QUEUE, "q", Map.of(Attributes.DEAD_LETTERS_TO, "q-dlq", Attributes.MAX_RECEIVES, "9"));

    private final RefusingSqs sqs = new RefusingSqs();
    private final AwsClients clients = AwsClients.open(SqsServer.settings(sqs.url()), 0);
    private final SqsProvision queues = SqsProvision.connect(clients, "fleet");

    @AfterEach
    void stop() {
        queues.close();
        clients.close();
        sqs.close();
    }

    @Test
    void queueThatWasDeletedAMomentAgo_shouldBeSomethingForLater() {
        sqs.refuse("CreateQueue", "QueueDeletedRecently");

        assertThat(Await.failure(queues.create(WANTED)))
                .isInstanceOf(NotYetException.class)
                .hasMessage("queue q was deleted less than a minute ago, and SQS makes it anew only after that");
    }

    /** In its first second a queue may not be found. */
    @Test
    void queueThatIsNotFoundWhenItIsMade_shouldBeSomethingForLater() {
        sqs.refuse("GetQueueUrl", "QueueDoesNotExist");

        Throwable failure = Await.failure(queues.create(WANTED));

        assertThat(failure)
                .isInstanceOfSatisfying(
                        NotYetException.class, one -> assertThat(one.again()).isEqualTo(Duration.ofSeconds(1)))
                .hasMessage("queue q was made a moment ago, and SQS does not find it yet");
        assertThat(sqs.calls()).containsExactly("CreateQueue", "GetQueueUrl");

        sqs.relent();
        Await.result(queues.create(WANTED));
    }

    @Test
    void deadLetterQueueThatIsNotKnownYet_shouldBeSomethingForLater() {
        sqs.refuse("GetQueueAttributes", "QueueDoesNotExist");

        assertThat(Await.failure(queues.create(WITH_DEAD_LETTERS)))
                .isInstanceOf(NotYetException.class)
                .hasMessageStartingWith("queue q-dlq was made a moment ago");
        assertThat(sqs.calls()).doesNotContain("CreateQueue");
    }

    /** A gateway's role may not list tags. */
    @Test
    void tagsThatMayNotBeSeen_shouldBeNamedAndTheRestTold() {
        sqs.refuse("ListQueueTags", "AccessDeniedException");

        assertThat(Await.result(queues.look(QUEUE))).isInstanceOfSatisfying(Seen.Present.class, seen -> {
            assertThat(seen.cluster()).isEmpty();
            assertThat(seen.keepsTags()).isTrue();
            assertThat(seen.denied()).containsExactly("sqs:ListQueueTags");
            assertThat(seen.attributes()).containsEntry(Attributes.LEASE, "30");
        });
        sqs.relent();
        assertThat(Await.result(queues.look(QUEUE)))
                .isInstanceOfSatisfying(
                        Seen.Present.class,
                        seen -> assertThat(seen.denied().isEmpty() ? seen.cluster() : Optional.empty())
                                .contains("fleet"));
    }
}
