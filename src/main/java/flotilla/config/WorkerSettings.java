package flotilla.config;

import com.typesafe.config.Config;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * One worker.
 *
 * @param id its name when it was started by hand; empty for host name and process id
 * @param metadataEndpoint the instance metadata service; empty for the environment's or EC2's own
 * @param prefetch work held beyond what is being classified
 * @param prefetchLimit the most messages held for that
 * @param prefetchHeap share of the heap that fetched images may take
 * @param batchDeadline of an image that is classified with others, from its fetch to its answer; zero for one by one
 * @param receiveParallelism receives waiting on the queue at the same time
 * @param hangAfter time inside a classifier after which an image has hung, and the worker ends
 * @param ioTimeout of one read or write of a store or queue
 * @param patience how long messages in hand are kept while a store or queue is away; zero for not at all
 * @param reportInterval time between two reports to the supervisor
 * @param noticeInterval time between two looks for EC2's notices about the machine; zero for none
 * @param selfFence how long work goes on after the sending of the last report that the supervisor has acknowledged
 * @param shutdownGrace how long images in hand may take when the process is asked to end
 * @param stateFolder what must outlive the process; empty for a folder beside DJL's cache
 */
public record WorkerSettings(
        Optional<String> id,
        Optional<URI> metadataEndpoint,
        Duration prefetch,
        int prefetchLimit,
        double prefetchHeap,
        Duration batchDeadline,
        int receiveParallelism,
        Duration hangAfter,
        Duration ioTimeout,
        Duration patience,
        Duration reportInterval,
        Duration noticeInterval,
        Duration selfFence,
        Duration shutdownGrace,
        Optional<Path> stateFolder) {
    public WorkerSettings {
        Checks.notNegative(prefetch, "flotilla.worker.prefetch");
        Checks.atLeast(prefetchLimit, 0, "flotilla.worker.prefetch-limit");
        Checks.that(
                prefetchHeap > 0 && prefetchHeap <= 0.9, "flotilla.worker.prefetch-heap", "above 0 and at most 0.9");
        Checks.notNegative(batchDeadline, "flotilla.worker.batch-deadline");
        Checks.that(
                receiveParallelism >= 1 && receiveParallelism <= 50,
                "flotilla.worker.receive-parallelism",
                "from 1 to 50");
        Checks.within(hangAfter, Duration.ofSeconds(1), Duration.ofHours(12), "flotilla.worker.hang-after");
        Checks.positive(ioTimeout, "flotilla.worker.io-timeout");
        Checks.within(patience, Duration.ZERO, Duration.ofHours(1), "flotilla.worker.patience");
        Checks.positive(reportInterval, "flotilla.worker.report-interval");
        Checks.within(noticeInterval, Duration.ZERO, Duration.ofMinutes(1), "flotilla.worker.notice-interval");
        Checks.that(
                selfFence.compareTo(reportInterval) > 0,
                "flotilla.worker.self-fence",
                "longer than flotilla.worker.report-interval");
        Checks.notNegative(shutdownGrace, "flotilla.worker.shutdown-grace");
    }

    static WorkerSettings from(Config config) {
        return new WorkerSettings(
                Optional.of(config.getString("id")).filter(value -> !value.isBlank()),
                Optional.of(config.getString("metadata-endpoint"))
                        .filter(value -> !value.isBlank())
                        .map(URI::create),
                config.getDuration("prefetch"),
                config.getInt("prefetch-limit"),
                config.getDouble("prefetch-heap"),
                config.getDuration("batch-deadline"),
                config.getInt("receive-parallelism"),
                config.getDuration("hang-after"),
                config.getDuration("io-timeout"),
                config.getDuration("patience"),
                config.getDuration("report-interval"),
                config.getDuration("notice-interval"),
                config.getDuration("self-fence"),
                config.getDuration("shutdown-grace"),
                Optional.of(config.getString("state-folder"))
                        .filter(value -> !value.isBlank())
                        .map(Path::of));
    }
}
