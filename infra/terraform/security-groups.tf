# Rules are resources of their own, so that a change of one replaces nothing else.

resource "aws_security_group" "load_balancer" {
  count = var.load_balancer ? 1 : 0

  name        = "${var.cluster}-load-balancer"
  description = "Flotilla: the load balancer"
  vpc_id      = local.vpc_id
}

resource "aws_security_group" "gateway" {
  name        = "${var.cluster}-gateway"
  description = "Flotilla: gateways"
  vpc_id      = local.vpc_id
}

resource "aws_security_group" "worker" {
  name        = "${var.cluster}-worker"
  description = "Flotilla: workers"
  vpc_id      = local.vpc_id
}

resource "aws_security_group" "endpoints" {
  count = length(local.interface_endpoints) > 0 ? 1 : 0

  name        = "${var.cluster}-endpoints"
  description = "Flotilla: VPC endpoints of SQS and CloudWatch Logs"
  vpc_id      = local.vpc_id
}

# Clients

locals {
  # Port 80 only to be sent on to 443.
  load_balancer_doors = var.load_balancer ? { for door in setproduct(var.allowed_cidrs, [80, 443]) : "${door[0]}:${door[1]}" => { cidr = door[0], port = door[1] } } : {}
}

resource "aws_vpc_security_group_ingress_rule" "clients_to_load_balancer" {
  for_each = local.load_balancer_doors

  security_group_id = aws_security_group.load_balancer[0].id
  description       = "Clients"
  cidr_ipv4         = each.value.cidr
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
}

resource "aws_vpc_security_group_egress_rule" "load_balancer_to_gateway" {
  count = var.load_balancer ? 1 : 0

  security_group_id            = aws_security_group.load_balancer[0].id
  description                  = "Requests and health checks"
  referenced_security_group_id = aws_security_group.gateway.id
  ip_protocol                  = "tcp"
  from_port                    = local.gateway_port
  to_port                      = local.gateway_port
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer_to_gateway" {
  count = var.load_balancer ? 1 : 0

  security_group_id            = aws_security_group.gateway.id
  description                  = "Requests and health checks"
  referenced_security_group_id = aws_security_group.load_balancer[0].id
  ip_protocol                  = "tcp"
  from_port                    = local.gateway_port
  to_port                      = local.gateway_port
}

resource "aws_vpc_security_group_ingress_rule" "clients_to_gateway" {
  for_each = var.load_balancer ? toset([]) : toset(var.allowed_cidrs)

  security_group_id = aws_security_group.gateway.id
  description       = "Clients"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = local.gateway_port
  to_port           = local.gateway_port
}

# The cluster. Every member talks to every other one. Gateways listen on a fixed port, workers on any that is free.

locals {
  cluster_doors = {
    gateway_to_gateway = { from = aws_security_group.gateway.id, to = aws_security_group.gateway.id, first = local.cluster_port, last = local.cluster_port }
    worker_to_gateway  = { from = aws_security_group.worker.id, to = aws_security_group.gateway.id, first = local.cluster_port, last = local.cluster_port }
    gateway_to_worker  = { from = aws_security_group.gateway.id, to = aws_security_group.worker.id, first = local.ephemeral_ports.from, last = local.ephemeral_ports.to }
    worker_to_worker   = { from = aws_security_group.worker.id, to = aws_security_group.worker.id, first = local.ephemeral_ports.from, last = local.ephemeral_ports.to }
  }
}

resource "aws_vpc_security_group_ingress_rule" "cluster" {
  for_each = local.cluster_doors

  security_group_id            = each.value.to
  description                  = "Cluster remoting"
  referenced_security_group_id = each.value.from
  ip_protocol                  = "tcp"
  from_port                    = each.value.first
  to_port                      = each.value.last
}

resource "aws_vpc_security_group_egress_rule" "cluster" {
  for_each = local.cluster_doors

  security_group_id            = each.value.from
  description                  = "Cluster remoting"
  referenced_security_group_id = each.value.to
  ip_protocol                  = "tcp"
  from_port                    = each.value.first
  to_port                      = each.value.last
}

# Prometheus

resource "aws_vpc_security_group_ingress_rule" "metrics" {
  for_each = var.metrics_security_group_id == null ? {} : {
    gateway = { group = aws_security_group.gateway.id, port = local.gateway_port }
    worker  = { group = aws_security_group.worker.id, port = local.metrics_port }
  }

  security_group_id            = each.value.group
  description                  = "Metrics"
  referenced_security_group_id = var.metrics_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

# AWS's services, and for gateways the receivers of callbacks, all over HTTPS. DNS, time and metadata need no rule.

resource "aws_vpc_security_group_egress_rule" "https" {
  for_each = { gateway = aws_security_group.gateway.id, worker = aws_security_group.worker.id }

  security_group_id = each.value
  description       = "AWS services, callbacks"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each = length(local.interface_endpoints) > 0 ? { gateway = aws_security_group.gateway.id, worker = aws_security_group.worker.id } : {}

  security_group_id            = aws_security_group.endpoints[0].id
  description                  = "SQS, CloudWatch Logs"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

# People

resource "aws_vpc_security_group_ingress_rule" "ssh_to_gateway" {
  for_each = var.ssh_public_key == null ? toset([]) : toset(var.ssh_cidrs)

  security_group_id = aws_security_group.gateway.id
  description       = "SSH"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = local.shell_port
  to_port           = local.shell_port
}

resource "aws_vpc_security_group_egress_rule" "ssh_to_worker" {
  count = var.ssh_public_key == null ? 0 : 1

  security_group_id            = aws_security_group.gateway.id
  description                  = "SSH to workers"
  referenced_security_group_id = aws_security_group.worker.id
  ip_protocol                  = "tcp"
  from_port                    = local.shell_port
  to_port                      = local.shell_port
}

resource "aws_vpc_security_group_ingress_rule" "ssh_to_worker" {
  count = var.ssh_public_key == null ? 0 : 1

  security_group_id            = aws_security_group.worker.id
  description                  = "SSH from gateways"
  referenced_security_group_id = aws_security_group.gateway.id
  ip_protocol                  = "tcp"
  from_port                    = local.shell_port
  to_port                      = local.shell_port
}
