package flotilla.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/** What becomes of everything when the process of the embedded cloud dies, one way or the other. */
class CloudProcessIT {
    private static final String[] WORKER = CloudProcess.java(WorkerMain.class).toArray(String[]::new);

    @TempDir
    private Path directory;

    private Path data;

    @BeforeEach
    void chooseData() throws IOException {
        data = Files.createDirectories(directory.resolve("data"));
    }

    @Test
    void killedCloud_shouldTakeItsWorkersAlong() throws IOException {
        try (CloudProcess cloud = CloudProcess.start(data, WORKER)) {
            List<ProcessHandle> workers = launch(cloud, 2);
            Eventually.until("workers up", () -> cloud.instanceLogs().split("worker up", -1).length == 3);

            cloud.kill();

            Eventually.until("workers gone", () -> workers.stream().noneMatch(ProcessHandle::isAlive));
        }
    }

    @Test
    void terminatedCloud_shouldServeItsWorkersUntilTheyHaveEnded() throws IOException {
        try (CloudProcess cloud = CloudProcess.start(data, WORKER)) {
            List<ProcessHandle> workers = launch(cloud, 1);
            Eventually.until("worker up", () -> cloud.instanceLogs().contains("worker up"));

            cloud.terminate();

            assertThat(workers).noneMatch(ProcessHandle::isAlive);
            assertThat(cloud.instanceLogs()).containsPattern("(still served: \\d+\\s+){3}");
            assertThat(data.resolve("endpoints.json")).doesNotExist();
            assertThat(data.resolve("instances")).isEmptyDirectory();
        }
    }

    @Test
    void workerThatWatchesNobody_shouldBeKilledAtTheNextStart() throws IOException {
        ProcessHandle leftOver;
        try (CloudProcess cloud = CloudProcess.start(data, "sleep", "1000")) {
            leftOver = launch(cloud, 1).get(0);
            Eventually.until("recorded", this::isRecorded);
            cloud.kill();
            assertThat(leftOver.isAlive()).isTrue();
        }

        try (CloudProcess cloud = CloudProcess.start(data, "sleep", "1000")) {
            Eventually.until("left-over gone", () -> !leftOver.isAlive());
            try (Ec2AsyncClient ec2 = Clients.ec2(cloud.endpoint("ec2"))) {
                assertThat(ec2.describeInstances().join().reservations()).isEmpty();
            }
        }
    }

    /** Whole: what is cut off in the middle of its line tells the next cloud nothing. */
    private boolean isRecorded() {
        try (Stream<Path> records = Files.list(data.resolve("instances"))) {
            List<Path> all = records.toList();
            return all.size() == 1 && Files.readString(all.get(0)).endsWith("\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void interruptOfTheTerminal_shouldNotReachWorkers() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "needs Linux's /proc to see a process's signal mask");
        try (CloudProcess cloud = CloudProcess.start(data, WORKER)) {
            ProcessHandle worker = launch(cloud, 1).get(0);
            Eventually.until("worker up", () -> cloud.instanceLogs().contains("worker up"));

            // The JVM's own mask, not only the shell's: signal 2 is the second bit.
            String ignored = Files.readAllLines(Path.of("/proc", String.valueOf(worker.pid()), "status")).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .findFirst()
                    .orElseThrow();
            assertThat(Long.parseUnsignedLong(ignored.replaceAll("\\D+:?\\s*", ""), 16) & 2)
                    .as(ignored)
                    .isEqualTo(2);
        }
    }

    @Test
    void acknowledgedMessagesAndObjects_shouldSurviveKill() throws IOException {
        int count = 300;
        TreeSet<String> sent = new TreeSet<>();
        try (CloudProcess cloud = CloudProcess.start(data, "true");
                SqsAsyncClient sqs = Clients.sqs(cloud.endpoint("sqs"));
                S3AsyncClient s3 = Clients.s3(cloud.endpoint("s3"))) {
            String queue = url(sqs);
            s3.putObject(request -> request.bucket("flotilla-output").key("a/b"), AsyncRequestBody.fromString("kept"))
                    .join();
            List<CompletableFuture<?>> sends = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                String body = "message " + i;
                sent.add(body);
                sends.add(sqs.sendMessage(request -> request.queueUrl(queue).messageBody(body)));
            }
            CompletableFuture.allOf(sends.toArray(CompletableFuture<?>[]::new)).join();
            for (Message message : receive(sqs, queue, 1)) {
                assertThat(sent).contains(message.body());
            }
            cloud.kill();
        }

        try (CloudProcess cloud = CloudProcess.start(data, "true");
                SqsAsyncClient sqs = Clients.sqs(cloud.endpoint("sqs"));
                S3AsyncClient s3 = Clients.s3(cloud.endpoint("s3"))) {
            assertThat(s3.getObject(
                                    request -> request.bucket("flotilla-output").key("a/b"),
                                    AsyncResponseTransformer.toBytes())
                            .join()
                            .asUtf8String())
                    .isEqualTo("kept");
            String queue = url(sqs);
            List<Message> received = new ArrayList<>();
            Eventually.until("all messages", () -> {
                received.addAll(receive(sqs, queue, 3600));
                return received.size() >= count;
            });
            assertThat(received).extracting(Message::body).containsExactlyInAnyOrderElementsOf(sent);
            assertThat(received)
                    .filteredOn(message -> message.attributes()
                            .get(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT)
                            .equals("2"))
                    .hasSize(10);
        }
    }

    private static List<ProcessHandle> launch(CloudProcess cloud, int count) {
        try (Ec2AsyncClient ec2 = Clients.ec2(cloud.endpoint("ec2"))) {
            ec2.runInstances(request -> request.imageId("ami-1").minCount(count).maxCount(count))
                    .join();
        }
        AtomicReference<List<ProcessHandle>> instances = new AtomicReference<>(List.of());
        Eventually.until("processes", () -> {
            instances.set(cloud.instances());
            return instances.get().size() == count;
        });
        return instances.get();
    }

    private static String url(SqsAsyncClient sqs) {
        return sqs.getQueueUrl(request -> request.queueName("flotilla-request"))
                .join()
                .queueUrl();
    }

    private static List<Message> receive(SqsAsyncClient sqs, String queue, int lease) {
        return sqs.receiveMessage(request -> request.queueUrl(queue)
                        .maxNumberOfMessages(10)
                        .visibilityTimeout(lease)
                        .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
                .join()
                .messages();
    }
}
