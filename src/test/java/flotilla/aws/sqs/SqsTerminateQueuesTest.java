package flotilla.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.TestSystem;
import flotilla.config.QueueSettings;
import flotilla.domain.AppTierId;
import flotilla.domain.InstanceId;
import flotilla.domain.QueueDepth;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.TerminateRequest;
import flotilla.protocol.WireFormat;
import flotilla.scaling.FleetObservation.DrainConfirmation;
import flotilla.scaling.ScalingAction;
import flotilla.supervisor.DrainRequests;
import flotilla.supervisor.SupervisorLease;
import flotilla.worker.TerminateRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Both sides of the terminate queues, against an SQS server on loopback. */
@Tag("slow")
class SqsTerminateQueuesTest {
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final InstanceId INSTANCE = new InstanceId("i-1");
    private static final Optional<AppTierId> ID = Optional.of(new AppTierId(3));
    private static SqsServer server;

    private QueueSettings settings;
    private DrainRequests supervisor;
    private TerminateRequests worker;

    @BeforeAll
    static void start() {
        server = new SqsServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() {
        open(LEASE);
    }

    private void open(Duration lease) {
        settings = settings(server.create(), server.create(), lease);
        supervisor = Await.result(server.queues().openDrainRequests(settings, "flotilla", () -> {}));
        worker = worker(settings);
    }

    private static TerminateRequests worker(QueueSettings settings) {
        return Await.result(server.queues().openTerminateRequests(settings, "flotilla"));
    }

    private static QueueSettings settings(String requests, String confirmations, Duration lease) {
        return new QueueSettings(
                "request", "response", requests, confirmations, "dead-letter", lease, Duration.ofSeconds(20), 30, 0);
    }

    private MessageQueue plain(String name) {
        return server.open(name, Duration.ZERO, 1, LEASE);
    }

    private QueueDepth requests() {
        return Await.result(plain(settings.terminateRequest()).depth());
    }

    private void send(int count) {
        assertThat(Await.result(supervisor.send(tokens(count)))).isEmpty();
    }

    private static List<Long> tokens(int count) {
        return LongStream.rangeClosed(1, count).boxed().toList();
    }

    private List<TerminateRequests.Held> take(int count) {
        List<TerminateRequests.Held> held = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Await.result(worker.take()).ifPresent(held::add);
        }
        return held;
    }

    @Test
    void manyTokens_shouldBeOneMessageEach() {
        send(23);

        assertThat(requests()).isEqualTo(new QueueDepth(23, 0, 0));
    }

    @Test
    void cancel_shouldTakeBackExactlyAsManyAsAsked() {
        send(23);

        assertThat(Await.result(supervisor.cancel(12))).hasSize(12).doesNotHaveDuplicates();

        assertThat(requests()).isEqualTo(new QueueDepth(11, 0, 0));
    }

    @Test
    void cancelOfMoreThanAreLeft_shouldTakeBackThoseThatNoWorkerHas() {
        send(5);
        List<Long> taken = take(2).stream().map(TerminateRequests.Held::token).toList();

        List<Long> back = Await.result(supervisor.cancel(5));

        assertThat(back).hasSize(3).doesNotContainAnyElementsOf(taken);
        assertThat(requests()).isEqualTo(new QueueDepth(0, 2, 0));
    }

    @Test
    void cancelOfAll_shouldEmptyTheQueue() {
        send(15);

        assertThat(Await.result(supervisor.cancel(ScalingAction.CancelRequests.ALL)))
                .containsExactlyInAnyOrderElementsOf(tokens(15));
        assertThat(requests()).isEqualTo(new QueueDepth(0, 0, 0));
        assertThat(Await.result(supervisor.cancel(ScalingAction.CancelRequests.ALL)))
                .isEmpty();
    }

    @Test
    void confirmedRequest_shouldBeGoneAndItsConfirmationReadOnce() {
        send(1);
        TerminateRequests.Held held = take(1).get(0);
        assertThat(Await.result(worker.take())).isEmpty();

        Await.result(worker.confirm(held, INSTANCE, ID));

        assertThat(requests()).isEqualTo(new QueueDepth(0, 0, 0));
        assertThat(Await.result(supervisor.confirmations())).containsExactly(new DrainConfirmation(INSTANCE, 1));
        assertThat(Await.result(supervisor.confirmations())).isEmpty();
    }

    @Test
    void manyConfirmations_shouldAllBeRead() {
        send(14);
        for (TerminateRequests.Held held : take(14)) {
            Await.result(worker.confirm(held, INSTANCE, ID));
        }

        assertThat(Await.result(supervisor.confirmations()))
                .extracting(DrainConfirmation::token)
                .containsExactlyInAnyOrderElementsOf(tokens(14));
    }

    @Test
    void requestPutBack_shouldBeTakenByTheNext() {
        send(1);
        Await.result(worker.putBack(take(1).get(0)));

        assertThat(take(1))
                .singleElement()
                .satisfies(held -> assertThat(held.message().receiveCount()).isEqualTo(2));
    }

    @Test
    void discardedRequest_shouldBeGone() {
        send(1);
        Await.result(worker.discard(take(1).get(0)));

        assertThat(requests()).isEqualTo(new QueueDepth(0, 0, 0));
    }

