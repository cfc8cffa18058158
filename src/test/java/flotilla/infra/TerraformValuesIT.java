package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What variables and locals come to, as Terraform itself computes them. */
class TerraformValuesIT {
    @TempDir
    private Path folder;

    private String refusal(String variables, String variable) throws IOException {
        return TerraformConsole.in(folder)
                .evaluated(variables, "var." + variable)
                .replaceAll("\\s+", " ");
    }

    private JsonNode json(String variables, String expression) throws IOException {
        String evaluated = TerraformConsole.in(folder).evaluated(variables, "jsonencode(" + expression + ")");
        return new ObjectMapper().readTree(evaluated);
    }

    @Test
    void badVariable_shouldBeRefused() throws IOException {
        assertThat(refusal("input_lifetime_days = 7\n", "input_lifetime_days")).contains("at least 15 whole days");
        assertThat(refusal("extra_settings = \"flotilla.http.api-keys = []\"\n", "extra_settings"))
                .contains("Secrets belong in");
        for (String variable : List.of("extra_settings", "worker_extra_settings")) {
            assertThat(refusal(variable + " = \"flotilla { storage.prefix = \\\"a/\\\" }\"\n", variable))
                    .contains("storage has variables of its own");
        }
        assertThat(refusal("output_lifetime_days = 14\n", "output_lifetime_days"))
                .contains("at least 15 whole days");
        assertThat(refusal("cluster = \"a_b\"\n", "cluster")).contains("1 to 20 letters");
        assertThat(refusal("model_path = \"s3://b/p/\"\n", "model_path")).contains("without a slash at its end");
        assertThat(refusal("ssh_cidrs = [\"0.0.0.0/0\"]\n", "ssh_cidrs")).contains("not the whole internet");
    }

    @Test
    void modelInS3_shouldBeABucketAndAPrefix() throws IOException {
        JsonNode model = json("model_path = \"s3://models/v1/cats\"\n", "[local.model_bucket, local.model_prefix]");

        assertThat(model.get(0).asText()).isEqualTo("models");
        assertThat(model.get(1).asText()).isEqualTo("v1/cats");
        assertThat(json("", "[local.model_bucket, local.model_prefix]").get(0).isNull())
                .isTrue();
        assertThat(json("model_path = \"/opt/flotilla/model\"\n", "[local.model_bucket]")
                        .get(0)
                        .isNull())
                .isTrue();
    }

    @Test
    void alarms_shouldBeThereOnlyWhenTheyScale() throws IOException {
        JsonNode steps = json("alarm_scaling = true\n", "local.alarm_steps");

        assertThat(steps.at("/out/threshold").asInt()).isEqualTo(25);
        assertThat(steps.at("/out/adjustment").asInt()).isEqualTo(1);
        assertThat(steps.at("/in/threshold").asInt()).isEqualTo(2);
        assertThat(steps.at("/in/adjustment").asInt()).isEqualTo(-1);
        assertThat(json("", "local.alarm_steps")).isEmpty();
        assertThat(json("alarm_scaling = true\n", "local.group_min_size").asInt())
                .isEqualTo(1);
        assertThat(json("", "local.group_min_size").asInt()).isZero();
    }

    @Test
    void metrics_shouldBeSetOnlyWhereTheyAreAskedFor() throws IOException {
        String group = "metrics_security_group_id = \"sg-0123456789abcdef0\"\n";

        assertThat(json("", "local.gateway_settings").has("metrics")).isFalse();
        assertThat(json("", "local.worker_metrics")).isEmpty();
        assertThat(json(group, "local.gateway_settings").path("metrics").toString())
                .isEqualTo("{\"port\":9400}");
        assertThat(json(group, "local.worker_metrics").toString()).isEqualTo("{\"port\":9400}");
        assertThat(json("metrics_namespace = \"Mine\"\n", "local.gateway_settings")
                        .path("metrics")
                        .toString())
                .isEqualTo("{\"cloudwatch\":{\"namespace\":\"Mine\"}}");
        assertThat(json("metrics_namespace = \"Mine\"\n", "local.worker_metrics"))
                .isEmpty();
    }

    @Test
    void clients_shouldComeInByTheLoadBalancersPorts() throws IOException {
        JsonNode doors =
                json("allowed_cidrs = [\"203.0.113.0/24\", \"198.51.100.7/32\"]\n", "local.load_balancer_doors");

        assertThat(doors).hasSize(4);
        assertThat(doors.at("/203.0.113.0~124:443/port").asInt()).isEqualTo(443);
        assertThat(json("load_balancer = false\n", "local.load_balancer_doors")).isEmpty();
    }
}
