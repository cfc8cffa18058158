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
import java.util.List;
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
 * Costs in the output bucket, an object of JSON for each account and day: {@code
 * <prefix>costs/<cluster>/2026-11-29/<account>-<writer>.json}, the account by the milliseconds of its beginning. Nobody else writes under that name, so that writing it anew loses nothing of others';
 * the sum over all objects is what was used.
 */
public final class S3CostLedger implements CostLedger {
    private static final Logger LOG = LoggerFactory.getLogger(S3CostLedger.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int READS_AT_A_TIME = 8;
    private static final int DAY_LENGTH = "2026-11-29".length();

    /**
     * @param past empty when it cannot be read
     */
    private record Page(String key, Optional<Past> past) {}

    private final S3Objects objects;
    private final StorageSettings storage;
    private final String folder;
    private final String writer;

    /**
     * @param cluster whose costs they are
     * @param writer names this process among all that ever write; letters, digits and hyphens
     */
    public S3CostLedger(
            ClassicActorSystemProvider system,
            AwsClients clients,
            StorageSettings storage,
            String cluster,
            String writer) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
        this.folder = S3Keys.of(storage, OwnNames.COSTS + cluster + "/");
        this.writer = writer;
    }

    @Override
    public CompletionStage<Done> write(Instant account, LocalDate day, Map<Instant, Usage> hours) {
        Instant start = day.atStartOfDay().toInstant(ZoneOffset.UTC);
        Past record = new Past(account.isAfter(start) ? account : start, hours);
        return objects.put(
                storage.outputBucket(),
                folder + day + "/" + name(account),
                ContentTypes.APPLICATION_JSON,
                ByteString.fromString(UsageJson.toJson(record).toString()));
    }

    private String name(Instant account) {
        return account.toEpochMilli() + "-" + writer + ".json";
    }

    @Override
    public CompletionStage<Optional<Past>> read(Instant account, LocalDate from) {
        String own = "/" + name(account);
        return objects.listing()
                .keys(
                        storage.outputBucket(),
                        folder,
                        key -> isSince(key.substring(folder.length()), from) && !key.endsWith(own),
                        Integer.MAX_VALUE)
                .thenCompose(keys -> Source.from(keys)
                        .mapAsync(READS_AT_A_TIME, this::fetch)
                        .mapConcat(found -> found.stream().toList())
                        .runWith(Sink.seq(), objects.system()))
                .thenApply(S3CostLedger::sum);
    }

    /** Empty when the object is gone. */
    private CompletionStage<Optional<Page>> fetch(String key) {
        return objects.get(storage.outputBucket(), key)
                .thenApply(found -> found.map(text -> new Page(key, past(key, text))));
    }

    private static Optional<Past> sum(List<Page> pages) {
        List<String> unreadable = pages.stream()
                .filter(page -> page.past().isEmpty())
                .map(Page::key)
                .toList();
        if (!unreadable.isEmpty()) {
            LOG.warn(
                    "{} records of costs cannot be read, perhaps a later version's, and are missing in all sums; the first is {}",
                    unreadable.size(),
                    unreadable.get(0));
        }
        return Past.together(
                pages.stream().flatMap(page -> page.past().stream()).toList());
    }

    /** Days sort as they follow each other. */
    private static boolean isSince(String name, LocalDate from) {
        return name.length() > DAY_LENGTH && name.substring(0, DAY_LENGTH).compareTo(from.toString()) >= 0;
    }

    /** Empty for what a later version has written, or somebody else. */
    private static Optional<Past> past(String key, ByteString text) {
        try {
            return Optional.of(UsageJson.read(JSON.readTree(text.utf8String())));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            LOG.debug("the record of costs {} cannot be read: {}", key, e.getMessage());
            return Optional.empty();
        }
    }
}
