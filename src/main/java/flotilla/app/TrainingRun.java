package flotilla.app;

import flotilla.config.FlotillaSettings;
import flotilla.local.LocalCloud;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/**
 * All that class archives are to know, done once. In this process: the embedded cloud, a gateway that launches an instance, and the command that
 * classifies files. In a process of its own, which leaves the worker's archive: a worker with the bundled model in that instance's
 * name, which answers the photographs. The instance's own process does nothing but tell where its metadata is.
 */
final class TrainingRun {
    private static final Duration LAUNCHED_WITHIN = Duration.ofSeconds(60);
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(60);
    /** A worker writes its archive while it ends. */
    private static final Duration ENDED_WITHIN = Duration.ofMinutes(3);

    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    /** Tells its metadata service's address in the file $0; ends by itself when its parent, this process, is gone. */
    private static final String INSTANCE = "printf %s \"$AWS_EC2_METADATA_SERVICE_ENDPOINT\" >\"$0.new\" && "
            + "mv \"$0.new\" \"$0\"; trap 'exit 0' TERM; while kill -0 $PPID 2>/dev/null; do sleep 1; done";

    /** What is measured of the network meanwhile is not what workers ask for: nothing here has their memory and their priority. */
    private static final String ONE_CLASSIFIER = "flotilla.classifier.parallelism=1";

    private static final List<String> SETTINGS = List.of(
            "flotilla.http.port=0",
            "flotilla.cluster.host=127.0.0.1",
            "flotilla.cluster.port=0",
            "flotilla.scaling.policy=message-count",
            "flotilla.scaling.interval=500ms",
            "flotilla.scaling.max-instances=1",
            "flotilla.scaling.settle=0s",
            "flotilla.scaling.ledger=true",
            "flotilla.queue.receive-wait=1s",
            ONE_CLASSIFIER,
            "flotilla.local.boot-delay=0s",
            "flotilla.metrics.port=0",
            "flotilla.fleet.image-id=training");

    private TrainingRun() {}

    /**
     * Does it all, and leaves no process and no file but the worker's archive.
     *
     * @param engine {@code flotilla.classifier.engine}
     * @param archive of this program
     * @param workerArchive the worker's, which is written
     */
    static void run(String engine, ClassArchive archive, Path workerArchive) throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("flotilla-training-");
        try {
            classifyFiles(data, engine);
            run(data, engine, archive, workerArchive);
        } finally {
            Folders.delete(data);
        }
    }

    private static void classifyFiles(Path data, String engine) throws IOException {
        List<String> arguments =
                new ArrayList<>(arguments(data, List.of(ONE_CLASSIFIER, "flotilla.classifier.engine=" + engine)));
        for (Samples.Sample sample : Samples.load()) {
            arguments.add(
                    Files.write(data.resolve(sample.name()), sample.bytes()).toString());
        }
        int status = new CommandLine(new ClassifyCommand()).execute(arguments.toArray(String[]::new));
        if (status != 0) {
            throw new IOException("the photographs could not be classified");
        }
    }

    private static void run(Path data, String engine, ClassArchive archive, Path workerArchive)
            throws IOException, InterruptedException {
        Path metadata = data.resolve("metadata");
        List<String> pairs = new ArrayList<>(SETTINGS);
        pairs.add("flotilla.classifier.engine=" + engine);
        CommonOptions options = options(data, pairs);
        FlotillaSettings settings = options.load("local").settings();
        LocalCloud.Options cloudOptions = new LocalCloud.Options(
                data.resolve("cloud"),
                settings.local(),
                settings.queue(),
                settings.storage(),
                List.of("sh", "-c", INSTANCE, metadata.toString()),
                Map.of());
        LocalCloud cloud = LocalCloud.start(cloudOptions);
        try {
            pairs.add("flotilla.aws.endpoints-file=" + data.resolve("cloud").resolve("endpoints.json"));
            CommonOptions.Loaded gatewayOptions = options(data, pairs).load(GatewayRole.ROLE);
            try (GatewayRole gateway = GatewayRole.start(gatewayOptions.config(), gatewayOptions.settings())) {
                answer(gateway, data, metadata, archive, workerArchive);
            }
        } finally {
            cloud.close();
        }
    }

    private static void answer(GatewayRole gateway, Path data, Path metadata, ClassArchive archive, Path workerArchive)
            throws IOException, InterruptedException {
        DemoClient client =
                new DemoClient("http://127.0.0.1:" + gateway.address().getPort());
        List<CompletableFuture<DemoReport.Answered>> answers = new ArrayList<>();
        for (Samples.Sample sample : Samples.load()) {
            answers.add(client.classify(sample, ANSWERED_WITHIN));
        }
        long deadline = System.nanoTime() + LAUNCHED_WITHIN.toNanos();
        while (!Files.exists(metadata)) {
            if (System.nanoTime() > deadline) {
                throw new IOException("no instance was launched within " + LAUNCHED_WITHIN.toSeconds() + "s");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
        }
        Process worker = worker(data, Files.readString(metadata), archive, workerArchive);
        try {
            answers.forEach(CompletableFuture::join);
            client.fleet();
            client.decisions();
            worker.destroy();
            if (!worker.waitFor(ENDED_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("the worker did not end within " + ENDED_WITHIN.toMinutes() + " minutes");
            }
        } finally {
            worker.destroyForcibly();
        }
    }

    private static Process worker(Path data, String metadataEndpoint, ClassArchive archive, Path workerArchive)
            throws IOException {
        List<String> arguments = new ArrayList<>(List.of(WorkerRole.ROLE));
        arguments.addAll(arguments(data, List.of("flotilla.worker.metadata-endpoint=" + metadataEndpoint)));
        ProcessBuilder builder = new ProcessBuilder(archive.recording(workerArchive, arguments)).inheritIO();
        builder.environment().put("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadataEndpoint);
        builder.environment()
                .put(
                        "FLOTILLA_PARENT_PID",
                        String.valueOf(ProcessHandle.current().pid()));
        return builder.start();
    }

    private static CommonOptions options(Path data, List<String> pairs) throws IOException {
        return CommandLine.populateCommand(
                new CommonOptions(), arguments(data, pairs).toArray(String[]::new));
    }

    /** Settings as nobody has changed them, but for these pairs. */
    private static List<String> arguments(Path data, List<String> pairs) throws IOException {
        Path empty = data.resolve("empty.conf");
        if (!Files.exists(empty)) {
            Files.createFile(empty);
        }
        List<String> arguments = new ArrayList<>(List.of("--config", empty.toString()));
        for (String pair : pairs) {
            arguments.addAll(List.of("--set", pair));
        }
        return arguments;
    }
}
