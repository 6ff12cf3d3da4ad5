# tiffin: set-up, demo, tests. Needs Debian 12 or the like with python3 (3.11 or newer) and its venv module,
# Node 20 or newer with npm, and git. What is downloaded is kept: a second run needs no network.

PYTHON ?= python3
FLAGSHIP ?= examples/lunch.py
SITE ?= site
GALLERY ?= gallery
GALLERY_FLAGS ?= --pyodide 0.27.7 --offline

BIN := .venv/bin
digest = $(shell cat $(1) | sha256sum | cut -c1-16)
PYTHON_READY := .venv/ready-$(call digest,pyproject.toml)
NODE_READY := node_modules/.ready-$(call digest,package.json package-lock.json .npmrc)

.PHONY: setup browsers audit runtimes bundle kernel compiled snapshots demo gallery serve test lint bench bench-kernel build clean help

help:
	@echo "make setup    everything that the other targets need: .venv, node_modules, browsers, Pyodide, bundles"
	@echo "make demo     export $(FLAGSHIP) to $(SITE)/, executed, with its results"
	@echo "make gallery  export every example to $(GALLERY)/, with a page that lists them and a playground"
	@echo "make serve    serve $(SITE)/"
	@echo "make test     every check and every test"
	@echo "make lint     only the linters and type checkers"
	@echo "make audit    check the compiled wheels of the Pyodide distributions with pyodide-build"
	@echo "make bench    measure exported pages against a bare Pyodide, and what kernel and caches cost"
	@echo "make bench-kernel    only the latter, which needs no browser"
	@echo "make build    the wheel and the source distribution, in dist/"
	@echo "make clean    remove what was built, but not what was downloaded"

setup: $(PYTHON_READY) $(NODE_READY) browsers runtimes bundle kernel compiled snapshots

$(PYTHON_READY): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	rm -f .venv/ready-* && touch $@

$(NODE_READY): package.json package-lock.json .npmrc
	npm ci --no-fund --no-audit --loglevel=error
	rm -f node_modules/.ready-* && touch $@

browsers:
	@bash build/browsers.sh

runtimes: $(PYTHON_READY)
	@$(BIN)/python build/pyodide_distribution.py

audit: runtimes
	@$(BIN)/python build/audit_wheels.py

bundle: $(NODE_READY)
	@node build/bundle.mjs

kernel: $(PYTHON_READY)
	@$(BIN)/python build/kernel_wheel.py

compiled: $(NODE_READY) runtimes kernel
	@node build/compile_runtime.mjs

snapshots: $(PYTHON_READY) browsers bundle compiled
	@$(BIN)/python build/make_snapshots.py

demo: setup
	$(BIN)/tiffin export html-wasm $(FLAGSHIP) -o $(SITE) --execute
	@echo
	@echo "The notebook is in $(SITE)/. To look at it:"
	@echo "    $(BIN)/tiffin serve $(SITE)"

gallery: setup
	$(BIN)/tiffin export html-wasm $(wildcard examples/*.py examples/*.ipynb) -o $(GALLERY) --execute \
		--playground --title "A gallery of notebooks" $(GALLERY_FLAGS)
	@echo
	@echo "The gallery is in $(GALLERY)/. To look at it:"
	@echo "    $(BIN)/tiffin serve $(GALLERY)"

serve: $(PYTHON_READY)
	$(BIN)/tiffin serve $(SITE)

test: setup
	@bash build/check.sh all

lint: $(PYTHON_READY) $(NODE_READY)
	@bash build/check.sh lint

bench: setup
	$(BIN)/python bench/kernel.py
	$(BIN)/python bench/caches.py
	$(BIN)/python bench/server.py
	$(BIN)/python bench/run.py
	$(BIN)/python bench/editing.py
	$(BIN)/python bench/boot.py

bench-kernel: $(PYTHON_READY)
	$(BIN)/python bench/kernel.py
	$(BIN)/python bench/caches.py

build: setup
	rm -rf dist
	$(BIN)/pyproject-build --no-isolation

clean:
	rm -rf build/out dist $(SITE) $(GALLERY) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find py tests build -name __pycache__ -type d -prune -exec rm -rf {} +
