package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flotilla.config.CostSettings;
import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code bench/bill} and its figures: the page has its tables, and what it assumes is so. */
class BillTest {
    private static final Path HOME = Path.of("").toAbsolutePath();
    private static final Path BENCH = HOME.resolve("bench");
    private static final Terraform TERRAFORM = Terraform.read();

    private JsonNode bill;
    private JsonNode system;

    @BeforeEach
    void read() throws IOException {
        bill = new ObjectMapper().readTree(BENCH.resolve("bill.json").toFile());
        system = bill.path("system");
    }

    @Test
    void page_shouldHaveTheTablesOfTheScript() {
        Infra.Ended ended = Infra.python(BENCH.resolve("bill").toString(), "--check", "docs/aws.md");

        assertThat(ended.output()).isEmpty();
        assertThat(ended.status()).isZero();
    }

    @Test
    void times_shouldBeThoseOfTheSettings() {
        FlotillaSettings settings =
                FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()));

        assertThat(seconds("interval_s")).isEqualTo(settings.scaling().interval());
        assertThat(seconds("receive_wait_s")).isEqualTo(settings.queue().receiveWait());
        assertThat(seconds("registry_s")).isEqualTo(settings.cluster().registryInterval());
        assertThat(seconds("result_poll_s")).isEqualTo(settings.http().resultPoll());
        // LeaseKeeper: three times within each lease.
        assertThat(seconds("lease_extension_s"))
                .isEqualTo(settings.queue().visibilityTimeout().dividedBy(3));
    }

    /** The bill for a month to come and the account of what was used reckon with the same prices until somebody changes one. */
    @Test
    void prices_shouldBeThoseOfTheSettings() {
        CostSettings cost = FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()))
                .cost();

        assertThat(price("sqs_million_requests")).isEqualTo(cost.sqsMillionRequests());
        assertThat(price("s3_thousand_writes")).isEqualTo(cost.s3ThousandWrites());
        assertThat(price("s3_thousand_reads")).isEqualTo(cost.s3ThousandReads());
        assertThat(price("spot_share")).isEqualTo(cost.spotShare());
        assertThat(price("worker_hour")).isEqualTo(cost.onDemandHour()).isEqualTo(cost.hour("c7i.large", false));
    }

    private double price(String name) {
        return bill.path("prices").path(name).path(0).asDouble();
    }

    private Duration seconds(String name) {
        return Duration.ofSeconds(system.path(name).asLong());
    }

    @Test
    void figures_shouldBeTheDefaultsOfTerraform() {
        assertThat(system.path("gateways").asText()).isEqualTo(variable("gateway_count"));
        assertThat(system.path("zones").asText()).isEqualTo(variable("zones"));
        assertThat(system.path("disk_gb").asText()).isEqualTo(variable("disk_gb"));
        assertThat(system.path("input_days").asText()).isEqualTo(variable("input_lifetime_days"));
        assertThat(system.path("output_days").asText()).isEqualTo(variable("output_lifetime_days"));
        assertThat(system.path("min_instances").asText()).isEqualTo(variable("min_workers"));
        assertThat(system.path("load_balancer").asText()).isEqualTo(variable("load_balancer"));
        assertThat(system.path("nat").asText()).isEqualTo(variable("nat_gateway"));
        assertThat(system.path("spot").asText()).isEqualTo(variable("worker_spot"));
        assertThat(priced("small_gateway_hour")).contains(variable("gateway_instance_type"));
        assertThat(priced("worker_hour"))
                .contains(TERRAFORM
                        .variable("worker_instance_types")
                        .orElseThrow()
                        .texts()
                        .get(0));
    }

    private static String variable(String name) {
        return TERRAFORM.variable(name).flatMap(Hcl.Expression::text).orElseThrow();
    }

    private String priced(String name) {
        return bill.path("prices").path(name).path(1).asText();
    }
}
