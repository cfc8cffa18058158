package flotilla.aws.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.domain.RequestId;
import flotilla.protocol.About;
import flotilla.protocol.AttemptStore;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Attempts in the output bucket: {@code <prefix>attempts/<id>/<process>.json} for a process that ended, {@code
 * <process>.alone.json} for one that has the image inside alone, or had. Their names tell all but one thing: whether a process that
 * ended had the image inside alone is told in its object, {@code "alone"}; where that is missing, as in what older workers wrote, an
 * object of the second kind beside it tells it. How old an attempt is S3 itself says: {@code Date} less {@code Last-Modified} of one
 * answer.
 */
public final class S3AttemptStore implements AttemptStore {
    private static final Logger LOG = LoggerFactory.getLogger(S3AttemptStore.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENDING = ".json";
    /** No process is named so: names end with digits. */
    private static final String ALONE = ".alone";
    /** Two or three are enough to blame an image; more come of races only. */
    private static final int MOST = 100;

    private static final int CALLS_AT_A_TIME = 8;

    private final S3Objects objects;
    private final StorageSettings storage;

    public S3AttemptStore(ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
    }

    @Override
    public CompletionStage<Done> died(RequestId id, String process, boolean alone) {
        return put(id, process, process, alone);
    }

    @Override
    public CompletionStage<Done> enters(RequestId id, String process) {
        return put(id, process + ALONE, process, true);
    }

    private CompletionStage<Done> put(RequestId id, String name, String process, boolean alone) {
        String json = JSON.createObjectNode()
                .put("v", 1)
                .put("process", process)
                .put("alone", alone)
                .toString();
        return objects.put(
                storage.outputBucket(), key(id, name), ContentTypes.APPLICATION_JSON, ByteString.fromString(json));
    }

    @Override
    public CompletionStage<Done> left(RequestId id, String process) {
        return objects.delete(storage.outputBucket(), key(id, process + ALONE));
    }

    @Override
    public CompletionStage<List<Attempt>> of(RequestId id) {
        String prefix = prefix(id);
        return keys(id).thenCompose(keys -> {
            Set<String> names = keys.stream()
                    .map(key -> key.substring(prefix.length(), key.length() - ENDING.length()))
                    .collect(Collectors.toSet());
            return Source.from(names)
                    .filter(name -> !name.endsWith(ALONE) || !names.contains(process(name)))
                    .mapAsync(CALLS_AT_A_TIME, name -> attempt(id, name, names.contains(name + ALONE)))
                    .mapConcat(found -> found.stream().toList())
                    .runWith(Sink.seq(), objects.system())
                    .thenApply(attempts -> attempts.stream()
                            .sorted(Comparator.comparing(Attempt::process))
                            .toList());
        });
    }

    private CompletionStage<Optional<Attempt>> attempt(RequestId id, String name, boolean entered) {
        if (name.endsWith(ALONE)) {
            return objects.age(storage.outputBucket(), key(id, name))
                    .thenApply(age -> age.map(known -> Attempt.alone(process(name), known)));
        }
        return objects.get(storage.outputBucket(), key(id, name))
                .thenApply(found -> found.map(bytes ->
                        isAlone(id, name, bytes).orElse(entered) ? Attempt.deadAlone(name) : Attempt.dead(name)));
    }

    /** Empty when it does not say. That its process ended is told by its name, whatever is in it. */
    private static Optional<Boolean> isAlone(RequestId id, String name, ByteString bytes) {
        try {
            return Optional.of(JSON.readTree(bytes.utf8String()).path("alone"))
                    .filter(JsonNode::isBoolean)
                    .map(JsonNode::asBoolean);
        } catch (JsonProcessingException e) {
            About.image(LOG.atWarn(), id).log("its attempt {} cannot be read: {}", name, e.toString());
            return Optional.empty();
        }
    }

    private static String process(String name) {
        return name.substring(0, name.length() - ALONE.length());
    }

    @Override
    public CompletionStage<Done> clear(RequestId id) {
        return keys(id).thenCompose(keys -> Source.from(keys)
                .mapAsync(CALLS_AT_A_TIME, key -> objects.delete(storage.outputBucket(), key))
                .runWith(Sink.ignore(), objects.system()));
    }

    private CompletionStage<List<String>> keys(RequestId id) {
        return objects.listing().keys(storage.outputBucket(), prefix(id), key -> key.endsWith(ENDING), MOST);
    }

    private String prefix(RequestId id) {
        return S3Keys.of(storage, OwnNames.ATTEMPTS + id + "/");
    }

    private String key(RequestId id, String name) {
        return S3Keys.of(storage, OwnNames.ATTEMPTS + id + "/" + name + ENDING);
    }
}
