# Sets everything up by itself: a virtual environment in .venv, filled from the lock files.
# uv is used when it is on the PATH, plain venv and pip otherwise.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
export PYTHONUTF8 := 1

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ROOMS := bot handlers supervision forms storage reports sandbox

# The first Python on the PATH that is new enough; `make PYTHON=/path/to/python …` names another.
ifndef PYTHON
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
endif

.PHONY: help setup demo demo-reset test check format bench proof lock upgrade audit licences sbom locales clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## set up .venv (every other target does it when needed)
	@:

demo: $(READY) ## the whole product on this machine, with phones in the browser; Ctrl-C stops it
	@exec $(BIN)/xundu demo $(ARGS)

demo-reset: $(READY) ## start the demo over from its first minute
	@$(BIN)/xundu demo --reset $(ARGS)
	@exec $(BIN)/xundu demo $(ARGS)

test: $(READY) ## the whole suite; ARGS="tests/forms -k date" for a part of it
	@$(BIN)/pytest -n auto --dist worksteal $(ARGS)

check: $(READY) ## style, types, import directions, Dockerfile, scripts, catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/shellcheck .ci/run
	$(BIN)/pytest -q tests/house

format: $(READY) ## put the code into the house style
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(READY) ## the benchmarks, 25 minutes on a machine with nothing else to do; ONLY=turns for one of them
	@$(BIN)/python -m benchmarks $(ONLY) $(ARGS)

proof: $(READY) ## kills, replicas, reminders, broadcasts, databases in trouble, hostile updates: 20 minutes; ONLY=kills for a part of it
	@nice $(BIN)/python -m benchmarks.proof $(ONLY) $(ARGS)

# The lock holds hashes and no address: where packages come from is the machine's own setting.
LOCK = $(1) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet $(2)
UV = $(shell command -v uv || echo $(VENV)/lock/bin/uv)

lock: | $(UV) ## write the lock files again after a change in pyproject.toml
	$(call LOCK,$(UV),-o requirements.lock)
	$(call LOCK,$(UV),--group dev -c requirements.lock -o requirements-dev.lock)

upgrade: | $(UV) ## write the lock files again with the newest versions pyproject.toml allows
	rm -f requirements.lock requirements-dev.lock
	$(MAKE) lock

$(VENV)/lock/bin/uv:
	$(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install -qq --disable-pip-version-check uv

audit: $(READY) ## ask for known weaknesses of what is locked; needs a package index that knows them
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.lock
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements-dev.lock

licences: $(READY) ## write docs/licences.md; fails on a licence that nobody has looked at
	@$(BIN)/python .ci/supply.py licences

sbom: $(READY) ## write build/sbom.json, a CycloneDX bill of materials of what runs
	@$(BIN)/python .ci/supply.py build/sbom.json

locales: $(READY) ## collect the sentences of the code into the catalogues
	@$(BIN)/python -m locales

clean: ## remove what was set up and made, but not the demo's data
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(ROOMS) tests benchmarks packs locales -name __pycache__ -type d -prune -exec rm -rf {} +

# A virtual environment that no longer starts, or is too old, is made anew. One that uv made has no pip.
$(READY): requirements-dev.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "Xundu needs Python 3.11 or newer and found none. Name one: make PYTHON=/path/to/python $(MAKECMDGOALS)"; exit 1; \
	fi
	@if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		rm -rf $(VENV); echo "Setting up $(VENV) with $$("$(PYTHON)" --version). This is done once and takes a minute."; \
		if command -v uv >/dev/null; then uv venv --quiet --python "$(PYTHON)" $(VENV); \
		else "$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian and Ubuntu: apt install python3-venv"; exit 1; }; \
		fi; \
	else echo "Bringing $(VENV) up to date."; fi
	@set -e; if command -v uv >/dev/null; then \
		export VIRTUAL_ENV="$(CURDIR)/$(VENV)"; \
		uv pip install --quiet --require-hashes -r requirements-dev.lock; \
		uv pip install --quiet --no-deps --no-build-isolation -e .; \
	else \
		export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore; \
		$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; \
		$(BIN)/python -m pip install -qq --require-hashes -r requirements-dev.lock; \
		$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .; \
	fi
	@touch $@
