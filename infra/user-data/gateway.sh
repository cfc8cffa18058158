#!/bin/sh
# User data of a gateway's instance for those who do without Terraform; its image is one that infra/image/install.sh has made.
# It runs once, at the first boot; the unit runs at each boot. Replace the values. Readable by whoever may describe instances:
# API keys and other secrets come from elsewhere (docs/aws.md).
set -eu

install -d /etc/flotilla
cat >/etc/flotilla/gateway.conf <<'HOCON'
flotilla {
  cluster { host = "", port = 25520 }
  aws.region = "us-east-1"
  storage { input-bucket = "example-flotilla-input", output-bucket = "example-flotilla-output" }
  fleet.launch-template = "flotilla-worker"
  # A security group says who may come in; with flotilla.http.api-keys leave allow-anonymous out.
  http { host = "0.0.0.0", allow-anonymous = true }
}
HOCON

systemctl enable --now flotilla-gateway.service
