package flotilla.aws.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.protocol.InfrastructureException;
import flotilla.supervisor.LeaseEpoch;
import flotilla.supervisor.LeaseStore;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Epochs of the supervisor's lease in the output bucket: {@code <prefix>supervisor/<cluster>/<epoch>.json}, twelve digits, so that
 * a listing is in order; each written with {@code If-None-Match: *}. A look lists them, which S3 answers with all that was
 * written before, and reads the newest, unless it was read or written here. An object that is no epoch counts as somebody else's,
 * for one term: it may be one that is written another way, and must not keep everybody from acting for ever.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html#ConsistencyModel">S3's consistency</a>
 */
public final class S3LeaseStore implements LeaseStore {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENDING = ".json";
    private static final int DIGITS = 12;
    private static final int REMOVALS_AT_A_TIME = 4;
    private static final long HIGHEST = 999_999_999_999L;
    private static final Logger LOG = LoggerFactory.getLogger(S3LeaseStore.class);

    private final S3Objects objects;
    private final StorageSettings storage;
    private final String prefix;
    private final AtomicReference<Optional<LeaseEpoch>> last = new AtomicReference<>(Optional.empty());

    public S3LeaseStore(
            ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage, String cluster) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
        this.prefix = S3Keys.of(storage, "supervisor/" + cluster + "/");
    }

    @Override
    public CompletionStage<Optional<LeaseEpoch>> newest() {
        return numbers().thenCompose(numbers -> {
            if (numbers.isEmpty()) {
                return CompletableFuture.completedStage(Optional.empty());
            }
            long newest = numbers.get(numbers.size() - 1);
            Optional<LeaseEpoch> known = last.get().filter(epoch -> epoch.number() == newest);
            return known.isPresent() ? CompletableFuture.completedStage(known) : read(newest);
        });
    }

    private CompletionStage<Optional<LeaseEpoch>> read(long number) {
        String key = key(number);
        return objects.get(storage.outputBucket(), key).thenApply(found -> {
            ByteString bytes = found.orElseThrow(() -> new InfrastructureException(
                    "S3 GetObject of " + key + " failed: it is there when listed and not when read", null));
            Optional<LeaseEpoch> epoch = parse(number, bytes).or(() -> Optional.of(somebodys(key, number)));
            last.set(epoch);
            return epoch;
        });
    }

    /** The numbers of all epochs that are there, the lowest first. */
    private CompletionStage<List<Long>> numbers() {
        return objects.listing()
                .keys(
                        storage.outputBucket(),
                        prefix,
                        key -> key.substring(prefix.length()).matches("\\d{" + DIGITS + "}\\" + ENDING),
                        Integer.MAX_VALUE)
                .thenApply(keys -> keys.stream()
                        .map(key -> Long.parseLong(key.substring(prefix.length(), prefix.length() + DIGITS)))
                        .sorted()
                        .toList());
    }

    @Override
    public CompletionStage<Boolean> create(LeaseEpoch epoch) {
        if (epoch.number() > HIGHEST) {
            return CompletableFuture.failedStage(new InfrastructureException(
                    "no epoch can follow object " + key(HIGHEST) + "; stop all gateways and delete it", null));
        }
        String json = JSON.createObjectNode()
                .put("v", 1)
                .put("holder", epoch.holder())
                .put("termMillis", epoch.term().toMillis())
                .put("released", epoch.released())
                .put("writtenAt", epoch.writtenAt().toString())
                .toString();
        return objects.putIfAbsent(
                        storage.outputBucket(),
                        key(epoch.number()),
                        ContentTypes.APPLICATION_JSON,
                        ByteString.fromString(json))
                .thenApply(written -> {
                    if (written) {
                        last.set(Optional.of(epoch));
                    }
                    return written;
                });
    }

    @Override
    public CompletionStage<Done> removeBefore(long number) {
        return numbers()
                .thenCompose(numbers -> Source.from(numbers)
                        .filter(one -> one < number)
                        .mapAsync(REMOVALS_AT_A_TIME, one -> objects.delete(storage.outputBucket(), key(one)))
                        .runWith(Sink.ignore(), objects.system()));
    }

    private String key(long number) {
        return prefix + String.format(Locale.ROOT, "%0" + DIGITS + "d", number) + ENDING;
    }

    private static Optional<LeaseEpoch> parse(long number, ByteString bytes) {
        try {
            JsonNode node = JSON.readTree(bytes.utf8String());
            String holder = node.path("holder").asText();
            Duration term = Duration.ofMillis(node.path("termMillis").asLong());
            boolean understood = !holder.isEmpty()
                    && term.compareTo(Duration.ZERO) > 0
                    && term.compareTo(LeaseEpoch.LONGEST_TERM) <= 0;
            return understood
                    ? Optional.of(new LeaseEpoch(
                            number,
                            holder,
                            term,
                            node.path("released").asBoolean(),
                            Instant.parse(node.path("writtenAt").asText())))
                    : Optional.empty();
        } catch (JsonProcessingException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static LeaseEpoch somebodys(String key, long number) {
        LOG.warn(
                "object {} is no epoch of a lease and counts as somebody's for {}s; who wrote it?",
                key,
                LeaseEpoch.USUAL_TERM.toSeconds());
        return new LeaseEpoch(
                number,
                "object " + key + ", which is no epoch of a lease",
                LeaseEpoch.USUAL_TERM,
                false,
                Instant.EPOCH);
    }
}
