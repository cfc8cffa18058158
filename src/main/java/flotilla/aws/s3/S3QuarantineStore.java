package flotilla.aws.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.domain.FailureCode;
import flotilla.domain.RequestId;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.QuarantineStore;
import flotilla.protocol.WireFormat;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.util.ByteString;

/** Requests that were given up, in the output bucket: {@code <prefix>quarantine/<id>.json}. */
public final class S3QuarantineStore implements QuarantineStore {
    static final String FOLDER = "quarantine/";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENDING = ".json";

    private final S3Objects objects;
    private final StorageSettings storage;

    public S3QuarantineStore(ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
    }

    @Override
    public CompletionStage<Done> keep(Quarantined quarantined) {
        return objects.put(
                storage.outputBucket(),
                key(quarantined.request().id()),
                ContentTypes.APPLICATION_JSON,
                ByteString.fromString(write(quarantined)));
    }

    @Override
    public CompletionStage<Optional<Quarantined>> find(RequestId id) {
        return objects.get(storage.outputBucket(), key(id)).thenApply(found -> found.map(bytes -> read(id, bytes)));
    }

    @Override
    public CompletionStage<List<RequestId>> ids(int most) {
        String prefix = S3Keys.of(storage, FOLDER);
        return objects.list(
                        storage.outputBucket(), prefix, key -> id(prefix, key).isPresent(), most)
                .thenApply(keys ->
                        keys.stream().map(key -> id(prefix, key).orElseThrow()).toList());
    }

    @Override
    public CompletionStage<Done> remove(RequestId id) {
        return objects.delete(storage.outputBucket(), key(id));
    }

    private String key(RequestId id) {
        return S3Keys.of(storage, FOLDER + id + ENDING);
    }

    private static Optional<RequestId> id(String prefix, String key) {
        return Optional.of(key)
                .filter(one -> one.endsWith(ENDING) && one.length() > prefix.length() + ENDING.length())
                .map(one -> one.substring(prefix.length(), one.length() - ENDING.length()))
                .flatMap(RequestId::parse)
                .map(uuid -> new RequestId(uuid.toString()));
    }

    private static String write(Quarantined quarantined) {
        return JSON.createObjectNode()
                .put("v", 1)
                .put("code", quarantined.code().text())
                .put("reason", quarantined.reason())
                .put("at", quarantined.at().toString())
                .put("message", WireFormat.write(quarantined.request()))
                .toString();
    }

    private Quarantined read(RequestId id, ByteString bytes) {
        try {
            JsonNode node = JSON.readTree(bytes.utf8String());
            String code = node.path("code").asText();
            return new Quarantined(
                    WireFormat.readRequest(node.path("message").asText()),
                    FailureCode.of(code).orElseThrow(() -> new IllegalArgumentException("unknown code " + code)),
                    node.path("reason").asText(),
                    Instant.parse(node.path("at").asText()));
        } catch (JsonProcessingException
                | WireFormat.UnreadableException
                | IllegalArgumentException
                | DateTimeException e) {
            throw new InfrastructureException(
                    "object " + key(id) + " in bucket " + storage.outputBucket()
                            + " is no request in quarantine; delete it (" + e.getMessage() + ")",
                    e);
        }
    }
}
