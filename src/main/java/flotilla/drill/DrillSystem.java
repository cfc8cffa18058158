package flotilla.drill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A whole system for a drill: the embedded cloud, which stays as AWS does, gateways, and the workers that their supervisor
 * launches; with a proxy before each service of the cloud and before each gateway's port in the cluster.
 */
final class DrillSystem implements AutoCloseable {
    /**
     * What a drill's system is made of.
     *
     * @param program the command that runs this program with some arguments
     * @param data where the cloud keeps everything
     * @param settings {@code key=value} pairs that cloud and gateways get
     */
    record Plan(Function<List<String>, List<String>> program, Path data, int gateways, List<String> settings) {}

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(60);

    private final Process cloud;
    private final Instances instances;
    private final Map<String, ServiceProxy> services;
    private final List<GatewayNode> gateways;
    private final ScheduledExecutorService timer;
    private boolean closed;

    private DrillSystem(
            Process cloud,
            Instances instances,
            Map<String, ServiceProxy> services,
            List<GatewayNode> gateways,
            ScheduledExecutorService timer) {
        this.cloud = cloud;
        this.instances = instances;
        this.services = services;
        this.gateways = gateways;
        this.timer = timer;
    }

    /** Starts everything; returns when the cloud is ready and the gateways' processes run. */
    static DrillSystem start(Plan plan) throws IOException {
        Path logs = Files.createDirectories(plan.data().resolve("logs"));
        List<String> arguments =
                new ArrayList<>(List.of("cloud", "--data", plan.data().toString(), "--exit-with-parent"));
        Instances instances = new Instances(plan.data());
        arguments.addAll(sets(plan.settings()));
        Process cloud = new ProcessBuilder(plan.program().apply(arguments))
                .redirectError(logs.resolve("cloud.log").toFile())
                .start();
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "drill-timer");
            thread.setDaemon(true);
            return thread;
        });
        DrillSystem system =
                new DrillSystem(cloud, instances, new LinkedHashMap<>(), new CopyOnWriteArrayList<>(), timer);
        // When the drill is asked to end (SIGTERM, Ctrl-C). A frozen process can only be ended by who lets it go on.
        Runtime.getRuntime().addShutdownHook(new Thread(system::closeAtEnd, "stop"));
        try {
            awaitReady(cloud, logs.resolve("cloud.log"));
            Path endpoints = system.putProxiesBefore(plan.data().resolve("endpoints.json"));
            system.makeGateways(plan, endpoints, logs);
            system.gateways.forEach(GatewayNode::start);
            return system;
        } catch (IOException | RuntimeException e) {
            system.close();
            throw e;
        }
    }

    private static void awaitReady(Process cloud, Path log) throws IOException {
        BufferedReader out = new BufferedReader(new InputStreamReader(cloud.getInputStream(), StandardCharsets.UTF_8));
        String line = out.readLine();
        while (line != null && !line.startsWith("cloud ready")) {
            line = out.readLine();
        }
        if (line == null) {
            throw new IOException("the embedded cloud did not start; " + log + " says why");
        }
    }

    /** @return the file with the proxies' addresses */
    private Path putProxiesBefore(Path endpoints) throws IOException {
        ObjectNode addresses = JSON.createObjectNode();
        JsonNode real = JSON.readTree(Files.readString(endpoints));
        for (String name : List.of("sqs", "s3", "ec2")) {
            URI service = URI.create(real.path(name).asText());
            ServiceProxy proxy = ServiceProxy.before(0, new InetSocketAddress(LOOPBACK, service.getPort()));
            services.put(name, proxy);
            addresses.put(name, "http://" + LOOPBACK + ":" + proxy.port());
        }
        Path file = endpoints.resolveSibling("drill-endpoints.json");
        Files.writeString(file, addresses + "\n");
        return file;
    }

    private void makeGateways(Plan plan, Path endpoints, Path logs) throws IOException {
        List<ServiceProxy> remotings = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < plan.gateways(); i++) {
            ports.add(FreePort.next());
            remotings.add(ServiceProxy.before(0, new InetSocketAddress(LOOPBACK, ports.get(i))));
        }
        String seeds = remotings.stream()
                .map(remoting -> LOOPBACK + ":" + remoting.port())
                .collect(Collectors.joining(","));
        for (int i = 0; i < plan.gateways(); i++) {
            int http = FreePort.next();
            List<String> pairs = new ArrayList<>(plan.settings());
            pairs.add("flotilla.worker.state-folder=" + instances.marks());
            pairs.add("flotilla.aws.endpoints-file=" + endpoints);
            pairs.add("flotilla.http.port=" + http);
            pairs.add("flotilla.cluster.seed-nodes=" + seeds);
            pairs.add("flotilla.cluster.port=" + remotings.get(i).port());
            pairs.add("pekko.remote.artery.bind.port=" + ports.get(i));
            List<String> arguments = new ArrayList<>(List.of("gateway"));
            arguments.addAll(sets(pairs));
            gateways.add(new GatewayNode(
                    plan.program().apply(arguments),
                    logs.resolve("gateway-" + (i + 1) + ".log"),
                    URI.create("http://" + LOOPBACK + ":" + http),
                    remotings.get(i),
                    timer));
        }
    }

    private static List<String> sets(List<String> pairs) {
        return pairs.stream().flatMap(pair -> Stream.of("--set", pair)).toList();
    }

    /** The proxy before a service of the cloud: {@code sqs}, {@code s3} or {@code ec2}. */
    ServiceProxy service(String name) {
        return services.get(name);
    }

    List<ServiceProxy> proxies() {
        return Stream.concat(services.values().stream(), gateways.stream().map(GatewayNode::remoting))
                .toList();
    }

    List<GatewayNode> gateways() {
        return List.copyOf(gateways);
    }

    /** The gateway that has the supervisor's lease now; empty while none has it. */
    Optional<GatewayNode> holder() throws IOException {
        Instant now = Instant.now();
        Optional<Lease> newest = Lease.newest(instances.data());
        return newest.flatMap(lease ->
                gateways.stream().filter(node -> node.holds(lease, now)).findFirst());
    }

    /** The living gateways' processes. */
    List<ProcessHandle> gatewayProcesses() {
        return gateways.stream().flatMap(node -> node.living().stream()).toList();
    }

    Instances instances() {
        return instances;
    }

    /** The living workers, the oldest first. */
    List<ProcessHandle> workers() {
        return cloud.descendants()
                .filter(ProcessHandle::isAlive)
                .filter(below -> below.info().commandLine().orElse("").endsWith(" worker"))
                .sorted(Comparator.comparingLong(ProcessHandle::pid))
                .toList();
    }

    /** Whether the cloud runs, without which nothing works. */
    boolean isAlive() {
        return cloud.isAlive();
    }

    private void closeAtEnd() {
        try {
            close();
        } catch (IOException e) {
            throw new UncheckedIOException("the drill's processes do not all end", e);
        }
    }

    /** Ends everything: gateways, workers, cloud. Once is enough. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        for (GatewayNode gateway : gateways) {
            gateway.close();
        }
        for (ProcessHandle worker : workers()) {
            Signals.go(worker);
        }
        cloud.destroy();
        try {
            if (!cloud.waitFor(ENDS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                cloud.descendants().forEach(ProcessHandle::destroyForcibly);
                cloud.destroyForcibly().onExit().join();
            }
        } catch (InterruptedException e) {
            cloud.descendants().forEach(ProcessHandle::destroyForcibly);
            cloud.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        for (ServiceProxy proxy : services.values()) {
            proxy.close();
        }
        timer.shutdownNow();
    }
}
