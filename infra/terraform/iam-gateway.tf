data "aws_iam_policy_document" "gateway" {
  statement {
    sid       = "FindQueues"
    actions   = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes"]
    resources = concat([aws_sqs_queue.request.arn, aws_sqs_queue.dead_letter.arn], values(aws_sqs_queue.plain)[*].arn)
  }

  statement {
    sid       = "Ask"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.request.arn, aws_sqs_queue.plain["response"].arn, aws_sqs_queue.plain["terminate-request"].arn]
  }

  statement {
    sid       = "TakeAnswers"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
    resources = concat([aws_sqs_queue.dead_letter.arn], values(aws_sqs_queue.plain)[*].arn)
  }

  statement {
    sid       = "KeepObjects"
    actions   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
    resources = ["${aws_s3_bucket.this["input"].arn}/*", "${aws_s3_bucket.this["output"].arn}/*"]
  }

  # Without it S3 answers 403 and not 404 where there is no object yet.
  statement {
    sid       = "List"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.this["input"].arn, aws_s3_bucket.this["output"].arn]
  }

  # What batches may name. S3's own condition on prefixes would have to be one for each bucket; the gateway has that check.
  dynamic "statement" {
    for_each = length(var.source_buckets) > 0 ? [1] : []

    content {
      sid       = "ReadSources"
      actions   = ["s3:GetObject"]
      resources = [for source in var.source_buckets : strcontains(source, "/") ? "${local.arn_prefix}:s3:::${source}*" : "${local.arn_prefix}:s3:::${source}/*"]
    }
  }

  dynamic "statement" {
    for_each = length(var.source_buckets) > 0 ? [1] : []

    content {
      sid       = "ListSources"
      actions   = ["s3:ListBucket"]
      resources = distinct([for source in var.source_buckets : "${local.arn_prefix}:s3:::${split("/", source)[0]}"])
    }
  }

  dynamic "statement" {
    for_each = var.sns_topic_arn[*]

    content {
      sid       = "Publish"
      actions   = ["sns:Publish"]
      resources = [statement.value]
    }
  }

  dynamic "statement" {
    for_each = var.metrics_namespace[*]

    content {
      sid     = "SendFigures"
      actions = ["cloudwatch:PutMetricData"]
      # CloudWatch knows no resource to send figures to, only their namespace.
      resources = ["*"]

      condition {
        test     = "StringEquals"
        variable = "cloudwatch:namespace"
        values   = [statement.value]
      }
    }
  }

  dynamic "statement" {
    for_each = var.gateway_secrets_parameter[*]

    content {
      sid       = "ReadSecretsAtBoot"
      actions   = ["ssm:GetParameter"]
      resources = ["${local.arn_prefix}:ssm:${var.region}:${data.aws_caller_identity.current.account_id}:parameter${statement.value}"]
    }
  }
}

data "aws_iam_policy_document" "gateway_fleet" {
  source_policy_documents = concat(
    [data.aws_iam_policy_document.gateway_instances.json],
    local.fleet_mode == "launch" ? [data.aws_iam_policy_document.gateway_launches.json] : [],
    local.fleet_mode == "auto-scaling-group" ? [data.aws_iam_policy_document.gateway_group.json] : [],
  )
}

data "aws_iam_policy_document" "gateway_instances" {
  statement {
    sid     = "LookAtInstances"
    actions = ["ec2:DescribeInstances"]
    # EC2 knows no permission to describe some instances only.
    resources = ["*"]
  }

  # Members of a group get their app-tier ids when they show up, and so does a worker whose id another one has, too.
  statement {
    sid       = "NumberWorkers"
    actions   = ["ec2:CreateTags"]
    resources = ["${local.ec2_arn}:instance/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/flotilla:cluster"
      values   = [var.cluster]
    }
  }

  statement {
    sid       = "EndWorkers"
    actions   = ["ec2:TerminateInstances"]
    resources = ["${local.ec2_arn}:instance/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/flotilla:cluster"
      values   = [var.cluster]
    }
  }
}

data "aws_iam_policy_document" "gateway_launches" {
  # What comes into being, only by our template and with our tag.
  statement {
    sid       = "LaunchWorkers"
    actions   = ["ec2:RunInstances"]
    resources = ["${local.ec2_arn}:instance/*", "${local.ec2_arn}:volume/*"]

    condition {
      test     = "ArnEquals"
      variable = "ec2:LaunchTemplate"
      values   = [aws_launch_template.worker.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/flotilla:cluster"
      values   = [var.cluster]
    }
  }

  # What it comes from. An image's ARN has no account; a network interface is made with the instance.
  statement {
    sid     = "LaunchFrom"
    actions = ["ec2:RunInstances"]

    resources = concat(
      [
        aws_launch_template.worker.arn,
        aws_security_group.worker.arn,
        "${local.arn_prefix}:ec2:${var.region}::image/${local.ami_ids.worker}",
        "${local.ec2_arn}:network-interface/*",
      ],
      [for id in local.private_subnet_ids : "${local.ec2_arn}:subnet/${id}"],
      aws_key_pair.this[*].arn,
    )

    condition {
      test     = "ArnEquals"
      variable = "ec2:LaunchTemplate"
      values   = [aws_launch_template.worker.arn]
    }
  }

  statement {
    sid       = "TagLaunches"
    actions   = ["ec2:CreateTags"]
    resources = ["${local.ec2_arn}:instance/*", "${local.ec2_arn}:volume/*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["RunInstances"]
    }
  }

  # The warm pool, and workers that come back from it.
  statement {
    sid       = "StartAndStopWorkers"
    actions   = ["ec2:StartInstances", "ec2:StopInstances"]
    resources = ["${local.ec2_arn}:instance/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/flotilla:cluster"
      values   = [var.cluster]
    }
  }

  statement {
    sid       = "HandOutTheWorkersRole"
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.this["worker"].arn]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "gateway_group" {
  statement {
    sid     = "LookAtTheGroup"
    actions = ["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeLifecycleHooks"]
    # EC2 Auto Scaling knows no permission to describe some groups only.
    resources = ["*"]
  }

  statement {
    sid = "DriveTheGroup"

    actions = [
      "autoscaling:CompleteLifecycleAction",
      "autoscaling:SetDesiredCapacity",
      "autoscaling:SetInstanceProtection",
      "autoscaling:TerminateInstanceInAutoScalingGroup",
    ]

    resources = aws_autoscaling_group.workers[*].arn
  }
}
