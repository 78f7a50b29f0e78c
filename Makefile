# Every command of this project. `make` alone says what there is.
# Set-up is part of the first command that needs it and is not done twice.

.DEFAULT_GOAL := help
.PHONY: help run stop admin demo import test check bench contracts docs dashboards format lock journey images up down
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

# The Python that the environment is made with: PYTHON=/path/to/python3.12 make run
PYTHON ?=
PY := .venv/bin/python
READY := .venv/.installed
# Of a run of all tests, each with servers of its own; auto is one where STACK=external.
WORKERS ?= auto

help: ## Show this help
	@echo "Моё здоровье: medical certificates and appointments. Commands:"
	@echo
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18
	@echo
	@echo "Settings go behind a command, for example: make run FRESH=1 KAFKA=memory PORT_GATEWAY=9090"

run: $(READY) ## Start the platform here: five services, gateway, servers (FRESH=1: with empty data)
	@exec $(PY) -m deploy.stacks.embedded

stop: $(READY) ## Stop a running platform
	@exec $(PY) -m deploy.stacks.embedded stop

demo: $(READY) ## Play the whole journey against a running platform and check its result
	@exec $(PY) -m deploy.world.demo $(ARGS)

import: $(READY) ## Send a file of clinics, staff and timetables to a running platform (FILE=…)
	@exec $(PY) -m deploy.tools.importing "$(FILE)" $(ARGS)

admin: $(READY) ## Make the first administrator (ARGS="--full-name … --phone …"; IN=containers)
	@exec $(PY) -m deploy.tools.admin $(if $(IN),--in $(IN)) -- $(ARGS)

journey: $(READY) ## Print the path of a request or thing through all services (ID=…)
	@exec $(PY) -m deploy.watch.journey "$(ID)" $(ARGS)

test: $(READY) ## Run the tests on servers of their own (ARGS="tests/unit -k seal"; all: WORKERS=2)
	@exec $(PY) -m pytest $(or $(ARGS),-n $(WORKERS))

check: $(READY) ## Formatting, lint, types, architecture, generated files: what CI runs
	@exec $(PY) -m deploy.tools.check

bench: $(READY) ## Measure: medians and ratios against baselines
	@exec $(PY) -m tests.benchmarks $(ARGS)

contracts: $(READY) ## Write schemas and the AsyncAPI document from the event contracts
	@exec $(PY) -m contracts.tools $(ARGS)

docs: $(READY) ## Write the OpenAPI documents and the table of metrics into docs/
	@exec $(PY) -m deploy.tools.docs

dashboards: $(READY) ## Write Grafana's dashboards and Prometheus' rules with their tests into deploy/
	@exec $(PY) -m deploy.watch.observability

format: $(READY) ## Format the code and mend what the linter can mend
	@$(PY) -m ruff format .
	@exec $(PY) -m ruff check --fix .

lock: $(READY) ## Compile requirements/*.in to hash-locked files (needs uv)
	@exec $(PY) -m deploy.tools.lock $(ARGS)

images: $(READY) ## Build every container image without any image registry (as root)
	@exec $(PY) -m deploy.stacks.containers images $(ARGS)

up: $(READY) ## Start the platform in containers (REPLICAS=2, PROFILES=core,demo, S3=minio)
	@exec $(PY) -m deploy.stacks.containers up

down: $(READY) ## Stop the containers (VOLUMES=1: and remove their data)
	@exec $(PY) -m deploy.stacks.containers down

$(READY): requirements/dev.txt deploy/tools/setup.sh
	@PYTHON="$(PYTHON)" sh deploy/tools/setup.sh $@
