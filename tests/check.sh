#!/bin/sh
# What CI runs (ALL=yes), and what a developer runs. Every stage runs, also after one that failed.
# Browser tests run on their own: beside the unit tests they would starve each other.
set -u
# Debian keeps some programs of the tests here.
PATH="$PATH:/usr/sbin:/sbin"
marked=$([ "${ALL:-no}" = yes ] && echo "slow or not slow" || echo "not slow")
failed=

stage() {
    echo "+ $*"
    "$@" || failed="$failed
failed: $*"
}

stage ruff format --check .
stage ruff check .
stage mypy
stage lint-imports --no-cache
stage python -m tests.tools.audit
stage pytest -n 2 --ignore tests/e2e -m "$marked" "$@"
# The last line is the summary of this stage: say before it what failed so far.
[ -z "$failed" ] || echo "$failed"
# The tests of a file share a server and a tab: they stay together.
containers=tests/e2e/test_containers.py
stage pytest -n 2 --dist loadfile tests/e2e --ignore "$containers" -m "$marked" "$@"
# To build an image takes the whole machine; a page beside it can wait for minutes.
[ "${ALL:-no}" != yes ] || stage pytest "$containers" -m "$marked" "$@"
[ -z "$failed" ]
