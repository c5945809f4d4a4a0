# quorate: `make demo` shows the main job, `make test` runs every test that this machine can run.
# Both install what they need (Debian packages as root, Python packages into .venv) and nothing else.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: demo test check bench docs clean tools lab-tools
.DEFAULT_GOAL := check

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  test "$$(id -u)" = 0 || { echo "python3-venv is missing: as root, apt-get install python3-venv" >&2; exit 2; }; \
	  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy python3-venv; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# The main job: a cluster file becomes a cluster on three lab nodes, and survives a power cut.
demo: $(STAMP) lab-tools
	$(BIN)/quorate demo

# Everything this machine can run; what it cannot run is named with the reason.
test: $(STAMP) tools check
	$(BIN)/pytest tests/scheduler tests/contract tests/lab tests/stories

# Without root and in less than a minute: style, types, room contracts, unit tests.
check: $(STAMP)
	$(BIN)/ruff check src tests benchmarks tools
	$(BIN)/ruff format --check src tests benchmarks tools
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/unit

bench: $(STAMP) tools
	$(BIN)/python -m benchmarks

docs: $(STAMP)
	$(BIN)/python tools/reference.py

# What the lab needs of this machine, and what the tests of the renderers ask their verdict of.
lab-tools: $(STAMP)
	$(BIN)/quorate lab install

tools: lab-tools
	tools/install-cluster-tools

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
