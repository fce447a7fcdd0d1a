#!/bin/sh
# What the service `prepare` of compose.yaml does: refuses data behind a password that everybody can
# read, makes the secret that the proxy and the dashboard share, and the store of the raw data in /data.
set -eu
published='$2a$14$gJBPb.U/vGd4f6UB1IzP5umucNYVoFJbi.HhYt2QBwRVslKAGvIL6'
if [ -n "${CHATSCAPE_DATA:-}" ]; then
    hash=${CHATSCAPE_PASSWORD_HASH:-}
    if [ -z "$hash" ] || [ "$hash" = "$published" ]; then
        echo "CHATSCAPE_DATA needs a password of its own: run “docker run --rm -it caddy:2.11.7-alpine caddy" \
            "hash-password” and put what it prints into .env, as CHATSCAPE_PASSWORD_HASH='…'." >&2
        exit 2
    fi
    # 60 characters have the hashes of bcrypt, all of them.
    if [ ${#hash} -ne 60 ]; then
        echo "CHATSCAPE_PASSWORD_HASH is not what “caddy hash-password” prints: in .env it stands in single" \
            "quotes, or its dollars are lost." >&2
        exit 2
    fi
fi
secret=${CHATSCAPE_PROXY_SECRET_FILE:-}
if [ -n "$secret" ] && [ ! -s "$secret" ]; then
    # Caddy, which reads it, is another user; no other service has this folder.
    { od -An -tx1 -N32 /dev/urandom | tr -d ' \n'; echo; } > "$secret.partial"
    chmod 0444 "$secret.partial"
    mv "$secret.partial" "$secret"
fi
exec chatscape prepare /data --store /store
