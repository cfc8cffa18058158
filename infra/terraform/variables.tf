variable "region" {
  description = "AWS region of everything."
  type        = string
}

variable "cluster" {
  description = "Name of this system, as in flotilla.cluster.name; also the prefix of the queues' names."
  type        = string
  default     = "flotilla"

  validation {
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$", var.cluster))
    error_message = "The cluster's name has 1 to 63 letters, digits, - and _, and begins with a letter or digit."
  }
}

variable "input_bucket" {
  description = "Name of the bucket for uploaded images; bucket names are unique in all of AWS."
  type        = string
}

variable "output_bucket" {
  description = "Name of the bucket for results; bucket names are unique in all of AWS."
  type        = string
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
  default     = 30

  validation {
    condition     = var.max_receive_count >= 1 && var.max_receive_count <= 1000
    error_message = "The number of deliveries is 1 to 1000."
  }
}

variable "input_lifetime_days" {
  description = "Days after which uploaded images expire."
  type        = number
  default     = 30
}

variable "output_lifetime_days" {
  description = "Days after which results expire."
  type        = number
  default     = 90
}
