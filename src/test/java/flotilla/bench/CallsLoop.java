package flotilla.bench;

import flotilla.aws.AwsClients;
import flotilla.aws.s3.S3ImageStore;
import flotilla.aws.s3.S3ResultStore;
import flotilla.aws.s3.UploadFolder;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.RequestId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.ImageStore;
import flotilla.protocol.ResultNotice;
import flotilla.protocol.ResultStore;
import flotilla.protocol.WireFormat;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.util.ByteString;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.Message;

/**
 * The AWS calls that one image needs and nothing else, one after the other, an image now and then: stored, its message sent and
 * received, the image read, the result stored, its notice sent and received. The receives are under way before, as they are in
 * gateways and workers; the deletes come after. One process, no HTTP, no classifier, no actor. Over queues of its own.
 */
final class CallsLoop {
    private static final double NANOS = 1e9;
    private static final Duration CALL = Duration.ofSeconds(60);
    private static final int LONGEST_POLL = 20;
    private static final GatewayId NOBODY = new GatewayId("bare-calls");

    private final ImageStore images;
    private final ResultStore results;
    private final Line requests;
    private final Line notices;
    private final List<byte[]> photos;
    private final Random random = new Random(1);

    private CallsLoop(ImageStore images, ResultStore results, Line requests, Line notices, List<byte[]> photos) {
        this.images = images;
        this.results = results;
        this.requests = requests;
        this.notices = notices;
        this.photos = photos;
    }

    /**
     * Arguments: the photographs' folder, images per second, images that are not measured, images that are, and settings {@code
     * key=value}.
     */
    public static void main(String[] args) throws Exception {
        var config = SettingsLoader.load(
                Optional.empty(), Optional.empty(), List.of(args).subList(4, args.length));
        FlotillaSettings settings = FlotillaSettings.from(config);
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bare-calls", config);
        try (AwsClients clients = AwsClients.open(settings.aws(), 1);
                SqsAsyncClient sqs =
                        clients.client(SqsAsyncClient.builder(), settings.aws().sqs(), CALL, CALL);
                UploadFolder uploads = UploadFolder.ofTemporaryFiles();
                Line requests = Line.make(sqs, "bare-calls-requests");
                Line notices = Line.make(sqs, "bare-calls-notices")) {
            CallsLoop loop = new CallsLoop(
                    new S3ImageStore(system, clients, settings.storage(), uploads),
                    new S3ResultStore(system, clients, settings.storage()),
                    requests,
                    notices,
                    Photos.read(Path.of(args[0])));
            System.out.println(Running.RESULT
                    + loop.paced(Double.parseDouble(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3])));
        } finally {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().join();
        }
    }

    /** One image each 1/rate seconds; the time from when it was due to its notice. */
    private String paced(double rate, int warm, int count) throws WireFormat.UnreadableException {
        Histogram micros = new Histogram(3);
        long due = System.nanoTime();
        for (int i = -warm; i < count; i++, due += (long) (NANOS / rate)) {
            CompletableFuture<Message> request = requests.receive();
            CompletableFuture<Message> notice = notices.receive();
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            pass(photos.get(Math.floorMod(i, photos.size())), request, notice);
            if (i >= 0) {
                micros.recordValue((System.nanoTime() - due) / 1000);
            }
            requests.delete(request.join());
            notices.delete(notice.join());
        }
        return "{\"p50\":" + micros.getValueAtPercentile(50) / 1000.0 + ",\"p99\":"
                + micros.getValueAtPercentile(99) / 1000.0 + ",\"count\":" + micros.getTotalCount() + "}";
    }

    private void pass(byte[] photo, CompletableFuture<Message> request, CompletableFuture<Message> notice)
            throws WireFormat.UnreadableException {
        RequestId id = RequestId.create(Clock.systemUTC().instant(), random);
        FileName file = new FileName("photo.jpg");
        ImageRef image = images.put(id.value() + "/" + file.value(), "image/jpeg", ByteString.fromArrayUnsafe(photo))
                .toCompletableFuture()
                .join();
        requests.send(WireFormat.write(new ClassificationRequest(
                id, image, file, NOBODY, Clock.systemUTC().instant(), Optional.empty())));
        ClassificationRequest read = WireFormat.readRequest(request.join().body());
        int size = images.get(read.image())
                .toCompletableFuture()
                .join()
                .orElseThrow()
                .size();
        ClassificationResult stored = results.putIfAbsent(MessagingLoop.result(read, size))
                .toCompletableFuture()
                .join();
        notices.send(WireFormat.write(new ResultNotice(read.gateway(), stored)));
        WireFormat.readNotice(notice.join().body());
    }

    /** A queue that has one message at most. */
    private record Line(SqsAsyncClient sqs, String url) implements AutoCloseable {
        static Line make(SqsAsyncClient sqs, String name) {
            return new Line(
                    sqs,
                    sqs.createQueue(request -> request.queueName(name)).join().queueUrl());
        }

        void send(String body) {
            sqs.sendMessage(request -> request.queueUrl(url).messageBody(body)).join();
        }

        CompletableFuture<Message> receive() {
            return sqs.receiveMessage(request ->
                            request.queueUrl(url).maxNumberOfMessages(1).waitTimeSeconds(LONGEST_POLL))
                    .thenApply(received -> received.messages().get(0));
        }

        void delete(Message message) {
            sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle(message.receiptHandle()))
                    .join();
        }

        @Override
        public void close() {
            sqs.deleteQueue(request -> request.queueUrl(url)).join();
        }
    }
}
