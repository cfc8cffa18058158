package flotilla.aws.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.domain.FileName;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import flotilla.protocol.IdempotencyStore;
import flotilla.protocol.InfrastructureException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.util.ByteString;

/**
 * Claims in the output bucket: {@code <prefix>idempotency/<SHA-256 of the key>.json}, written with {@code If-None-Match: *},
 * and beside it {@code ….sent} once the message is in the queue. They may expire with the results, one before the other; so the
 * latter holds the id of the request whose message it was. What takes a claim's place is written as {@code ….after-<its id>.json}
 * first, with {@code If-None-Match: *} too, and then over the claim. Whoever finds a claim that should have been written over makes
 * up for that, so that the two agree again if its writer ended in between.
 */
public final class S3IdempotencyStore implements IdempotencyStore {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final S3Objects objects;
    private final StorageSettings storage;

    public S3IdempotencyStore(ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
    }

    @Override
    public CompletionStage<Claim> claim(String key, Claim claim) {
        return putIfAbsent(name(key, ".json"), claim);
    }

    @Override
    public CompletionStage<Claim> supersede(String key, Claim gone, Claim next) {
        return putIfAbsent(name(key, ".after-" + gone.id() + ".json"), next)
                .thenCompose(standing -> objects.put(
                                storage.outputBucket(),
                                name(key, ".json"),
                                ContentTypes.APPLICATION_JSON,
                                ByteString.fromString(write(standing)))
                        .thenApply(done -> standing));
    }

    /** Writes a claim unless there is one, and gives the one that is there then. */
    private CompletionStage<Claim> putIfAbsent(String object, Claim claim) {
        return objects.putIfAbsent(
                        storage.outputBucket(),
                        object,
                        ContentTypes.APPLICATION_JSON,
                        ByteString.fromString(write(claim)))
                .thenCompose(written -> written
                        ? CompletableFuture.completedStage(claim)
                        : objects.get(storage.outputBucket(), object)
                                .thenApply(found -> read(
                                        object,
                                        found.orElseThrow(() -> new InfrastructureException(
                                                "S3 GetObject of " + object
                                                        + " failed: it exists when written and not when" + " read",
                                                null)))));
    }

    @Override
    public CompletionStage<Done> sent(String key, RequestId id) {
        return objects.put(
                storage.outputBucket(),
                name(key, ".sent"),
                ContentTypes.TEXT_PLAIN_UTF8,
                ByteString.fromString(id.value()));
    }

    @Override
    public CompletionStage<Boolean> isSent(String key, RequestId id) {
        return objects.get(storage.outputBucket(), name(key, ".sent"))
                .thenApply(found -> found.filter(text -> text.utf8String().equals(id.value()))
                        .isPresent());
    }

    private String name(String key, String ending) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8));
            return S3Keys.of(storage, OwnNames.IDEMPOTENCY + HexFormat.of().formatHex(digest) + ending);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String write(Claim claim) {
        return JSON.createObjectNode()
                .put("v", 1)
                .put("id", claim.id().value())
                .put("file", claim.file().value())
                .put("sha256", claim.sha256())
                .put("bucket", claim.image().bucket())
                .put("key", claim.image().key())
                .toString();
    }

    private static Claim read(String object, ByteString bytes) {
        try {
            JsonNode node = JSON.readTree(bytes.utf8String());
            return new Claim(
                    new RequestId(node.path("id").asText()),
                    new FileName(node.path("file").asText()),
                    node.path("sha256").asText(),
                    new ImageRef(node.path("bucket").asText(), node.path("key").asText()));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new InfrastructureException("object " + object + " is no idempotency claim; delete it", e);
        }
    }
}
