#!/bin/sh
# What CI runs (ALL=yes), and what a person runs. Browser tests run alone: they would starve each other.
set -eux
# Where Debian has programs of the system.
PATH="$PATH:/usr/sbin:/sbin"
marked=$([ "${ALL:-no}" = yes ] && echo "slow or not slow" || echo "not slow")
ruff format --check .
ruff check .
mypy
python -m tests.audit
pytest -n 2 --ignore tests/e2e -m "$marked" "$@"
pytest tests/e2e -m "$marked" "$@"
