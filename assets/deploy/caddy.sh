#!/bin/sh
# What the service `caddy` of compose.yaml does: gives Caddy the secret that `prepare` made, by which the
# dashboard knows it from other programs.
set -eu
CHATSCAPE_PROXY_SECRET=$(cat "$CHATSCAPE_PROXY_SECRET_FILE" 2>/dev/null || :)
if [ -z "$CHATSCAPE_PROXY_SECRET" ]; then
    echo "There is no secret in $CHATSCAPE_PROXY_SECRET_FILE: “docker compose up -d” makes it." >&2
    exit 2
fi
export CHATSCAPE_PROXY_SECRET
exec caddy run --config /etc/caddy/Caddyfile --adapter caddyfile
