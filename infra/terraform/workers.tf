# What the supervisor launches from, by name and in its newest version. What it sends with each launch (user data, tags, metadata
# options, type, subnet) wins; the rest is from here. Network interfaces are not named here: the subnet could not be chosen then.
resource "aws_launch_template" "worker" {
  name                   = local.worker_template_name
  description            = "Flotilla: workers of ${var.cluster}"
  update_default_version = true

  image_id               = local.ami_ids.worker
  instance_type          = var.worker_instance_types[0]
  key_name               = one(aws_key_pair.this[*].key_name)
  vpc_security_group_ids = [aws_security_group.worker.id]
  ebs_optimized          = true

  # A worker that shuts itself down is gone. Auto Scaling sees to that by itself, and wants nothing said of it.
  instance_initiated_shutdown_behavior = local.worker_group ? null : "terminate"

  # Only members of a group read it: whom the supervisor launches, it hands its own.
  user_data = local.worker_group ? base64encode(local.worker_user_data) : null

  iam_instance_profile {
    name = aws_iam_instance_profile.this["worker"].name
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "enabled"
  }

  block_device_mappings {
    device_name = var.root_device_name

    ebs {
      encrypted             = true
      volume_type           = "gp3"
      volume_size           = var.disk_gb
      delete_on_termination = true
    }
  }

  dynamic "instance_market_options" {
    for_each = var.worker_spot && !local.worker_group ? [1] : []

    content {
      market_type = "spot"

      spot_options {
        spot_instance_type             = "one-time"
        instance_interruption_behavior = "terminate"
      }
    }
  }

  # The provider's default tags do not reach what a template launches.
  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])

    content {
      resource_type = tag_specifications.value
      tags          = merge(local.tags, local.worker_tags)
    }
  }

  lifecycle {
    precondition {
      condition     = (var.worker_ami_id == null) != (var.worker_image_instance_id == null)
      error_message = "Give one of worker_ami_id and worker_image_instance_id."
    }

    precondition {
      condition     = var.min_workers <= var.max_workers
      error_message = "min_workers is more than max_workers."
    }

    precondition {
      condition     = local.worker_group || var.worker_extra_settings == ""
      error_message = "worker_extra_settings are for members of a group: launched workers are handed the gateways' settings (extra_settings, and in them flotilla.fleet.worker-settings)."
    }
  }
}

locals {
  worker_tags = {
    Name               = "app-tier-instance"
    "flotilla:cluster" = var.cluster
    "flotilla:role"    = "worker"
  }

  # From no worker at all an alarm above 25 waiting requests would leave the first 25 waiting for ever.
  group_min_size = var.alarm_scaling ? max(1, var.min_workers) : var.min_workers
}

resource "aws_autoscaling_group" "workers" {
  count = local.worker_group ? 1 : 0

  name                = local.worker_group_name
  min_size            = local.group_min_size
  max_size            = var.max_workers
  vpc_zone_identifier = local.private_subnet_ids
  health_check_type   = "EC2"
  # The supervisor ends members by name; nobody else may choose one (docs/adr/0008). With alarms the group chooses.
  protect_from_scale_in = !var.alarm_scaling
  suspended_processes   = var.alarm_scaling ? [] : ["AZRebalance"]
  default_cooldown      = local.alarm_cooldown_seconds
  enabled_metrics       = ["GroupDesiredCapacity", "GroupInServiceInstances"]
  # Members come and go by demand: an apply does not wait for them.
  wait_for_capacity_timeout = "0"

  mixed_instances_policy {
    instances_distribution {
      on_demand_percentage_above_base_capacity = var.worker_spot ? 0 : 100
      spot_allocation_strategy                 = "price-capacity-optimized"
    }

    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.worker.id
        version            = "$Latest"
      }

      dynamic "override" {
        for_each = var.worker_instance_types

        content {
          instance_type = override.value
        }
      }
    }
  }

  dynamic "tag" {
    for_each = merge(local.tags, local.worker_tags)

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    # Alarms or the supervisor set it.
    ignore_changes = [desired_capacity]

    precondition {
      condition     = !var.load_balancer
      error_message = "alarm_scaling and fleet_mode auto-scaling-group need load_balancer = false: a group's members are told once and for all where the gateway is."
    }

    precondition {
      condition     = !(var.alarm_scaling && var.fleet_mode == "auto-scaling-group")
      error_message = "alarm_scaling and fleet_mode auto-scaling-group exclude each other: either alarms drive the group, or the supervisor."
    }
  }
}

# Whoever else ends a member, such as a health check: it waits until the supervisor has drained its worker, or for this long.
resource "aws_autoscaling_lifecycle_hook" "drain" {
  count = local.fleet_mode == "auto-scaling-group" ? 1 : 0

  name                   = "drain"
  autoscaling_group_name = aws_autoscaling_group.workers[0].name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout      = 300
  default_result         = "CONTINUE"
}
