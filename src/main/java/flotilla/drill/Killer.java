package flotilla.drill;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Kills processes and notes whom that has met. Only a process that lived counts, and only when its end was seen. A worker stands
 * still for a moment before, so that what is inside its classifiers is known. Thread-safe: one kill after the other, so that nobody
 * is killed twice.
 */
final class Killer {
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

    /** Tells who has the supervisor's lease. */
    interface Holding {
        /** Empty while no gateway has it. */
        Optional<GatewayNode> now() throws IOException;
    }

    private final Instances instances;
    private final List<GatewayNode> gateways;
    private final Holding holding;
    private final Freezes freezes;
    private final Toll toll;

    Killer(Instances instances, List<GatewayNode> gateways, Holding holding, Freezes freezes, Toll toll) {
        this.instances = instances;
        this.gateways = List.copyOf(gateways);
        this.holding = holding;
        this.freezes = freezes;
        this.toll = toll;
    }

    /** @return whom it has met; empty when it did not live */
    synchronized Optional<String> gateway(GatewayNode node) throws IOException, InterruptedException {
        Optional<ProcessHandle> process = node.living();
        boolean holder = holding.now().filter(node::equals).isPresent();
        Instant at = Instant.now();
        if (process.isEmpty() || !strikes(process.get())) {
            return Optional.empty();
        }
        toll.gatewayKilled(at, holder);
        return ifEnded(process.get(), "process " + process.get().pid() + (holder ? ", which held the lease" : ""));
    }

    /**
     * Kills a worker.
     *
     * @param fetched ids of images that it is known to have in hand
     * @return whom it has met; empty when it did not live
     */
    synchronized Optional<String> worker(ProcessHandle process, List<String> fetched)
            throws IOException, InterruptedException {
        if (!process.isAlive()) {
            return Optional.empty();
        }
        Optional<String> instance = instances.of(process);
        if (instance.isEmpty()) {
            // It has ended, or begins at this moment.
            return Optional.empty();
        }
        freezes.freeze(process);
        try {
            Map<String, Boolean> classifying = instances.classifying(instance.get());
            Instant at = Instant.now();
            if (!strikes(process)) {
                return Optional.empty();
            }
            toll.workerKilled(at, instance.get(), classifying, fetched);
            return ifEnded(
                    process,
                    "process " + process.pid() + ", " + instance.get() + ", inside were " + classifying.keySet()
                            + (fetched.isEmpty() ? "" : ", in hand was " + fetched));
        } finally {
            freezes.end(process);
        }
    }

    /**
     * Kills a process of either kind.
     *
     * @param fetched ids of images that it is known to have in hand, if it is a worker
     */
    synchronized Optional<String> any(ProcessHandle process, List<String> fetched)
            throws IOException, InterruptedException {
        Optional<GatewayNode> node = gateways.stream()
                .filter(gateway -> gateway.living().filter(process::equals).isPresent())
                .findFirst();
        return node.isPresent() ? gateway(node.get()) : worker(process, fetched);
    }

    private static boolean strikes(ProcessHandle process) {
        return process.isAlive() && process.destroyForcibly();
    }

    /** @return {@code met} when the end of the process was seen */
    private static Optional<String> ifEnded(ProcessHandle process, String met) throws InterruptedException {
        try {
            process.onExit().get(ENDS_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            return Optional.of(met);
        } catch (TimeoutException | ExecutionException e) {
            return Optional.empty();
        }
    }
}
