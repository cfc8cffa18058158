locals {
  buckets = {
    input  = { name = var.input_bucket, lifetime_days = var.input_lifetime_days }
    output = { name = var.output_bucket, lifetime_days = var.output_lifetime_days }
  }
}

resource "aws_s3_bucket" "this" {
  for_each = local.buckets

  bucket        = each.value.name
  force_destroy = var.empty_buckets_on_destroy

  lifecycle {
    precondition {
      condition     = var.input_bucket != var.output_bucket
      error_message = "input_bucket and output_bucket are two buckets: what is in them lives for different times."
    }

    precondition {
      condition     = var.input_lifetime_days <= var.output_lifetime_days
      error_message = "input_lifetime_days must be output_lifetime_days at most: an image whose result has expired would count as one that waits for its answer."
    }

    precondition {
      condition     = local.model_bucket == null ? true : !contains([var.input_bucket, var.output_bucket], local.model_bucket)
      error_message = "model_path must be in another bucket than images and results: what is in theirs expires."
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = local.buckets

  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

# One time for everything in a bucket, in the place of flotilla.storage.*-lifetime, which stay off. At least as long as a message may
# live, so that images, attempts and results are there whenever it comes back. Gateways would keep provisional failures, and callbacks
# that were told of one, for 15 days longer: here a redrive in the last days of a lifetime may find neither.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = each.value.lifetime_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

data "aws_iam_policy_document" "only_over_tls" {
  for_each = local.buckets

  statement {
    sid    = "OnlyOverTls"
    effect = "Deny"
    # Every action, and for everybody: this statement only takes away.
    actions = ["s3:*"]

    resources = [
      aws_s3_bucket.this[each.key].arn,
      "${aws_s3_bucket.this[each.key].arn}/*",
    ]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "only_over_tls" {
  for_each = local.buckets

  bucket = aws_s3_bucket.this[each.key].id
  policy = data.aws_iam_policy_document.only_over_tls[each.key].json

  depends_on = [aws_s3_bucket_public_access_block.this]
}
