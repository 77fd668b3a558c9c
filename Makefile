# Everything one does here. `make` lists it. Works with GNU make 3.81 (macOS) and newer.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.SUFFIXES:
MAKEFLAGS += --no-print-directory --no-builtin-rules

PY := .venv/bin/python
READY := .venv/.ready
NPM := node_modules/.ready
DATA ?= ./data
HOST ?= 127.0.0.1
PORT ?= 8080
ARGS ?=

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-emit-package among-protocol --custom-compile-command "make lock"

PYTHON_FILES := protocol server client_cli $(wildcard tests bench examples scripts)

##@ Use it
.PHONY: run
run: $(READY)  ## start a server with its data in ./data, and the terminal client
	@exec $(PY) -m among_server.admin.main demo --data $(DATA) --host $(HOST) --port $(PORT) $(ARGS)

.PHONY: serve
serve: $(READY)  ## start the server alone on 127.0.0.1:8080
	@exec .venv/bin/among-server serve --data $(DATA) --host $(HOST) --port $(PORT) $(ARGS)

##@ Work on it
.PHONY: dev
dev: $(READY)  ## make .venv with all that is needed (again only when the lock changed)
	@echo "Ready: .venv/bin holds among, among-server, pytest, ruff, mypy."

$(READY): requirements.lock pyproject.toml protocol/pyproject.toml scripts/venv.sh
	@scripts/venv.sh
	@touch $@

.PHONY: npm
npm: $(NPM)  ## make node_modules, with what tests need from npm (again only when the lock changed)
	@echo "Ready: node_modules, for tests alone."

$(NPM): $(READY) package-lock.json scripts/npm.sh
	@scripts/npm.sh

.PHONY: test
test: $(READY) $(NPM)  ## run the tests, all of them side by side; ARGS="-k pins" and the like go to pytest
	@$(PY) -m pytest $(or $(ARGS),--numprocesses auto --maxprocesses 4 --dist worksteal)

.PHONY: lint
lint: $(READY)  ## format, lint, types, import contracts, schema: all but the tests
	$(PY) -m ruff format --check $(PYTHON_FILES)
	$(PY) -m ruff check $(PYTHON_FILES)
	$(PY) -m mypy
	.venv/bin/lint-imports --no-cache --no-logo
	$(PY) -m among_protocol.schema --check
	$(PY) -m among_protocol.schema --compatible
	$(PY) -m among_server.admin.limits --check
	$(PY) -m tests.reference.record --check
	$(PY) -m among_server.admin.reference --check

.PHONY: check
check: lint  ## all that a change must pass: lint, then the tests
	@$(MAKE) test

.PHONY: fmt
fmt: $(READY)  ## format the code and mend what ruff can
	$(PY) -m ruff check --fix-only $(PYTHON_FILES)
	$(PY) -m ruff format $(PYTHON_FILES)

.PHONY: schema
schema: $(READY) $(NPM)  ## write protocol/schema/, the types in protocol/js and docs/reference/limits.md anew from the code
	$(PY) -m among_protocol.schema
	$(PY) -m among_server.admin.limits
	$(PY) -m tests.js.declare

.PHONY: docs
docs: $(READY)  ## write the reference pages anew that are made from the code
	$(PY) -m tests.reference.record
	$(PY) -m among_server.admin.reference

.PHONY: pictures
pictures: $(READY)  ## draw the pictures of the terminal in docs/images anew
	$(PY) -m tests.cli.pictures

.PHONY: site
site: $(READY)  ## build the documents as a site, build/site/index.html, with every link checked
	@$(PY) -m scripts.site

.PHONY: bench
bench: $(READY)  ## measure; ARGS go to the benchmark
	@exec $(PY) -m bench $(ARGS)

.PHONY: docker-test
docker-test: $(READY)  ## build the image and prove what it promises; needs Docker
	@exec env DOCKER_TEST=1 $(PY) -m pytest tests/container $(ARGS)

.PHONY: soak
soak: $(READY)  ## run the long tests, which `make test` leaves out
	@exec $(PY) -m pytest -m soak -o faulthandler_timeout=3600 tests/soak $(ARGS)

.PHONY: shrink
shrink: $(READY)  ## find the shortest random story that fails; ARGS="tests/server/test_stories.py -k NAME"
	@exec $(PY) -m pytest --hypothesis-profile shrink -o faulthandler_timeout=3600 $(ARGS)

.PHONY: fuzz
fuzz: $(READY)  ## look for bytes that break the server; ARGS="--seconds 600"
	@exec $(PY) -m tests.fuzz.run $(ARGS)

##@ Keep it
.PHONY: lock
lock: $(READY)  ## renew the locks (needs uv); ARGS=--upgrade for newer versions
	@command -v uv >/dev/null || { echo "among: make lock needs uv: https://docs.astral.sh/uv/" >&2; exit 1; }
	$(COMPILE) pyproject.toml protocol/pyproject.toml --all-extras --output-file requirements.lock $(ARGS)
	$(COMPILE) pyproject.toml --constraint requirements.lock --no-annotate --output-file requirements-server.lock
	echo hatchling | $(COMPILE) - --constraint requirements.lock --no-annotate --output-file requirements-build.lock

.PHONY: npm-lock
npm-lock: $(READY)  ## renew package-lock.json from the package.json files; ARGS=update for newer versions
	@scripts/npm.sh $(or $(ARGS),install) --package-lock-only

.PHONY: clean
clean:  ## remove .venv, node_modules, caches and build results; ./data stays
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
	find $(PYTHON_FILES) -type d -name __pycache__ -prune -exec rm -rf {} +

.PHONY: help
help:
	@if [ -t 1 ] && [ -z "$$NO_COLOR" ]; then b=$$(printf '\033[1m'); c=$$(printf '\033[36m'); n=$$(printf '\033[0m'); fi; \
	printf '%s\n' "$${b}Among$${n}, a real-time community chat server. $${b}make run$${n} is the way in."; \
	awk -v b="$$b" -v c="$$c" -v n="$$n" -F ':.*## ' \
	    '/^##@ / { printf "\n%s%s%s\n", b, substr($$0, 5), n } \
	     /^[a-z-]+:.*## / { printf "  %s%-11s%s %s\n", c, $$1, n, $$2 }' $(firstword $(MAKEFILE_LIST))
