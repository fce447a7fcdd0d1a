#!/bin/sh
# Makes sure that there is a PostgreSQL for the tests of shared state, or says how to get one.
set -eu
if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -q >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql >/dev/null
    exit 0
fi
case $(uname) in
    Darwin) command="brew install postgresql@17" ;;
    *) command="sudo apt-get install postgresql" ;;
esac
echo "The tests of shared state need PostgreSQL. Run: $command (initdb is then on the path)." >&2
exit 1
