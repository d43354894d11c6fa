# Every verb sets up what it needs; `make demo` and `make test` want nothing but Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The official clients; two of them share a package name, so each has an environment of its own.
CLIENT_PINS := runware==0.5.24 runware-sdk==1.8.0 aimlapi-sdk-python==2.24.0rc1
CLIENTS := .venv-clients
CLIENTS_READY := $(foreach pin,$(CLIENT_PINS),$(CLIENTS)/$(firstword $(subst ==, ,$(pin)))/.ready)

# What looks at dependencies from outside, and the oldest ones that we allow: environments of their own.
SUPPLY := .venv-supply
SUPPLY_READY := $(SUPPLY)/.ready
LOWEST := .venv-lowest
LOWEST_READY := $(LOWEST)/.ready
# What `make bench` measures us against.
PEERS := .venv-peers
PEERS_READY := $(PEERS)/.ready

# Tests wait about as much as they work, so that two cores carry more than two of them at a time; neighbours in a file
# stay together, as they share what is dear to set up.
WORKERS ?= 4
PARALLEL := -n $(WORKERS) --dist worksteal
# Without its caches Python would compile every test in each of these processes, each time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all conformance prove mutants check fix schemas bench sbom audit test-lowest lock clean

help: ## Show the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Make .venv from the lock, hashes checked

$(READY): requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "renderline needs Python >= 3.11; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "this Python cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "installing into $(VENV) (once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## Render manifests/demo.shots.yaml offline; nothing is paid
	@$(BIN)/render run manifests/demo.shots.yaml --offline

test: $(READY) ## Run the tests that need nothing but Python
	@$(BIN)/python -m pytest $(PARALLEL)

test-all: $(READY) ## Run every test; installs what they need
	@sh tests/install-needs
	@$(BIN)/python -m pytest $(PARALLEL) --everything

conformance: $(READY) $(CLIENTS_READY) ## Put the official clients through their paces against our server
	@$(BIN)/python -m tests.conformance

$(CLIENTS)/%/.ready: requirements/client-%.lock
	@echo "installing $* into $(CLIENTS)/$* (once)"
	@$(PYTHON) -m venv --clear $(CLIENTS)/$*
	@$(CLIENTS)/$*/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

prove: $(READY) ## Prove the promises about money and files; ARGS=--quick for the short form
	@sh tests/install-needs
	@$(BIN)/python -m tests.prove $(ARGS)

mutants: $(READY) ## Break the product in every listed way; each must be noticed. ARGS=--only NAME for one
	@sh tests/install-needs
	@$(BIN)/python -m tests.mutants $(ARGS)

check: $(READY) ## Lint, types, layers, schema in step; writes nothing
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/render schema | cmp -s - schemas/manifest.schema.json \
	  || { echo "schemas/manifest.schema.json is not in step: make schemas" >&2; exit 1; }

fix: $(READY) ## Let the linter and the formatter mend what they can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

schemas: $(READY) ## Write schemas/ anew from the model specs
	@$(BIN)/render schema > schemas/manifest.schema.json.new
	@mv schemas/manifest.schema.json.new schemas/manifest.schema.json

bench: $(READY) $(PEERS_READY) ## Measure start-up, validation and planning, side by side with a floor
	@$(BIN)/python benchmarks/startup.py
	@$(BIN)/python benchmarks/validate.py
	@$(BIN)/python benchmarks/no_op_plan.py

sbom: $(SUPPLY_READY) ## Write the bill of materials, CycloneDX, to build/sbom.json
	@mkdir -p build
	@$(SUPPLY)/bin/cyclonedx-py requirements requirements/dev.lock --pyproject pyproject.toml --output-reproducible \
	  --output-format JSON --output-file build/sbom.json
	@echo "build/sbom.json"

audit: $(READY) $(SUPPLY_READY) ## Ask the database of advisories about every pinned package
	@$(BIN)/python supply/audit.py $(SUPPLY)/bin/pip-audit requirements/dev.lock requirements/lowest.lock $(ARGS)

test-lowest: $(LOWEST_READY) ## Run the client's tests with the lowest versions that pyproject.toml allows
	@$(LOWEST)/bin/python -m pytest $(PARALLEL) tests/acceptance tests/catalog tests/manifest tests/providers \
	  tests/runner tests/store tests/test_artifacts.py tests/test_wire.py tests/test_log.py

$(SUPPLY_READY): requirements/supply.lock
	@echo "installing what looks at dependencies into $(SUPPLY) (once)"
	@$(PYTHON) -m venv --clear $(SUPPLY)
	@$(SUPPLY)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(PEERS_READY): requirements/peers.lock
	@echo "installing what we are measured against into $(PEERS) (once)"
	@$(PYTHON) -m venv --clear $(PEERS)
	@$(PEERS)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(LOWEST_READY): requirements/lowest.lock pyproject.toml
	@echo "installing the lowest versions into $(LOWEST) (once)"
	@$(PYTHON) -m venv --clear $(LOWEST)
	@$(LOWEST)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@$(LOWEST)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

lock: $(READY) ## Pin the newest dependencies that pyproject.toml allows
	@$(PYTHON) -m venv --clear build/lock && build/lock/bin/pip install --quiet uv
	@build/lock/bin/uv pip compile --quiet --universal --generate-hashes --upgrade --all-extras --no-header \
	  --python-version 3.11 --no-emit-index-url --no-emit-find-links pyproject.toml --output-file requirements/dev.lock
	@for pin in $(CLIENT_PINS); do \
	  echo "$$pin" | build/lock/bin/uv pip compile --quiet --universal --generate-hashes --upgrade --no-header \
	    --python-version 3.11 --no-emit-index-url --no-emit-find-links - \
	    --output-file "requirements/client-$${pin%%==*}.lock" || exit 1; \
	done
	@printf 'cyclonedx-bom\npip-audit\n' | build/lock/bin/uv pip compile --quiet --universal --generate-hashes --upgrade \
	  --no-header --no-annotate --python-version 3.11 --no-emit-index-url --no-emit-find-links - \
	  --output-file requirements/supply.lock
	@echo check-jsonschema | build/lock/bin/uv pip compile --quiet --universal --generate-hashes --upgrade \
	  --no-header --no-annotate --python-version 3.11 --no-emit-index-url --no-emit-find-links - \
	  --output-file requirements/peers.lock
	@grep -Eo '^(pytest|pytest-randomly|pytest-xdist|hypothesis|hatchling|editables)==[^ ]+' requirements/dev.lock > build/lock/pins.txt
	@build/lock/bin/uv pip compile --quiet --universal --generate-hashes --resolution lowest-direct --extra media \
	  --no-header --no-annotate --python-version 3.11 --no-emit-index-url --no-emit-find-links \
	  pyproject.toml build/lock/pins.txt --output-file requirements/lowest.lock

clean: ## Remove what was built; never what was rendered
	@rm -rf $(VENV) $(CLIENTS) $(SUPPLY) $(LOWEST) $(PEERS) .editor build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './renders*' -prune -exec rm -rf {} +
