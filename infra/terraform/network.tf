data "aws_availability_zones" "available" {
  state = "available"

  # Local Zones have neither NAT nor every instance type.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  own_zones = local.own_network ? slice(data.aws_availability_zones.available.names, 0, var.zones) : []

  vpc_id             = local.own_network ? aws_vpc.this[0].id : var.vpc_id
  public_subnet_ids  = local.own_network ? aws_subnet.public[*].id : var.public_subnet_ids
  private_subnet_ids = local.own_network ? aws_subnet.private[*].id : var.private_subnet_ids
  # Without NAT a gateway needs an address of its own to reach EC2 and callbacks; its security group keeps others out.
  gateway_subnet_ids = var.load_balancer && var.nat_gateway ? local.private_subnet_ids : local.public_subnet_ids

  nat_gateways        = local.own_network && var.nat_gateway ? 1 : 0
  interface_endpoints = local.own_network && !var.nat_gateway ? toset(["sqs", "logs"]) : toset([])
}

resource "aws_vpc" "this" {
  count = local.own_network ? 1 : 0

  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = {
    Name = var.cluster
  }
}

resource "aws_internet_gateway" "this" {
  count = local.own_network ? 1 : 0

  vpc_id = aws_vpc.this[0].id

  tags = {
    Name = var.cluster
  }
}

resource "aws_subnet" "public" {
  count = length(local.own_zones)

  vpc_id                  = aws_vpc.this[0].id
  availability_zone       = local.own_zones[count.index]
  cidr_block              = cidrsubnet(var.vpc_cidr, 4, count.index)
  map_public_ip_on_launch = true

  tags = {
    Name = "${var.cluster}-public-${local.own_zones[count.index]}"
  }
}

resource "aws_subnet" "private" {
  count = length(local.own_zones)

  vpc_id            = aws_vpc.this[0].id
  availability_zone = local.own_zones[count.index]
  cidr_block        = cidrsubnet(var.vpc_cidr, 4, count.index + 8)

  tags = {
    Name = "${var.cluster}-private-${local.own_zones[count.index]}"
  }
}

resource "aws_route_table" "public" {
  count = local.own_network ? 1 : 0

  vpc_id = aws_vpc.this[0].id

  tags = {
    Name = "${var.cluster}-public"
  }
}

resource "aws_route" "internet" {
  count = local.own_network ? 1 : 0

  route_table_id         = aws_route_table.public[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_route_table_association" "public" {
  count = length(local.own_zones)

  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public[0].id
}

resource "aws_route_table" "private" {
  count = local.own_network ? 1 : 0

  vpc_id = aws_vpc.this[0].id

  tags = {
    Name = "${var.cluster}-private"
  }
}

resource "aws_route_table_association" "private" {
  count = length(local.own_zones)

  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private[0].id
}

# One for all zones. If its zone is lost, workers of the others lose SQS too, and requests wait in it.
resource "aws_eip" "nat" {
  count = local.nat_gateways

  domain = "vpc"

  tags = {
    Name = "${var.cluster}-nat"
  }
}

resource "aws_nat_gateway" "this" {
  count = local.nat_gateways

  allocation_id = aws_eip.nat[0].id
  subnet_id     = aws_subnet.public[0].id

  tags = {
    Name = var.cluster
  }

  depends_on = [aws_internet_gateway.this]
}

resource "aws_route" "nat" {
  count = local.nat_gateways

  route_table_id         = aws_route_table.private[0].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[0].id
}

# Images are the bulk of the traffic: this way they cost nothing and need no NAT.
resource "aws_vpc_endpoint" "s3" {
  count = local.own_network ? 1 : 0

  vpc_id            = aws_vpc.this[0].id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.public[0].id, aws_route_table.private[0].id]

  tags = {
    Name = "${var.cluster}-s3"
  }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface_endpoints

  vpc_id              = aws_vpc.this[0].id
  service_name        = "com.amazonaws.${var.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = aws_subnet.private[*].id
  security_group_ids  = aws_security_group.endpoints[*].id
  private_dns_enabled = true

  tags = {
    Name = "${var.cluster}-${each.key}"
  }
}
