# Roles, what both of them may, and what neither should go without. Permissions one by one, with the calls that need them:
# docs/aws.md; a test holds that table, these files and the code together.

data "aws_iam_policy_document" "ec2_assumes" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = toset(["gateway", "worker"])

  name               = "${var.cluster}-${each.key}"
  description        = "Flotilla: what a ${each.key} of ${var.cluster} may do"
  assume_role_policy = data.aws_iam_policy_document.ec2_assumes.json
}

resource "aws_iam_instance_profile" "this" {
  for_each = aws_iam_role.this

  name = each.value.name
  role = each.value.name
}

resource "aws_iam_role_policy" "gateway" {
  name   = "gateway"
  role   = aws_iam_role.this["gateway"].id
  policy = data.aws_iam_policy_document.gateway.json
}

# Beside the other one, and nothing waits for it: it names the workers' launch template and group, and what a group's members are
# handed names the gateway, so that a gateway that waited for it would wait for itself. Until it is there decisions are holds.
resource "aws_iam_role_policy" "gateway_fleet" {
  # With alarm_scaling the supervisor starts and ends nothing, and asks EC2 nothing.
  count = local.fleet_mode == "static" ? 0 : 1

  name   = "gateway-fleet"
  role   = aws_iam_role.this["gateway"].id
  policy = data.aws_iam_policy_document.gateway_fleet.json
}

resource "aws_iam_role_policy" "worker" {
  name   = "worker"
  role   = aws_iam_role.this["worker"].id
  policy = data.aws_iam_policy_document.worker.json
}

# CloudWatch's agent, which ships the logs if the image has it.
data "aws_iam_policy_document" "logs" {
  for_each = aws_cloudwatch_log_group.this

  statement {
    sid       = "ShipLogs"
    actions   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${each.value.arn}:*"]
  }
}

resource "aws_iam_role_policy" "logs" {
  for_each = aws_iam_role.this

  name   = "logs"
  role   = each.value.id
  policy = data.aws_iam_policy_document.logs[each.key].json
}
