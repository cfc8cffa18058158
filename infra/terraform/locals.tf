locals {
  tags = {
    "flotilla:deployment" = var.cluster
  }

  own_network = var.vpc_id == null
  # The group of workers that an Auto Scaling group launches: driven by the supervisor, or by CloudWatch's alarms.
  worker_group = var.alarm_scaling || var.fleet_mode == "auto-scaling-group"
  fleet_mode   = var.alarm_scaling ? "static" : var.fleet_mode

  gateway_port = 8000
  cluster_port = 25520
  metrics_port = 9400
  idle_timeout = var.sync_wait_seconds + 60
  shell_port   = 22
  # net.ipv4.ip_local_port_range: workers let the system choose where they listen for the cluster.
  ephemeral_ports = { from = 32768, to = 60999 }

  worker_template_name = "${var.cluster}-worker"
  worker_group_name    = "${var.cluster}-workers"

  model_bucket = can(regex("^s3://", var.model_path)) ? split("/", var.model_path)[2] : null
  model_prefix = local.model_bucket == null ? null : trimprefix(var.model_path, "s3://${local.model_bucket}/")
  arn_prefix   = "arn:${data.aws_partition.current.partition}"
  ec2_arn      = "${local.arn_prefix}:ec2:${var.region}:${data.aws_caller_identity.current.account_id}"

  queue_names = {
    request           = "${var.cluster}-request"
    response          = "${var.cluster}-response"
    terminate-request = "${var.cluster}-terminate-request"
    terminate-confirm = "${var.cluster}-terminate-confirm"
    dead-letter       = "${var.cluster}-request-dlq"
  }

  # Only what is asked for: an image that is older than a key refuses it, and would not start.
  worker_metrics  = { for group in var.metrics_security_group_id[*] : "port" => local.metrics_port }
  gateway_metrics = merge(local.worker_metrics, { for name in var.metrics_namespace[*] : "cloudwatch" => { namespace = name } })

  # Keys and their meaning: src/main/resources/reference.conf. What is not here has its default.
  gateway_settings = merge({
    cluster = {
      name = var.cluster
      host = ""
      port = local.cluster_port
    }
    aws = {
      region = var.region
    }
    queue = merge(local.queue_names, {
      visibility-timeout = "${var.visibility_timeout_seconds}s"
      max-receive-count  = var.max_receive_count
    })
    storage = {
      input-bucket   = var.input_bucket
      output-bucket  = var.output_bucket
      layout         = var.storage_layout
      source-buckets = var.source_buckets
    }
    http = {
      host            = "0.0.0.0"
      port            = local.gateway_port
      sync-wait       = "${var.sync_wait_seconds}s"
      allow-anonymous = var.allow_anonymous
      # A load balancer keeps connections for its idle timeout: a gateway that closed one sooner would cost a request.
      header-timeout = var.load_balancer ? "${local.idle_timeout + 30}s" : "60s"
    }
    scaling = {
      min-instances = var.min_workers
      max-instances = var.max_workers
    }
    fleet = {
      mode               = local.fleet_mode
      launch-template    = local.worker_template_name
      instance-types     = var.worker_instance_types
      subnet-ids         = local.private_subnet_ids
      auto-scaling-group = local.worker_group ? local.worker_group_name : ""
    }
    model = {
      path = var.model_path
    }
    push = {
      sns-topic = var.sns_topic_arn == null ? "" : var.sns_topic_arn
    }
  }, { for metrics in [local.gateway_metrics] : "metrics" => metrics if length(metrics) > 0 })

  # What a member of the workers' group is handed; in mode launch the supervisor writes it. HOCON, see docs/adr/0007.
  worker_settings = merge({
    cluster = {
      name       = var.cluster
      port       = 0
      seed-nodes = [for gateway in aws_instance.gateway : "${gateway.private_ip}:${local.cluster_port}"]
    }
    aws     = local.gateway_settings.aws
    queue   = local.gateway_settings.queue
    storage = local.gateway_settings.storage
    model   = local.gateway_settings.model
  }, { for metrics in [local.worker_metrics] : "metrics" => metrics if length(metrics) > 0 })

  worker_user_data = "flotilla = ${jsonencode(local.worker_settings)}\n${var.worker_extra_settings}\n"
}
