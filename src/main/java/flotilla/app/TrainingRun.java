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
 * All that a class archive is to know, done once in this process: the embedded cloud, a gateway that launches an instance, and
 * a worker with the bundled model in that instance's name, which answers the photographs. The instance's own process does
 * nothing but tell where its metadata is.
 */
final class TrainingRun {
    private static final Duration LAUNCHED_WITHIN = Duration.ofSeconds(60);
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    /** Tells its metadata service's address in the file $0; ends by itself when its parent, this process, is gone. */
    private static final String INSTANCE = "printf %s \"$AWS_EC2_METADATA_SERVICE_ENDPOINT\" >\"$0.new\" && "
            + "mv \"$0.new\" \"$0\"; trap 'exit 0' TERM; while kill -0 $PPID 2>/dev/null; do sleep 1; done";

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
            "flotilla.classifier.parallelism=1",
            "flotilla.local.boot-delay=0s",
            "flotilla.metrics.port=0",
            "flotilla.fleet.image-id=training");

    private TrainingRun() {}

    /**
     * Does it all, and leaves no process and no file.
     *
     * @param engine the worker's {@code flotilla.classifier.engine}
     */
    static void run(String engine) throws IOException, InterruptedException {
        Path data = Files.createTempDirectory("flotilla-training-");
        try {
            run(data, engine);
        } finally {
            Folders.delete(data);
        }
    }

    private static void run(Path data, String engine) throws IOException, InterruptedException {
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
                answer(gateway, data, metadata);
            }
        } finally {
            cloud.close();
        }
    }

    private static void answer(GatewayRole gateway, Path data, Path metadata) throws IOException, InterruptedException {
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
        String endpoint = Files.readString(metadata);
        System.setProperty("aws.ec2MetadataServiceEndpoint", endpoint);
        CommonOptions options = options(data, List.of("flotilla.worker.metadata-endpoint=" + endpoint));
        WorkerRole worker = WorkerRole.start(options);
        try {
            answers.forEach(CompletableFuture::join);
            client.fleet();
            client.decisions();
        } finally {
            worker.close();
        }
    }

    /** Settings as nobody has changed them, but for these pairs. */
    private static CommonOptions options(Path data, List<String> pairs) throws IOException {
        Path empty = data.resolve("empty.conf");
        if (!Files.exists(empty)) {
            Files.createFile(empty);
        }
        List<String> arguments = new ArrayList<>(List.of("--config", empty.toString()));
        for (String pair : pairs) {
            arguments.addAll(List.of("--set", pair));
        }
        return CommandLine.populateCommand(new CommonOptions(), arguments.toArray(String[]::new));
    }
}
