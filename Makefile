# quorate: `make demo` shows the main job, `make test` runs every test that this machine can run.
# Both install what they need (Debian packages as root, Python packages into .venv) and nothing else.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: demo test check bench conformance docs clean tools lab-tools
.DEFAULT_GOAL := check

$(BIN)/python:
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  test "$$(id -u)" = 0 || { echo "python3-venv is missing: as root, apt-get install python3-venv" >&2; exit 2; }; \
	  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends python3-venv; }
	$(PYTHON) -m venv $(VENV)

# Two stamps, so that the demo does not wait for linters: what quorate runs on, and what it is developed with.
$(VENV)/.quorate: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.development: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.quorate

# The main job: a cluster file becomes a cluster on three lab nodes, and survives a power cut.
# BLUEPRINT=mariadb-shared-directory: the same with another of `quorate new`.
demo: lab-tools
	$(BIN)/quorate demo $(BLUEPRINT)

# Everything this machine can run; what it cannot run is named with the reason. Two files at a time: nodes that boot,
# time-outs and elections leave a machine idle most of the time.
test: tools check
	$(BIN)/pytest --numprocesses 2 --dist loadfile tests/contract tests/drill tests/scheduler tests/lab tests/stories

# Without root and in less than a minute: style, types, room contracts, unit tests.
check: $(VENV)/.development
	$(BIN)/ruff check src tests benchmarks tools
	$(BIN)/ruff format --check src tests benchmarks tools
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses 2 tests/unit

bench: $(VENV)/.development tools
	$(BIN)/python -m benchmarks

# The scheduler's worker against crm_simulate: INPUTS=DIR, a folder of CIBs, or synthetic clusters and what befalls them.
conformance: $(VENV)/.development tools
	$(BIN)/python -m tools.conformance $(INPUTS)

docs: $(VENV)/.development
	$(BIN)/python tools/reference.py

# What the lab needs of this machine; and besides, as root, what tests ask for a verdict.
lab-tools: $(VENV)/.quorate
	$(BIN)/quorate lab install

tools: $(VENV)/.quorate
	@test "$$(id -u)" != 0 || $(BIN)/quorate lab install --nodes kernel
	@tools/install-cluster-tools

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
