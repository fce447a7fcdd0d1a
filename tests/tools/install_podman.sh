#!/bin/sh
# Makes sure that there is what the tests of the containers need, or says how to get it. Without it they are
# skipped.
set -eu
missing=
for program in podman runc catatonit; do
    command -v "$program" >/dev/null || missing="$missing $program"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    # mmdebstrap makes the base images where no registry can be reached.
    packages="podman runc catatonit netavark aardvark-dns iptables uidmap mmdebstrap"
    apt-get update -q >/dev/null
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages >/dev/null &&
        exit 0
fi
echo "The tests of the containers need podman, run by root on Linux: sudo apt-get install podman runc" \
    "catatonit netavark aardvark-dns iptables uidmap mmdebstrap" >&2
