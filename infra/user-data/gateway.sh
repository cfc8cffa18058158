#!/bin/sh
# User data of a gateway's instance that was made from an image with Flotilla on it (worker-image.sh makes one; add
# config/gateway.conf and the gateway's unit in the same way). It runs once, at the first boot; the unit runs at each boot.
# Replace the three values, or let your templates do it.
set -eu

install -d /etc/flotilla
cat >/etc/flotilla/gateway.env <<'ENV'
FLOTILLA_INPUT_BUCKET=example-flotilla-input
FLOTILLA_OUTPUT_BUCKET=example-flotilla-output
FLOTILLA_LAUNCH_TEMPLATE=flotilla-worker
FLOTILLA_HTTP_HOST=0.0.0.0
# A security group says who may come in; with flotilla.http.api-keys in config/gateway.conf leave this out.
FLOTILLA_ALLOW_ANONYMOUS=true
ENV

systemctl daemon-reload
systemctl enable --now flotilla-gateway.service
