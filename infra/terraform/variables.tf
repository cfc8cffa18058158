# What the system is called, and what it keeps. Network and access: variables-network.tf; machines: variables-machines.tf.

variable "region" {
  description = "AWS region of everything."
  type        = string
}

variable "cluster" {
  description = "Name of this system, as in flotilla.cluster.name; also the prefix of all names here."
  type        = string
  default     = "flotilla"

  validation {
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9-]{0,19}$", var.cluster))
    error_message = "The cluster's name has 1 to 20 letters, digits and -, and begins with a letter or digit (a load balancer's name has room for no more)."
  }
}

variable "input_bucket" {
  description = "Name of the bucket for uploaded images; bucket names are unique in all of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.input_bucket))
    error_message = "A bucket's name has 3 to 63 small letters, digits and - (no dots: certificates of S3 do not cover them)."
  }
}

variable "output_bucket" {
  description = "Name of the bucket for results; bucket names are unique in all of AWS."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.output_bucket))
    error_message = "A bucket's name has 3 to 63 small letters, digits and - (no dots: certificates of S3 do not cover them)."
  }
}

variable "empty_buckets_on_destroy" {
  description = "Whether `terraform destroy` also deletes what is in the buckets; without, it fails while they hold anything."
  type        = bool
  default     = false
}

variable "input_lifetime_days" {
  description = "Days after which uploaded images expire. At least 15: a request may wait in its queue for 14."
  type        = number
  default     = 30

  validation {
    condition     = var.input_lifetime_days >= 15 && floor(var.input_lifetime_days) == var.input_lifetime_days
    error_message = "Uploaded images live for at least 15 whole days, because a message may ask for one after 14."
  }
}

variable "output_lifetime_days" {
  description = "Days after which results expire, and with them attempts, decisions, batches, callbacks and idempotency keys. At least 15: a request may wait in its queue for 14."
  type        = number
  default     = 90

  validation {
    condition     = var.output_lifetime_days >= 15 && floor(var.output_lifetime_days) == var.output_lifetime_days
    error_message = "Results live for at least 15 whole days, because a message may come back after 14 and must find what became of its image."
  }
}

variable "storage_layout" {
  description = "How objects are named, as in flotilla.storage.layout: by-id, or by-name for copies under the clients' file names besides."
  type        = string
  default     = "by-id"

  validation {
    condition     = contains(["by-id", "by-name"], var.storage_layout)
    error_message = "The layout is by-id or by-name."
  }
}

variable "source_buckets" {
  description = "What batches may name besides the input bucket, as in flotilla.storage.source-buckets: \"bucket\" or \"bucket/prefix/\"."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for source in var.source_buckets : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.+/)?$", source))])
    error_message = "Each is \"bucket\" or \"bucket/prefix/\", such as \"photos\" or \"shared/team-a/\"."
  }
}

variable "visibility_timeout_seconds" {
  description = "The lease on a received request, as in flotilla.queue.visibility-timeout."
  type        = number
  default     = 30

  validation {
    condition     = var.visibility_timeout_seconds >= 2 && var.visibility_timeout_seconds <= 43200
    error_message = "The visibility timeout is 2 to 43200 seconds."
  }
}

variable "max_receive_count" {
  description = "Deliveries after which a request goes to the dead-letter queue, as in flotilla.queue.max-receive-count."
  type        = number
  default     = 200

  validation {
    condition     = var.max_receive_count >= 1 && var.max_receive_count <= 1000
    error_message = "The number of deliveries is 1 to 1000."
  }
}

variable "model_path" {
  description = "The model, as in flotilla.model.path: \"\" for the bundled one, a folder of the workers' image, or s3://BUCKET/PREFIX."
  type        = string
  default     = ""

  validation {
    condition     = var.model_path == "" || can(regex("^(/.+|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.*[^/])$", var.model_path))
    error_message = "The model is \"\", an absolute path, or s3://BUCKET/PREFIX without a slash at its end."
  }
}

variable "sns_topic_arn" {
  description = "Topic that every result is published to, as in flotilla.push.sns-topic; null for none."
  type        = string
  default     = null
}

variable "metrics_namespace" {
  description = "CloudWatch namespace for the supervisor's figures, as in flotilla.metrics.cloudwatch.namespace; null sends none. CloudWatch charges for each of the four."
  type        = string
  default     = null

  validation {
    condition     = var.metrics_namespace == null || can(regex("^[0-9A-Za-z._/#:-]{1,255}$", var.metrics_namespace)) && !can(regex("^AWS/", var.metrics_namespace))
    error_message = "A namespace has 1 to 255 letters, digits and . _ / # : -, and does not begin with AWS/."
  }
}

variable "log_retention_days" {
  description = "Days for which CloudWatch keeps the logs of gateways and workers."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 or more days of its own list."
  }
}

variable "alarm_topic_arns" {
  description = "SNS topics that alarms are published to, when they go off and when they are over."
  type        = list(string)
  default     = []
}

variable "backlog_age_alarm_seconds" {
  description = "The alarm goes off when the oldest request has waited for longer than this for three minutes."
  type        = number
  default     = 600

  validation {
    condition     = var.backlog_age_alarm_seconds >= 60
    error_message = "SQS tells the age of messages each minute: at least 60 seconds."
  }
}
