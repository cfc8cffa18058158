package flotilla.metrics;

import flotilla.gateway.MetricsText;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmHeapPressureMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;

/**
 * All that is counted in one node: what every process has (JVM, process, build), and what its rooms count. A node has one of
 * its own, also when several are in one process.
 */
public final class NodeMetrics implements MetricsText, AutoCloseable {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final JvmHeapPressureMetrics pressure = new JvmHeapPressureMetrics();

    private NodeMetrics() {}

    /**
     * Begins to count.
     *
     * @param role of the node
     * @param version of Flotilla
     */
    public static NodeMetrics open(String role, String version) {
        NodeMetrics node = new NodeMetrics();
        node.process(role, version);
        return node;
    }

    private void process(String role, String version) {
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        collections.bindTo(registry);
        pressure.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        ResidentMemory.bindTo(registry);
        Gauge.builder("flotilla.build.info", () -> 1)
                .description("What runs here; always 1")
                .tag("version", version)
                .tag("role", role)
                .tag("java", Runtime.version().toString())
                .register(registry);
    }

    /** The meters of a gateway; asked for once. */
    public GatewayMetrics gateway(Clock clock) {
        return new GatewayMetrics(registry, clock);
    }

    /** The meters of a gateway's part in the supervisor; asked for once. */
    public SupervisorMetrics supervisor() {
        return new SupervisorMetrics(registry);
    }

    /** The meters of a worker; asked for once. */
    public WorkerMetrics worker() {
        return new WorkerMetrics(registry);
    }

    @Override
    public String text(Form form) {
        return registry.scrape(form.contentType());
    }

    /** Counts no more. */
    @Override
    public void close() {
        collections.close();
        pressure.close();
        registry.close();
    }
}
