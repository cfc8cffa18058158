package flotilla.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.Props;
import org.elasticmq.CreateQueueData;
import org.elasticmq.DeadLettersQueueData;
import org.elasticmq.MillisVisibilityTimeout;
import org.elasticmq.QueueData;
import org.elasticmq.actor.queue.OperationSuccessful$;
import org.elasticmq.actor.queue.QueueEvent;
import scala.Option;
import scala.collection.immutable.Map$;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Writes every change that ElasticMQ tells of into the journal. ElasticMQ answers its client only after this actor has
 * answered, so what a client was told is in the journal. A classic actor, because ElasticMQ's listener is one. It never reads
 * the journal back: {@link LocalSqs} does that before it starts this actor.
 */
final class QueueJournalActor extends AbstractActor {
    private final QueueJournal journal;

    private QueueJournalActor(QueueJournal journal) {
        this.journal = journal;
    }

    static Props props(QueueJournal journal) {
        return Props.create(QueueJournalActor.class, () -> new QueueJournalActor(journal));
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(QueueEvent.QueueCreated.class, this::onQueueCreated)
                .match(QueueEvent.QueueMetadataUpdated.class, this::onQueueMetadataUpdated)
                .match(QueueEvent.QueueDeleted.class, this::onQueueDeleted)
                .match(QueueEvent.MessageAdded.class, this::onMessageAdded)
                .match(QueueEvent.MessageUpdated.class, this::onMessageUpdated)
                .match(QueueEvent.MessageRemoved.class, this::onMessageRemoved)
                .build();
    }

    @Override
    public void postStop() throws IOException {
        journal.close();
    }

    private void onQueueCreated(QueueEvent.QueueCreated event) {
        journal.putQueue(event.queue().name(), settings(event.queue()));
    }

    private void onQueueMetadataUpdated(QueueEvent.QueueMetadataUpdated event) {
        journal.putQueue(event.queue().name(), settings(event.queue()));
    }

    private void onQueueDeleted(QueueEvent.QueueDeleted event) {
        journal.dropQueue(event.queueName());
    }

    private void onMessageAdded(QueueEvent.MessageAdded event) {
        journal.put(event.queueName(), event.message().id(), StoredMessage.toJson(event.message()));
        done();
    }

    private void onMessageUpdated(QueueEvent.MessageUpdated event) {
        journal.update(event.queueName(), event.message().id(), StoredMessage.deliveryState(event.message()));
        done();
    }

    private void onMessageRemoved(QueueEvent.MessageRemoved event) {
        journal.remove(event.queueName(), event.messageId());
        done();
    }

    private void done() {
        getSender().tell(OperationSuccessful$.MODULE$, getSelf());
    }

    private static ObjectNode settings(QueueData queue) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("visibilityTimeout", queue.defaultVisibilityTimeout().millis());
        json.put("delay", queue.delay().toMillis());
        json.put("receiveWait", queue.receiveMessageWait().toMillis());
        json.put("fifo", queue.isFifo());
        json.put("contentBasedDeduplication", queue.hasContentBasedDeduplication());
        if (queue.deadLettersQueue().isDefined()) {
            json.put("deadLetter", queue.deadLettersQueue().get().name());
            json.put("maxReceiveCount", queue.deadLettersQueue().get().maxReceiveCount());
        }
        ObjectNode tags = json.putObject("tags");
        CollectionConverters.asJava(queue.tags()).forEach(tags::put);
        return json;
    }

    /** The order by which ElasticMQ makes a queue that the journal knows. */
    static CreateQueueData queueData(String name, JsonNode settings) {
        return queueData(
                name,
                Duration.ofMillis(settings.path("visibilityTimeout").asLong(30_000)),
                Duration.ofMillis(settings.path("delay").asLong()),
                Duration.ofMillis(settings.path("receiveWait").asLong()),
                settings.has("deadLetter")
                        ? Option.apply(new DeadLettersQueueData(
                                settings.get("deadLetter").asText(),
                                settings.get("maxReceiveCount").asInt()))
                        : Option.empty(),
                settings.path("fifo").asBoolean(),
                settings.path("contentBasedDeduplication").asBoolean(),
                tags(settings.path("tags")));
    }

    private static Map<String, String> tags(JsonNode json) {
        Map<String, String> tags = new LinkedHashMap<>();
        json.properties().forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
        return tags;
    }

    /** The order by which ElasticMQ makes a standard queue. */
    static CreateQueueData queueData(String name, Duration visibilityTimeout, Option<DeadLettersQueueData> deadLetter) {
        return queueData(name, visibilityTimeout, Duration.ZERO, Duration.ZERO, deadLetter, false, false, Map.of());
    }

    private static CreateQueueData queueData(
            String name,
            Duration visibilityTimeout,
            Duration delay,
            Duration receiveWait,
            Option<DeadLettersQueueData> deadLetter,
            boolean fifo,
            boolean contentBasedDeduplication,
            Map<String, String> tags) {
        return new CreateQueueData(
                name,
                Option.apply(new MillisVisibilityTimeout(visibilityTimeout.toMillis())),
                Option.apply(delay),
                Option.apply(receiveWait),
                Option.empty(),
                Option.empty(),
                deadLetter,
                fifo,
                contentBasedDeduplication,
                Option.empty(),
                Option.empty(),
                Map$.MODULE$.from(CollectionConverters.asScala(tags)));
    }
}
