PYTHON ?= python3
BIN := .venv/bin
SAMPLE := assets/sample/sample.parquet
STORE ?= store/$(if $(DATA),data,sample)
ROWS ?= 1000000
MODELS ?= yes
ALL ?= no
WORDS_ONLY := $(if $(filter no,$(MODELS)),--words-only)

.PHONY: run index test bench load format audit screenshots sample

run: .venv/installed  ## DATA=a parquet file, a folder of shards or a glob; MODELS=no: search by words alone
	@$(BIN)/chatscape prepare "$(or $(DATA),$(SAMPLE))" --store "$(STORE)"
	@$(if $(DATA),,$(BIN)/chatscape index --store "$(STORE)" $(WORDS_ONLY))
	@$(BIN)/chatscape serve --store "$(STORE)"

index: .venv/installed  ## the search index of what `make run DATA=...` prepared
	@$(BIN)/chatscape index --store "$(STORE)" $(WORDS_ONLY)

test: .venv/installed-dev  ## what CI runs, but for what takes minutes; ALL=yes: that too
	@tests/install_browser.sh && tests/install_postgres.sh && tests/install_caddy.sh
	@PATH="$(CURDIR)/$(BIN):$$PATH" ALL=$(ALL) tests/check.sh

bench: .venv/installed-dev  ## every target, beside the naive way; ROWS=... or DATA=...
	@tests/install_browser.sh && $(BIN)/python -m tests.bench --rows $(ROWS) $(if $(DATA),--data "$(DATA)")

load: .venv/installed-dev  ## 50 readers at once, without and with slow questions beside them; ROWS=...
	@$(BIN)/python -m tests.load --rows $(ROWS)

format: .venv/installed-dev  ## format and fix what can be fixed
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

audit: .venv/installed-dev  ## known weaknesses of the pinned packages
	@$(BIN)/python -m tests.audit

screenshots: .venv/installed-dev  ## the pictures of the README
	@tests/install_browser.sh && $(BIN)/pytest tests/e2e/test_screenshots.py --screenshots assets/screenshots

sample: .venv/installed  ## the bundled sample, byte for byte
	@$(BIN)/chatscape sample $(SAMPLE) --rows 2000 --seed 39

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt -e ".$(if $(WORDS_ONLY),,[search])"
	@touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install -q -c constraints.txt -e ".[dev]"
	@touch $@
