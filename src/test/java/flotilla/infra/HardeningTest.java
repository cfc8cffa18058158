package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.infra.Hcl.Block;
import flotilla.infra.Hcl.Body;
import flotilla.infra.Hcl.Expression;
import flotilla.infra.Hcl.Reference;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What must stay shut in the Terraform files, whoever edits them. */
class HardeningTest {
    private final Terraform terraform = Terraform.read();

    private Stream<Block> resources(String type) {
        return terraform.blocks("resource").filter(one -> one.labels().get(0).equals(type));
    }

    private static String value(Body body, String attribute) {
        return body.attribute(attribute)
                .map(one -> one instanceof Reference reference
                        ? String.join(".", reference.names())
                        : one.text().orElse(""))
                .orElse("");
    }

    @Test
    void clusterPorts_shouldBeOpenForMembersOnly() {
        List<Block> rules = resources("aws_vpc_security_group_ingress_rule").toList();

        assertThat(rules)
                .filteredOn(one -> one.body().attribute("cidr_ipv4").isPresent())
                .isNotEmpty()
                .allSatisfy(one -> assertThat(value(one.body(), "from_port"))
                        .isEqualTo(value(one.body(), "to_port"))
                        .isIn("local.gateway_port", "local.shell_port", "each.value.port"));
        assertThat(terraform.local("load_balancer_doors").texts()).contains("80", "443");
        // Each door of the cluster leads from a role's group to a role's group.
        Hcl.Fields doors = (Hcl.Fields) terraform.local("cluster_doors");
        assertThat(doors.entries())
                .hasSize(4)
                .allSatisfy(door -> assertThat(groups(door.value())).hasSize(2).isSubsetOf("gateway", "worker"));
        assertThat(resources("aws_security_group").flatMap(one -> one.body().blocks().stream()))
                .as("rules within a group")
                .isEmpty();
    }

    private static List<String> groups(Expression door) {
        return door.all()
                .filter(Reference.class::isInstance)
                .map(one -> ((Reference) one).names())
                .filter(names -> names.get(0).equals("aws_security_group"))
                .map(names -> names.get(1))
                .toList();
    }

    @Test
    void instances_shouldAskForSessionsOfTheMetadataServiceAndHaveEncryptedDisks() {
        assertThat(resources("aws_launch_template")).hasSize(2).allSatisfy(template -> {
            Body metadata = only(template, "metadata_options");
            assertThat(value(metadata, "http_tokens")).isEqualTo("required");
            assertThat(value(metadata, "http_put_response_hop_limit")).isEqualTo("1");
            assertThat(value(
                            only(template, "block_device_mappings")
                                    .blocks()
                                    .get(0)
                                    .body(),
                            "encrypted"))
                    .isEqualTo("true");
            // A launch that names a subnet could not be combined with them.
            assertThat(template.body().blocks("network_interfaces")).isEmpty();
        });
    }

    private static Body only(Block block, String type) {
        List<Block> found = block.body().blocks(type).toList();
        assertThat(found).hasSize(1);
        return found.get(0).body();
    }

    @Test
    void buckets_shouldBeShutEncryptedAndSwept() {
        Body access = terraform
                .block("resource", "aws_s3_bucket_public_access_block", "this")
                .body();
        assertThat(Map.of(
                        "acls", value(access, "block_public_acls"),
                        "policy", value(access, "block_public_policy"),
                        "ignored", value(access, "ignore_public_acls"),
                        "restricted", value(access, "restrict_public_buckets")))
                .allSatisfy((name, value) -> assertThat(value).as(name).isEqualTo("true"));
        Body rule = only(terraform.block("resource", "aws_s3_bucket_lifecycle_configuration", "this"), "rule")
                .blocks("abort_incomplete_multipart_upload")
                .findFirst()
                .orElseThrow()
                .body();
        assertThat(value(rule, "days_after_initiation")).isEqualTo("1");
        for (String type : List.of(
                "aws_s3_bucket",
                "aws_s3_bucket_public_access_block",
                "aws_s3_bucket_server_side_encryption_configuration",
                "aws_s3_bucket_lifecycle_configuration",
                "aws_s3_bucket_policy")) {
            assertThat(value(
                            terraform
                                    .block("resource", type, type.endsWith("policy") ? "only_over_tls" : "this")
                                    .body(),
                            "for_each"))
                    .as(type)
                    .isEqualTo("local.buckets");
        }
    }

    @Test
    void roles_shouldHaveNoKeysOfTheirOwn() {
        assertThat(terraform.blocks("resource").map(one -> one.labels().get(0)))
                .doesNotContain(
                        "aws_iam_user", "aws_iam_access_key", "aws_secretsmanager_secret_version", "aws_ssm_parameter");
    }

    /** The agent's file in the images is written where Terraform makes a group and lets the role write. */
    @Test
    void logs_shouldGoWhereTheGroupsAre() {
        assertThat(Infra.read("image/cloudwatch-agent.json")).contains("\"/flotilla/@CLUSTER@/@ROLE@\"");
        assertThat(terraform
                        .block("resource", "aws_cloudwatch_log_group", "this")
                        .body()
                        .attribute("name")
                        .orElseThrow()
                        .texts())
                .startsWith("/flotilla/", "/");
        assertThat(Infra.read("image/rsyslog.conf")).contains("/var/log/flotilla/flotilla.log");
        assertThat(Infra.read("image/cloudwatch-agent.json")).contains("/var/log/flotilla/flotilla.log");
        assertThat(Infra.read("image/logrotate.conf")).startsWith("/var/log/flotilla/flotilla.log");
        for (String role : List.of("gateway", "worker")) {
            assertThat(Infra.read("systemd/flotilla-" + role + ".service"))
                    .contains("SyslogIdentifier=flotilla-" + role);
        }
    }
}
