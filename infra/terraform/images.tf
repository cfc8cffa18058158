# Each role's image: given, or taken from an instance that infra/image/install.sh has made one of.

locals {
  given_ami_ids = {
    gateway = var.gateway_ami_id
    worker  = var.worker_ami_id
  }

  image_instance_ids = {
    gateway = var.gateway_image_instance_id
    worker  = var.worker_image_instance_id
  }

  # "none-given" is never launched: the launch templates' preconditions say what is missing.
  ami_ids = { for role, given in local.given_ami_ids : role => given != null ? given : try(aws_ami_from_instance.this[role].id, "none-given") }
}

# Stops the instance for a moment. A new instance id makes a new image; the old one stays until nothing refers to it.
resource "aws_ami_from_instance" "this" {
  for_each = { for role, id in local.image_instance_ids : role => id if id != null && local.given_ami_ids[role] == null }

  name               = "${var.cluster}-${each.key}-${each.value}"
  description        = "Flotilla: ${each.key} of ${var.cluster}"
  source_instance_id = each.value

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_key_pair" "this" {
  count = var.ssh_public_key == null ? 0 : 1

  key_name   = var.cluster
  public_key = var.ssh_public_key
}
