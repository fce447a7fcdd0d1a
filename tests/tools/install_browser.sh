#!/bin/sh
# Makes sure that there is a Chromium for the browser tests, or says the one command that gets it.
set -eu
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
if [ -n "$chromium" ] && [ -x "$chromium" ]; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q chromium >/dev/null
    exit 0
fi
case $(uname) in
    Darwin) command="brew install --cask chromium" ;;
    *) command="sudo apt-get install chromium" ;;
esac
echo "The browser tests need Chromium. Run: $command (or set CHROMIUM to its path)." >&2
exit 1
