locals {
  # Of the output bucket: all of Flotilla's own folders but attempts. Right for keys without flotilla.storage.prefix only.
  gateways_folders = ["batches", "callbacks", "costs", "decisions", "idempotency", "quarantine", "registry", "supervisor", "unreadable"]
}

data "aws_iam_policy_document" "worker" {
  statement {
    sid       = "FindQueues"
    actions   = ["sqs:GetQueueUrl"]
    resources = concat([aws_sqs_queue.request.arn, aws_sqs_queue.dead_letter.arn], values(aws_sqs_queue.plain)[*].arn)
  }

  statement {
    sid       = "TakeRequests"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"]
    resources = [aws_sqs_queue.request.arn, aws_sqs_queue.plain["terminate-request"].arn]
  }

  statement {
    sid       = "Answer"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.plain["response"].arn, aws_sqs_queue.plain["terminate-confirm"].arn, aws_sqs_queue.dead_letter.arn]
  }

  statement {
    sid       = "ReadImages"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.this["input"].arn}/*"]
  }

  # Results, attempts, and copies under files' names, which lie beside each other at the top: what else there is, is denied below.
  statement {
    sid       = "KeepResults"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.this["output"].arn}/*"]
  }

  statement {
    sid       = "ForgiveAttempts"
    actions   = ["s3:DeleteObject"]
    resources = ["${aws_s3_bucket.this["output"].arn}/attempts/*"]
  }

  # A worker decodes what strangers send. Whoever had taken one over could otherwise forge leases, decisions and callbacks.
  statement {
    sid       = "LeaveWhatIsTheGateways"
    effect    = "Deny"
    actions   = ["s3:PutObject", "s3:DeleteObject"]
    resources = [for folder in local.gateways_folders : "${aws_s3_bucket.this["output"].arn}/${folder}/*"]
  }

  # Without it S3 answers 403 and not 404 where there is no object yet.
  statement {
    sid       = "List"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.this["input"].arn, aws_s3_bucket.this["output"].arn]
  }

  dynamic "statement" {
    for_each = local.model_bucket[*]

    content {
      sid       = "ReadModel"
      actions   = ["s3:GetObject"]
      resources = ["${local.arn_prefix}:s3:::${local.model_bucket}/${local.model_prefix}/*"]
    }
  }

  dynamic "statement" {
    for_each = local.model_bucket[*]

    content {
      sid       = "ListModel"
      actions   = ["s3:ListBucket"]
      resources = ["${local.arn_prefix}:s3:::${local.model_bucket}"]

      condition {
        test     = "StringLike"
        variable = "s3:prefix"
        values   = ["${local.model_prefix}/*"]
      }
    }
  }
}
