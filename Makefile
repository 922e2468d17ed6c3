# Everything is installed into .venv from the lock; nothing is needed besides Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Byte code is kept, whatever the machine's default: each process would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

# What the site draws its charts with, by npm; dashboards/bundles.json has versions and hashes.
BUNDLES := dashboards/bundles/versions.json

.PHONY: demo dev everything test test-engines test-spark torture bench lint clean lock assets screenshots

# The project as dbt reads it; later changes are read by whoever needs them.
PARSED := manifest/manifest.json

demo: $(STAMP) $(BUNDLES) $(PARSED)
	$(BIN)/ai-usage demo $(ARGS)

assets: $(BUNDLES)

$(PARSED): $(STAMP)
	$(BIN)/python -m orchestration.install

$(BUNDLES): dashboards/bundles.json | $(STAMP)
	$(BIN)/python -m dashboards.assets
	touch $@

# The pictures of the README, from the demo's site; needs Chromium.
screenshots: demo
	$(BIN)/python -m tests.dashboards.screenshots

# Dagster with everything, on http://localhost:3000; another port: make dev ARGS="--port 3001".
# Before a night of your own it shows the demo's.
dev: $(STAMP) $(BUNDLES) $(PARSED)
	$(BIN)/python -m orchestration.dev $(ARGS)

# Two processes, each with whole files, the longest first (tests/conftest.py); the slowest tests are listed at the
# end. A third on two processors waits less and computes slower. One process, to see a single test at work:
# make test WORKERS=0 ARGS="-k name".
# With ALL=1 the tests of the next two targets as well, in the same processes: one has a cluster to wait for while
# the other computes.
WORKERS ?= 2
ALL ?=
OTHER_ENGINES := $(VENV)/.spark .venv-engines/.installed .venv-databricks/.installed
test: $(STAMP) $(BUNDLES) $(PARSED) $(if $(ALL),$(OTHER_ENGINES))
	$(if $(ALL),EVERY_FOLDER=1) $(BIN)/pytest $(if $(ALL),-o norecursedirs='.*') \
		--numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=20 $(ARGS)

# Everything that tests need from package registries.
everything: $(STAMP) $(BUNDLES) $(OTHER_ENGINES)

# Whole nights on PostgreSQL, and the models on other engines' adapters, each set of these in a venv of its own
# because of what they pin (docs/decisions/0022).
test-engines: $(STAMP) $(BUNDLES) $(PARSED) .venv-engines/.installed .venv-databricks/.installed
	$(BIN)/pytest tests/engines $(ARGS)

.venv-%/.installed: tests/engines/%.lock
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< -c $<
	touch $@

# The whole path on a Spark cluster that the tests start; needs Java 17 or newer (Debian: openjdk-17-jre-headless).
test-spark: $(VENV)/.spark $(BUNDLES)
	$(BIN)/pytest tests/spark $(ARGS)

$(VENV)/.spark: $(STAMP) tests/spark/requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/spark/requirements.lock -c tests/spark/requirements.lock
	touch $@

# Kill loads and publishes at counted points (docs/reliability.md): make torture POINTS=200 SEED=7 TARGET=postgres.
POINTS ?= 100
SEED ?= 1
TARGET ?= dev
MINUTES ?= 600
torture: $(STAMP) $(BUNDLES)
	$(BIN)/python -m tests.recovery --points $(POINTS) --seed $(SEED) --target $(TARGET) --minutes $(MINUTES)

# Measure against SQL by hand (benchmarks/README.md): make bench ARGS="--messages 50M --only transforms".
bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks $(ARGS)

$(VENV)/.bench: $(STAMP) benchmarks/requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.lock -c benchmarks/requirements.lock
	touch $@

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m orchestration.kits --check
	$(BIN)/python tests/lint/parse_without_deprecation.py
	umask 077 && mkdir -p .data/lint  # dbt opens a warehouse to compile; an empty one of its own
	AI_USAGE_DATA_DIR=.data/lint DBT_TARGET_PATH=.data/lint/target $(BIN)/sqruff lint models tests/dbt

# A lock is its own constraint: without that, pip takes the newest release of what another package asks for with
# an extra, and refuses it for want of a hash.
# Compiled at install: importing dbt without byte code takes two to three times as long.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock -c requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

lock:
	$(BIN)/python -m pip install --quiet --require-hashes -r deploy/uv.lock -c deploy/uv.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --group dev -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url -c requirements.lock -o deploy/requirements.lock pyproject.toml deploy/requirements.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url -c requirements.lock -o benchmarks/requirements.lock benchmarks/requirements.in
	for name in engines databricks; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			--no-emit-index-url -o tests/engines/$$name.lock tests/engines/$$name.in || exit 1; \
	done
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url -c requirements.lock -o tests/spark/requirements.lock tests/spark/requirements.in

clean:
	rm -rf .data target manifest logs .pytest_cache .mypy_cache .ruff_cache
