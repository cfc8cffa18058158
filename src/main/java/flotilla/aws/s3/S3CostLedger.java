package flotilla.aws.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.cost.Past;
import flotilla.cost.Usage;
import flotilla.protocol.UsageJson;
import flotilla.supervisor.CostLedger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Costs in the output bucket, an object of JSON for each account and day: {@code <prefix>costs/2026-11-29/<account>-<writer>.json}, the
 * account by the milliseconds of its beginning. Nobody else writes under that name, so that writing it anew loses nothing of others';
 * the sum over all objects is what was used.
 */
public final class S3CostLedger implements CostLedger {
    private static final Logger LOG = LoggerFactory.getLogger(S3CostLedger.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int READS_AT_A_TIME = 8;
    /** A month has that many when supervisors change every hour. */
    private static final int MOST = 1000;

    private static final int DAY_LENGTH = "2026-11-29".length();

    private final S3Objects objects;
    private final StorageSettings storage;
    private final String writer;

    /**
     * @param writer names this process among all that ever write; letters, digits and hyphens
     */
    public S3CostLedger(ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage, String writer) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
        this.writer = writer;
    }

    @Override
    public CompletionStage<Done> write(Instant account, LocalDate day, Map<Instant, Usage> hours) {
        Instant start = day.atStartOfDay().toInstant(ZoneOffset.UTC);
        Past record = new Past(account.isAfter(start) ? account : start, hours);
        return objects.put(
                storage.outputBucket(),
                S3Keys.of(storage, OwnNames.COSTS + day + "/" + name(account)),
                ContentTypes.APPLICATION_JSON,
                ByteString.fromString(UsageJson.toJson(record).toString()));
    }

    private String name(Instant account) {
        return account.toEpochMilli() + "-" + writer + ".json";
    }

    @Override
    public CompletionStage<Optional<Past>> read(Instant account, LocalDate from) {
        String folder = S3Keys.of(storage, OwnNames.COSTS);
        String own = "/" + name(account);
        return objects.list(
                        storage.outputBucket(),
                        folder,
                        key -> isSince(key.substring(folder.length()), from) && !key.endsWith(own),
                        MOST)
                .thenCompose(keys -> Source.from(keys)
                        .mapAsync(READS_AT_A_TIME, key -> objects.get(storage.outputBucket(), key))
                        .mapConcat(found ->
                                found.flatMap(S3CostLedger::past).stream().toList())
                        .runWith(Sink.seq(), objects.system()))
                .thenApply(records -> records.stream().reduce(Past::with));
    }

    /** Days sort as they follow each other. */
    private static boolean isSince(String name, LocalDate from) {
        return name.length() > DAY_LENGTH && name.substring(0, DAY_LENGTH).compareTo(from.toString()) >= 0;
    }

    /** What a later version has written, or somebody else, says nothing here. */
    private static Optional<Past> past(ByteString text) {
        try {
            return Optional.of(UsageJson.read(JSON.readTree(text.utf8String())));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            LOG.debug("a record of costs cannot be read: {}", e.getMessage());
            return Optional.empty();
        }
    }
}
