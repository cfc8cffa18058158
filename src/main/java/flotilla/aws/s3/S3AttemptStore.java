package flotilla.aws.s3;

import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.domain.RequestId;
import flotilla.protocol.AttemptStore;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Attempts in the output bucket: {@code <prefix>attempts/<id>/<process>.json} for a process that ended, {@code
 * <process>.alone.json} for one that has the image inside alone, or had. Their names tell all; what is in them is for people.
 * How old an attempt is S3 itself says: {@code Date} less {@code Last-Modified} of one answer.
 */
public final class S3AttemptStore implements AttemptStore {
    private static final String ENDING = ".json";
    /** No process is named so: names end with digits. */
    private static final String ALONE = ".alone";
    /** Two are enough to blame an image; more come of races only. */
    private static final int MOST = 100;

    private static final int CALLS_AT_A_TIME = 8;

    private final S3Objects objects;
    private final StorageSettings storage;

    public S3AttemptStore(ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
    }

    @Override
    public CompletionStage<Done> died(RequestId id, String process) {
        return put(id, process, process);
    }

    @Override
    public CompletionStage<Done> enters(RequestId id, String process) {
        return put(id, process + ALONE, process);
    }

    private CompletionStage<Done> put(RequestId id, String name, String process) {
        return objects.put(
                storage.outputBucket(),
                key(id, name),
                ContentTypes.APPLICATION_JSON,
                ByteString.fromString("{\"v\":1,\"process\":\"" + process + "\"}"));
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
                    .mapAsync(CALLS_AT_A_TIME, name -> attempt(id, name))
                    .mapConcat(found -> found.stream().toList())
                    .runWith(Sink.seq(), objects.system())
                    .thenApply(attempts -> attempts.stream()
                            .sorted(Comparator.comparing(Attempt::process))
                            .toList());
        });
    }

    private CompletionStage<Optional<Attempt>> attempt(RequestId id, String name) {
        return name.endsWith(ALONE)
                ? objects.age(storage.outputBucket(), key(id, name))
                        .thenApply(age -> age.map(known -> Attempt.alone(process(name), known)))
                : CompletableFuture.completedStage(Optional.of(Attempt.dead(name)));
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
