# The machines: images, types, numbers.

variable "worker_ami_id" {
  description = "Image of workers, as infra/packer makes it; null to have one made of worker_image_instance_id."
  type        = string
  default     = null
}

variable "gateway_ami_id" {
  description = "Image of gateways, as infra/packer makes it; null to have one made of gateway_image_instance_id."
  type        = string
  default     = null
}

variable "worker_image_instance_id" {
  description = "An instance that infra/image/install.sh has made a worker of; its image is taken, for which it is stopped. Instead of worker_ami_id."
  type        = string
  default     = null
}

variable "gateway_image_instance_id" {
  description = "An instance that infra/image/install.sh has made a gateway of; its image is taken, for which it is stopped. Instead of gateway_ami_id."
  type        = string
  default     = null
}

variable "root_device_name" {
  description = "The images' root device; Debian's is /dev/xvda."
  type        = string
  default     = "/dev/xvda"
}

variable "disk_gb" {
  description = "Size of each instance's encrypted disk in GB; at least that of the images."
  type        = number
  default     = 12

  validation {
    condition     = var.disk_gb >= 8
    error_message = "A disk has 8 GB at least: system, Java, PyTorch, class archive and model take 4 to 5 of them."
  }
}

variable "gateway_count" {
  description = "Gateways behind the load balancer."
  type        = number
  default     = 2

  validation {
    condition     = var.gateway_count >= 1 && var.gateway_count <= 5
    error_message = "There are 1 to 5 gateways; docs/gateways.md is made for three."
  }
}

variable "gateway_instance_type" {
  description = "Instance type of gateways."
  type        = string
  default     = "t3.medium"
}

variable "worker_instance_types" {
  description = "Instance types of workers, the first one preferred, as in flotilla.fleet.instance-types. All of the images' architecture."
  type        = list(string)
  default     = ["c7i.large", "c6i.large", "c5.large"]

  validation {
    condition     = length(var.worker_instance_types) >= 1
    error_message = "Name at least one instance type."
  }
}

variable "worker_spot" {
  description = "Whether workers are Spot instances. Accounts that never had one need: aws iam create-service-linked-role --aws-service-name spot.amazonaws.com"
  type        = bool
  default     = false
}

variable "min_workers" {
  description = "The fewest workers, as in flotilla.scaling.min-instances."
  type        = number
  default     = 0

  validation {
    condition     = var.min_workers >= 0 && floor(var.min_workers) == var.min_workers
    error_message = "The fewest workers are 0 or more."
  }
}

variable "max_workers" {
  description = "The most workers, as in flotilla.scaling.max-instances."
  type        = number
  default     = 20

  validation {
    condition     = var.max_workers >= 1 && var.max_workers <= 200
    error_message = "The most workers are 1 to 200, which is what one system is made for."
  }
}

variable "fleet_mode" {
  description = "As in flotilla.fleet.mode: launch, or auto-scaling-group, for which a group is made and load_balancer must be false."
  type        = string
  default     = "launch"

  validation {
    condition     = contains(["launch", "auto-scaling-group"], var.fleet_mode)
    error_message = "The mode is launch or auto-scaling-group; a set for start-stop is made by other means (docs/fleet-modes.md)."
  }
}

variable "alarm_scaling" {
  description = "Whether CloudWatch alarms scale the workers' group, out above 25 waiting requests and in below 2, in place of the supervisor, which then only watches. load_balancer must be false."
  type        = bool
  default     = false
}

variable "worker_extra_settings" {
  description = "HOCON that is put behind the other settings of a workers' group's members and wins over them, such as \"flotilla.classifier.precision = int8\". No secrets. Launched workers are handed the gateways' settings."
  type        = string
  default     = ""

  validation {
    condition     = !can(regex("api-keys|secrets|credentials", var.worker_extra_settings)) && !can(regex("\\bstorage\\b", var.worker_extra_settings))
    error_message = "Secrets belong in a file of the workers' image, and storage has variables of its own: buckets, storage_layout, source_buckets."
  }
}

variable "extra_settings" {
  description = "HOCON that is put behind the gateways' other settings and wins over them, such as \"flotilla.scaling.slo = 1m\". No secrets: user data can be read by others."
  type        = string
  default     = ""

  validation {
    condition     = !can(regex("(?m)^HOCON$", var.extra_settings)) && !can(regex("api-keys|secrets|credentials", var.extra_settings))
    error_message = "Secrets belong in gateway_secrets_parameter, and no line is HOCON alone, which ends the file in the user data."
  }

  # Policies and lifecycle rules are made for the keys that these variables give.
  validation {
    condition     = !can(regex("\\bstorage\\b", var.extra_settings))
    error_message = "storage has variables of its own: buckets, *_lifetime_days, storage_layout, source_buckets; a prefix of keys is not provided for."
  }
}
