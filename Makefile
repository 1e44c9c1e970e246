# Everything one needs: `make run` to try Hearth, `make test` to be sure of it. `make help` lists the rest.

PORT ?= 8000
BROKER_PORT ?= 1883
CENTRE ?= .centre
PYTHON ?= python3

VENV := .venv/bin
WEB_SOURCES := $(shell find web tools/web.py -type f -not -path '*/node_modules/*' -not -name openapi.json -not -name api.gen.ts)

.PHONY: help run day test check web snapshots lock schedules fuzz bench clean
.DEFAULT_GOAL := help

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*##\(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name what; do printf '  make %-9s %s\n' "$$name" "$$what"; done
	@echo
	@echo "  PORT=$(PORT) BROKER_PORT=$(BROKER_PORT) CENTRE=$(CENTRE) can be set, so that several centres run side by side."

run: .make/hearth .make/web  ## the demo centre in the foreground, from a bare checkout; Ctrl-C stops it
	@$(VENV)/python tools/need.py broker
	@HEARTH_HTTP_PORT=$(PORT) HEARTH_BROKER_PORT=$(BROKER_PORT) exec $(VENV)/hearth run --demo$(LIVED) --centre "$(CENTRE)"

day: CENTRE = .centre-day
day: LIVED = $() --day
day: run  ## the same, with a day behind it: people in every zone, a leak, a call, bookings, lockers

test: .make/hearth .make/web  ## everything: what the tests need, then check, then all the tests
	@$(VENV)/python tools/need.py broker browser database
	@$(VENV)/python tools/lanes.py test

check: .make/hearth .make/web  ## format, lint, types, import rules, fast tests: some minutes
	@$(VENV)/python tools/lanes.py check

web: .make/web  ## the pages, into api/webroot/

snapshots: .make/hearth .make/web  ## the kept pictures of key screens anew, after a wanted change; then look at them
	@SNAPSHOTS=anew $(VENV)/python -m pytest -q -p no:cacheprovider tests/web/test_snapshots.py

schedules: .make/hearth  ## a hundred thousand random faults against the unlock protocol: an hour or more
	@$(VENV)/python -m pytest -q -n 2 --dist load -m model tests/model --schedules 100000

fuzz: .make/hearth  ## other examples than last time for every test that makes its own: some minutes
	@$(VENV)/python -m pytest -q -n 2 -m "hypothesis and not (model or processes or browser)" --hypothesis-profile=other

bench: .make/hearth .make/web  ## how fast, each figure beside a floor measured in the same run
	@for benchmark in benchmarks/*.py; do $(VENV)/python "$$benchmark" || exit 1; done

lock:  ## choose the newest dependencies that pyproject.toml allows, and write their hashes down
	@$(PYTHON) tools/lock.py

clean:  ## forget everything made here but the demo centre
	rm -rf .venv .make .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis web/node_modules api/webroot

.venv/pyvenv.cfg:
	@$(PYTHON) tools/venv.py

.make/dependencies: requirements/dev.lock .venv/pyvenv.cfg
	@echo "installing what requirements/dev.lock names (once; some minutes)"
	@$(VENV)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@mkdir -p .make && touch $@

.make/hearth: pyproject.toml .make/dependencies
	@$(VENV)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.make/web: .make/dependencies $(WEB_SOURCES) $(if $(wildcard api/webroot/app/index.html),,rebuild)
	@$(VENV)/python tools/web.py build
	@touch $@

.PHONY: rebuild
rebuild:
