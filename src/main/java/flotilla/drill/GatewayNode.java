package flotilla.drill;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A gateway's process, which is started again whenever it ends, as a service manager does. Thread-safe. */
final class GatewayNode implements AutoCloseable {
    private static final Duration RESTART_AFTER = Duration.ofSeconds(1);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(20);

    private final List<String> command;
    private final Path log;
    private final URI url;
    private final ServiceProxy remoting;
    private final ScheduledExecutorService timer;
    private final AtomicInteger starts = new AtomicInteger();
    private Process process;
    /** When its process was started. */
    private Instant since;

    private boolean closed;

    /**
     * @param command that starts it
     * @param url where it will serve
     * @param remoting stands before its port in the cluster
     */
    GatewayNode(List<String> command, Path log, URI url, ServiceProxy remoting, ScheduledExecutorService timer) {
        this.command = List.copyOf(command);
        this.log = log;
        this.url = url;
        this.remoting = remoting;
        this.timer = timer;
    }

    /** @throws UncheckedIOException when no process can be started */
    synchronized void start() {
        if (closed) {
            return;
        }
        since = Instant.now();
        try {
            File file = log.toFile();
            ProcessBuilder gateway = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(file))
                    .redirectError(ProcessBuilder.Redirect.appendTo(file));
            // With which it ends, should this process be killed.
            gateway.environment()
                    .put(
                            "FLOTILLA_PARENT_PID",
                            Long.toString(ProcessHandle.current().pid()));
            process = gateway.start();
        } catch (IOException e) {
            throw new UncheckedIOException("a gateway cannot be started", e);
        }
        starts.incrementAndGet();
        process.onExit().thenRun(() -> timer.schedule(this::start, RESTART_AFTER.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Its process; empty between the end of one and the start of the next. */
    synchronized Optional<ProcessHandle> living() {
        return Optional.ofNullable(process).filter(Process::isAlive).map(Process::toHandle);
    }

    /** Where its process writes what it says, one life after the other. */
    Path log() {
        return log;
    }

    /** Whether its process, which lives, is the one that has this lease. */
    synchronized boolean holds(Lease lease, Instant now) {
        return process != null && process.isAlive() && lease.isHeldBy(remoting.port(), since, now);
    }

    /** How often it was started. */
    int starts() {
        return starts.get();
    }

    URI url() {
        return url;
    }

    ServiceProxy remoting() {
        return remoting;
    }

    /** Ends it for good. */
    @Override
    public void close() throws IOException {
        Process last;
        synchronized (this) {
            closed = true;
            last = process;
        }
        if (last != null) {
            Signals.go(last.toHandle());
            last.destroy();
            try {
                if (!last.waitFor(ENDS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                    last.destroyForcibly().onExit().join();
                }
            } catch (InterruptedException e) {
                last.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
        remoting.close();
    }
}
