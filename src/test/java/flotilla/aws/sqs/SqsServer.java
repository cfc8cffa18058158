package flotilla.aws.sqs;

import flotilla.aws.Await;
import flotilla.aws.AwsClients;
import flotilla.aws.TestSystem;
import flotilla.config.AwsSettings;
import flotilla.protocol.MessageQueue;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.ActorSystem;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;

/** ElasticMQ on a free port, with our client connected to it. */
final class SqsServer implements AutoCloseable {
    private static final AtomicInteger QUEUES = new AtomicInteger();

    private final TestSystem system = new TestSystem();
    /** The server ends its actor system with itself. */
    private final TestSystem serverSystem = new TestSystem();

    private final SQSRestServer server;
    private final InetSocketAddress address;
    private final AwsClients clients;
    private final SqsQueues queues;
    private final SqsAsyncClient plain;

    SqsServer() {
        server = SQSRestServerBuilder.withActorSystem(serverSystem.get())
                .withInterface("127.0.0.1")
                .withDynamicPort()
                .start();
        address = new InetSocketAddress(
                InetAddress.getLoopbackAddress(),
                server.waitUntilStarted().localAddress().getPort());
        clients = AwsClients.open(settings("http://127.0.0.1:" + address.getPort()), 16);
        queues = SqsQueues.connect(clients);
        plain = clients.client(
                SqsAsyncClient.builder(), clients.settings().sqs(), Duration.ofSeconds(60), Duration.ofSeconds(60));
    }

    static AwsSettings settings(String url) {
        return new AwsSettings(
                Optional.of("us-east-1"),
                Optional.of(URI.create(url)),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new AwsSettings.Credentials("local", "local")));
    }

    ActorSystem system() {
        return system.get();
    }

    SqsQueues queues() {
        return queues;
    }

    /** A new, empty queue. */
    String create() {
        String name = "q" + QUEUES.incrementAndGet();
        Await.result(plain.createQueue(request -> request.queueName(name)));
        return name;
    }

    MessageQueue open(String name, Duration wait, int parallelism, Duration lease) {
        return Await.result(queues.open(name, new SqsSourceSettings(wait, 10, parallelism, lease)));
    }

    void send(MessageQueue queue, int count) {
        for (int i = 0; i < count; i++) {
            Await.result(queue.send("m" + i));
        }
    }

    /** The server goes away. */
    void stop() {
        server.stopAndWait();
    }

    /** Where it is. */
    InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        system.close();
        plain.close();
        queues.close();
        clients.close();
        serverSystem.close();
    }
}
