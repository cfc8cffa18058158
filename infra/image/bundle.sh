#!/bin/sh
# Puts what install.sh needs into one archive: the jar, the worker's settings, units, and the files beside this script.
#
#   sh infra/image/bundle.sh [TARGET]      (default: target/flotilla-image.tar; `./flotilla --version` builds the jar)
#
# FLOTILLA_MODEL names a model folder that the worker's image is to have, FLOTILLA_JAR another jar.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
target=${1:-$root/target/flotilla-image.tar}
jar=${FLOTILLA_JAR:-$root/target/flotilla.jar}
[ -f "$jar" ] || { echo "bundle.sh: $jar is missing; build it with ./flotilla --version" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$jar" "$work/flotilla.jar"
cp "$root/config/worker.conf" "$root/samples/chelsea.png" "$work/"
cp "$root"/infra/systemd/*.service "$root"/infra/image/* "$work/"
if [ -n "${FLOTILLA_MODEL:-}" ]; then
    [ -f "$FLOTILLA_MODEL/model.pt" ] || { echo "bundle.sh: $FLOTILLA_MODEL is no model folder: it has no model.pt" >&2; exit 1; }
    cp -R "$FLOTILLA_MODEL" "$work/model"
fi
tar -C "$work" -cf "$target" .
echo "bundle.sh: $target"
