package flotilla.bench;

import flotilla.aws.AwsClients;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/** The stand-ins for S3 and SQS seen from outside: fills them before a run, and looks at the results' files after it. */
final class Depot implements AutoCloseable {
    /** SQS takes ten messages in one call. */
    private static final int BATCH = 10;

    private static final Duration CALL = Duration.ofSeconds(60);

    private final Path data;
    private final FlotillaSettings settings;
    private final AwsClients clients;
    private final S3AsyncClient s3;
    private final SqsAsyncClient sqs;
    private final Random random = new Random(1);

    /** @param data where the cloud keeps its files */
    Depot(Path data) {
        this.data = data;
        this.settings = FlotillaSettings.from(SettingsLoader.load(
                Optional.empty(),
                Optional.empty(),
                List.of("flotilla.aws.endpoints-file=" + data.resolve("endpoints.json"))));
        this.clients = AwsClients.open(settings.aws(), 1);
        this.s3 = clients.client(
                S3AsyncClient.builder().forcePathStyle(true), settings.aws().s3(), CALL, CALL);
        this.sqs = clients.client(SqsAsyncClient.builder(), settings.aws().sqs(), CALL, CALL);
    }

    /** Stores so many images and sends their messages, as a gateway would that waits for none of them. */
    void fill(Path photos, int images) throws IOException {
        List<byte[]> bytes = Photos.read(photos);
        GatewayId nobody = new GatewayId("bench");
        String queue = queueUrl(settings.queue().request());
        for (int from = 0; from < images; from += BATCH) {
            List<CompletableFuture<?>> stored = new ArrayList<>();
            List<SendMessageBatchRequestEntry> messages = new ArrayList<>();
            for (int i = from; i < Math.min(images, from + BATCH); i++) {
                RequestId id = RequestId.create(Clock.systemUTC().instant(), random);
                FileName file = new FileName("photo_" + i + ".jpg");
                ImageRef image = new ImageRef(settings.storage().inputBucket(), id.value() + "/" + file.value());
                stored.add(s3.putObject(
                        request -> request.bucket(image.bucket()).key(image.key()),
                        AsyncRequestBody.fromBytes(bytes.get(i % bytes.size()))));
                messages.add(SendMessageBatchRequestEntry.builder()
                        .id("m" + i)
                        .messageBody(WireFormat.write(new ClassificationRequest(
                                id, image, file, nobody, Clock.systemUTC().instant(), Optional.empty())))
                        .build());
            }
            CompletableFuture.allOf(stored.toArray(CompletableFuture[]::new)).join();
            sqs.sendMessageBatch(request -> request.queueUrl(queue).entries(messages))
                    .join();
        }
    }

    /** How many results are stored. */
    int results() throws IOException {
        try (Stream<Path> files = Files.list(output())) {
            return (int) files.filter(Depot::isResult).count();
        }
    }

    /** When each result was written, in seconds since 1970, ascending. */
    List<Double> resultTimes() throws IOException {
        List<Double> times = new ArrayList<>();
        try (Stream<Path> files = Files.list(output())) {
            for (Path file : files.filter(Depot::isResult).toList()) {
                var time = Files.getLastModifiedTime(file).toInstant();
                times.add(time.getEpochSecond() + time.getNano() / 1e9);
            }
        }
        return times.stream().sorted().toList();
    }

    /** Forgets the images, the results and whatever waits in the queues. */
    void empty() throws IOException {
        for (String bucket :
                List.of(settings.storage().inputBucket(), settings.storage().outputBucket())) {
            try (Stream<Path> files = Files.walk(data.resolve("s3").resolve(bucket))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.delete(file);
                }
            }
        }
        for (String queue : List.of(settings.queue().request(), settings.queue().response())) {
            sqs.purgeQueue(request -> request.queueUrl(queueUrl(queue))).join();
        }
    }

    private String queueUrl(String queue) {
        return sqs.getQueueUrl(request -> request.queueName(queue)).join().queueUrl();
    }

    private Path output() {
        return data.resolve("s3").resolve(settings.storage().outputBucket());
    }

    private static boolean isResult(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".json")
                && RequestId.parse(name.substring(0, name.length() - ".json".length()))
                        .isPresent();
    }

    @Override
    public void close() {
        s3.close();
        sqs.close();
        clients.close();
    }
}
