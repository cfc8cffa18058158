package flotilla.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.gateway.MetricsText.Form;
import flotilla.testing.Scrape;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class NodeMetricsTest {
    @Test
    void everyProcess_shouldTellOfItselfAndItsJvm() {
        try (NodeMetrics node = NodeMetrics.open("worker", "1.2.3")) {
            Scrape scrape = Scrape.of(node.text(Form.PROMETHEUS));

            assertThat(scrape.value(
                            "flotilla_build_info",
                            "version",
                            "1.2.3",
                            "role",
                            "worker",
                            "java",
                            Runtime.version().toString()))
                    .isEqualTo(1);
            assertThat(scrape.sum("jvm_memory_used_bytes")).isPositive();
            assertThat(scrape.value("jvm_threads_live_threads")).isPositive();
            assertThat(scrape.value("jvm_classes_loaded_classes")).isPositive();
            // No more than 1 later on; at first a collection from before the start may count.
            assertThat(scrape.value("jvm_gc_overhead")).isNotNegative();
            assertThat(scrape.value("process_uptime_seconds")).isPositive();
            assertThat(scrape.value("process_files_open_files")).isPositive();
            assertThat(scrape.value("process_resident_memory_bytes")).isGreaterThan(10_000_000);
            assertThat(scrape.families().values())
                    .allSatisfy(family -> assertThat(family.help()).isNotBlank());
        }
    }

    @Test
    void openMetrics_shouldBeToldToThoseWhoWantIt() {
        try (NodeMetrics node = NodeMetrics.open("gateway", "1")) {
            node.gateway(Clock.systemUTC()).accepted(7);

            assertThat(node.text(Form.OPEN_METRICS))
                    .contains("# TYPE flotilla_gateway_images_accepted counter\n")
                    .contains("flotilla_gateway_images_accepted_total 1.0\n")
                    .endsWith("# EOF\n");
        }
    }

    /** Two gateways in one process, as in tests and after a restart within it, must not count for each other. */
    @Test
    void nodesOfOneProcess_shouldCountForThemselves() {
        try (NodeMetrics one = NodeMetrics.open("gateway", "1");
                NodeMetrics other = NodeMetrics.open("gateway", "1")) {
            one.gateway(Clock.systemUTC()).accepted(7);
            other.gateway(Clock.systemUTC());

            assertThat(Scrape.of(other.text(Form.PROMETHEUS)).value("flotilla_gateway_images_accepted_total"))
                    .isZero();
        }
    }
}
