#!/bin/sh
# What CI runs, and what a person runs. Browser tests run alone: they would starve each other.
set -eux
ruff format --check .
ruff check .
mypy
python -m tests.audit
pytest -n 2 --ignore tests/e2e "$@"
pytest tests/e2e "$@"
