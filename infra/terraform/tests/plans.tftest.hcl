# Plans of what can be chosen, as Terraform and the provider make them, without AWS: `terraform init` and then
# `terraform test -var-file=terraform.tfvars.example`.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = {
      names = ["us-east-1a", "us-east-1b", "us-east-1c"]
    }
  }

  mock_data "aws_caller_identity" {
    defaults = {
      account_id = "123456789012"
    }
  }

  mock_data "aws_iam_policy_document" {
    defaults = {
      json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }

  mock_data "aws_partition" {
    defaults = {
      partition = "aws"
    }
  }
}

run "gateways_behind_a_load_balancer" {
  command = plan

  assert {
    condition     = length(aws_autoscaling_group.gateways) == 1 && length(aws_instance.gateway) == 0
    error_message = "Gateways are a group."
  }
}

run "own_nat_spot_model_and_key" {
  command = plan

  variables {
    nat_gateway    = true
    worker_spot    = true
    model_path     = "s3://models/v1"
    source_buckets = ["photos", "shared/team-a/"]
    sns_topic_arn  = "arn:aws:sns:us-east-1:123456789012:results"
    ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample me"
    ssh_cidrs      = ["203.0.113.0/24"]
  }
}

run "one_gateway" {
  command = plan

  variables {
    load_balancer             = false
    metrics_security_group_id = "sg-0123456789abcdef0"
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.metrics) == 2
    error_message = "Prometheus reaches gateways and workers."
  }
}

run "group_of_the_supervisor" {
  command = plan

  variables {
    load_balancer         = false
    fleet_mode            = "auto-scaling-group"
    worker_extra_settings = "flotilla.classifier.precision = int8"
  }

  assert {
    condition     = length(aws_autoscaling_group.workers) == 1 && length(aws_iam_role_policy.gateway_fleet) == 1
    error_message = "There is a group, and the gateway may drive it."
  }
}

run "group_of_alarms" {
  command = plan

  variables {
    load_balancer = false
    alarm_scaling = true
  }

  assert {
    condition     = length(aws_autoscaling_policy.workers) == 2 && length(aws_iam_role_policy.gateway_fleet) == 0
    error_message = "Alarms drive the group, and the gateway may not."
  }
}

run "existing_network" {
  command = plan

  variables {
    load_balancer      = false
    vpc_id             = "vpc-1"
    public_subnet_ids  = ["subnet-1"]
    private_subnet_ids = ["subnet-2"]
    gateway_private_ip = "10.0.0.10"
  }

  assert {
    condition     = length(aws_vpc.this) == 0
    error_message = "No network is made."
  }
}

run "existing_network_without_a_fixed_address" {
  command = plan

  variables {
    load_balancer      = false
    vpc_id             = "vpc-1"
    public_subnet_ids  = ["subnet-1"]
    private_subnet_ids = ["subnet-2"]
  }

  expect_failures = [aws_instance.gateway]
}

run "internal_load_balancer_in_one_zone" {
  command = plan

  variables {
    load_balancer_internal = true
    vpc_id                 = "vpc-1"
    public_subnet_ids      = ["subnet-1", "subnet-3"]
    private_subnet_ids     = ["subnet-2"]
  }

  expect_failures = [aws_lb.this]
}

run "settings_for_members_of_no_group" {
  command = plan

  variables {
    worker_extra_settings = "flotilla.classifier.precision = int8"
  }

  expect_failures = [aws_launch_template.worker]
}

run "model_among_what_expires" {
  command = plan

  variables {
    model_path = "s3://example-flotilla-output/model"
  }

  expect_failures = [aws_s3_bucket.this]
}
