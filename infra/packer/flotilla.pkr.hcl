# Images of both roles, from Debian 12:
#
#   ./flotilla --version && sh infra/image/bundle.sh
#   packer init infra/packer && packer build -var region=us-east-1 -var cluster=flotilla infra/packer

packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.0, < 2.0.0"
    }
  }
}

variable "region" {
  description = "AWS region that the images are made in and for."
  type        = string
}

variable "cluster" {
  description = "Name of the system, as in Terraform's variable: images ship their logs to the groups of that name, so each system has its own."
  type        = string
}

variable "worker_instance_type" {
  description = "Instance type that the worker's image is made on. What is measured there spares workers of the same type that time."
  type        = string
  default     = "c7i.large"
}

variable "gateway_instance_type" {
  description = "Instance type that the gateway's image is made on."
  type        = string
  default     = "t3.medium"
}

variable "subnet_id" {
  description = "Subnet with a way to Debian's packages; null for the default VPC's."
  type        = string
  default     = null
}

variable "bundle" {
  description = "What infra/image/bundle.sh has made."
  type        = string
  default     = "target/flotilla-image.tar"
}

variable "cloudwatch_agent" {
  description = "URL of CloudWatch's agent for Debian, which ships the logs; \"\" for none."
  type        = string
  default     = "https://amazoncloudwatch-agent.s3.amazonaws.com/debian/amd64/latest/amazon-cloudwatch-agent.deb"
}

locals {
  stamp = formatdate("YYYYMMDDhhmmss", timestamp())
}

data "amazon-ami" "debian" {
  region      = var.region
  owners      = ["136693071363"]
  most_recent = true

  filters = {
    name                = "debian-12-amd64-*"
    architecture        = "x86_64"
    root-device-type    = "ebs"
    virtualization-type = "hvm"
  }
}

source "amazon-ebs" "debian" {
  region                      = var.region
  source_ami                  = data.amazon-ami.debian.id
  subnet_id                   = var.subnet_id
  ssh_username                = "admin"
  ssh_clear_authorized_keys   = true
  imds_support                = "v2.0"
  associate_public_ip_address = true

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_size           = 8
    volume_type           = "gp3"
    delete_on_termination = true
  }

  run_tags = {
    Name                  = "${var.cluster}-image"
    "flotilla:deployment" = var.cluster
  }

  tags = {
    "flotilla:deployment" = var.cluster
  }
}

build {
  source "amazon-ebs.debian" {
    name          = "worker"
    instance_type = var.worker_instance_type
    ami_name      = "${var.cluster}-worker-${local.stamp}"
  }

  source "amazon-ebs.debian" {
    name          = "gateway"
    instance_type = var.gateway_instance_type
    ami_name      = "${var.cluster}-gateway-${local.stamp}"
  }

  # cloud-init itself uses apt-get at the first boot.
  provisioner "shell" {
    inline = ["cloud-init status --wait >/dev/null || true", "mkdir /tmp/flotilla"]
  }

  provisioner "file" {
    source      = var.bundle
    destination = "/tmp/flotilla.tar"
  }

  provisioner "shell" {
    inline = ["tar -C /tmp/flotilla -xf /tmp/flotilla.tar"]
  }

  provisioner "shell" {
    environment_vars = ["AGENT=${var.cloudwatch_agent}"]
    inline           = ["if [ -n \"$AGENT\" ]; then sudo apt-get update -q && sudo apt-get install -q -y curl && curl -fsSo /tmp/flotilla/amazon-cloudwatch-agent.deb \"$AGENT\"; fi"]
  }

  provisioner "shell" {
    inline = ["sudo FLOTILLA_CLUSTER=${var.cluster} sh /tmp/flotilla/install.sh ${source.name} /tmp/flotilla"]
  }

  # Instances are other machines than the one this was made on.
  provisioner "shell" {
    inline = ["sudo rm -rf /tmp/flotilla /tmp/flotilla.tar /var/lib/apt/lists/* && sudo cloud-init clean --logs --machine-id"]
  }

  post-processor "manifest" {
    output = "target/flotilla-images.json"
  }
}
