package flotilla.app;

import flotilla.config.FlotillaSettings;
import flotilla.inference.InferenceMeters;
import flotilla.metrics.MetricsServer;
import flotilla.metrics.NodeMetrics;
import flotilla.metrics.WorkerMetrics;
import flotilla.worker.WorkerNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What counts in a worker, and serves it. Of a worker that does not serve metrics nothing of this is loaded. */
final class WorkerMetering implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerMetering.class);

    private final NodeMetrics node;
    private final WorkerMetrics worker;
    private final MetricsServer server;

    private WorkerMetering(NodeMetrics node, MetricsServer server) {
        this.node = node;
        this.worker = node.worker();
        this.server = server;
    }

    /**
     * Begins to count and to serve; empty when that is not asked for, or when the port cannot be had, as when another worker of
     * this machine has it: images matter more.
     *
     * @throws flotilla.config.SettingsException when it would serve where it must not
     */
    static Optional<WorkerMetering> open(FlotillaSettings settings) {
        if (!settings.metrics().ofWorkers()) {
            return Optional.empty();
        }
        InetSocketAddress at = new InetSocketAddress(
                settings.metrics().requirePrivateAddress(NodeConfig.host(settings.cluster())),
                settings.metrics().port().orElseThrow());
        NodeMetrics node = NodeMetrics.open(WorkerRole.ROLE, Version.number());
        try {
            MetricsServer server = MetricsServer.start(at, node);
            LOG.info(
                    "metrics=http://{}:{}/metrics",
                    server.address().getHostString(),
                    server.address().getPort());
            return Optional.of(new WorkerMetering(node, server));
        } catch (IOException e) {
            node.close();
            LOG.warn(
                    "metrics are neither counted nor served, {}:{} cannot be had ({}); choose another port with"
                            + " flotilla.metrics.port, or 0 for a free one",
                    at.getHostString(),
                    at.getPort(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    /** Times the steps of classifiers. */
    InferenceMeters inference() {
        return worker;
    }

    /** The equipment, counted. */
    WorkerNode.Equipment around(WorkerNode.Equipment equipment) {
        return worker.around(equipment);
    }

    /** What tells which images end workers, counted. */
    WorkerNode.Blame around(WorkerNode.Blame blame) {
        return worker.around(blame);
    }

    @Override
    public void close() {
        server.close();
        node.close();
    }
}
