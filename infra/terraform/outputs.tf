output "url" {
  description = "Where the service is. Behind the load balancer point the certificate's name at its host."
  value       = var.load_balancer ? "https://${aws_lb.this[0].dns_name}" : "http://${aws_eip.gateway[0].public_ip}:${local.gateway_port}"
}

output "load_balancer_zone_id" {
  description = "Hosted zone of the load balancer's name, for an alias record in Route 53; null without a load balancer."
  value       = one(aws_lb.this[*].zone_id)
}

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
  description = "Names of the buckets."
  value       = { for name, bucket in aws_s3_bucket.this : name => bucket.bucket }
}

output "ami_ids" {
  description = "Images that gateways and workers are launched from."
  value       = local.ami_ids
}

output "worker_launch_template" {
  description = "Name of the workers' launch template, as in flotilla.fleet.launch-template."
  value       = aws_launch_template.worker.name
}

output "log_groups" {
  description = "Log groups of the roles."
  value       = { for role, group in aws_cloudwatch_log_group.this : role => group.name }
}

output "gateway_settings" {
  description = "The gateways' settings, as HOCON, without secrets: for `flotilla redrive`, and for `flotilla doctor` with `--set flotilla.http.host=127.0.0.1`."
  value       = "flotilla = ${jsonencode(local.gateway_settings)}"
}
