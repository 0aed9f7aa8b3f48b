# SPDX-License-Identifier: AGPL-3.0-or-later
# Two commands matter: `make demo` and `make test`. Both set up what they need, once.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
BIN := .venv/bin
N ?= 20
PARTIES := dropbox keys journalist_ui
LOCKS := source server desk previews keys dev

.PHONY: help setup programs demo test long steady mishaps check format lint types imports sizes bundle screenshots package lint-packages machines bench flood crash hostile campaign twin visits browsers docs generated lock clean

help:
	@echo 'make setup   make .venv with the pinned dependencies and the project'
	@echo 'make demo    run a whole throwaway service      [DIR=… PORT=… DESK_PORT=…]'
	@echo 'make test    check, then every test suite       [SUITES="rules keys" ALLOW_MISSING="postgres tor systemd"]'
	@echo 'make check   format, lint, types, import contracts; prints the largest file and function'
	@echo 'make long    the same suites in their long form [SUITES="browser flows"]'
	@echo 'make steady  repeat suites until each was green so often [SUITES=… N=20]'
	@echo 'make mishaps  commands among odd inputs and outputs [N=500 runs]'
	@echo 'make bundle  build the browser’s bundle and record its hash'
	@echo 'make programs  install the browsers, servers, Tor and what previews use, for tests'
	@echo 'make package  build the Debian packages, in .build/package'
	@echo 'make lint-packages  lintian on them'
	@echo 'make machines  both first runbooks, typed into machines made from a bare Debian'
	@echo 'make screenshots  look at every page, pictures in .build/screenshots'
	@echo 'make bench   measure against bare handlers      [ARGS=…]'
	@echo 'make flood   floods, and who comes through      [N=100 visits each, ARGS=…]'
	@echo 'make crash   kill -9 during writes              [N=1000]'
	@echo 'make hostile  hostile texts through the desk     [N=2000]'
	@echo 'make campaign  months of a service in memory   [N=20 runs]'
	@echo 'make twin    talk through browser and command line [N=1000 conversations]'
	@echo 'make browsers  every browser test in both, each page in every look: make long SUITES=browser'
	@echo 'make visits  look at many visits, and in real time at loaded ones [N=200]'
	@echo 'make docs    write docs/commands.md and docs/worked-example.md'
	@echo 'make generated  write the browser'\''s constants, errors and words from the Python'
	@echo 'make lock    pin requirements/*.in again'
	@echo 'make clean   remove all that these commands made'

# --- setup: each stamp lies in .venv, so that removing .venv is a fresh start ------------------------------------------

setup: .venv/.project .venv/.node .venv/.bundle

# Debian keeps ensurepip in a package of its own.
.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'make: Python 3.11 or newer is needed; name one with PYTHON=/path/to/python3' >&2; exit 1; }
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	  $(PYTHON) tests/needs.py --install venv; fi
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.requirements: requirements/dev.txt .venv/.python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@

