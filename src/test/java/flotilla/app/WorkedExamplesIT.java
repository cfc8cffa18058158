package flotilla.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The worked examples of {@code message-count} over the terminate queues (docs/drain.md), with worker processes, one fleet for
 * all of them, each example beginning where the one before it has ended. {@code -Dflotilla.full=true} takes the figures of the
 * document, up to twenty processes; without it there are fewer, in the same relations.
 *
 * <p>Three things make it independent of the machine's speed:
 *
 * <ul>
 *   <li>Messages are changed only while the supervisor cannot describe the instances and so does nothing. It is let go when a
 *       decision has shown it the new number of messages, so that the first decision after that is about exactly this number.
 *   <li>Messages that the test itself holds count as in flight, and no worker gets them: workers are idle then, and take a
 *       terminate request at once.
 *   <li>While workers shall leave requests where they are, their processes are stopped (SIGSTOP), and go on when the decision
 *       has been seen.
 * </ul>
 */
class WorkedExamplesIT {
    private static final WorkedExamples.Figures FIGURES = Boolean.getBoolean("flotilla.full")
            ? new WorkedExamples.Figures(20, 110, 18, 15, 5, 17, 13)
            : new WorkedExamples.Figures(6, 33, 5, 4, 2, 5, 3);
    /** While they boot, a node may be silent for longer than a healthy one ever is, and not be given up. */
    static final List<String> PATIENCE = List.of(
            "pekko.cluster.failure-detector.acceptable-heartbeat-pause=10m",
            "pekko.cluster.gossip-interval=1s",
            "pekko.remote.artery.advanced.handshake-timeout=10m",
            "pekko.remote.artery.advanced.tcp.connection-timeout=1m",
            "pekko.remote.artery.advanced.outbound-max-restarts=100000",
            "pekko.remote.artery.advanced.inbound-max-restarts=100000");

    private static final List<String> SETTINGS = List.of(
            "flotilla.drain.channel=queues",
            "flotilla.scaling.policy=message-count",
            "flotilla.scaling.messages-per-instance=1",
            "flotilla.scaling.max-instances=" + FIGURES.most(),
            "flotilla.scaling.interval=1s",
            "flotilla.scaling.settle=0s",
            "flotilla.scaling.history=10000",
            "flotilla.scaling.silent-after=5m",
            "flotilla.scaling.boot-allowance=20m",
            "flotilla.scaling.replacements.in-a-row=100",
            "flotilla.worker.self-fence=10m",
            "flotilla.worker.prefetch-limit=0",
            "flotilla.classifier.kind=delay",
            "flotilla.classifier.parallelism=1",
            "flotilla.queue.receive-wait=1s",
            "flotilla.local.boot-delay=0s",
            "flotilla.local.worker-jvm-options=[-Xmx112m, -Xss256k, \"-XX:+UseSerialGC\", \"-XX:TieredStopAtLevel=1\"]");

    @Test
    @Timeout(value = 1, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void workedExamples_shouldHoldByTheirOwnFigures(@TempDir Path folder) throws Exception {
        Path data = folder.resolve("data");
        List<String> arguments = new ArrayList<>(List.of("local", "--port", "0", "--data", data.toString()));
        Stream.concat(PATIENCE.stream(), SETTINGS.stream())
                .forEach(setting -> arguments.addAll(List.of("--set", setting)));
        // Workers read the file of their installation; what they are handed besides has no part for Pekko.
        Path config = Files.createDirectories(folder.resolve("home").resolve("config"));
        Files.write(config.resolve("worker.conf"), PATIENCE);
        try (FlotillaProcess local = FlotillaProcess.start(
                folder, Map.of("FLOTILLA_HOME", folder.resolve("home").toString()), arguments.toArray(String[]::new))) {
            GatewayClient client = new GatewayClient(local.awaitLine("ready "));
            try (QueueClient queues = new QueueClient(data);
                    CloudClient cloud = new CloudClient(data)) {
                new WorkedExamples(FIGURES, local, client, queues, cloud).run();
            }
            List<ProcessHandle> below = local.descendants();
            local.terminate();
            assertThat(below).as("left running").noneMatch(ProcessHandle::isAlive);
        }
    }
}
