resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(["gateway", "worker"])

  name              = "/flotilla/${var.cluster}/${each.key}"
  retention_in_days = var.log_retention_days
}

# For people

resource "aws_cloudwatch_metric_alarm" "backlog_age" {
  alarm_name          = "${var.cluster}-backlog-age"
  alarm_description   = "The oldest request waits for too long: no workers come, or they do not keep up. `flotilla why` tells."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.request.name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.backlog_age_alarm_seconds
  period              = 60
  evaluation_periods  = 3
  # SQS tells nothing of queues that nobody has used for hours.
  treat_missing_data = "notBreaching"
  alarm_actions      = var.alarm_topic_arns
  ok_actions         = var.alarm_topic_arns
}

# Gateways take dead letters out at once, so that the number of those that wait would tell of none of them.
resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${var.cluster}-dead-letters"
  alarm_description   = "An image was given up: quarantined, or not answered in many tries. `flotilla redrive` shows why."
  namespace           = "AWS/SQS"
  metric_name         = "NumberOfMessagesReceived"
  dimensions          = { QueueName = aws_sqs_queue.dead_letter.name }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

resource "aws_cloudwatch_metric_alarm" "dead_letters_unread" {
  alarm_name          = "${var.cluster}-dead-letters-unread"
  alarm_description   = "Dead letters wait, and no gateway takes them: their callers hear of nothing."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letter.name }
  statistic           = "Minimum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

resource "aws_cloudwatch_metric_alarm" "no_healthy_gateway" {
  count = var.load_balancer ? 1 : 0

  alarm_name          = "${var.cluster}-no-healthy-gateway"
  alarm_description   = "The load balancer has no gateway to send requests to."
  namespace           = "AWS/ApplicationELB"
  metric_name         = "HealthyHostCount"
  dimensions          = { LoadBalancer = aws_lb.this[0].arn_suffix, TargetGroup = aws_lb_target_group.gateways[0].arn_suffix }
  statistic           = "Maximum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 60
  evaluation_periods  = 2
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

resource "aws_cloudwatch_metric_alarm" "gateway_instance" {
  count = var.load_balancer ? 0 : 1

  alarm_name          = "${var.cluster}-gateway-instance"
  alarm_description   = "The gateway's instance fails EC2's status checks. EC2 sees the machine only, not the gateway on it."
  namespace           = "AWS/EC2"
  metric_name         = "StatusCheckFailed"
  dimensions          = { InstanceId = aws_instance.gateway[0].id }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 3
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
}

# For the workers' group, with alarm_scaling. As flotilla.scaling.alarm has it for the policy of that name.

locals {
  alarm_high             = 25
  alarm_low              = 2
  alarm_period_seconds   = 60
  alarm_cooldown_seconds = 60
  alarm_adjustment       = 1

  alarm_steps = var.alarm_scaling ? {
    out = { adjustment = local.alarm_adjustment, comparison = "GreaterThanThreshold", threshold = local.alarm_high, missing = "notBreaching" }
    in  = { adjustment = -local.alarm_adjustment, comparison = "LessThanThreshold", threshold = local.alarm_low, missing = "breaching" }
  } : {}
}

resource "aws_autoscaling_policy" "workers" {
  for_each = local.alarm_steps

  name                   = "${var.cluster}-workers-${each.key}"
  autoscaling_group_name = aws_autoscaling_group.workers[0].name
  policy_type            = "SimpleScaling"
  adjustment_type        = "ChangeInCapacity"
  scaling_adjustment     = each.value.adjustment
  cooldown               = local.alarm_cooldown_seconds
}

resource "aws_cloudwatch_metric_alarm" "workers" {
  for_each = local.alarm_steps

  alarm_name          = "${var.cluster}-workers-${each.key}"
  alarm_description   = "Scales workers ${each.key} by the requests that wait."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.request.name }
  statistic           = "Average"
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = local.alarm_period_seconds
  evaluation_periods  = 1
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_autoscaling_policy.workers[each.key].arn]
}
