terraform {
  # Preconditions, optional attributes of objects and strcontains() are used.
  required_version = ">= 1.6"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.40, < 7.0"
    }
  }
}

provider "aws" {
  region = var.region

  # Not "flotilla:cluster": that tag is for workers' instances alone, which the supervisor starts and ends.
  default_tags {
    tags = local.tags
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}
