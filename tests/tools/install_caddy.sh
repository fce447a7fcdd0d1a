#!/bin/sh
# Makes sure that there is a Caddy for the tests of the proxy, or says the one command that gets it.
set -eu
caddy=${CADDY:-$(command -v caddy || true)}
if [ -n "$caddy" ] && [ -x "$caddy" ]; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    # Its package starts a server, which is not wanted here.
    was_running=$(systemctl is-active caddy 2>/dev/null || true)
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends caddy >/dev/null
    if [ "$was_running" != active ] && command -v systemctl >/dev/null; then
        systemctl disable --now caddy >/dev/null 2>&1 || true
    fi
    exit 0
fi
case $(uname) in
    Darwin) command="brew install caddy" ;;
    *) command="sudo apt-get install caddy" ;;
esac
echo "The tests of the proxy need Caddy. Run: $command (or set CADDY to its path)." >&2
exit 1
