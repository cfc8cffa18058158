package flotilla.app;

import com.typesafe.config.Config;
import flotilla.aws.AwsClients;
import flotilla.bench.LoopJvm;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.domain.ClassificationResult;
import flotilla.domain.FileName;
import flotilla.domain.GatewayId;
import flotilla.domain.ImageRef;
import flotilla.domain.Outcome;
import flotilla.domain.Prediction;
import flotilla.domain.RequestId;
import flotilla.protocol.ClassificationRequest;
import flotilla.protocol.ImageStore;
import flotilla.protocol.MessageQueue;
import flotilla.protocol.ResultNotice;
import flotilla.protocol.ResultStore;
import flotilla.protocol.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/**
 * The messaging path without a model: a worker process that classifies nothing (kind {@code delay}) against a bare loop of the
 * same calls, both in a worker's JVM and on the same embedded cloud, in turns. Prints images per second and CPU time per image of each process.
 * Arguments: images in a round, their size in bytes, rounds, jars with commas between them or
 * {@code classes} for the class path, further settings of the worker.
 */
public final class QueuePath {
    private static final String CLASSES = "classes";
    private static final int BARE_LOOPS = 8;
    private static final long POLL_NANOS = 50_000_000;

    private final Path folder;
    private final int images;
    private final int size;
    private final List<String> programs;
    private final List<String> settings;

    private QueuePath(Path folder, int images, int size, List<String> programs, List<String> settings) {
        this.folder = folder;
        this.images = images;
        this.size = size;
        this.programs = programs;
        this.settings = settings;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("bare")) {
            bare(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
            return;
        }
        Path folder = Files.createTempDirectory("flotilla-queue-path-");
        List<String> all = List.of(arguments);
        QueuePath bench = new QueuePath(
                folder,
                Integer.parseInt(all.get(0)),
                Integer.parseInt(all.get(1)),
                List.of(all.get(3).split(",")),
                all.subList(4, all.size()));
        bench.run(Integer.parseInt(all.get(2)));
    }

