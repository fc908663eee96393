# The commands of the project; bare `make` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
TEST_WORKERS ?= 2
# A start costs seconds of processor time where Python compiles everything anew each time.
export PYTHONDONTWRITEBYTECODE :=
CHROMIUM ?= $(or $(SUONE_CHROMIUM),$(firstword $(wildcard /usr/bin/chromium-headless-shell /usr/bin/chromium)),/usr/bin/chromium-headless-shell)

.PHONY: help
help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# Stamps: a second start installs nothing.
.venv/.build: requirements/build.txt
	@echo "  Make .venv and fetch the installer …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Suone needs Python 3.11 or later: name one, such as make PYTHON=python3.12." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "Python's venv is missing: on Debian, install python3-venv." >&2; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	@touch $@

.venv/.base: .venv/.build requirements/base.txt pyproject.toml
	@echo "  Install what the product needs …"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/base.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

.venv/.dev: .venv/.base requirements/dev.txt
	@echo "  Install what tests and checks need …"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

.PHONY: install
install: .venv/.base libsodium ## Install what the product needs into .venv

.PHONY: demo
demo: .venv/.base libsodium ## Start everything with the demo canton (PORT=8123 for another port)
	@exec $(BIN)/suone demo $(if $(PORT),--port $(PORT))

.PHONY: stop
stop: .venv/.base ## Stop the embedded PostgreSQL servers
	@$(BIN)/suone stop
	@if [ -d var/test ]; then SUONE_VAR=var/test $(BIN)/suone stop; fi

.PHONY: chromium
chromium:
	@if [ -x "$(CHROMIUM)" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "  Install Chromium from Debian …"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium-headless-shell >/dev/null; \
	else \
		echo "The browser tests need Chromium: install it (on Debian: apt-get install --no-install-recommends chromium-headless-shell), or name one with SUONE_CHROMIUM." >&2; exit 1; \
	fi

# The register alone needs it: everything else starts without.
.PHONY: libsodium
libsodium: .venv/.base
	@if $(BIN)/python -c 'from suone.register.oprf import sodium; sodium.load()' 2>/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "  Install libsodium from Debian …"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends libsodium23 >/dev/null && exit 0; \
	fi; \
	echo "  The register needs libsodium 1.0.18 or later: install it (on Debian: apt-get install libsodium23)." >&2

.PHONY: test
test: .venv/.dev chromium libsodium check ## Run the checks and every test, browser journeys too
	@SUONE_CHROMIUM="$(CHROMIUM)" $(BIN)/pytest -n $(TEST_WORKERS); outcome=$$?; \
	SUONE_VAR=var/test $(BIN)/suone stop; exit $$outcome

.PHONY: check
check: .venv/.dev ## Run the checks that need no test: style, types, floors, settings, migrations, styles, drawings, document, schemas, statements, translations, security
	@echo "  Style …" && $(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .
	@echo "  Types …" && $(BIN)/mypy --no-error-summary
	@echo "  Floors …" && $(BIN)/lint-imports >/dev/null || { $(BIN)/lint-imports; exit 1; }
	@SUONE_BASE_URL=https://suone.example.ch SUONE_ALLOWED_HOSTS=suone.example.ch $(BIN)/python -m suone.config.checks
	@echo "  Security …" && $(BIN)/bandit --quiet --recursive src --configfile pyproject.toml

.PHONY: css
css: .venv/.base ## Compile the styles (needs npm)
	@npm install --ignore-scripts --no-audit --no-fund --silent
	@$(BIN)/python -m suone.ground.web.css

.PHONY: translations
translations: .venv/.base ## Bring new sentences into the catalogues of locale/
	@$(BIN)/python -m suone.config.translations --update

.PHONY: draw
draw: .venv/.base ## Draw the pictures of docs/drawings.md from the code
	@$(BIN)/python -m suone.config.drawings

.PHONY: document
document: .venv/.dev ## Write the API's document from the code
	@$(BIN)/python -m suone.config.openapi

.PHONY: schemas
schemas: .venv/.base ## Write the JSON Schemas of a canton's files for editors
	@$(BIN)/python -m suone.config.schemas

.PHONY: statements
statements: .venv/.base ## Write docs/statements.md: every statement of the shipped files with its source
	@$(BIN)/python -m suone.config.statements

.PHONY: format
format: .venv/.dev ## Put the code in its style
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format --quiet .

.PHONY: sweep
sweep: .venv/.dev chromium ## Try every address as every role on foreign objects, in full
	@SUONE_CHROMIUM="$(CHROMIUM)" SUONE_SWEEP=full $(BIN)/pytest -n $(TEST_WORKERS) tests/sweep; outcome=$$?; \
	SUONE_VAR=var/test $(BIN)/suone stop; exit $$outcome

.PHONY: differential
differential: .venv/.dev ## Compare a million decisions about access with the reference model
	@SUONE_DECISIONS=1000000 $(BIN)/pytest tests/reference; outcome=$$?; \
	SUONE_VAR=var/test $(BIN)/suone stop; exit $$outcome

# Goes on where it was broken off; begins anew once var/mutants is removed. OF=consents plants in one package alone, OF=consents,dossiers in two.
.PHONY: mutants
mutants: .venv/.dev ## Loosen every lock once and see a test fall (hours; OF=package for one)
	@$(BIN)/python -m pytest -p tests.mutants.run --mutants-of=$(OF) src tests; outcome=$$?; \
	SUONE_VAR=var/test $(BIN)/suone stop; exit $$outcome

.PHONY: soak
soak: .venv/.dev chromium ## Run everything random at length: stories, races, decisions, requests, the whole sweep, pages in all looks, journeys in all languages (hours)
	@SUONE_CHROMIUM="$(CHROMIUM)" SUONE_SWEEP=full SUONE_DECISIONS=1000000 SUONE_FUZZ=5000 $(BIN)/pytest -n $(TEST_WORKERS) \
		tests/test_access_state_machine.py tests/test_joint_signatures.py tests/test_race_of_meetings.py tests/test_races.py \
		tests/reference tests/test_fuzz.py tests/sweep tests/accessibility tests/journeys && \
	SUONE_EXAMPLES=2000 $(BIN)/pytest -n $(TEST_WORKERS) -m hypothesis src tests/test_canton_files.py; outcome=$$?; \
	SUONE_VAR=var/test $(BIN)/suone stop; exit $$outcome

.PHONY: costs
costs: .venv/.dev chromium ## Run every test and say which part takes how much processor time
	@SUONE_CHROMIUM="$(CHROMIUM)" $(BIN)/python -m pytest -p tests.costs; outcome=$$?; \
	SUONE_VAR=var/test $(BIN)/suone stop; exit $$outcome

.PHONY: fuzz
fuzz: .venv/.dev ## Send 5'000 valid and invalid requests to each endpoint of the API
	@SUONE_FUZZ=5000 $(BIN)/pytest -n $(TEST_WORKERS) tests/test_fuzz.py; outcome=$$?; \
	SUONE_VAR=var/test $(BIN)/suone stop; exit $$outcome

.PHONY: bench
bench: .venv/.dev ## Measure: each file of benchmarks/ answers one question
	@for file in benchmarks/*.py; do echo "  $$file …"; $(BIN)/python $$file || exit 1; done

.PHONY: lock
lock: .venv/.build ## Pin the requirements anew, with hashes
	@for name in build base dev; do \
		$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url requirements/$$name.in -o requirements/$$name.txt || exit 1; \
	done
