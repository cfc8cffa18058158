package flotilla.app;

import com.typesafe.config.ConfigFactory;
import flotilla.drill.Drill;
import flotilla.drill.DrillImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code flotilla drill}: faults from a seed on a system of real processes, and an account of every image. */
@Command(
        name = "drill",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Kills, freezes and cuts off parts of a system on this machine at random, and accounts for every image.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:every image has one right answer, none was lost, invented or answered twice, no worker was ended at work, the fleet "
                    + "was never too large, had no app-tier id twice, and stays at zero; with 50 kills or more each forced point was met too",
            "1:something of that was not so"
        })
final class DrillCommand implements Callable<Integer> {
    /** A system that recovers in seconds, so that a drill has many faults in little time. */
    private static final List<String> SETTINGS = List.of(
            "flotilla.cluster.host=127.0.0.1",
            "flotilla.scaling.policy=message-count",
            "flotilla.scaling.messages-per-instance=10",
            "flotilla.scaling.interval=1s",
            "flotilla.scaling.settle=0s",
            "flotilla.scaling.silent-after=5s",
            "flotilla.scaling.orphan-grace=20s",
            "flotilla.scaling.replacements.in-a-row=1000",
            "flotilla.queue.visibility-timeout=5s",
            "flotilla.queue.receive-wait=1s",
            "flotilla.queue.max-receive-count=200",
            // Longer than it takes until another supervisor acts, so that no worker stops when one dies.
            "flotilla.worker.self-fence=30s",
            "flotilla.classifier.parallelism=2",
            "flotilla.fleet.image-id=ami-local");

    /** One grey pixel: with the delay classifier the file's name is the label. */
    private static final byte[] PIXEL = Base64.getDecoder()
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==");

    /** The bytes of the chunk that ends a PNG. */
    private static final int END_CHUNK = 12;

    private static final List<String> GATEWAY_JVM = List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    @Spec
    private CommandSpec spec;

    @Mixin
    private CommonOptions options;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "of the faults (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--images",
            paramLabel = "M",
            defaultValue = "500",
            description = "images to send (default: ${DEFAULT-VALUE})")
    private int images;

    @Option(
            names = "--kills",
            paramLabel = "K",
            defaultValue = "25",
            description = "processes to kill; other faults come between (default: ${DEFAULT-VALUE})")
    private int kills;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "4",
            description = "the most workers at a time (default: ${DEFAULT-VALUE})")
    private int workers;

    @Option(
            names = "--gateways",
            paramLabel = "G",
            defaultValue = "3",
            description = "gateways (default: ${DEFAULT-VALUE})")
    private int gateways;

    @Option(
            names = "--delay",
            paramLabel = "MILLIS",
            defaultValue = "400",
            description = "how long an image takes a classifier (default: ${DEFAULT-VALUE})")
    private int delay;

    @Option(
            names = "--model",
            description = "classify the project's photographs with the real model instead of waiting")
    private boolean model;

    @Option(
            names = "--clients",
            paramLabel = "C",
            defaultValue = "48",
            description = "clients (default: ${DEFAULT-VALUE})")
    private int clients;

    @Option(
            names = "--settle",
            paramLabel = "SECONDS",
            defaultValue = "180",
            description = "how long the last answers may take after the last fault (default: ${DEFAULT-VALUE})")
    private int settle;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "keep queues, buckets and logs here (default: a temporary folder, removed when all was good)")
    private Path data;

    @Override
    public Integer call() throws IOException, InterruptedException {
        require(images >= 1 && images <= 1_000_000, "--images is from 1 to 1000000");
        require(kills >= 0 && kills <= 100_000, "--kills is from 0 to 100000");
        require(workers >= 1 && workers <= 20, "--workers is from 1 to 20");
        require(gateways >= 1 && gateways <= 9, "--gateways is from 1 to 9");
        require(
                delay >= 0 && clients >= 1 && settle >= 1,
                "--delay is 0 or more, --clients and --settle are 1 or more");
        require(data == null || isEmpty(data), "--data names a folder that is empty or is not there yet");
        PrintWriter out = spec.commandLine().getOut();
        List<String> settings = settings();
        Path folder = data == null ? Files.createTempDirectory("flotilla-drill-") : Files.createDirectories(data);
        boolean good = new Drill(
                        new Drill.Order(
                                seed,
                                pictures(),
                                kills,
                                clients,
                                gateways,
                                workers,
                                arguments -> Installation.command(GATEWAY_JVM, arguments),
                                folder,
                                settings,
                                duration(settings, "flotilla.queue.visibility-timeout"),
                                duration(settings, "flotilla.worker.self-fence"),
                                Duration.ofSeconds(settle)),
                        out)
                .run();
        if (good && data == null) {
            Folders.delete(folder);
        }
        return good ? 0 : 1;
    }

    private List<String> settings() {
        List<String> pairs = new ArrayList<>(SETTINGS);
        pairs.add("flotilla.scaling.max-instances=" + workers);
        pairs.add("flotilla.classifier.kind=" + (model ? "djl" : "delay"));
        pairs.add("flotilla.classifier.delay=" + (model ? 0 : delay) + "ms");
        pairs.addAll(options.sets());
        return pairs;
    }

    /** The last pair wins. */
    private static Duration duration(List<String> pairs, String key) {
        return ConfigFactory.parseString(
                        pairs.stream().filter(pair -> pair.startsWith(key)).collect(Collectors.joining("\n")))
                .getDuration(key);
    }

    /** Each with a name of its own, by which a label that belongs to another is seen. */
    private List<DrillImage> pictures() throws IOException {
        List<Samples.Sample> samples = model ? Samples.load() : List.of();
        return IntStream.range(0, images)
                .mapToObj(i -> {
                    String stem = "drill-%d-%06d".formatted(seed, i);
                    return samples.isEmpty()
                            ? new DrillImage(stem + ".png", pixel(stem), stem)
                            : photograph(samples.get(i % samples.size()), i);
                })
                .toList();
    }

    /** The pixel with this text in it, so that no two are the same bytes. */
    private static byte[] pixel(String text) {
        byte[] named = ("tEXtTitle\0" + text).getBytes(StandardCharsets.ISO_8859_1);
        CRC32 check = new CRC32();
        check.update(named);
        ByteBuffer chunk = ByteBuffer.allocate(PIXEL.length + named.length + 2 * Integer.BYTES);
        int end = PIXEL.length - END_CHUNK;
        return chunk.put(PIXEL, 0, end)
                .putInt(named.length - Integer.BYTES)
                .put(named)
                .putInt((int) check.getValue())
                .put(PIXEL, end, END_CHUNK)
                .array();
    }

    private static DrillImage photograph(Samples.Sample sample, int number) {
        return new DrillImage("%06d-%s".formatted(number, sample.name()), sample.bytes(), sample.label());
    }

    private static boolean isEmpty(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return true;
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.findAny().isEmpty();
        }
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), otherwise);
        }
    }
}
