package flotilla.aws.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.aws.AwsClients;
import flotilla.aws.s3.OwnNames.Generation;
import flotilla.config.StorageSettings;
import flotilla.domain.FailureCode;
import flotilla.domain.RequestId;
import flotilla.protocol.InfrastructureException;
import flotilla.protocol.QuarantineStore;
import flotilla.protocol.WireFormat;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Requests that were given up, in the output bucket: {@code <prefix>quarantine/<id>.json}, after a redrive {@code
 * <id>.2.json} and so on, so that whoever keeps or removes an earlier generation does not touch a later one. Beside them is {@code
 * <id>.2.redriven} from the redrive that asked for the second generation, with the time of it.
 */
public final class S3QuarantineStore implements QuarantineStore {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String REDRIVEN = ".redriven";

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
                key(new Generation(
                        quarantined.request().id(), quarantined.request().generation())),
                ContentTypes.APPLICATION_JSON,
                ByteString.fromString(write(quarantined)));
    }

    @Override
    public CompletionStage<Optional<Quarantined>> find(RequestId id) {
        return generations(id)
                .thenCompose(kept -> kept.isEmpty()
                        ? CompletableFuture.completedStage(Optional.empty())
                        : get(key(kept.get(kept.size() - 1))));
    }

    private CompletionStage<Optional<Quarantined>> get(String key) {
        return objects.get(storage.outputBucket(), key).thenApply(found -> found.map(bytes -> read(key, bytes)));
    }

    /** What is kept of a request, the earliest generation first. */
    private CompletionStage<List<Generation>> generations(RequestId id) {
        String folder = S3Keys.of(storage, OwnNames.QUARANTINE);
        return objects.listing()
                .keys(storage.outputBucket(), folder + id + ".", key -> true, Integer.MAX_VALUE)
                .thenApply(keys -> keys.stream()
                        .flatMap(key -> Generation.parse(key.substring(folder.length())).stream())
                        .sorted(Comparator.comparingInt(Generation::number))
                        .toList());
    }

    @Override
    public CompletionStage<List<RequestId>> ids(int most) {
        String folder = S3Keys.of(storage, OwnNames.QUARANTINE);
        Set<RequestId> seen = ConcurrentHashMap.newKeySet();
        return objects.listing()
                .keys(
                        storage.outputBucket(),
                        folder,
                        key -> id(folder, key).filter(seen::add).isPresent(),
                        most)
                .thenApply(keys ->
                        keys.stream().map(key -> id(folder, key).orElseThrow()).toList());
    }

    @Override
    public CompletionStage<Done> note(Redriven redriven) {
        return objects.putIfAbsent(
                        storage.outputBucket(),
                        S3Keys.of(
                                storage, OwnNames.QUARANTINE + redriven.id() + "." + redriven.generation() + REDRIVEN),
                        ContentTypes.APPLICATION_JSON,
                        ByteString.fromString(JSON.createObjectNode()
                                .put("v", 1)
                                .put("generation", redriven.generation())
                                .put("at", redriven.at().toString())
                                .toString()))
                .thenApply(kept -> Done.getInstance());
    }

    @Override
    public CompletionStage<List<Redriven>> redrives(RequestId id) {
        return objects.listing()
                .keys(
                        storage.outputBucket(),
                        S3Keys.of(storage, OwnNames.QUARANTINE + id + "."),
                        key -> key.endsWith(REDRIVEN),
                        Integer.MAX_VALUE)
                .thenCompose(keys -> Source.from(keys)
                        .mapAsync(
                                1,
                                key -> objects.get(storage.outputBucket(), key)
                                        .thenApply(found -> found.map(bytes -> redriven(id, key, bytes))))
                        .mapConcat(found -> found.stream().toList())
                        .runWith(Sink.seq(), objects.system()))
                .thenApply(all -> all.stream()
                        .sorted(Comparator.comparingInt(Redriven::generation))
                        .toList());
    }

    private Redriven redriven(RequestId id, String key, ByteString bytes) {
        try {
            JsonNode node = JSON.readTree(bytes.utf8String());
            return new Redriven(
                    id,
                    node.path("generation").asInt(),
                    Instant.parse(node.path("at").asText()));
        } catch (JsonProcessingException | DateTimeException e) {
            throw new InfrastructureException(
                    "object " + key + " in bucket " + storage.outputBucket() + " is no note of a redrive; delete it ("
                            + e.getMessage() + ")",
                    e);
        }
    }

    @Override
    public CompletionStage<Done> remove(Quarantined quarantined) {
        return generations(quarantined.request().id())
                .thenCompose(kept -> Source.from(kept)
                        .filter(one -> one.number() <= quarantined.request().generation())
                        .mapAsync(1, one -> objects.delete(storage.outputBucket(), key(one)))
                        .runWith(Sink.ignore(), objects.system()));
    }

    private String key(Generation generation) {
        return S3Keys.of(storage, OwnNames.QUARANTINE + generation.name());
    }

    private static Optional<RequestId> id(String folder, String key) {
        return Generation.parse(key.substring(folder.length())).map(Generation::id);
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

    private Quarantined read(String key, ByteString bytes) {
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
                    "object " + key + " in bucket " + storage.outputBucket()
                            + " is no request in quarantine; delete it (" + e.getMessage() + ")",
                    e);
        }
    }
}
