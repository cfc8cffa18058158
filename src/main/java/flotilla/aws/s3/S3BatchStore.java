package flotilla.aws.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.domain.BatchId;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import flotilla.protocol.Batch;
import flotilla.protocol.BatchStore;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.JourneyJson;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.util.ByteString;

/** Batches in the output bucket: {@code <prefix>batches/<id>.json}, and beside it {@code ….cancelled}. */
public final class S3BatchStore implements BatchStore {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final S3Objects objects;
    private final StorageSettings storage;

    public S3BatchStore(ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
    }

    @Override
    public CompletionStage<Done> put(Batch batch) {
        return objects.put(
                storage.outputBucket(),
                key(batch.id(), ".json"),
                ContentTypes.APPLICATION_JSON,
                ByteString.fromString(write(batch)));
    }

    @Override
    public CompletionStage<Optional<Batch>> find(BatchId id) {
        return objects.get(storage.outputBucket(), key(id, ".json"))
                .thenApply(found -> found.map(bytes -> read(id, bytes)));
    }

    @Override
    public CompletionStage<Done> cancel(BatchId id) {
        return objects.put(
                storage.outputBucket(),
                key(id, ".cancelled"),
                ContentTypes.TEXT_PLAIN_UTF8,
                ByteString.fromString("cancelled"));
    }

    @Override
    public CompletionStage<Boolean> isCancelled(BatchId id) {
        return objects.get(storage.outputBucket(), key(id, ".cancelled")).thenApply(Optional::isPresent);
    }

    private String key(BatchId id, String ending) {
        return S3Keys.of(storage, OwnNames.BATCHES + id + ending);
    }

    private static String write(Batch batch) {
        ObjectNode node = JSON.createObjectNode()
                .put("v", 1)
                .put("id", batch.id().value())
                .put("createdAt", batch.createdAt().toString());
        ArrayNode items = node.putArray("items");
        for (Batch.Item item : batch.items()) {
            ObjectNode one = items.addObject().put("file", item.file());
            item.taken().ifPresent(taken -> {
                one.put("id", taken.id().value())
                        .put("bucket", taken.image().bucket())
                        .put("key", taken.image().key());
                taken.journey().ifPresent(journey -> JourneyJson.write(one.putObject("journey"), journey));
            });
            item.refusal().ifPresent(refusal -> one.put("code", refusal.code()).put("message", refusal.message()));
        }
        return node.toString();
    }

    private Batch read(BatchId id, ByteString bytes) {
        try {
            JsonNode node = JSON.readTree(bytes.utf8String());
            List<Batch.Item> items = new ArrayList<>();
            for (JsonNode item : node.path("items")) {
                String file = item.path("file").asText();
                items.add(
                        item.has("id")
                                ? Batch.Item.taken(
                                        file,
                                        new RequestId(item.path("id").asText()),
                                        new ImageRef(
                                                item.path("bucket").asText(),
                                                item.path("key").asText()),
                                        JourneyJson.read(item.path("journey")))
                                : Batch.Item.refused(
                                        file,
                                        item.path("code").asText(),
                                        item.path("message").asText()));
            }
            return new Batch(id, Instant.parse(node.path("createdAt").asText()), items);
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
            throw new InfrastructureException("object " + key(id, ".json") + " is no batch", e);
        }
    }
}
