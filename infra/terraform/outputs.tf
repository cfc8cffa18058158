output "queue_urls" {
  description = "URL of each queue."
  value = merge(
    {
      "request"     = aws_sqs_queue.request.url
      "request-dlq" = aws_sqs_queue.dead_letter.url
    },
    { for name, queue in aws_sqs_queue.plain : name => queue.url },
  )
}

output "buckets" {
  description = "Names of the buckets, for FLOTILLA_INPUT_BUCKET and FLOTILLA_OUTPUT_BUCKET."
  value       = { for name, bucket in aws_s3_bucket.this : name => bucket.bucket }
}