# Editable: no rebuild when the code changes, only when the metadata or the starting scripts do.
.venv/.project: pyproject.toml $(wildcard deploy/bin/*) .venv/.requirements
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# npm comes with the pinned Node. No package runs a script of its own; the lock file holds a hash of each.
.venv/.node: package.json package-lock.json .npmrc .venv/.requirements
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Fails when the bundle is not the recorded one, and says what to do.
.venv/.bundle: $(shell find client dropbox/words dropbox/forces/ATTRIBUTION.md -type f) .venv/.node
	$(BIN)/node client/build.mjs
	@touch $@

bundle: .venv/.node
	$(BIN)/node client/build.mjs --record
	@touch .venv/.bundle

# --- run ---------------------------------------------------------------------------------------------------------------

# Without DIR the demo lives in .demo/service, which is thrown away at the next start; a DIR of yours never is.
demo: setup
	@pid=$$(cat .demo/pid 2>/dev/null || true); \
	dir='$(DIR)'; \
	if [ -z "$$dir" ]; then \
	  if [ -n "$$pid" ] && grep -qsa 'dropbox' "/proc/$$pid/cmdline"; then \
	    echo "make: the demo already runs as process $$pid; stop it, or give another DIR=, PORT= and DESK_PORT=" >&2; exit 1; fi; \
	  rm -rf .demo/service; mkdir -p .demo; echo $$$$ > .demo/pid; dir=.demo/service; fi; \
	exec $(BIN)/dropbox demo --dir "$$dir" $(if $(PORT),--port $(PORT)) $(if $(DESK_PORT),--desk-port $(DESK_PORT))

test: setup
	@exec $(BIN)/python tests/run_suites.py $(SUITES)

long: setup
	@LONG=1 exec $(BIN)/python tests/run_suites.py $(SUITES)

steady: setup
	@exec $(BIN)/python -m tests.steady --times $(N) $(SUITES)

mishaps: setup
	@exec $(BIN)/python -m tests.mishaps.campaign --runs $(N)

check: format lint types imports sizes

format: setup
	$(BIN)/ruff format --check .

lint: setup
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy
	$(BIN)/node node_modules/typescript/bin/tsc --project client/tsconfig.json

imports: setup
	$(BIN)/lint-imports --no-cache --no-logo

# The largest of each language; tests/rules holds the bounds.
sizes: setup
	@$(BIN)/python -m tests.rules.sizes

# What runs real browsers, servers of databases or Tor.
programs: setup
	@$(BIN)/python tests/needs.py --install chromium firefox postgres tor haproxy pdftotext bubblewrap ffmpeg libreoffice clamav

screenshots: programs
	@rm -rf .build/screenshots && mkdir -p .build/screenshots
	@SCREENSHOTS=.build/screenshots $(BIN)/python -m pytest -q -n 2 tests/browser -k 'pages_looks or pages_files or pages_trouble or pages_messages or desk_looks or covered or without_script or other_address'
	@echo "$$(ls .build/screenshots | wc -l) pictures in .build/screenshots"

package: setup
	@$(BIN)/python tests/needs.py --install debhelper
	@PATH="$(CURDIR)/$(BIN):$$PATH" exec sh deploy/package.sh .build/package

# Debian's own judge of packages; each override says why (deploy/debian/*.lintian-overrides).
lint-packages: package
	@$(BIN)/python tests/needs.py --install lintian
	@lintian --fail-on error --allow-root --tag-display-limit 0 .build/package/*.changes

# As root, some minutes: systemd as first process, a private Tor network, two units.
machines: package
	@$(BIN)/python tests/needs.py --install mmdebstrap tor mounts
	@LONG=1 exec $(BIN)/python -m pytest -q tests/machines

bench: programs
	@exec $(BIN)/python bench/run.py $(ARGS)

flood: N = 100
flood: programs
	@ended=0; $(BIN)/python -m bench.flood --honest $(N) $(ARGS) || ended=1; \
	$(BIN)/python -m tests.desk_web.doors --times 20 || ended=1; exit $$ended

hostile: programs
	@exec $(BIN)/python -m tests.hostile.campaign --strings $(N)

crash: setup
	@exec $(BIN)/python bench/crash.py --kills $(N)

campaign: setup
	@exec $(BIN)/python -m tests.flows.campaign --runs $(N)

twin: setup
	@exec $(BIN)/python -m tests.client.two_sources --conversations $(N)

browsers: setup
	@LONG=1 exec $(BIN)/python tests/run_suites.py browser

visits: programs
	@VISITS=$(N) $(BIN)/python -m pytest tests/browser/test_visits_alike.py tests/scenarios/test_visits_alike.py -q

docs: setup
	@$(BIN)/python docs/write_commands.py
	@$(BIN)/python -m tests.vectors.worked_example

generated: setup
	@exec $(BIN)/python client/generate.py

# --- keep --------------------------------------------------------------------------------------------------------------

# uv writes requirements that name no host. It is needed only here, so it lives apart from .venv.
lock:
	@mkdir -p .build
	@test -x .build/uv/bin/uv || { $(PYTHON) -m venv .build/uv && .build/uv/bin/python -m pip install --quiet uv; }
	@for name in $(LOCKS); do \
	  .build/uv/bin/uv pip compile --quiet --generate-hashes --no-strip-extras --universal --python-version 3.11 --no-header --no-annotate \
	    --output-file requirements/$$name.txt requirements/$$name.in; done

clean:
	rm -rf .venv .build .demo dist node_modules dropbox/server/static .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage*
	find $(PARTIES) tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
