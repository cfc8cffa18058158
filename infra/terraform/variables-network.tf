# Where everything stands, and who may come in.

variable "vpc_id" {
  description = "An existing VPC; null makes one. With it give public_subnet_ids and private_subnet_ids, and see to the ways out of these."
  type        = string
  default     = null
}

variable "public_subnet_ids" {
  description = "Subnets of the existing VPC with a way in from the internet, in at least two zones for a load balancer."
  type        = list(string)
  default     = []
}

variable "private_subnet_ids" {
  description = "Subnets of the existing VPC for workers, with ways to SQS and S3 (and for gateways, with nat_gateway, to EC2)."
  type        = list(string)
  default     = []
}

variable "vpc_cidr" {
  description = "Addresses of the VPC that is made, a /16 to /22."
  type        = string
  default     = "10.42.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.vpc_cidr, 4, 15)) && can(regex("/(1[6-9]|2[0-2])$", var.vpc_cidr))
    error_message = "The VPC's addresses are a network such as 10.42.0.0/16, from /16 to /22."
  }
}

variable "zones" {
  description = "Availability zones that the VPC that is made has subnets in; a load balancer needs two."
  type        = number
  default     = 2

  validation {
    condition     = var.zones >= 1 && var.zones <= 4 && floor(var.zones) == var.zones
    error_message = "The number of zones is 1 to 4."
  }
}

variable "nat_gateway" {
  description = "Whether private subnets get a way to the internet (one NAT gateway), and gateways behind a load balancer stand there too. Without, workers reach S3 and SQS through VPC endpoints."
  type        = bool
  default     = false
}

variable "allowed_cidrs" {
  description = "IPv4 networks whose clients may reach the service, such as [\"203.0.113.0/24\"]."
  type        = list(string)

  validation {
    condition     = alltrue([for cidr in var.allowed_cidrs : can(cidrhost(cidr, 0))])
    error_message = "Each is a network such as 203.0.113.0/24."
  }
}

variable "allow_anonymous" {
  description = "Whether clients without an API key are served, as flotilla.http.allow-anonymous: whoever is in allowed_cidrs may do everything then."
  type        = bool
  default     = false
}

variable "gateway_secrets_parameter" {
  description = "Name of a SecureString parameter of SSM, such as /flotilla/gateway, whose HOCON gateways read at their first boot (flotilla.http.api-keys, flotilla.push.secrets); null for none."
  type        = string
  default     = null

  validation {
    condition     = var.gateway_secrets_parameter == null || can(regex("^/[a-zA-Z0-9_./-]+$", var.gateway_secrets_parameter))
    error_message = "The parameter's name begins with / and has letters, digits, and . _ - / only."
  }
}

variable "load_balancer" {
  description = "true: gateways in an Auto Scaling group behind a load balancer with TLS. false: one instance with an address of its own, plain HTTP on port 8000."
  type        = bool
  default     = true
}

variable "load_balancer_internal" {
  description = "Whether the load balancer is reached from within the VPC only."
  type        = bool
  default     = false
}

variable "certificate_arn" {
  description = "Certificate in ACM for the load balancer; needed with load_balancer."
  type        = string
  default     = null
}

variable "metrics_security_group_id" {
  description = "Security group of Prometheus' machine: it may then reach port 8000 of gateways and 9400 of workers, which serve metrics there; null for none."
  type        = string
  default     = null
}

variable "gateway_private_ip" {
  description = "Private address of the single gateway; null takes the tenth of its subnet in the VPC that is made; needed in an existing one."
  type        = string
  default     = null
}

variable "sync_wait_seconds" {
  description = "How long POST / waits for an answer, as in flotilla.http.sync-wait; the load balancer waits a minute longer."
  type        = number
  default     = 600

  validation {
    condition     = var.sync_wait_seconds >= 1 && var.sync_wait_seconds <= 3500
    error_message = "The wait is 1 to 3500 seconds: a load balancer waits no longer than 4000, and the gateway's header-timeout is an hour at most."
  }
}

variable "ssh_public_key" {
  description = "Public SSH key for all instances, as OpenSSH writes it; null for none."
  type        = string
  default     = null
}

variable "ssh_cidrs" {
  description = "IPv4 networks that may reach port 22 of gateways; workers take SSH from gateways only."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for cidr in var.ssh_cidrs : can(cidrhost(cidr, 0)) && cidr != "0.0.0.0/0"])
    error_message = "Each is a network such as 203.0.113.0/24, and not the whole internet."
  }
}
