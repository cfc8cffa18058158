package flotilla.local;

import flotilla.domain.InstanceId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The living processes of the instances: started with one command, ended with SIGTERM and after a grace SIGKILL. */
final class InstanceProcesses implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(InstanceProcesses.class);
    /** How long a killed process may take to be gone. */
    private static final Duration KILL_TIMEOUT = Duration.ofSeconds(5);

    /**
     * What each instance runs.
     *
     * @param command of the worker
     * @param environment beyond what is set here
     * @param metadata the base URL of an instance's metadata service
     */
    record Worker(List<String> command, Map<String, String> environment, Function<InstanceId, URI> metadata) {
        Worker {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }
    }

    private final Worker worker;
    private final Path logs;
    private final ProcessRegistry registry;
    private final ScheduledExecutorService timer;
    private final Duration stopGrace;
    private final Map<InstanceId, InstanceProcess> living = new HashMap<>();

    InstanceProcesses(
            Worker worker, Path logs, ProcessRegistry registry, ScheduledExecutorService timer, Duration stopGrace)
            throws IOException {
        this.worker = worker;
        this.logs = Files.createDirectories(logs);
        this.registry = registry;
        this.timer = timer;
        this.stopGrace = stopGrace;
    }

    /**
     * Starts the process of an instance.
     *
     * @param onExit gets the exit status once, on a thread that is not the caller's
     */
    synchronized void start(InstanceId id, IntConsumer onExit) throws IOException {
        InstanceProcess process =
                InstanceProcess.start(worker.command(), environment(id), logs.resolve(id.value() + ".log"));
        try {
            registry.add(id, process.handle());
        } catch (IOException e) {
            process.kill();
            throw e;
        }
        living.put(id, process);
        process.onExit().thenAcceptAsync(status -> {
            gone(id, process);
            onExit.accept(status);
        });
    }

    /**
     * Asks the process of an instance to end, and makes it end after the grace.
     *
     * @return false when it has none
     */
    synchronized boolean end(InstanceId id) {
        InstanceProcess process = living.get(id);
        if (process == null) {
            return false;
        }
        process.terminate();
        timer.schedule(
                () -> {
                    if (!process.onExit().isDone()) {
                        log.warn("instance={} did not end within {}: killed", id, stopGrace);
                        process.kill();
                    }
                },
                stopGrace.toMillis(),
                TimeUnit.MILLISECONDS);
        return true;
    }

    /**
     * Kills the process of an instance, as a power failure would.
     *
     * @return false when it has none
     */
    synchronized boolean kill(InstanceId id) {
        InstanceProcess process = living.get(id);
        if (process != null) {
            process.kill();
        }
        return process != null;
    }

    /** Ends all processes, and returns when they are gone. */
    @Override
    public void close() {
        Map<InstanceId, InstanceProcess> all = snapshot();
        all.values().forEach(InstanceProcess::terminate);
        if (!gone(all.values(), stopGrace)) {
            Collection<InstanceProcess> stubborn = snapshot().values();
            log.warn("{} instances did not end within {}: killed", stubborn.size(), stopGrace);
            stubborn.forEach(InstanceProcess::kill);
            gone(stubborn, KILL_TIMEOUT);
        }
        // Ends are noted on other threads, which the end of this process does not wait for.
        all.forEach((id, process) -> {
            if (process.onExit().isDone()) {
                gone(id, process);
            }
        });
    }

    private synchronized Map<InstanceId, InstanceProcess> snapshot() {
        return Map.copyOf(living);
    }

    private synchronized void gone(InstanceId id, InstanceProcess process) {
        if (living.remove(id, process)) {
            try {
                registry.remove(id);
            } catch (IOException e) {
                log.warn("instance={} its process file stays: {}", id, e.toString());
            }
        }
    }

    private static boolean gone(Collection<InstanceProcess> processes, Duration within) {
        CompletableFuture<?>[] exits =
                processes.stream().map(InstanceProcess::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(exits).get(within.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private Map<String, String> environment(InstanceId id) {
        Map<String, String> environment = new HashMap<>(worker.environment());
        Map<String, String> defaults = new HashMap<>(NativeMemory.ENVIRONMENT);
        // PyTorch says at every image, on processors that NNPACK does not know, that it does without.
        defaults.put("TORCH_CPP_LOG_LEVEL", "ERROR");
        // Who has set them otherwise is heard.
        defaults.keySet().removeAll(System.getenv().keySet());
        defaults.forEach(environment::putIfAbsent);
        // As on a fresh machine: no files of the developer's own AWS account, only the metadata service.
        environment.put("AWS_CONFIG_FILE", "/dev/null");
        environment.put("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        environment.put(
                "AWS_EC2_METADATA_SERVICE_ENDPOINT", worker.metadata().apply(id).toString());
        ProcessHandle self = ProcessHandle.current();
        environment.put("FLOTILLA_PARENT_PID", String.valueOf(self.pid()));
        self.info()
                .startInstant()
                .map(Instant::toEpochMilli)
                .ifPresent(started -> environment.put("FLOTILLA_PARENT_STARTED", started.toString()));
        return environment;
    }
}
