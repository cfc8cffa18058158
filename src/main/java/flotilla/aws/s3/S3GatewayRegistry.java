package flotilla.aws.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.aws.AwsClients;
import flotilla.config.HostPort;
import flotilla.config.StorageSettings;
import flotilla.protocol.GatewayRegistry;
import flotilla.protocol.InfrastructureException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.stream.connectors.s3.ListBucketResultContents;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Entries in the output bucket, {@code <prefix>registry/<cluster>/gateways/<host>_<port>.json}. Their age is told from S3's own
 * time of the writer's entry, so that no clock needs to be right. Those that nobody has written for a day are removed.
 */
public final class S3GatewayRegistry implements GatewayRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(S3GatewayRegistry.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration KEPT_FOR = Duration.ofDays(1);
    private static final int READS_AT_A_TIME = 8;

    private final S3Objects objects;
    private final StorageSettings storage;
    private final String prefix;
    /** Keys of objects that are no entries, each told once. */
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    public S3GatewayRegistry(
            ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage, String cluster) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
        this.prefix = S3Keys.of(storage, OwnNames.REGISTRY + cluster + "/gateways/");
    }

    @Override
    public CompletionStage<List<Found>> meet(Entry own) {
        String json = JSON.createObjectNode()
                .put("v", 1)
                .put("node", own.node())
                .put("phase", own.phase().name())
                .put("cluster", own.cluster())
                .put("gateways", own.gateways())
                .toString();
        String key = prefix + own.node().replaceAll("[^A-Za-z0-9.-]", "_") + ".json";
        return objects.put(storage.outputBucket(), key, ContentTypes.APPLICATION_JSON, ByteString.fromString(json))
                .thenCompose(written -> objects.listing().children(storage.outputBucket(), prefix))
                .thenCompose(all -> others(key, all));
    }

    private CompletionStage<List<Found>> others(String own, List<ListBucketResultContents> all) {
        Instant now = all.stream()
                .filter(one -> one.key().equals(own))
                .map(ListBucketResultContents::getLastModified)
                .findFirst()
                .orElseThrow(() -> new InfrastructureException(
                        "S3 ListObjects of " + prefix + " does not show " + own + ", which was just written", null));
        return Source.from(all)
                .filter(one -> !one.key().equals(own))
                .mapAsync(READS_AT_A_TIME, one -> read(one.key(), Duration.between(one.getLastModified(), now)))
                .mapConcat(found -> found.stream().toList())
                .runWith(Sink.seq(), objects.system())
                .thenApply(found -> found.stream()
                        .sorted(Comparator.comparing(one -> one.entry().node()))
                        .toList());
    }

    private CompletionStage<Optional<Found>> read(String key, Duration age) {
        if (age.compareTo(KEPT_FOR) > 0) {
            return objects.delete(storage.outputBucket(), key).thenApply(done -> Optional.empty());
        }
        return objects.get(storage.outputBucket(), key)
                .thenApply(bytes -> bytes.flatMap(one -> parse(key, one)).map(entry -> new Found(entry, age)));
    }

    private Optional<Entry> parse(String key, ByteString bytes) {
        Optional<Entry> entry = parse(bytes).filter(one -> HostPort.isValid(one.node()));
        if (entry.isEmpty() && told.add(key)) {
            LOG.warn("object {} is no gateway's entry and is passed over; delete it", key);
        }
        return entry;
    }

    private static Optional<Entry> parse(ByteString bytes) {
        try {
            JsonNode node = JSON.readTree(bytes.utf8String());
            return Optional.of(new Entry(
                    node.path("node").asText(),
                    Phase.valueOf(node.path("phase").asText()),
                    node.path("cluster").asText(),
                    node.path("gateways").asInt()));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
