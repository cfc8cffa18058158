package flotilla.local;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import flotilla.config.LocalSettings;
import flotilla.domain.InstanceId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The stand-in for EC2, EC2 Auto Scaling and the instance metadata service: one HTTP server; its instances are processes.
 */
final class LocalEc2 implements AutoCloseable {
    private static final int HTTP_THREADS = 8;
    private static final int BACKLOG = 256;

    private final HttpServer server;
    private final ExecutorService httpThreads;
    private final ScheduledThreadPoolExecutor timer;
    private final ScalingGroups groups;
    private final LocalInstances instances;
    private final InstanceProcesses processes;
    private final Faults faults;

    private LocalEc2(
            HttpServer server,
            ExecutorService httpThreads,
            ScheduledThreadPoolExecutor timer,
            ScalingGroups groups,
            LocalInstances instances,
            InstanceProcesses processes,
            Faults faults) {
        this.server = server;
        this.httpThreads = httpThreads;
        this.timer = timer;
        this.groups = groups;
        this.instances = instances;
        this.processes = processes;
        this.faults = faults;
    }

    /**
     * Kills what an earlier cloud on this directory has left over, and starts with no instance.
     *
     * @param command what each instance runs
     * @param environment of each instance, beyond this process's own
     */
    static LocalEc2 start(
            Path dataDirectory, LocalSettings settings, List<String> command, Map<String, String> environment)
            throws IOException {
        ProcessRegistry registry = new ProcessRegistry(dataDirectory.resolve("instances"));
        registry.killLeftOvers();
        // Without it each answer on a kept connection waits 40 ms for the client's acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpServer server = HttpServer.create(Ports.loopback(settings.ec2Port()), BACKLOG);
        URI base = endpoint(server);
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, daemon("ec2-timer"));
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        ExecutorService httpThreads = threads();
        Faults faults = new Faults();
        InstanceProcesses processes = new InstanceProcesses(
                new InstanceProcesses.Worker(command, environment, id -> metadata(base, id)),
                dataDirectory.resolve("logs"),
                registry,
                timer,
                settings.stopGrace());
        SecureRandom random = new SecureRandom();
        LocalInstances instances =
                new LocalInstances(settings, processes, faults, timer, Clock.systemUTC(), () -> hex(random, 17));
        LaunchTemplates templates = new LaunchTemplates(Clock.systemUTC(), () -> hex(random, 17));
        ScalingGroups groups = new ScalingGroups(instances, templates, faults, timer, Clock.systemUTC());
        HttpHandler ec2 = new Ec2Endpoint(
                new Ec2Actions(instances, templates),
                new AutoScalingActions(
                        groups, new AutoScalingDescriptions(groups, instances, templates), Clock.systemUTC()),
                faults);
        MachineNotices notices = new MachineNotices(instances, timer, Clock.systemUTC());
        HttpHandler metadata = new MetadataEndpoint(instances, notices, Clock.systemUTC(), () -> hex(random, 56));
        server.createContext(FaultsEndpoint.PATH, new FaultsEndpoint(faults, processes, notices));
        server.createContext("/", exchange -> route(exchange, ec2, metadata));
        server.setExecutor(httpThreads);
        server.start();
        return new LocalEc2(server, httpThreads, timer, groups, instances, processes, faults);
    }

    URI endpoint() {
        return endpoint(server);
    }

    Faults faults() {
        return faults;
    }

    /** Ends the instances first, while they can still reach their metadata. */
    @Override
    public void close() {
        groups.close();
        instances.close();
        processes.close();
        server.stop(0);
        httpThreads.shutdown();
        timer.shutdownNow();
    }

    private static void route(HttpExchange exchange, HttpHandler ec2, HttpHandler metadata) throws IOException {
        HttpHandler handler = MetadataEndpoint.serves(exchange.getRequestURI().getPath()) ? metadata : ec2;
        handler.handle(exchange);
    }

    private static URI endpoint(HttpServer server) {
        return URI.create("http://" + Ports.HOST + ":" + server.getAddress().getPort());
    }

    private static URI metadata(URI base, InstanceId id) {
        return URI.create(base + "/" + id.value());
    }

    private static String hex(SecureRandom random, int digits) {
        byte[] bytes = new byte[(digits + 1) / 2];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes).substring(0, digits);
    }

    private static ExecutorService threads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                HTTP_THREADS, HTTP_THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemon("ec2-http"));
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
