package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flotilla.config.FlotillaSettings;
import flotilla.config.ScalingSettings;
import flotilla.config.SettingsLoader;
import flotilla.infra.Hcl.Block;
import flotilla.infra.Hcl.Expression;
import flotilla.infra.Hcl.Fields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, times and limits that the Terraform files share with {@code reference.conf}. */
class SettingsInTerraformTest {
    private static final Terraform TERRAFORM = Terraform.read();
    private static final Config REFERENCE = ConfigFactory.defaultReference();
    private static final FlotillaSettings SETTINGS =
            FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()));

    @ParameterizedTest
    @CsvSource({"request", "response", "terminate-request", "terminate-confirm", "dead-letter"})
    void queue_shouldHaveTheNameOfTheSettings(String key) {
        Fields names = (Fields) TERRAFORM.local("queue_names");

        assertThat(rendered(names.value(key).orElseThrow())).isEqualTo(REFERENCE.getString("flotilla.queue." + key));
    }

    /** With every variable at its default. */
    private static String rendered(Expression expression) {
        if (expression instanceof Hcl.Template template) {
            StringBuilder text = new StringBuilder();
            template.pieces().forEach(piece -> text.append(rendered(piece)));
            return text.toString();
        }
        if (expression instanceof Hcl.Reference reference && reference.root().equals("var")) {
            return rendered(TERRAFORM.variable(reference.steps().get(0)).orElseThrow());
        }
        if (expression instanceof Hcl.Reference reference && reference.root().equals("local")) {
            return rendered(TERRAFORM.local(reference.steps().get(0)));
        }
        return expression.text().orElseThrow();
    }

    @Test
    void fiveQueues_shouldBeEncryptedPolledForLongAndLeasedAsTheSettingsSay() {
        List<Block> queues = TERRAFORM
                .blocks("resource")
                .filter(one -> one.labels().get(0).equals("aws_sqs_queue"))
                .toList();

        assertThat(queues).hasSize(3).allSatisfy(queue -> {
            assertThat(value(queue, "sqs_managed_sse_enabled")).isEqualTo("true");
            assertThat(Duration.ofSeconds(Long.parseLong(value(queue, "receive_wait_time_seconds"))))
                    .isEqualTo(SETTINGS.queue().receiveWait());
            assertThat(Duration.ofSeconds(Long.parseLong(value(queue, "visibility_timeout_seconds"))))
                    .isEqualTo(SETTINGS.queue().visibilityTimeout());
        });
        assertThat(TERRAFORM.local("plain_queues").texts())
                .containsExactly("response", "terminate-request", "terminate-confirm");
    }

    private static String value(Block block, String attribute) {
        return rendered(block.body().attribute(attribute).orElseThrow());
    }

    @Test
    void requestQueue_shouldGiveUpAsTheSettingsSay() {
        Block queue = TERRAFORM.block("resource", "aws_sqs_queue", "request");

        assertThat(rendered(TERRAFORM.variable("max_receive_count").orElseThrow()))
                .isEqualTo(String.valueOf(SETTINGS.queue().maxReceiveCount()));
        assertThat(queue.body().attribute("redrive_policy").orElseThrow().all())
                .anyMatch(one -> one instanceof Hcl.Reference reference
                        && reference.names().equals(List.of("aws_sqs_queue", "dead_letter", "arn")))
                .anyMatch(one -> one instanceof Hcl.Reference reference
                        && reference.names().equals(List.of("var", "max_receive_count")));
    }

    /** Attempts and results too: a message that comes back must find what became of its image. */
    @ParameterizedTest
    @ValueSource(strings = {"input_lifetime_days", "output_lifetime_days"})
    void image_shouldOutliveItsMessage(String variable) {
        long retention = Long.parseLong(rendered(TERRAFORM.local("longest_retention_seconds")));
        Expression validation = TERRAFORM
                .block("variable", variable)
                .body()
                .blocks("validation")
                .findFirst()
                .orElseThrow()
                .body()
                .attribute("condition")
                .orElseThrow();

        assertThat(Duration.ofSeconds(retention)).isEqualTo(Duration.ofDays(14));
        assertThat(validation.texts())
                .contains(String.valueOf(Duration.ofSeconds(retention).toDays() + 1));
        assertThat(Long.parseLong(rendered(TERRAFORM.variable(variable).orElseThrow())))
                .isGreaterThan(14);
    }

    /** An image without a result counts as one that waits for its answer. */
    @Test
    void image_shouldNotOutliveItsResult() {
        assertThat(Long.parseLong(
                        rendered(TERRAFORM.variable("input_lifetime_days").orElseThrow())))
                .isLessThanOrEqualTo(Long.parseLong(
                        rendered(TERRAFORM.variable("output_lifetime_days").orElseThrow())));
        assertThat(TERRAFORM
                        .block("resource", "aws_s3_bucket", "this")
                        .body()
                        .blocks("lifecycle")
                        .findFirst()
                        .orElseThrow()
                        .body()
                        .blocks("precondition")
                        .map(one -> sum(one.body().attribute("condition").orElseThrow())))
                .contains(List.of("var.input_lifetime_days", "var.output_lifetime_days"));
    }

    @Test
    void loadBalancer_shouldWaitLongerThanTheGatewayAndTheGatewayKeepConnectionsLonger() {
        assertThat(rendered(TERRAFORM.variable("sync_wait_seconds").orElseThrow()))
                .isEqualTo(String.valueOf(SETTINGS.http().syncWait().toSeconds()));
        assertThat(sum(TERRAFORM.local("idle_timeout"))).containsExactly("var.sync_wait_seconds", "60");
        Expression headerTimeout = setting("http").value("header-timeout").orElseThrow();
        assertThat(sum(headerTimeout)).contains("local.idle_timeout", "30", "60s");
        Block balancer = TERRAFORM.block("resource", "aws_lb", "this");
        assertThat(sum(balancer.body().attribute("idle_timeout").orElseThrow())).containsExactly("local.idle_timeout");
    }

    /** References and constants in it. */
    private static List<String> sum(Expression expression) {
        List<String> found = new ArrayList<>();
        expression.all().forEach(one -> {
            if (one instanceof Hcl.Reference reference) {
                found.add(String.join(".", reference.names()));
            } else if (one instanceof Hcl.Constant constant && !constant.value().isEmpty()) {
                found.add(constant.value());
            }
        });
        return found;
    }

    private static Fields setting(String group) {
        return (Fields) always("gateway_settings").value(group).orElseThrow();
    }

    /** What is there whatever the variables are; the rest is merged with it. */
    private static Fields always(String local) {
        return (Fields) ((Hcl.Call) TERRAFORM.local(local)).arguments().get(0);
    }

    /** An image that is older than such a key would refuse it. */
    @ParameterizedTest
    @ValueSource(strings = {"gateway_settings", "worker_settings"})
    void metrics_shouldBeAmongTheSettingsOnlyWhenTheyAreAskedFor(String local) {
        assertThat(always(local).value("metrics")).isEmpty();
        assertThat(always(local).value("queue")).isPresent();
        assertThat(TERRAFORM.local(local).texts()).contains("metrics");
        assertThat(TERRAFORM.local("worker_metrics").texts()).containsExactly("port");
        assertThat(TERRAFORM.local("gateway_metrics").texts()).contains("cloudwatch", "namespace");
        assertThat(REFERENCE.hasPath("flotilla.metrics.port")).isTrue();
        assertThat(REFERENCE.hasPath("flotilla.metrics.cloudwatch.namespace")).isTrue();
    }

    /** A hook of another name would hold each member for its whole heartbeat. */
    @Test
    void lifecycleHook_shouldHaveTheNameOfTheSettings() {
        Block hook = TERRAFORM.block("resource", "aws_autoscaling_lifecycle_hook", "drain");

        assertThat(value(hook, "name")).isEqualTo(SETTINGS.fleet().lifecycleHook());
    }

    @Test
    void alarms_shouldBeThoseOfThePolicyOfThatName() {
        ScalingSettings.Alarm alarm = SETTINGS.scaling().alarm();

        assertThat(Map.of(
                        "high", rendered(TERRAFORM.local("alarm_high")),
                        "low", rendered(TERRAFORM.local("alarm_low")),
                        "period", rendered(TERRAFORM.local("alarm_period_seconds")),
                        "cooldown", rendered(TERRAFORM.local("alarm_cooldown_seconds")),
                        "adjustment", rendered(TERRAFORM.local("alarm_adjustment"))))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "high", String.valueOf(alarm.high()),
                        "low", String.valueOf(alarm.low()),
                        "period", String.valueOf(alarm.period().toSeconds()),
                        "cooldown", String.valueOf(alarm.cooldown().toSeconds()),
                        "adjustment", String.valueOf(alarm.adjustment())));
    }

    @Test
    void limitsOfTheFleet_shouldBeTheDefaults() {
        assertThat(rendered(TERRAFORM.variable("max_workers").orElseThrow()))
                .isEqualTo(String.valueOf(SETTINGS.scaling().maxInstances()));
        assertThat(rendered(TERRAFORM.variable("min_workers").orElseThrow()))
                .isEqualTo(String.valueOf(SETTINGS.scaling().minInstances()));
        assertThat(rendered(TERRAFORM.local("gateway_port")))
                .isEqualTo(String.valueOf(SETTINGS.http().port()));
    }

    /** An unknown key would keep gateways from starting. */
    @Test
    void everySetting_shouldBeAKeyOfTheReference() {
        for (String local : List.of("gateway_settings", "worker_settings")) {
            List<String> paths = new ArrayList<>();
            paths("flotilla", TERRAFORM.local(local), paths);

            assertThat(paths)
                    .hasSizeGreaterThan(3)
                    .allSatisfy(path ->
                            assertThat(REFERENCE.hasPathOrNull(path)).as(path).isTrue());
        }
    }

    private static void paths(String path, Expression expression, List<String> found) {
        if (expression instanceof Fields fields) {
            fields.entries()
                    .forEach(entry -> paths(path + "." + entry.key().text().orElseThrow(), entry.value(), found));
        } else if (expression instanceof Hcl.Call call && call.function().equals("merge")) {
            call.arguments().forEach(one -> paths(path, one, found));
        } else if (expression instanceof Hcl.Reference reference
                && reference.root().equals("local")
                && TERRAFORM.local(reference.steps().get(0)) instanceof Fields fields
                && reference.steps().size() == 1) {
            paths(path, fields, found);
        } else {
            found.add(path);
        }
    }
}