    private void run(int rounds) throws Exception {
        Process cloud = startCloud(
                flotilla(CLASSES, "cloud", "--data", folder.toString(), "--set", "flotilla.classifier.kind=delay"));
        try {
            while (!Files.exists(folder.resolve("endpoints.json"))) {
                if (!cloud.isAlive()) {
                    throw new IllegalStateException("the cloud ended; see " + folder.resolve("cloud.log"));
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
            for (int round = 1; round <= rounds; round++) {
                round(
                        "bare",
                        round,
                        List.of(
                                "-cp",
                                System.getProperty("java.class.path"),
                                QueuePath.class.getName(),
                                "bare",
                                folder.toString(),
                                Integer.toString(images)));
                for (String program : programs) {
                    round("worker:" + program, round, worker(program));
                }
            }
        } finally {
            cloud.destroy();
            cloud.waitFor();
        }
        // Kept when something failed: the logs are in it.
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private List<String> worker(String program) {
        List<String> worker = new ArrayList<>(flotilla(program, "worker"));
        List<String> sets = new ArrayList<>(List.of(
                "flotilla.aws.endpoints-file=" + folder.resolve("endpoints.json"),
                "flotilla.fleet.mode=static",
                "flotilla.cluster.seed-nodes=",
                "flotilla.classifier.kind=delay",
                "flotilla.queue.receive-wait=1s",
                "flotilla.worker.self-fence=1h"));
        sets.addAll(settings);
        sets.forEach(set -> worker.addAll(List.of("--set", set)));
        return worker;
    }

    private static List<String> flotilla(String program, String... arguments) {
        List<String> command = new ArrayList<>(
                program.equals(CLASSES)
                        ? List.of("-cp", System.getProperty("java.class.path"), Main.class.getName())
                        : List.of("-jar", program));
        command.addAll(List.of(arguments));
        return command;
    }

    /** A long-lived process. */
    private Process startCloud(List<String> arguments) throws IOException {
        return start("cloud", List.of("-Xmx384m", "-XX:+UseSerialGC"), Map.of(), arguments);
    }

    private Process start(String name, List<String> options, Map<String, String> environment, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name.replaceAll("[^a-z]+", "-") + ".log").toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Two helpings: the first warms the process up, the second is measured. */
    private void round(String name, int round, List<String> arguments) throws Exception {
        try (Cloud cloud = new Cloud(folder)) {
            cloud.fill(images, size);
            Process process = start(name, LoopJvm.options(), LoopJvm.ENVIRONMENT, arguments);
            try {
                cloud.drain(images);
                double cpuBefore = cpuSeconds(process);
                cloud.fill(images, size);
                long[] span = cloud.drain(images);
                double cpu = cpuSeconds(process) - cpuBefore;
                double seconds = (span[1] - span[0]) / 1e9;
                System.out.printf(
                        "%s round=%d images/s=%.0f cpu-ms/image=%.3f%n",
                        name, round, images / seconds, cpu * 1000 / images);
            } finally {
                process.destroy();
                process.waitFor();
            }
        }
    }

    /** User and system time of all threads but the just-in-time compilers', which end with the warm-up. */
    private static double cpuSeconds(Process process) throws IOException {
        double seconds = 0;
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            for (Path task : tasks.toList()) {
                String stat = Files.readString(task.resolve("stat"));
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                boolean compiler = stat.contains("(C1 Comp") || stat.contains("(C2 Comp");
                seconds += compiler ? 0 : (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
            }
        }
        return seconds;
    }

    private static Config config(Path folder) {
        return SettingsLoader.load(
                Optional.empty(),
                Optional.empty(),
                List.of(
                        "flotilla.aws.endpoints-file=" + folder.resolve("endpoints.json"),
                        "flotilla.queue.receive-wait=1s"));
    }

    /** Queues and stores, from this side. */
    private static final class Cloud implements AutoCloseable {
        final ActorSystem<Void> system;
        final CloudConnections connections;
        final FlotillaSettings settings;
        final ImageStore images;
        final ResultStore results;
        final MessageQueue requests;
        final SqsAsyncClient sqs;

        Cloud(Path folder) {
            Config config = config(folder);
            settings = FlotillaSettings.from(config);
            system = ActorSystem.create(Behaviors.empty(), "queue-path", config);
            connections = CloudConnections.open(settings, 8);
            images = connections.images(system);
            results = connections.results(system);
            requests = connections.queue(settings.queue().request(), 1);
            AwsClients clients = connections.clients();
            sqs = clients.client(
                    SqsAsyncClient.builder(), clients.settings().sqs(), Duration.ofSeconds(30), Duration.ofSeconds(60));
        }

        void fill(int count, int size) {
            byte[] bytes = new byte[size];
            new Random(1).nextBytes(bytes);
            ByteString image = ByteString.fromArrayUnsafe(bytes);
            List<String> bodies = new ArrayList<>();
            for (int from = 0; from < count; from += 16) {
                List<CompletableFuture<String>> puts = IntStream.range(from, Math.min(count, from + 16))
                        .mapToObj(i -> put(i, image).toCompletableFuture())
                        .toList();
                puts.forEach(put -> bodies.add(put.join()));
            }
            CompletableFuture.allOf(bodies.stream()
                            .map(body -> requests.send(body).toCompletableFuture())
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        }

        private java.util.concurrent.CompletionStage<String> put(int i, ByteString image) {
            RequestId id = RequestId.create(Instant.now(), new Random());
            FileName file = new FileName("image-" + i + ".jpg");
            return images.put(id + "/" + file, "image/jpeg", Source.single(image))
                    .thenApply(ref -> WireFormat.write(new ClassificationRequest(
                            id, ref, file, new GatewayId("bench"), Instant.now(), Optional.empty())));
        }

        String url(String queue) {
            return sqs.getQueueUrl(request -> request.queueName(queue)).join().queueUrl();
        }

        /** Waits for the notices of so many results; when the first and the last came. */
        long[] drain(int count) {
            String url = url(settings.queue().response());
            long first = 0;
            long last = 0;
            int seen = 0;
            while (seen < count) {
                List<Message> messages = sqs.receiveMessage(request ->
                                request.queueUrl(url).maxNumberOfMessages(10).waitTimeSeconds(1))
                        .join()
                        .messages();
                if (messages.isEmpty()) {
                    continue;
                }
                last = System.nanoTime();
                first = first == 0 ? last : first;
                seen += messages.size();
                delete(url, messages);
            }
            return new long[] {first, last};
        }

        void delete(String url, List<Message> messages) {
            sqs.deleteMessageBatch(request -> request.queueUrl(url)
                            .entries(IntStream.range(0, messages.size())
                                    .mapToObj(i -> DeleteMessageBatchRequestEntry.builder()
                                            .id("" + i)
                                            .receiptHandle(messages.get(i).receiptHandle())
                                            .build())
                                    .toList()))
                    .join();
        }

        void send(String url, List<String> bodies) {
            sqs.sendMessageBatch(request -> request.queueUrl(url)
                            .entries(IntStream.range(0, bodies.size())
                                    .mapToObj(i -> SendMessageBatchRequestEntry.builder()
                                            .id("" + i)
                                            .messageBody(bodies.get(i))
                                            .build())
                                    .toList()))
                    .join();
        }

        @Override
        public void close() {
            sqs.close();
            connections.close();
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().join();
        }
    }

    /** Receive ten, get their images, write their results, send their responses, delete them; several such loops. */
    private static void bare(Path folder, int images) throws InterruptedException, ExecutionException {
        try (Cloud cloud = new Cloud(folder)) {
            String requests = cloud.url(cloud.settings.queue().request());
            String responses = cloud.url(cloud.settings.queue().response());
            AtomicInteger left = new AtomicInteger(2 * images);
            ExecutorService loops = Executors.newFixedThreadPool(BARE_LOOPS);
            List<Future<?>> running = IntStream.range(0, BARE_LOOPS)
                    .<Future<?>>mapToObj(i -> loops.submit(() -> {
                        while (left.get() > 0) {
                            left.addAndGet(-loop(cloud, requests, responses));
                        }
                    }))
                    .toList();
            for (Future<?> loop : running) {
                loop.get();
            }
            loops.shutdown();
            new CompletableFuture<Void>().join();
        }
    }

    private static int loop(Cloud cloud, String requests, String responses) {
        List<Message> messages = cloud.sqs
                .receiveMessage(request ->
                        request.queueUrl(requests).maxNumberOfMessages(10).waitTimeSeconds(1))
                .join()
                .messages();
        if (messages.isEmpty()) {
            return 0;
        }
        List<CompletableFuture<String>> notices =
                messages.stream().map(message -> answer(cloud, message.body())).toList();
        cloud.send(responses, notices.stream().map(CompletableFuture::join).toList());
        cloud.delete(requests, messages);
        return messages.size();
    }

    private static CompletableFuture<String> answer(Cloud cloud, String body) {
        try {
            ClassificationRequest request = WireFormat.readRequest(body);
            ImageRef ref = request.image();
            return cloud.images
                    .get(ref)
                    .thenCompose(bytes -> cloud.results.putIfAbsent(new ClassificationResult(
                            request.id(),
                            request.file(),
                            new Outcome.Labelled(
                                    "delay",
                                    List.of(new Prediction(request.file().stem(), 0, 1))),
                            Optional.empty(),
                            Optional.empty(),
                            Map.of())))
                    .thenApply(result -> WireFormat.write(new ResultNotice(request.gateway(), result)))
                    .toCompletableFuture();
        } catch (WireFormat.UnreadableException e) {
            throw new IllegalStateException(e);
        }
    }
}
