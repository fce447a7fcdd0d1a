PYTHON ?= python3
BIN := .venv/bin
SAMPLE := assets/sample/sample.parquet
STORE ?= store/$(if $(DATA),data,sample)
ROWS ?= 1000000
MODELS ?= yes
ALL ?= no
UV := 0.13.9
WORDS_ONLY := $(if $(filter no,$(MODELS)),--words-only)
INDEX ?= $(if $(WORDS_ONLY),words,$(if $(DATA),quick,meaning))

.PHONY: run index test bench load format docs audit lock screenshots sample

run: .venv/installed  ## DATA=a file of conversations, a folder of them or a glob; MODELS=no: search by words alone; INDEX=none, words, quick or meaning: what is built beside the page
	@$(BIN)/chatscape prepare "$(or $(DATA),$(SAMPLE))" --store "$(STORE)"
	@$(BIN)/chatscape serve --store "$(STORE)" --build-index $(INDEX)

index: .venv/installed  ## the search index of what `make run DATA=...` prepared
	@$(BIN)/chatscape index --store "$(STORE)" $(WORDS_ONLY)

test: .venv/installed-dev  ## what CI runs, but for what takes minutes; ALL=yes: that too
	@tests/tools/install_browser.sh && tests/tools/install_postgres.sh && tests/tools/install_caddy.sh
	@$(if $(filter yes,$(ALL)),tests/tools/install_podman.sh)
	@PATH="$(CURDIR)/$(BIN):$$PATH" ALL=$(ALL) tests/check.sh

bench: .venv/installed-dev  ## every target, beside the naive way; ROWS=... or DATA=...
	@tests/tools/install_browser.sh && $(BIN)/python -m tests.bench --rows $(ROWS) $(if $(DATA),--data "$(DATA)")

load: .venv/installed-dev  ## 50 readers at once, without and with slow questions beside them; ROWS=...
	@$(BIN)/python -m tests.load --rows $(ROWS)

format: .venv/installed-dev  ## format and fix what can be fixed
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

docs: .venv/installed-dev  ## the generated tables of docs/
	@$(BIN)/python -m tests.tools.generate_docs

audit: .venv/installed-dev  ## known weaknesses of the pinned packages
	@$(BIN)/python -m tests.tools.audit

lock: .venv/installed-dev  ## requirements-image.txt, after a change of the pins
	@$(BIN)/pip install -q "uv==$(UV)" && $(BIN)/python -m tests.tools.lock_image $(BIN)/uv

screenshots: .venv/installed-dev  ## the pictures of the README
	@tests/tools/install_browser.sh && $(BIN)/pytest tests/e2e/test_screenshots.py --screenshots assets/screenshots

sample: .venv/installed  ## the bundled sample, byte for byte
	@$(BIN)/chatscape sample $(SAMPLE) --rows 2000 --seed 39

# uv installs the same pins in a fraction of the time; without it, pip does. Like pip, it looks for
# wheels where PIP_FIND_LINKS says.
UV_INSTALL = UV_FIND_LINKS="$${UV_FIND_LINKS-$$PIP_FIND_LINKS}" $(BIN)/uv pip install -q --python $(BIN)/python
# It takes 38 MB, and only who develops needs it again.
IS_RUN_ONLY = $(if $(filter-out run index,$(MAKECMDGOALS)),,yes)
WITHOUT_UV = $(if $(IS_RUN_ONLY),&& $(BIN)/pip uninstall -q -y uv)
INSTALL = ($(BIN)/pip install -q "uv==$(UV)" && $(UV_INSTALL) $(1) $(WITHOUT_UV)) || $(BIN)/pip install -q $(1)

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(call INSTALL,-c constraints.txt -e ".$(if $(WORDS_ONLY),,[search])")
	@touch $@

.venv/installed-dev: .venv/installed
	$(call INSTALL,-c constraints.txt -e ".[dev]")
	@touch $@