    @Test
    void requestOfAWorkerThatDied_shouldComeBackAndThatOfALivingOneShouldNot() {
        open(Duration.ofSeconds(6));
        send(2);
        List<TerminateRequests.Held> held = take(2);
        Await.result(worker(settings(settings.terminateRequest(), settings.terminateConfirm(), LEASE))
                .keep(held.get(0)));

        Await.result(TestSystem.after(Duration.ofMillis(6100)));

        assertThat(Await.result(supervisor.cancel(2)))
                .containsExactly(held.get(1).token());
    }

    @Test
    void unreadableMessages_shouldBeRemovedAndNotCounted() {
        Await.result(plain(settings.terminateRequest()).send("no json"));
        Await.result(plain(settings.terminateConfirm()).send("no json"));
        send(2);

        assertThat(Await.result(supervisor.cancel(2))).hasSize(2);
        assertThat(Await.result(supervisor.confirmations())).isEmpty();
        Await.result(plain(settings.terminateRequest()).send("no json"));
        assertThat(Await.result(worker.take())).isEmpty();

        assertThat(requests()).isEqualTo(new QueueDepth(0, 0, 0));
        assertThat(Await.result(plain(settings.terminateConfirm()).depth())).isEqualTo(new QueueDepth(0, 0, 0));
    }

    @Test
    void messagesOfAnotherCluster_shouldStayWhereTheyAre() {
        Await.result(plain(settings.terminateRequest()).send(WireFormat.write(new TerminateRequest("other", 99))));
        assertThat(Await.result(worker.take())).isEmpty();
        send(3);

        assertThat(Await.result(supervisor.cancel(ScalingAction.CancelRequests.ALL)))
                .containsExactlyInAnyOrder(1L, 2L, 3L);

        assertThat(requests()).isEqualTo(new QueueDepth(1, 0, 0));
        TerminateRequests others = Await.result(server.queues().openTerminateRequests(settings, "other"));
        assertThat(Await.result(others.take()))
                .map(TerminateRequests.Held::token)
                .contains(99L);
    }

    /** A supervisor that has the lease for so many acts more. */
    private DrainRequests deposedAfter(int acts) {
        AtomicInteger left = new AtomicInteger(acts);
        return Await.result(server.queues().openDrainRequests(settings, "flotilla", () -> {
            if (left.getAndDecrement() <= 0) {
                throw new SupervisorLease.NoLeaseException("held by another");
            }
        }));
    }

    @Test
    void supervisorDeposedBetweenTwoReceives_shouldTakeNothingMore() {
        send(25);

        assertThat(Await.result(deposedAfter(2).cancel(20))).hasSize(10);

        assertThat(requests()).isEqualTo(new QueueDepth(15, 0, 0));
    }

    @Test
    void supervisorDeposedWhileItEmptiesTheQueue_shouldSaySoAndPutBackWhatItHasReceived() {
        send(25);

        assertThat(Await.failure(deposedAfter(3).cancel(ScalingAction.CancelRequests.ALL)))
                .isInstanceOf(SupervisorLease.NoLeaseException.class)
                .hasMessage("no lease: held by another");

        assertThat(requests()).isEqualTo(new QueueDepth(15, 0, 0));
        assertThat(take(15)).hasSize(15);
    }

    @Test
    void supervisorWithoutTheLease_shouldNeitherSendNorTakeAnything() {
        send(1);
        Await.result(worker.confirm(take(1).get(0), INSTANCE, ID));
        DrainRequests deposed = deposedAfter(0);

        assertThat(Await.failure(deposed.send(tokens(3)))).isInstanceOf(SupervisorLease.NoLeaseException.class);
        assertThat(Await.failure(deposed.cancel(1))).isInstanceOf(SupervisorLease.NoLeaseException.class);
        assertThat(Await.failure(deposed.confirmations())).isInstanceOf(SupervisorLease.NoLeaseException.class);

        assertThat(requests()).isEqualTo(new QueueDepth(0, 0, 0));
        assertThat(Await.result(supervisor.confirmations())).hasSize(1);
    }

    @Test
    void missingQueue_shouldFailWithARemedy() {
        assertThat(Await.failure(server.queues()
                        .openDrainRequests(
                                settings("nowhere", settings.terminateConfirm(), LEASE), "flotilla", () -> {})))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("queue nowhere does not exist; create it");
    }

    @Test
    void queuesThatAreAway_shouldFailAndTellWhichTokensWereNotSent() {
        try (SqsServer passing = new SqsServer()) {
            QueueSettings there = settings(passing.create(), passing.create(), LEASE);
            DrainRequests drains = Await.result(passing.queues().openDrainRequests(there, "flotilla", () -> {}));
            passing.stop();

            assertThat(Await.failure(drains.cancel(1))).isInstanceOf(InfrastructureException.class);
            assertThat(Await.failure(drains.confirmations())).isInstanceOf(InfrastructureException.class);
            assertThat(Await.result(drains.send(tokens(12)))).containsExactlyInAnyOrderElementsOf(tokens(12));
        }
    }
}
