# The one door of the workshop. `make` alone lists what it can do.
# Everything lives in .venv; pip takes its settings from the environment, versions come from constraints.txt.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt
# Set PYTHON=/path/to/python to choose; otherwise the first one that is new enough.
PYTHON ?=
# Extra arguments for pytest, e.g. make test ARGS="-k verify"
ARGS ?=
OUT ?= demo-out

.PHONY: help
help: ## List the targets
	@echo "vnsign + docflow. First: make demo, then: make test"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: demo
demo: $(VENV)/.installed ## Sign, number, seal and verify 40 documents into demo-out/
	@$(BIN)/docflow demo --out $(OUT)

.PHONY: test
test: $(VENV)/.dev-installed ## Run the tests (those marked slow too if CI=true)
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: check
check: $(VENV)/.dev-installed ## Format, lint, types, architecture and documentation
	@echo "ruff format"; $(BIN)/ruff format --check --quiet . || { echo "  mend it with: make format"; exit 1; }
	@echo "ruff check"; $(BIN)/ruff check --quiet .
	@echo "mypy --strict"; $(BIN)/mypy --no-error-summary
	@echo "import-linter"; $(BIN)/lint-imports --no-logo >$(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }
	@echo "documentation"; $(BIN)/python -m pytest -q tests/test_docs.py
	@echo "all checks passed"

.PHONY: format
format: $(VENV)/.dev-installed ## Format the code and sort the imports
	@$(BIN)/ruff check --quiet --select I --fix . ; $(BIN)/ruff format .

.PHONY: docs
docs: $(VENV)/.dev-installed ## Write the pages that are drawn from the code
	@$(BIN)/python docs/generate.py

.PHONY: soak
soak: $(VENV)/.dev-installed ## Kill and repeat for minutes
	@$(BIN)/python -m pytest --soak --timeout=3600 $(ARGS)

.PHONY: fuzz
fuzz: .venv-fuzz/.installed $(VENV)/.dev-installed ## Fuzz verification for half an hour (PDFS=folders of more PDFs; ARGS for libFuzzer)
	@mkdir -p .fuzz/found; $(BIN)/python -m tests.fuzz.make_seeds .fuzz/seeds .fuzz/corpus $(PDFS)
	@.venv-fuzz/bin/python tests/fuzz/inspect_bytes.py .fuzz/seeds .fuzz/corpus -dict=tests/fuzz/pdf.dict \
	    -artifact_prefix=.fuzz/found/ -timeout=20 -rss_limit_mb=3000 -max_len=200000 -max_total_time=1800 $(ARGS)

.venv-fuzz/.installed: tests/fuzz/requirements.txt pyproject.toml
	@$(call find_python); echo "Installing the fuzzer"; "$$python" -m venv .venv-fuzz
	@.venv-fuzz/bin/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt --editable . --requirement $<
	@touch $@

.PHONY: bench
bench: $(VENV)/.dev-installed ## Measure an authority beside openssl and certomancer, signing and verifying beside pyHanko
	@$(BIN)/python -m benchmarks.authority $(ARGS); $(BIN)/python -m benchmarks.sign $(ARGS); $(BIN)/python -m benchmarks.verify $(ARGS)

.PHONY: constraints
constraints: ## Resolve all versions anew into constraints.txt (then run make check test)
	@scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	$(call find_python); "$$python" -m venv "$$scratch"; \
	"$$scratch/bin/python" -m pip --quiet install --upgrade pip setuptools; \
	"$$scratch/bin/python" -m pip --quiet install --no-build-isolation --group dev --editable .; \
	{ echo "# Exact versions this project is tested with. Made anew by: make constraints"; \
	  "$$scratch/bin/python" -m pip freeze --all --exclude-editable | grep -E '^[A-Za-z0-9._-]+==' ; } >constraints.txt

.PHONY: linters
linters: .venv-linters/.installed ## Install the certificate linter that one test asks (CI does)

.venv-linters/.installed: tests/linters-requirements.txt
	@$(call find_python); echo "Installing the linters"; "$$python" -m venv .venv-linters
	@.venv-linters/bin/python -m pip --disable-pip-version-check --quiet install --requirement $<
	@touch $@

.PHONY: clean
clean: ## Remove .venv, the demo's output and every cache
	@rm -rf $(VENV) .venv-linters .venv-fuzz .fuzz $(OUT) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------- the environment

# Sets the shell variable $$python to an interpreter that is new enough and can make environments, or stops.
define find_python
python=""; \
for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
  if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
    python=$$candidate; break; \
  fi; \
done; \
if [ -z "$$python" ]; then \
  echo "No Python 3.11 or newer with its venv module was found." >&2; \
  echo "On Debian or Ubuntu: sudo apt-get install python3 python3-venv; or run: make PYTHON=/path/to/python3.11 …" >&2; \
  exit 1; \
fi
endef

$(VENV)/bin/python:
	@$(call find_python); echo "Making $(VENV) with $$("$$python" --version)"; "$$python" -m venv $(VENV)

# pip and setuptools themselves come from constraints.txt too, so the build of this project is as fixed as the rest.
$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing vnsign + docflow and what they stand on (a minute or two the first time)"
	@$(PIP) pip setuptools
	@$(PIP) --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev-installed: $(VENV)/.installed
	@echo "Installing the test tools"
	@$(PIP) --group dev
	@touch $@
