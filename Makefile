# One word per task. Everything is installed from hashed locks into .venv; stamps in it make a second run fast.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
STATIC := reviewer/web/static/vendor
# the first of these that runs and is new enough
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
CHROMIUM ?= /usr/bin/chromium
# development data for `make bench` and `make models`
DATA ?= $(or $(REVIEWER_DEV_DATA),../shared/data)
# more words for pytest, e.g. make test ARGS='-k permit -x'
ARGS ?=
UV := uv==0.13.9

# $(call debian,packages): by apt as root or with sudo; otherwise a sentence that says what to ask for
define debian
	if [ "$$(id -u)" = 0 ]; then as=; \
	elif sudo -n true 2>/dev/null || { [ -t 0 ] && command -v sudo >/dev/null; }; then as=sudo; \
	else echo >&2 "Missing here: $(1). Ask an administrator for: apt-get install --no-install-recommends $(1)"; exit 1; fi; \
	command -v apt-get >/dev/null || { echo >&2 "Missing here: $(1), and there is no apt-get to install it with."; exit 1; }; \
	$$as apt-get update -qq; \
	$$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) >/dev/null
endef

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- what is installed -----------------------------------------------------------------------------

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo >&2 "Python 3.11 or newer is needed: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { $(call debian,python3-venv); }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.app: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.app
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

$(STATIC)/.done: package-lock.json reviewer/web/vendor.mjs | $(BIN)/python
	@command -v npm >/dev/null || $(PIP) install --quiet --require-hashes -r requirements-assets.lock
	PATH="$$PATH:$(CURDIR)/$(BIN)"; npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error && npm run --silent vendor
	@touch $@

$(VENV)/.browser: | $(BIN)/python
	@{ test -x $(CHROMIUM) && fc-list 2>/dev/null | grep -q DejaVuSans && fc-list | grep -qi coloremoji; } || \
		{ $(call debian,chromium fontconfig fonts-dejavu-core fonts-noto-color-emoji); }
	@touch $@

# --- what people type ------------------------------------------------------------------------------

.PHONY: run
run: $(VENV)/.app $(STATIC)/.done ## the demo on this machine: install, migrate, load, serve on loopback
	$(BIN)/reviewer serve --demo

.PHONY: test
test: $(VENV)/.dev $(STATIC)/.done $(VENV)/.browser lint ## everything: lint, the rules' own examples, all tests
	$(BIN)/reviewer rules test
	$(BIN)/python -m pytest $(ARGS)

.PHONY: lint
lint: $(VENV)/.dev ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: $(VENV)/.dev ## let ruff lay out the code
	$(BIN)/ruff check --fix --select I
	$(BIN)/ruff format

.PHONY: bench
bench: $(VENV)/.dev ## measure against the development data in DATA: found, missed, false alarms, time
	$(BIN)/python bench/rules.py $(DATA)/policy-pairs/dev.jsonl $(DATA)/vale-conformance/styles
	$(BIN)/python bench/vale_conformance.py $(DATA)/vale-conformance/dev $(DATA)/vale-conformance/styles
	$(BIN)/python bench/evasion.py $(DATA)/evasion/dev.jsonl
	$(BIN)/python bench/evasion.py --clean $(DATA)/evasion/clean.txt --terms $(DATA)/evasion/terms-dev.json
	$(BIN)/python bench/unseen.py $(DATA)/evasion/terms-dev.json
	$(BIN)/python bench/domains.py $(DATA)/evasion/domains-dev.jsonl
	for posts in $(DATA)/pii/*.jsonl; do $(BIN)/python bench/pii.py "$$posts"; done
	$(BIN)/python bench/secrets.py $(DATA)/secrets/posts-dev.jsonl
	$(BIN)/python bench/speed.py $(DATA)/policy-pairs/dev.jsonl $(DATA)/evasion/terms-dev.json

.PHONY: docs
docs: $(VENV)/.dev ## do docs and code name the same settings, commands, calls, events, errors?
	$(BIN)/python -m pytest tests/test_docs.py

LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url $(ARGS)
# where `make models` writes; LOCAL=1 adds sets with unclear terms, for weights that stay on this machine
MODELS ?= reviewer/models
.PHONY: models
models: $(VENV)/.dev ## train the tone heads anew from DATA into MODELS, and print how they do
	$(BIN)/python -m training.make --data $(DATA) --out $(MODELS) $(if $(LOCAL),--local)

.PHONY: lock
lock: | $(BIN)/python ## write the locks anew; ARGS=--upgrade takes newer versions
	$(PIP) install --quiet '$(UV)'
	$(LOCK) --group build -o requirements.lock pyproject.toml >/dev/null
	$(LOCK) --group build --group dev --group train -c requirements.lock -o requirements-dev.lock pyproject.toml >/dev/null
	$(LOCK) --group assets -o requirements-assets.lock >/dev/null
