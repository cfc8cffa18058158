package flotilla.local;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flotilla.config.EmbeddedCloud;
import flotilla.config.QueueSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.http.scaladsl.Http;
import org.apache.pekko.pattern.Patterns;
import org.elasticmq.CreateQueueData;
import org.elasticmq.DeadLettersQueueData;
import org.elasticmq.NodeAddress;
import org.elasticmq.StrictSQSLimits$;
import org.elasticmq.actor.QueueManagerActor;
import org.elasticmq.actor.queue.InternalMessage;
import org.elasticmq.msg.CreateQueue;
import org.elasticmq.msg.RestoreMessages;
import org.elasticmq.rest.sqs.AutoCreateQueuesConfig;
import org.elasticmq.rest.sqs.TheSQSRestServerBuilder;
import org.elasticmq.util.NowProvider;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;
import scala.util.Either;

/**
 * The stand-in for SQS: ElasticMQ in an actor system of its own, whose messages a {@link QueueJournal} keeps. A message that
 * was in flight when the process died comes back when its lease ends, with its receive count.
 */
final class LocalSqs implements AutoCloseable {
    private static final Duration STEP_TIMEOUT = Duration.ofSeconds(30);
    /** Requests under way when it is closed may take this long: long polls would take 20 s. */
    private static final FiniteDuration STOP_TIMEOUT = FiniteDuration.apply(500, TimeUnit.MILLISECONDS);

    /** Nothing of the application's configuration reaches this actor system: no cluster, no remoting, four threads. */
    private static final String CONFIGURATION = """
            pekko {
              actor.provider = local
              loggers = ["org.apache.pekko.event.slf4j.Slf4jLogger"]
              logging-filter = "org.apache.pekko.event.slf4j.Slf4jLoggingFilter"
              loglevel = WARNING
              stdout-loglevel = OFF
              log-dead-letters = off
              log-dead-letters-during-shutdown = off
              fail-mixed-versions = off
              coordinated-shutdown.run-by-jvm-shutdown-hook = off
              actor.default-dispatcher.fork-join-executor { parallelism-min = 4, parallelism-max = 4 }
              actor.internal-dispatcher.fork-join-executor { parallelism-min = 2, parallelism-max = 2 }
              # Longer than the longest poll of SQS, 20 s.
              http.server.request-timeout = 40s
              http.server.idle-timeout = 90s
              http.server.max-connections = 4096
              # The signature of AWS clients is no header that this HTTP library knows.
              http.server.parsing.illegal-header-warnings = off
              http.server.parsing.error-logging-verbosity = off
            }
            """;

    private final ActorSystem system;
    private final Http.ServerBinding binding;

    private LocalSqs(ActorSystem system, Http.ServerBinding binding) {
        this.system = system;
        this.binding = binding;
    }

    /**
     * Restores the queues, creates those that are missing, and serves them.
     *
     * @param directory where the journal is
     * @param port 0 for a free one
     */
    static LocalSqs start(Path directory, int port, QueueSettings settings) throws IOException {
        QueueJournal journal = QueueJournal.open(directory.resolve("journal.jsonl"));
        Config config =
                ConfigFactory.parseString(CONFIGURATION).withFallback(ConfigFactory.defaultReferenceUnresolved());
        ActorSystem system = ActorSystem.create("sqs", config.resolve(), LocalSqs.class.getClassLoader());
        try {
            Map<String, List<InternalMessage>> messages = messages(journal);
            Map<String, CreateQueueData> queues = queues(journal, settings);
            ActorRef listener = system.actorOf(QueueJournalActor.props(journal), "journal");
            ActorRef manager = system.actorOf(
                    Props.create(
                            QueueManagerActor.class,
                            () -> new QueueManagerActor(
                                    new NowProvider(), StrictSQSLimits$.MODULE$, Option.apply(listener))),
                    "queues");
            for (CreateQueueData queue : queues.values()) {
                ActorRef created = create(manager, queue);
                List<InternalMessage> kept = messages.getOrDefault(queue.name(), List.of());
                await(Patterns.ask(
                        created,
                        new RestoreMessages(CollectionConverters.asScala(kept).toList()),
                        STEP_TIMEOUT));
            }
            return new LocalSqs(system, serve(system, manager, listener, port));
        } catch (IOException | RuntimeException e) {
            system.terminate();
            throw e;
        }
    }

    URI endpoint() {
        return URI.create("http://" + Ports.HOST + ":" + binding.localAddress().getPort());
    }

    @Override
    public void close() throws IOException {
        await(FutureConverters.asJava(binding.terminate(STOP_TIMEOUT)));
        await(FutureConverters.asJava(system.terminate()));
    }

    private static Map<String, List<InternalMessage>> messages(QueueJournal journal) {
        Map<String, List<InternalMessage>> messages = new LinkedHashMap<>();
        journal.queues()
                .forEach((name, queue) -> messages.put(
                        name,
                        queue.messages().entrySet().stream()
                                .map(message -> StoredMessage.fromJson(
                                        message.getKey(),
                                        message.getValue(),
                                        queue.settings().path("fifo").asBoolean()))
                                .toList()));
        return messages;
    }

    /** Our own queues as the settings want them now, before those that clients made, as they left them. */
    private static Map<String, CreateQueueData> queues(QueueJournal journal, QueueSettings settings) {
        Map<String, CreateQueueData> queues = new LinkedHashMap<>();
        for (String name : List.of(
                settings.deadLetter(), settings.response(), settings.terminateRequest(), settings.terminateConfirm())) {
            queues.put(name, QueueJournalActor.queueData(name, settings.visibilityTimeout(), Option.empty()));
        }
        queues.put(
                settings.request(),
                QueueJournalActor.queueData(
                        settings.request(),
                        settings.visibilityTimeout(),
                        Option.apply(new DeadLettersQueueData(settings.deadLetter(), settings.maxReceiveCount()))));
        journal.queues().entrySet().stream()
                .sorted(Map.Entry.comparingByValue((one, other) -> Boolean.compare(
                        one.settings().has("deadLetter"), other.settings().has("deadLetter"))))
                .forEach(queue -> queues.computeIfAbsent(
                        queue.getKey(),
                        name -> QueueJournalActor.queueData(
                                name, queue.getValue().settings())));
        return queues;
    }

    private static ActorRef create(ActorRef manager, CreateQueueData queue) throws IOException {
        Object answer = await(Patterns.ask(manager, new CreateQueue(queue), STEP_TIMEOUT));
        if (answer instanceof Either<?, ?> either && either.isRight()) {
            return (ActorRef) either.toOption().get();
        }
        throw new IOException("SQS stand-in cannot create queue " + queue.name() + ": " + answer);
    }

    private static Http.ServerBinding serve(ActorSystem system, ActorRef manager, ActorRef listener, int port)
            throws IOException {
        return await(FutureConverters.asJava(new TheSQSRestServerBuilder(
                        Option.apply(system),
                        Option.apply(manager),
                        Ports.HOST,
                        port,
                        new NodeAddress("http", Ports.HOST, port, ""),
                        true,
                        StrictSQSLimits$.MODULE$,
                        EmbeddedCloud.REGION,
                        LocalCloud.ACCOUNT_ID,
                        Option.apply(listener),
                        AutoCreateQueuesConfig.disabled())
                .start()
                .startFuture()));
    }

    private static <T> T await(CompletionStage<T> stage) throws IOException {
        try {
            return stage.toCompletableFuture().get(STEP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("SQS stand-in: " + (e.getCause() == null ? "no answer" : e.getCause()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("SQS stand-in: interrupted", e);
        }
    }
}
