#!/bin/sh
# Puts what install.sh needs into one archive: the jar, the worker's settings, units, and the files beside this script.
#
#   sh infra/image/bundle.sh [TARGET]      (default: target/flotilla-image.tar; `./flotilla --version` builds the jar)
#
# FLOTILLA_MODEL names a model folder that the worker's image is to have, FLOTILLA_JAR another jar. FLOTILLA_ENGINE is what the
# workers' classifier.engine will be, pytorch (the default) or onnxruntime: for that one the image is made ready.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
target=${1:-$root/target/flotilla-image.tar}
jar=${FLOTILLA_JAR:-$root/target/flotilla.jar}
[ -f "$jar" ] || { echo "bundle.sh: $jar is missing; build it with ./flotilla --version" >&2; exit 1; }
engine=${FLOTILLA_ENGINE:-pytorch}
case $engine in
    pytorch) network=model.pt remedy="see docs/models.md" ;;
    onnxruntime) network=model.onnx remedy="make it with models/optimize.py --onnx" ;;
    *) echo "bundle.sh: FLOTILLA_ENGINE must be pytorch or onnxruntime, not $engine" >&2; exit 1 ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$jar" "$work/flotilla.jar"
cp "$root/config/worker.conf" "$root/samples/chelsea.png" "$work/"
cp "$root"/infra/systemd/*.service "$root"/infra/image/* "$work/"
if [ -n "${FLOTILLA_MODEL:-}" ]; then
    [ -f "$FLOTILLA_MODEL/$network" ] || { echo "bundle.sh: $FLOTILLA_MODEL has no $network, which $engine needs; $remedy" >&2; exit 1; }
    cp -R "$FLOTILLA_MODEL" "$work/model"
fi
echo "$engine" >"$work/engine"
tar -C "$work" -cf "$target" .
echo "bundle.sh: $target"
