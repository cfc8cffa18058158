package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.config.SettingsLoader;
import flotilla.cost.CallCount;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.gateway.MetricsText.Form;
import flotilla.metrics.NodeMetrics;
import flotilla.protocol.SupervisorCommand;
import flotilla.testing.HandClock;
import flotilla.testing.MemoryStores;
import flotilla.testing.Scrape;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told of images that nobody answers for long. */
class PendingRepliesTest {
    private static final ActorTestKit KIT =
            ActorTestKit.create(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()));
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    private final HandClock clock = new HandClock(NOW);
    private final NodeMetrics node = NodeMetrics.open("gateway", "1");
    private final MemoryStores.Results results = new MemoryStores.Results();
    private final RequestId id = RequestId.create(NOW, new Random(5));
    private final TestProbe<SupervisorCommand> supervisor = KIT.createTestProbe();
    private final ActorRef<PendingReplies.Command> pending = KIT.spawn(PendingReplies.create(
            new GatewayId("gateway-1"),
            results,
            supervisor.getRef(),
            10,
            Duration.ofMillis(20),
            node.gateway(clock),
            () -> CallCount.NONE,
            new RecentImages(),
            clock));

    @AfterEach
    void close() {
        KIT.stop(pending);
        node.close();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private void admit() {
        admit(id);
    }

    private void admit(RequestId id) {
        TestProbe<PendingReplies.Admission> admission = KIT.createTestProbe();
        pending.tell(new PendingReplies.Admit(id, admission.getRef()));
        assertThat(admission.receiveMessage().admitted()).isTrue();
    }

    private Scrape when(String sample, double value, String... labels) {
        return KIT.createTestProbe().awaitAssert(Duration.ofSeconds(20), () -> {
            Scrape scrape = Scrape.of(node.text(Form.PROMETHEUS));
            assertThat(scrape.value(sample, labels)).isEqualTo(value);
            return scrape;
        });
    }

    private ClassificationResult answer() {
        return answer(id);
    }

    private static ClassificationResult answer(RequestId id) {
        return new ClassificationResult(
                id,
                new FileName("a.png"),
                new Outcome.Labelled("m", List.of(new Prediction("Cat", 0, 1))),
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    /** In the worst outage nothing is answered at all: that must be seen, and go on being seen. */
    @Test
    void imageThatNobodyAnswers_shouldCountAsALateAnswerAndGoOnWaiting() {
        admit();
        clock.pass(Duration.ofMinutes(16));

        Scrape scrape = when("flotilla_gateway_answer_seconds_count", 1, "outcome", "forgotten");
        assertThat(scrape.value("flotilla_gateway_answer_seconds_bucket", "outcome", "forgotten", "le", "900.0"))
                .isZero();
        clock.pass(Duration.ofHours(2));
        scrape = when("flotilla_gateway_oldest_unanswered_seconds", 136 * 60);
        assertThat(scrape.value("flotilla_gateway_unanswered_images")).isEqualTo(1);

        pending.tell(new PendingReplies.Answered(answer()));
        when("flotilla_gateway_unanswered_images", 0);
        scrape = when("flotilla_gateway_oldest_unanswered_seconds", 0);
        assertThat(scrape.value("flotilla_gateway_answer_seconds_count", "outcome", "labelled"))
                .as("it was timed before")
                .isZero();
        assertThat(scrape.value("flotilla_gateway_late_answers_total", "outcome", "labelled"))
                .isEqualTo(1);
    }

    private void untilTold(long accepted, long unanswered, long overdue, long answered) {
        ToldSupervisor.await(supervisor, accepted, unanswered, overdue, answered);
    }

    @Test
    void lateAnswers_shouldBeToldToTheSupervisorAsWell() {
        admit();
        pending.tell(new PendingReplies.Enqueued(id, 7));
        untilTold(1, 1, 0, 0);
        clock.pass(Duration.ofMinutes(16));
        untilTold(1, 0, 1, 0);

        RequestId second = RequestId.create(NOW, new Random(6));
        admit(second);
        pending.tell(new PendingReplies.Enqueued(second, 7));
        pending.tell(new PendingReplies.Answered(answer(second)));
        pending.tell(new PendingReplies.Answered(answer()));

        untilTold(2, 0, 0, 2);
        when("flotilla_gateway_answer_seconds_count", 1, "outcome", "labelled");
        when("flotilla_gateway_late_answers_total", 1, "outcome", "labelled");
    }

    /** A client that repeats its upload under the same key. */
    @Test
    void imageThatTwoUploadsAskFor_shouldBeAcceptedAndAnsweredOnce() {
        admit();
        admit();
        pending.tell(new PendingReplies.Enqueued(id, 7));
        pending.tell(new PendingReplies.Enqueued(id, 0));
        untilTold(1, 1, 0, 0);

        pending.tell(new PendingReplies.Withdraw(id));
        pending.tell(new PendingReplies.Answered(answer()));
        pending.tell(new PendingReplies.Answered(answer()));

        untilTold(1, 0, 0, 1);
        Scrape scrape = when("flotilla_gateway_images_accepted_total", 1);
        assertThat(scrape.value("flotilla_gateway_accepted_bytes_total")).isEqualTo(7);
    }

    @Test
    void answerThatComesBeforeTheWordOfItsMessage_shouldBelongToAnImageThatIsAccepted() {
        admit();
        pending.tell(new PendingReplies.Answered(answer()));
        pending.tell(new PendingReplies.Enqueued(id, 7));
        RequestId second = RequestId.create(NOW, new Random(6));
        admit(second);
        pending.tell(new PendingReplies.Answered(answer(second)));
        pending.tell(new PendingReplies.Withdraw(second));

        untilTold(2, 0, 0, 2);
        when("flotilla_gateway_images_accepted_total", 2);
    }

    @Test
    void waitThatIsWithdrawn_shouldEndAtOnceAndLeaveOthersAlone() {
        TestProbe<PendingReplies.Reply> gone = KIT.createTestProbe();
        TestProbe<PendingReplies.Reply> stays = KIT.createTestProbe();
        pending.tell(new PendingReplies.Await(id, Duration.ofHours(1), gone.getRef()));
        pending.tell(new PendingReplies.Await(id, Duration.ofHours(1), stays.getRef()));
        when("flotilla_gateway_waiting_callers", 2);

        pending.tell(new PendingReplies.NoLonger(id, gone.getRef()));
        pending.tell(new PendingReplies.NoLonger(id, gone.getRef()));

        assertThat(gone.receiveMessage().result()).isEmpty();
        when("flotilla_gateway_waiting_callers", 1);
        pending.tell(new PendingReplies.Answered(answer()));
        assertThat(stays.receiveMessage().result()).isPresent();
        when("flotilla_gateway_waiting_callers", 0);
    }

    /** Its notice may have been lost: the store is asked without anybody waiting. */
    @Test
    void forgottenImageWhoseAnswerIsStored_shouldWaitNoMore() {
        admit();
        clock.pass(Duration.ofMinutes(16));
        when("flotilla_gateway_answer_seconds_count", 1, "outcome", "forgotten");

        results.putIfAbsent(answer(), 1);

        when("flotilla_gateway_unanswered_images", 0);
    }
}
