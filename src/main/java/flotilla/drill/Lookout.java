package flotilla.drill;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Looks again and again how many workers there are that could take an image: they live, have begun to receive, and no fault keeps them
 * from it at the moment. Whether the system itself keeps them from it, by a drain or by their fence, does not matter.
 */
final class Lookout implements AutoCloseable {
    private static final Duration EVERY = Duration.ofMillis(500);

    private final Supplier<List<ProcessHandle>> workers;
    private final Instances instances;
    private final Predicate<ProcessHandle> leftAlone;
    private final Toll toll;
    private final Consumer<String> log;
    /** Instances whose workers have begun to receive. */
    private final Set<String> receiving = new HashSet<>();

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "drill-lookout");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param workers the living ones
     * @param leftAlone whether no fault is at a worker
     * @param toll gets what is seen
     * @param log gets a line for each look that failed
     */
    Lookout(
            Supplier<List<ProcessHandle>> workers,
            Instances instances,
            Predicate<ProcessHandle> leftAlone,
            Toll toll,
            Consumer<String> log) {
        this.workers = workers;
        this.instances = instances;
        this.leftAlone = leftAlone;
        this.toll = toll;
        this.log = log;
    }

    /** Looks from now on until it is closed. */
    void start() {
        timer.scheduleWithFixedDelay(this::look, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Looks once. */
    void look() {
        Instant at = Instant.now();
        int able = 0;
        try {
            for (ProcessHandle worker : workers.get()) {
                Optional<String> instance = instances.of(worker);
                able += instance.isPresent() && leftAlone.test(worker) && hasBegun(instance.get()) ? 1 : 0;
            }
        } catch (IOException e) {
            // Such as of a file that goes away meanwhile. The next look is soon; an exception would end them all.
            log.accept("a look at the workers came to nothing: " + e);
            return;
        }
        toll.looked(at, able);
    }

    private boolean hasBegun(String instance) throws IOException {
        Path log = instances.data().resolve("logs").resolve(instance + ".log");
        if (!receiving.contains(instance)
                && Files.exists(log)
                && LastWords.hasReceived(Files.readString(log, StandardCharsets.ISO_8859_1))) {
            receiving.add(instance);
        }
        return receiving.contains(instance);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
