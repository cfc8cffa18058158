#!/bin/sh
# Makes a gateway or a worker of a Debian 12 machine; an image of it is what instances are launched from. Run it once, as root,
# with the folder into which bundle.sh's archive was unpacked:
#
#   sh install.sh worker|gateway FOLDER
#
# FOLDER/model, a model folder, becomes /opt/flotilla/model. FLOTILLA_MODEL_PATH=s3://BUCKET/PREFIX (with credentials and
# AWS_REGION) has that model copied into the image's cache. FOLDER/engine, which bundle.sh writes, says for which engine the
# image is made ready. FOLDER/amazon-cloudwatch-agent.deb is installed, to ship the log to the group
# /flotilla/$FLOTILLA_CLUSTER/ROLE: with it FLOTILLA_CLUSTER must be the name of the system, as in Terraform.
set -eu

usage="usage: install.sh worker|gateway FOLDER (into which bundle.sh's archive was unpacked)"
role=${1:?"$usage"}
folder=${2:?"$usage"}
cluster=${FLOTILLA_CLUSTER:-}
home=/opt/flotilla
state=/var/lib/flotilla

die() { echo "install.sh: $*" >&2; exit 1; }

case $role in
    worker) packages="openjdk-17-jre-headless" ;;
    gateway) packages="openjdk-17-jre-headless awscli" ;;
    *) die "$usage" ;;
esac
for needed in flotilla.jar engine worker.conf chelsea.png "flotilla-$role.service" rsyslog.conf logrotate.conf cloudwatch-agent.json; do
    [ -f "$folder/$needed" ] || die "$folder/$needed is missing; unpack the archive that bundle.sh makes"
done

# apt takes a file for one only by its path.
folder=$(cd "$folder" && pwd)
agent=$folder/amazon-cloudwatch-agent.deb
if [ -f "$agent" ] && [ -z "$cluster" ]; then
    die "set FLOTILLA_CLUSTER to the system's name: the log goes to the group /flotilla/\$FLOTILLA_CLUSTER/$role"
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086 # several words
apt-get install -q -y --no-install-recommends $packages

id flotilla >/dev/null 2>&1 || useradd --system --home-dir $state --shell /usr/sbin/nologin flotilla
install -d -o root -g root $home /etc/flotilla
install -d -o flotilla -g flotilla -m 0750 $state
install -m 0644 "$folder/flotilla.jar" $home/flotilla.jar
install -m 0644 "$folder/flotilla-$role.service" "/etc/systemd/system/flotilla-$role.service"

engine=$(cat "$folder/engine")

# As the service itself: what is unpacked and measured belongs to it.
# A worker's native memory is part of how fast it is, so that what is measured has the unit's settings of it.
malloc=$(sed -n -E 's/^Environment=((MALLOC|GLIBC)_[^ ]*)$/\1/p' "$folder/flotilla-$role.service")
# shellcheck disable=SC2086 # several words
as_flotilla() { runuser -u flotilla -- env $malloc DJL_CACHE_DIR=$state/djl FLOTILLA_HOME=$home "$@"; }

# The class archives, a worker's and the others', are made now and not at each first boot, and the engine's libraries are unpacked on the
# way: one run of all roles does both. Without an archive everything starts as well, only later. They are written beside the jar, as root.
if DJL_CACHE_DIR=$state/djl java -jar $home/flotilla.jar archive --engine "$engine"; then
    for archive in "$home"/cache/*/*.jsa; do
        case $role$archive in
        worker*_worker_*) ln -sfn "$archive" $home/classes.jsa ;;
        worker* | *_worker_*) ;;
        *) ln -sfn "$archive" $home/classes.jsa ;;
        esac
    done
else
    echo "install.sh: no class archive; instances start slower" >&2
fi
chown -R flotilla:flotilla $state

if [ "$role" = worker ]; then
    install -m 0644 "$folder/worker.conf" /etc/flotilla/worker.conf
    model=${FLOTILLA_MODEL_PATH:-}
    if [ -d "$folder/model" ]; then
        install -d $home/model
        install -m 0644 "$folder"/model/* $home/model/
        model=$home/model
    fi
    # What is fastest on a machine is measured when a model is first loaded. The answer is kept for this processor and number of
    # cores: it spares instances of the builder's own type some seconds of their first start, and others measure anew.
    install -m 0644 "$folder/chelsea.png" $state/chelsea.png
    as_flotilla java -jar $home/flotilla.jar classify --set "flotilla.model.path=$model" \
        --set "flotilla.classifier.engine=$engine" $state/chelsea.png
    rm $state/chelsea.png
    systemctl enable flotilla-worker.service
fi

if [ -f "$agent" ]; then
    apt-get install -q -y --no-install-recommends rsyslog logrotate "$agent"
    install -d -o root -g adm -m 0750 /var/log/flotilla
    install -m 0644 "$folder/rsyslog.conf" /etc/rsyslog.d/30-flotilla.conf
    install -m 0644 "$folder/logrotate.conf" /etc/logrotate.d/flotilla
    sed -e "s/@CLUSTER@/$cluster/" -e "s/@ROLE@/$role/" "$folder/cloudwatch-agent.json" \
        >/opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json
    systemctl enable rsyslog.service amazon-cloudwatch-agent.service
fi

systemctl daemon-reload
# A gateway's unit is enabled by its user data, which writes its settings first.
echo "install.sh: this machine is a $role; make an image of it"
