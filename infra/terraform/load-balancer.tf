resource "aws_lb" "this" {
  count = var.load_balancer ? 1 : 0

  name                       = var.cluster
  internal                   = var.load_balancer_internal
  load_balancer_type         = "application"
  subnets                    = var.load_balancer_internal ? local.private_subnet_ids : local.public_subnet_ids
  security_groups            = [aws_security_group.load_balancer[0].id]
  drop_invalid_header_fields = true
  # Longer than POST / waits for its answer, or the load balancer would give 504 in the gateway's place.
  idle_timeout = local.idle_timeout

  lifecycle {
    precondition {
      condition     = var.certificate_arn != null
      error_message = "A load balancer needs certificate_arn, a certificate in ACM; or take load_balancer = false."
    }

    precondition {
      condition     = local.own_network ? var.zones >= 2 : length(var.load_balancer_internal ? var.private_subnet_ids : var.public_subnet_ids) >= 2
      error_message = "A load balancer needs subnets in two zones: private_subnet_ids if it is internal, else public_subnet_ids."
    }
  }
}

resource "aws_lb_target_group" "gateways" {
  count = var.load_balancer ? 1 : 0

  name     = "${var.cluster}-gateways"
  port     = local.gateway_port
  protocol = "HTTP"
  vpc_id   = local.vpc_id
  # Callers wait for minutes: who has the fewest waiting gets the next one.
  load_balancing_algorithm_type = "least_outstanding_requests"
  # A gateway that ends answers those who wait by itself, with where their answer will be.
  deregistration_delay = 60

  health_check {
    path                = "/healthz"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "https" {
  count = var.load_balancer ? 1 : 0

  load_balancer_arn = aws_lb.this[0].arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.gateways[0].arn
  }
}

resource "aws_lb_listener" "http" {
  count = var.load_balancer ? 1 : 0

  load_balancer_arn = aws_lb.this[0].arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
