package flotilla.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.elasticmq.BinaryMessageAttribute;
import org.elasticmq.DeduplicationId;
import org.elasticmq.MessageAttribute;
import org.elasticmq.MessageContent;
import org.elasticmq.NeverReceived$;
import org.elasticmq.NumberMessageAttribute;
import org.elasticmq.OnDateTimeReceived;
import org.elasticmq.StringMessageAttribute;
import org.elasticmq.TracingId;
import org.elasticmq.actor.queue.InternalMessage;
import scala.Option;
import scala.collection.mutable.ArrayBuffer;
import scala.collection.mutable.Buffer;
import scala.jdk.javaapi.CollectionConverters;

/** Turns ElasticMQ's message into JSON for the journal and back. */
final class StoredMessage {
    private StoredMessage() {}

    static ObjectNode toJson(InternalMessage message) {
        ObjectNode json = deliveryState(message);
        json.put("body", message.content().value());
        json.put("created", message.created().toInstant().toEpochMilli());
        putOption(json, "group", message.messageGroupId());
        putOption(json, "trace", message.tracingId().map(TracingId::id));
        putOption(json, "deduplication", message.messageDeduplicationId().map(DeduplicationId::id));
        putOption(json, "sequence", message.sequenceNumber());
        putOption(json, "deadLetterSource", message.deadLetterSourceQueueName());
        ObjectNode attributes = json.putObject("attributes");
        CollectionConverters.asJava(message.messageAttributes())
                .forEach((name, attribute) -> attributes.set(name, attribute(attribute)));
        return json;
    }

    /** The part that each delivery and each change of the lease alters. */
    static ObjectNode deliveryState(InternalMessage message) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("nextDelivery", message.nextDelivery());
        json.put("receiveCount", message.receiveCount());
        if (message.firstReceive() instanceof OnDateTimeReceived received) {
            json.put("firstReceived", received.when().toInstant().toEpochMilli());
        }
        ArrayNode receipts = json.putArray("receipts");
        // By index, because the queue's own thread may append to it meanwhile.
        Buffer<String> buffer = message.deliveryReceipts();
        int length = buffer.length();
        for (int i = 0; i < length; i++) {
            receipts.add(buffer.apply(i));
        }
        return json;
    }

    static InternalMessage fromJson(String id, JsonNode json, boolean fifo) {
        Buffer<String> receipts = new ArrayBuffer<>();
        json.get("receipts").forEach(receipt -> receipts.append(receipt.asText()));
        Map<String, MessageAttribute> attributes = new HashMap<>();
        json.get("attributes")
                .properties()
                .forEach(entry -> attributes.put(entry.getKey(), attribute(entry.getValue())));
        return new InternalMessage(
                id,
                receipts,
                json.get("nextDelivery").asLong(),
                new MessageContent(json.get("body").asText()),
                scala.collection.immutable.Map.from(CollectionConverters.asScala(attributes)),
                time(json.get("created")),
                0,
                json.has("firstReceived")
                        ? new OnDateTimeReceived(time(json.get("firstReceived")))
                        : NeverReceived$.MODULE$,
                json.get("receiveCount").asInt(),
                fifo,
                option(json, "group"),
                option(json, "deduplication").map(DeduplicationId::new),
                option(json, "trace").map(TracingId::new),
                option(json, "sequence"),
                option(json, "deadLetterSource"));
    }

    private static ObjectNode attribute(MessageAttribute attribute) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (attribute instanceof StringMessageAttribute string) {
            putOption(json.put("string", string.stringValue()), "type", string.customType());
        } else if (attribute instanceof NumberMessageAttribute number) {
            putOption(json.put("number", number.stringValue()), "type", number.customType());
        } else if (attribute instanceof BinaryMessageAttribute binary) {
            putOption(json.put("binary", binary.asBase64()), "type", binary.customType());
        }
        return json;
    }

    private static MessageAttribute attribute(JsonNode json) {
        Option<String> type = option(json, "type");
        if (json.has("number")) {
            return new NumberMessageAttribute(json.get("number").asText(), type);
        }
        if (json.has("binary")) {
            return BinaryMessageAttribute.fromBase64(json.get("binary").asText(), type);
        }
        return new StringMessageAttribute(json.path("string").asText(), type);
    }

    private static void putOption(ObjectNode json, String name, Option<String> value) {
        if (value.isDefined()) {
            json.put(name, value.get());
        }
    }

    private static Option<String> option(JsonNode json, String name) {
        return json.has(name) ? Option.apply(json.get(name).asText()) : Option.empty();
    }

    private static OffsetDateTime time(JsonNode epochMillis) {
        return Instant.ofEpochMilli(epochMillis.asLong()).atOffset(ZoneOffset.UTC);
    }
}
