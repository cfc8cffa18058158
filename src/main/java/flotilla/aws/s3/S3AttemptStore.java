package flotilla.aws.s3;

import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.domain.RequestId;
import flotilla.protocol.AttemptStore;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Attempts in the output bucket: {@code <prefix>attempts/<id>/<process>.json}, one object for each process, whose names tell
 * all; what is in them is for people.
 */
public final class S3AttemptStore implements AttemptStore {
    private static final String ENDING = ".json";
    /** Two are enough to blame an image; more come of races only. */
    private static final int MOST = 100;

    private static final int DELETES_AT_A_TIME = 8;

    private final S3Objects objects;
    private final StorageSettings storage;

    public S3AttemptStore(ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
    }

    @Override
    public CompletionStage<Done> add(RequestId id, String process) {
        return objects.put(
                storage.outputBucket(),
                key(id, process),
                ContentTypes.APPLICATION_JSON,
                ByteString.fromString("{\"v\":1,\"process\":\"" + process + "\"}"));
    }

    @Override
    public CompletionStage<List<String>> of(RequestId id) {
        String prefix = prefix(id);
        return keys(id).thenApply(keys -> keys.stream()
                .map(key -> key.substring(prefix.length(), key.length() - ENDING.length()))
                .toList());
    }

    @Override
    public CompletionStage<Done> remove(RequestId id, String process) {
        return objects.delete(storage.outputBucket(), key(id, process));
    }

    @Override
    public CompletionStage<Done> clear(RequestId id) {
        return keys(id).thenCompose(keys -> Source.from(keys)
                .mapAsync(DELETES_AT_A_TIME, key -> objects.delete(storage.outputBucket(), key))
                .runWith(Sink.ignore(), objects.system()));
    }

    private CompletionStage<List<String>> keys(RequestId id) {
        return objects.list(storage.outputBucket(), prefix(id), key -> key.endsWith(ENDING), MOST);
    }

    private String prefix(RequestId id) {
        return S3Keys.of(storage, OwnNames.ATTEMPTS + id + "/");
    }

    private String key(RequestId id, String process) {
        return S3Keys.of(storage, OwnNames.ATTEMPTS + id + "/" + process + ENDING);
    }
}
