package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The order in which Terraform makes things: there must be one. */
class TerraformGraphTest {
    private final TerraformGraph graph =
            TerraformGraph.of(Terraform.read().files().values());

    @Test
    void everything_shouldHaveAnOrderInWhichItCanBeMade() {
        assertThat(graph.nodes()).hasSizeGreaterThan(80);
        assertThat(graph.cycle()).isEmpty();
    }

    /** Members of a group are told where the gateway is, so that it comes first; and what it needs to start comes before it. */
    @Test
    void gateway_shouldComeAfterWhatItReachesForAndBeforeTheWorkersTemplate() {
        assertThat(graph.to("aws_instance.gateway"))
                .contains("aws_iam_role_policy.gateway", "aws_launch_template.gateway", "aws_vpc_endpoint.s3");
        assertThat(graph.to("local.worker_settings")).contains("aws_instance.gateway");
        assertThat(graph.to("data.aws_iam_policy_document.gateway_launches")).contains("aws_launch_template.worker");
    }

    @Test
    void cycle_shouldBeFoundThroughLocalsAndDependsOnWhateverIsCounted() {
        Hcl.Document file = HclParser.parse("""
                locals {
                  port     = 1
                  settings = var.group ? [for one in aws_instance.a : one.private_ip] : []
                }
                resource "aws_instance" "a" {
                  count      = var.group ? 1 : 0
                  depends_on = [aws_iam_role_policy.p]
                  lifecycle {
                    ignore_changes = [tags]
                  }
                }
                resource "aws_iam_role_policy" "p" {
                  policy = data.aws_iam_policy_document.d[0].json
                }
                data "aws_iam_policy_document" "d" {
                  statement {
                    resources = ["${local.port}/${join(",", local.settings)}"]
                  }
                }
                output "o" {
                  value = local.port
                }
                """);

        assertThat(TerraformGraph.of(List.of(file)).cycle())
                .contains(List.of(
                        "aws_iam_role_policy.p",
                        "data.aws_iam_policy_document.d",
                        "local.settings",
                        "aws_instance.a",
                        "aws_iam_role_policy.p"));
    }

    @Test
    void graphWithoutACycle_shouldHaveNone() {
        Hcl.Document file = HclParser.parse("""
                locals {
                  a = local.b + local.c
                  b = local.c
                  c = var.c
                }
                """);

        assertThat(TerraformGraph.of(List.of(file)).cycle()).isEmpty();
    }
}
