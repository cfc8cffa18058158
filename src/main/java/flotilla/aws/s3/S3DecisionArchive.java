package flotilla.aws.s3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.aws.AwsClients;
import flotilla.config.StorageSettings;
import flotilla.domain.InstanceId;
import flotilla.protocol.DecisionArchive;
import flotilla.protocol.DecisionJson;
import flotilla.protocol.DecisionReport.Decision;
import flotilla.protocol.Supply;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks through what {@link S3DecisionLedger} wrote, hour by hour into the past, {@value #HOURS} of them at most: most instances are
 * launched minutes before their worker starts. Each hour costs a listing and a read for each of its objects.
 */
public final class S3DecisionArchive implements DecisionArchive {
    static final int HOURS = 24;

    private static final Logger LOG = LoggerFactory.getLogger(S3DecisionArchive.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int READS_AT_A_TIME = 8;
    private static final int MOST_OF_AN_HOUR = 1000;

    private final S3Objects objects;
    private final StorageSettings storage;

    public S3DecisionArchive(ClassicActorSystemProvider system, AwsClients clients, StorageSettings storage) {
        this.objects = new S3Objects(system, clients);
        this.storage = storage;
    }

    @Override
    public CompletionStage<Optional<Decision>> supplier(InstanceId instance, Instant before) {
        return within(instance, before, 0);
    }

    /** An object lies in the hour of its first decision, so one of an hour before may hold it too. */
    private CompletionStage<Optional<Decision>> within(InstanceId instance, Instant before, int hoursBack) {
        if (hoursBack > HOURS) {
            return CompletableFuture.completedStage(Optional.empty());
        }
        String folder = S3Keys.of(
                storage,
                OwnNames.DECISIONS + S3DecisionLedger.FOLDER.format(before.minus(Duration.ofHours(hoursBack))));
        return objects.listing()
                .keys(storage.outputBucket(), folder, key -> true, MOST_OF_AN_HOUR)
                .thenCompose(keys -> Source.from(keys)
                        .mapAsync(READS_AT_A_TIME, key -> objects.get(storage.outputBucket(), key))
                        .mapConcat(found -> found.map(S3DecisionArchive::read).orElse(Collections.emptyList()))
                        .runWith(Sink.seq(), objects.system()))
                .thenCompose(decisions -> {
                    Optional<Decision> found = Supply.among(decisions, instance, before);
                    return found.isPresent()
                            ? CompletableFuture.completedStage(found)
                            : within(instance, before, hoursBack + 1);
                });
    }

    private static List<Decision> read(ByteString lines) {
        return lines.utf8String()
                .lines()
                .flatMap(line -> decision(line).stream())
                .toList();
    }

    /** A line of a later version says nothing here. */
    private static Optional<Decision> decision(String line) {
        try {
            return Optional.of(DecisionJson.read(JSON.readTree(line)));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            LOG.debug("a line of the ledger cannot be read: {}", e.getMessage());
            return Optional.empty();
        }
    }
}
