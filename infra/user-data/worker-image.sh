#!/bin/sh
# Prepares a machine for the image that workers are launched from: run it once, as root, on a Debian instance that has
# flotilla.jar, config/ and infra/systemd/ beside it in the folder given, then make an AMI of the instance.
#
#   sh worker-image.sh /path/to/folder
#
# The worker's own user data needs nothing of this: it is HOCON, written by the supervisor, and the worker reads it itself.
set -eu

source_folder=${1:?"usage: worker-image.sh FOLDER (with flotilla.jar, config/ and infra/systemd/)"}
for needed in flotilla.jar config/worker.conf infra/systemd/flotilla-worker.service; do
    [ -f "$source_folder/$needed" ] || { echo "worker-image.sh: $source_folder/$needed is missing" >&2; exit 1; }
done

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends openjdk-17-jre-headless

id flotilla >/dev/null 2>&1 || useradd --system --home-dir /var/lib/flotilla --shell /usr/sbin/nologin flotilla
install -d -o root -g root /opt/flotilla /etc/flotilla
install -d -o flotilla -g flotilla /var/lib/flotilla
install -m 0644 "$source_folder/flotilla.jar" /opt/flotilla/flotilla.jar
install -m 0644 "$source_folder/config/worker.conf" /etc/flotilla/worker.conf
install -m 0644 "$source_folder/infra/systemd/flotilla-worker.service" /etc/systemd/system/flotilla-worker.service

# PyTorch's libraries are unpacked and the class archive is made now, not at each first boot: one run of all roles does both.
# Without an archive a worker starts as well, only later.
if DJL_CACHE_DIR=/var/lib/flotilla/djl java -jar /opt/flotilla/flotilla.jar archive; then
    for archive in /opt/flotilla/cache/*/*.jsa; do
        ln -sf "$archive" /opt/flotilla/classes.jsa
    done
fi
chown -R flotilla:flotilla /var/lib/flotilla

systemctl daemon-reload
systemctl enable flotilla-worker.service
echo "worker-image.sh: ready; stop this instance and make an AMI of it"
