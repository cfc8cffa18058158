locals {
  gateway_user_data = templatefile("${path.module}/templates/gateway.sh.tftpl", {
    region            = var.region
    secrets_parameter = var.gateway_secrets_parameter == null ? "" : var.gateway_secrets_parameter
    settings          = jsonencode(local.gateway_settings)
    extra_settings    = var.extra_settings
  })

  gateway_tags = {
    Name            = "${var.cluster}-gateway"
    "flotilla:role" = "gateway"
  }

  own_private_ip = local.own_network ? cidrhost(aws_subnet.public[0].cidr_block, 10) : null
}

resource "aws_launch_template" "gateway" {
  name                   = "${var.cluster}-gateway"
  description            = "Flotilla: gateways of ${var.cluster}"
  update_default_version = true

  image_id               = local.ami_ids.gateway
  instance_type          = var.gateway_instance_type
  key_name               = one(aws_key_pair.this[*].key_name)
  vpc_security_group_ids = [aws_security_group.gateway.id]
  user_data              = base64encode(local.gateway_user_data)

  iam_instance_profile {
    name = aws_iam_instance_profile.this["gateway"].name
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
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

  # The provider's default tags do not reach what a template launches.
  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume"])

    content {
      resource_type = tag_specifications.value
      tags          = merge(local.tags, local.gateway_tags)
    }
  }

  lifecycle {
    precondition {
      condition     = (var.gateway_ami_id == null) != (var.gateway_image_instance_id == null)
      error_message = "Give one of gateway_ami_id and gateway_image_instance_id."
    }

    precondition {
      condition     = var.allow_anonymous || var.gateway_secrets_parameter != null
      error_message = "Without API keys (gateway_secrets_parameter) a gateway serves nobody unless allow_anonymous is true."
    }

    precondition {
      condition     = local.own_network || (length(var.public_subnet_ids) > 0 && length(var.private_subnet_ids) > 0)
      error_message = "With vpc_id give public_subnet_ids and private_subnet_ids."
    }
  }
}

# Behind the load balancer

resource "aws_autoscaling_group" "gateways" {
  count = var.load_balancer ? 1 : 0

  name                = "${var.cluster}-gateways"
  min_size            = var.gateway_count
  max_size            = var.gateway_count * 2
  desired_capacity    = var.gateway_count
  vpc_zone_identifier = local.gateway_subnet_ids
  target_group_arns   = [aws_lb_target_group.gateways[0].arn]
  # A gateway that does not answer /healthz is replaced. That says that it runs, not that S3 and SQS do.
  health_check_type         = "ELB"
  health_check_grace_period = 300

  launch_template {
    id      = aws_launch_template.gateway.id
    version = aws_launch_template.gateway.latest_version
  }

  # New settings or a new image: a new gateway is healthy before an old one ends.
  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 100
      max_healthy_percentage = 200
    }
  }

  dynamic "tag" {
    for_each = merge(local.tags, local.gateway_tags)

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  # What a gateway reaches for when it starts.
  depends_on = [aws_iam_role_policy.gateway, aws_route.internet, aws_route.nat, aws_vpc_endpoint.s3, aws_vpc_endpoint.interface]
}

# Alone

resource "aws_instance" "gateway" {
  count = var.load_balancer ? 0 : 1

  subnet_id  = local.public_subnet_ids[0]
  private_ip = var.gateway_private_ip != null ? var.gateway_private_ip : local.own_private_ip
  tags       = local.gateway_tags

  launch_template {
    id      = aws_launch_template.gateway.id
    version = aws_launch_template.gateway.latest_version
  }

  # User data runs at the first boot only.
  lifecycle {
    replace_triggered_by = [aws_launch_template.gateway]

    precondition {
      condition     = local.own_network || var.gateway_private_ip != null
      error_message = "With vpc_id a single gateway needs gateway_private_ip, a free address of the first of public_subnet_ids: workers and a group's members look for it there, after it was replaced too."
    }
  }

  depends_on = [aws_iam_role_policy.gateway, aws_route.internet, aws_vpc_endpoint.s3, aws_vpc_endpoint.interface]
}

resource "aws_eip" "gateway" {
  count = var.load_balancer ? 0 : 1

  domain   = "vpc"
  instance = aws_instance.gateway[0].id

  tags = {
    Name = "${var.cluster}-gateway"
  }
}
