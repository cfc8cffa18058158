package flotilla.aws.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.domain.QueueDepth;
import flotilla.drill.ServiceProxy;
import flotilla.protocol.MessageAction;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.QueueMessage;
import flotilla.protocol.ReceiveControl;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Receivers and acknowledgements while the queue is away. */
class SqsOutageIT {
    /** Short: the server may still give a message to a receive whose connection is cut. */
    private static final Duration LEASE = Duration.ofSeconds(2);

    private static final Duration WAIT = Duration.ofSeconds(1);
    private static SqsServer server;

    private ServiceProxy proxy;
    private AwsClients clients;
    private SqsQueues queues;
    private String name;
    private MessageQueue direct;

    @BeforeAll
    static void startServer() {
        server = new SqsServer();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void start() throws IOException {
        proxy = ServiceProxy.before(0, server.address());
        clients = AwsClients.open(SqsServer.settings("http://127.0.0.1:" + proxy.port()), 4);
        queues = SqsQueues.connect(clients);
        name = server.create();
        direct = server.open(name, WAIT, 1, LEASE);
    }

    @AfterEach
    void stop() throws IOException {
        queues.close();
        clients.close();
        proxy.close();
    }

    /** The queue behind the proxy. */
    private MessageQueue queue(Duration lease) {
        return Await.result(queues.open(name, new SqsSourceSettings(WAIT, 10, 2, lease)));
    }

    private static Pair<ReceiveControl, SinkQueueWithCancel<QueueMessage>> run(MessageQueue queue) {
        return queue.receive(() -> 10).toMat(Sink.queue(), Keep.both()).run(server.system());
    }

    @Test
    void queueThatWasAway_shouldBeReceivedFromAgainByTheSameStream() {
        Pair<ReceiveControl, SinkQueueWithCancel<QueueMessage>> running = run(queue(LEASE));
        CompletableFuture<Optional<QueueMessage>> pulled =
                running.second().pull().toCompletableFuture();

        proxy.gone();
        Await.result(running.first().pause());
        running.first().resume();
        Await.result(running.first().pause());
        running.first().resume();
        assertThat(pulled).as("neither failed nor complete").isNotDone();
        proxy.heal();
        server.send(direct, 1);

        assertThat(Await.result(pulled).orElseThrow().body()).isEqualTo("m0");
        running.second().cancel();
    }

    @Test
    void stopWhileTheQueueIsAway_shouldCompleteTheStream() {
        Pair<ReceiveControl, SinkQueueWithCancel<QueueMessage>> running = run(queue(LEASE));
        CompletionStage<Optional<QueueMessage>> pulled = running.second().pull();
        proxy.gone();
        Await.result(running.first().pause());
        running.first().resume();

        running.first().stop();

        assertThat(Await.result(pulled)).isEmpty();
    }

    private CompletableFuture<List<MessageAction>> acknowledged(MessageQueue queue, MessageAction action) {
        return Source.single(action)
                .via(queue.acknowledge())
                .runWith(Sink.seq(), server.system())
                .toCompletableFuture();
    }

    private QueueMessage received(MessageQueue queue) {
        server.send(direct, 1);
        return Await.result(queue.receive(() -> 1).runWith(Sink.head(), server.system()));
    }

    @Test
    void acknowledgementWhileTheQueueIsAway_shouldBeMadeWhenItIsBack() {
        MessageQueue queue = queue(Duration.ofSeconds(60));
        MessageAction delete = new MessageAction.Delete(received(queue));
        proxy.gone();

        CompletableFuture<List<MessageAction>> done = acknowledged(queue, delete);
        assertThat(Await.failure(queue.depth())).as("it is away").isNotNull();
        assertThat(done).isNotDone();
        proxy.heal();

        assertThat(Await.result(done)).containsExactly(delete);
        assertThat(Await.result(direct.depth())).isEqualTo(new QueueDepth(0, 0, 0));
    }

    @Test
    void acknowledgementThatCannotBeMade_shouldBeGivenUpAndEmittedAsLeftAlone() {
        MessageQueue queue = queue(Duration.ofSeconds(1));
        QueueMessage message = received(queue);
        proxy.gone();

        assertThat(Await.result(acknowledged(queue, new MessageAction.Delete(message))))
                .containsExactly(new MessageAction.Ignore(message));
    }
}
