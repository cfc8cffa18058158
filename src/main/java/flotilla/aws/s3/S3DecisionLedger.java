package flotilla.aws.s3;

import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.protocol.DecisionJson;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.supervisor.DecisionLedger;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.util.ByteString;

/**
 * Decisions in the output bucket, each {@link #append} an object of its own with a line of JSON for each decision: {@code
 * <prefix>decisions/2026-11-22/12/<first n>-<last n>-<writer>.jsonl}, by the time of the first one in UTC, so that a listing
 * is in order. S3 cannot append, and to write an object anew would lose what another supervisor has written; so each is
 * written with {@code If-None-Match: *} under a name that only this writer can give. One that exists is the same one, whose
 * answer was lost.
 */
public final class S3DecisionLedger implements DecisionLedger {
    private static final ContentType LINES = ContentTypes.parse("application/x-ndjson");
    /** The folder of an hour, in UTC. */
    static final DateTimeFormatter FOLDER =
            DateTimeFormatter.ofPattern("yyyy-MM-dd/HH/", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final S3Objects objects;
    private final StorageSettings storage;
    private final String writer;

    /**
     * @param writer names this process among all that ever write; letters, digits and hyphens
     */
    public S3DecisionLedger(
            ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage, String writer) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
        this.writer = writer;
    }

    @Override
    public CompletionStage<Done> append(List<Decision> decisions) {
        if (decisions.isEmpty()) {
            return CompletableFuture.completedStage(Done.getInstance());
        }
        String lines = decisions.stream()
                .map(decision -> DecisionJson.toJson(decision) + "\n")
                .collect(Collectors.joining());
        return objects.putIfAbsent(storage.outputBucket(), key(decisions), LINES, ByteString.fromString(lines))
                .thenApply(written -> Done.getInstance());
    }

    /** Twelve digits hold the numbers of some thousand years, four each second. */
    private String key(List<Decision> decisions) {
        Decision first = decisions.get(0);
        long last = decisions.get(decisions.size() - 1).n();
        return S3Keys.of(
                storage,
                OwnNames.DECISIONS
                        + FOLDER.format(first.at())
                        + String.format(Locale.ROOT, "%012d-%012d-%s.jsonl", first.n(), last, writer));
    }
}
