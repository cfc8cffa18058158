package flotilla.aws.s3;

import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.protocol.InfrastructureException;
import flotilla.push.Wish;
import flotilla.push.WishFormat;
import flotilla.push.WishStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * Wishes in the output bucket: {@code <prefix>callbacks/open/<name>.json} until they are fulfilled; those given up stay as
 * {@code <prefix>callbacks/given-up/<name>.json} as long as the bucket keeps its objects, and so do those whose receiver was told
 * of a provisional failure as {@code <prefix>callbacks/told/<name>.json}.
 */
public final class S3WishStore implements WishStore {
    private static final String OPEN = OwnNames.CALLBACKS + "open/";
    static final String GIVEN_UP = OwnNames.CALLBACKS + "given-up/";
    static final String TOLD = OwnNames.CALLBACKS + "told/";

    private static final String ENDING = ".json";
    private static final int MOST_FOR_ONE = 100;
    private static final int READS_AT_A_TIME = 8;

    private final S3Objects objects;
    private final StorageSettings storage;

    public S3WishStore(ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
    }

    @Override
    public CompletionStage<Done> add(Wish wish) {
        return objects.putIfAbsent(
                        storage.outputBucket(),
                        key(OPEN, wish.name()),
                        ContentTypes.APPLICATION_JSON,
                        ByteString.fromString(WishFormat.write(wish)))
                .thenApply(written -> Done.getInstance());
    }

    @Override
    public CompletionStage<Done> update(Wish wish) {
        return put(key(OPEN, wish.name()), WishFormat.write(wish));
    }

    @Override
    public CompletionStage<Optional<Wish>> find(String name) {
        return find(OPEN, name);
    }

    @Override
    public CompletionStage<Optional<Wish>> findAside(String name) {
        return find(TOLD, name);
    }

    private CompletionStage<Optional<Wish>> find(String folder, String name) {
        return objects.get(storage.outputBucket(), key(folder, name))
                .thenApply(found -> found.map(bytes -> WishFormat.read(bytes.utf8String())
                        .filter(wish -> wish.name().equals(name))
                        .orElseThrow(() -> new InfrastructureException(
                                "object " + key(folder, name) + " is no callback; delete it", null))));
    }

    @Override
    public CompletionStage<List<String>> names(int most) {
        return names(OPEN, most);
    }

    @Override
    public CompletionStage<List<String>> namesAside(int most) {
        return names(TOLD, most);
    }

    private CompletionStage<List<String>> names(String folder, int most) {
        String prefix = S3Keys.of(storage, folder);
        return objects.listing()
                .keys(storage.outputBucket(), prefix, key -> key.endsWith(ENDING), most)
                .thenApply(keys -> keys.stream()
                        .map(key -> key.substring(prefix.length(), key.length() - ENDING.length()))
                        .toList());
    }

    @Override
    public CompletionStage<List<Wish>> open(String id) {
        return texts(OPEN, id)
                .thenApply(texts -> texts.stream()
                        .flatMap(text -> WishFormat.read(text).stream())
                        .toList());
    }

    @Override
    public CompletionStage<List<GivenUp>> givenUp(String id) {
        return texts(GIVEN_UP, id)
                .thenApply(texts -> texts.stream()
                        .flatMap(text -> WishFormat.readGivenUp(text).stream())
                        .toList());
    }

    /** A wish's name begins with the id that it is about. */
    private CompletionStage<List<String>> texts(String folder, String id) {
        return objects.listing()
                .keys(storage.outputBucket(), S3Keys.of(storage, folder + id + "-"), key -> true, MOST_FOR_ONE)
                .thenCompose(keys -> Source.from(keys)
                        .mapAsync(READS_AT_A_TIME, key -> objects.get(storage.outputBucket(), key))
                        .mapConcat(found -> found.stream().toList())
                        .map(ByteString::utf8String)
                        .runWith(Sink.seq(), objects.system()));
    }

    @Override
    public CompletionStage<Done> remove(Wish wish) {
        CompletionStage<Done> removed = objects.delete(storage.outputBucket(), key(OPEN, wish.name()));
        return wish.told() == 0
                ? removed
                : removed.thenCompose(done -> objects.delete(storage.outputBucket(), key(TOLD, wish.name())));
    }

    @Override
    public CompletionStage<Done> setAside(Wish wish) {
        return put(key(TOLD, wish.name()), WishFormat.write(wish))
                .thenCompose(kept -> objects.delete(storage.outputBucket(), key(OPEN, wish.name())));
    }

    @Override
    public CompletionStage<Done> giveUp(Wish wish, String why) {
        return put(key(GIVEN_UP, wish.name()), WishFormat.write(wish, why)).thenCompose(kept -> remove(wish));
    }

    private CompletionStage<Done> put(String key, String json) {
        return objects.put(storage.outputBucket(), key, ContentTypes.APPLICATION_JSON, ByteString.fromString(json));
    }

    private String key(String folder, String name) {
        return S3Keys.of(storage, folder + name + ENDING);
    }
}
