package flotilla.app;

import flotilla.config.ClassifierSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The whole system on one machine: the embedded cloud as a process of its own, whose instances are worker processes, and a
 * gateway in this one. Closing it leaves no process, no port and, unless a folder was given, no file.
 */
final class LocalSystem implements AutoCloseable {
    private static final Duration CLOUD_WITHIN = Duration.ofSeconds(120);
    private static final Duration CLOUD_STOPS_WITHIN = Duration.ofSeconds(60);
    private static final List<String> CLOUD_JVM_OPTIONS =
            List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    private static final long MEMORY_PER_WORKER = 1L << 30;

    private final Path data;
    private final boolean temporary;
    private final Process cloud;
    private final GatewayRole gateway;

    private LocalSystem(Path data, boolean temporary, Process cloud, GatewayRole gateway) {
        this.data = data;
        this.temporary = temporary;
        this.cloud = cloud;
        this.gateway = gateway;
    }

    /**
     * Starts everything and returns when the gateway serves.
     *
     * @param givenData where everything is kept; empty for a temporary folder
     * @param fixed settings that are stronger than the configuration file
     */
    static LocalSystem start(CommonOptions options, Optional<Path> givenData, List<String> fixed)
            throws IOException, InterruptedException {
        Path data = givenData.isPresent() ? givenData.get() : Files.createTempDirectory("flotilla-");
        Process cloud = null;
        try {
            cloud = startCloud(options, data, fixed);
            List<String> pairs = new ArrayList<>(fixed);
            pairs.add("flotilla.aws.endpoints-file=" + data.resolve("endpoints.json"));
            List<String> defaults = List.of("flotilla.scaling.max-instances=" + maxInstances(options, fixed));
            CommonOptions.Loaded loaded = options.load("local", defaults, Optional.empty(), pairs);
            GatewayRole gateway = GatewayRole.start(
                    loaded.config(), loaded.settings(), gateways -> LocalFleetSet.make(loaded, gateways));
            LocalSystem system = new LocalSystem(data, givenData.isEmpty(), cloud, gateway);
            system.writeEndpoints();
            return system;
        } catch (IOException | InterruptedException | RuntimeException e) {
            if (cloud != null) {
                stop(cloud);
            }
            if (givenData.isEmpty()) {
                Folders.delete(data);
            }
            throw e;
        }
    }

    /** Where the gateway serves. */
    String url() {
        InetSocketAddress address = gateway.address();
        return "http://" + address.getHostString() + ":" + address.getPort();
    }

    Path data() {
        return data;
    }

    /** Completes when a part of the system ended by itself, after which nothing works any more. */
    CompletableFuture<?> broken() {
        return CompletableFuture.anyOf(cloud.onExit(), gateway.ended().toCompletableFuture());
    }

    /** With a real model more workers than cores only share the same cores; the other kinds need next to nothing. */
    private static int maxInstances(CommonOptions options, List<String> fixed) {
        FlotillaSettings settings =
                options.load("local", List.of(), Optional.empty(), fixed).settings();
        if (settings.classifier().kind() != ClassifierSettings.Kind.DJL) {
            return settings.scaling().maxInstances();
        }
        long byMemory = physicalMemory() / 2 / MEMORY_PER_WORKER;
        return (int) Math.max(2, Math.min(4, Math.min(Runtime.getRuntime().availableProcessors(), byMemory)));
    }

    private static long physicalMemory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }

    private static Process startCloud(CommonOptions options, Path data, List<String> fixed)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("cloud", "--data", data.toString(), "--exit-with-parent"));
        options.file("local").ifPresent(file -> arguments.addAll(List.of("--config", file.toString())));
        for (String pair : fixed) {
            arguments.addAll(List.of("--set", pair));
        }
        for (String pair : CloudArguments.without(options.sets())) {
            arguments.addAll(List.of("--set", pair));
        }
        // A terminal's Ctrl-C goes to every process of the group; the cloud must outlive the gateway, which ends it.
        List<String> command = new ArrayList<>(List.of("sh", "-c", "trap '' INT; exec \"$@\"", "sh"));
        command.addAll(Installation.command(CLOUD_JVM_OPTIONS, arguments));
        Path log = Files.createDirectories(data.resolve("logs")).resolve("cloud.log");
        Process cloud = new ProcessBuilder(command).redirectError(log.toFile()).start();
        CompletableFuture<Boolean> ready = CompletableFuture.supplyAsync(() -> isReady(cloud));
        try {
            if (!ready.get(CLOUD_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new SettingsException(lastLine(log));
            }
            return cloud;
        } catch (TimeoutException | ExecutionException | RuntimeException e) {
            stop(cloud);
            throw e instanceof SettingsException known
                    ? known
                    : new SettingsException(
                            "the embedded cloud did not start within " + CLOUD_WITHIN.toSeconds() + "s", e);
        } catch (InterruptedException e) {
            stop(cloud);
            throw e;
        }
    }

    /** Reads the cloud's standard output until it says that it is ready; false when it ended instead. */
    private static boolean isReady(Process cloud) {
        BufferedReader out = new BufferedReader(new InputStreamReader(cloud.getInputStream(), StandardCharsets.UTF_8));
        try {
            String line = out.readLine();
            while (line != null && !line.startsWith("cloud ready")) {
                line = out.readLine();
            }
            return line != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String lastLine(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .filter(line -> !line.isBlank())
                .reduce((first, second) -> second)
                .orElse("it said nothing in " + log);
    }

    private void writeEndpoints() throws IOException {
        Path file = data.resolve("endpoints.json");
        String cloudPart = Files.readString(file).strip();
        Path next = data.resolve("endpoints.json.new");
        Files.writeString(next, "{\"http\":\"" + url() + "\"," + cloudPart.substring(1) + "\n");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** The gateway first, then the workers with the cloud, then the folder if it was ours. */
    @Override
    public void close() throws IOException {
        gateway.close();
        stop(cloud);
        if (temporary) {
            Folders.delete(data);
        }
    }

    private static void stop(Process cloud) {
        cloud.destroy();
        try {
            if (!cloud.waitFor(CLOUD_STOPS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                cloud.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            cloud.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
