locals {
  plain_queues = toset(["response", "terminate-request", "terminate-confirm"])

  # 14 days, the longest that SQS has: an accepted image is answered, whatever stands still meanwhile.
  longest_retention_seconds = 1209600
  # What these tell is found in the result store, too, or asked for anew.
  notice_retention_seconds = 86400
  long_poll_seconds        = 20
}

resource "aws_sqs_queue" "dead_letter" {
  name                       = local.queue_names.dead-letter
  message_retention_seconds  = local.longest_retention_seconds
  receive_wait_time_seconds  = local.long_poll_seconds
  visibility_timeout_seconds = var.visibility_timeout_seconds
  sqs_managed_sse_enabled    = true
}

resource "aws_sqs_queue" "request" {
  name                       = local.queue_names.request
  message_retention_seconds  = local.longest_retention_seconds
  receive_wait_time_seconds  = local.long_poll_seconds
  visibility_timeout_seconds = var.visibility_timeout_seconds
  sqs_managed_sse_enabled    = true

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letter.arn
    maxReceiveCount     = var.max_receive_count
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letter" {
  queue_url = aws_sqs_queue.dead_letter.id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.request.arn]
  })
}

resource "aws_sqs_queue" "plain" {
  for_each = local.plain_queues

  name                       = local.queue_names[each.key]
  message_retention_seconds  = local.notice_retention_seconds
  receive_wait_time_seconds  = local.long_poll_seconds
  visibility_timeout_seconds = var.visibility_timeout_seconds
  sqs_managed_sse_enabled    = true
}
