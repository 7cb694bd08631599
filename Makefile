# Every command a developer or a listener types. `make help` lists them.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# Most tests wait for real sockets: four workers keep two cores busy.
WORKERS ?= 4
BY_FILE := --dist loadfile --no-loadscope-reorder
HERE := not live and not toolchain and not conformance and not soak and not fuzz and not load and not faults and not audio
PIP := $(PY) -m pip --quiet --disable-pip-version-check

export PYTHONPATH := $(CURDIR)/lambda:$(CURDIR)/home:$(CURDIR)

.DEFAULT_GOAL := help
.PHONY: help play serve test test-fast check format

help:  ## list the commands
	@cat $(MAKEFILE_LIST) | awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}'

play: $(VENV)/.play  ## talk to an Echo in the terminal: a prompt, or SAY="play blue harbor; next; stop", JSON=1, MUSIC=1, CAR=1
	@$(PY) -m simulator

serve: $(VENV)/.play  ## start the whole stack on loopback, print its addresses as one JSON line, run until interrupted
	@$(PY) -m simulator.serve

test: $(VENV)/.test  ## run the tests that need Python packages only (under 5 minutes on two cores)
	$(PY) -m pytest --numprocesses $(WORKERS) $(BY_FILE) -m "$(HERE)" $(ARGS)

test-fast: $(VENV)/.test  ## run those of them that start no other program (under 1 minute)
	$(PY) -m pytest --numprocesses $(WORKERS) $(BY_FILE) -m "$(HERE) and not slow" $(ARGS)

check: $(VENV)/.test  ## format, lint and types
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy

format: $(VENV)/.test  ## write the code in the house's format
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

$(VENV)/.play: simulator/requirements.txt home/requirements.txt layers/dependencies/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is %d.%d; choose one with PYTHON=python3.x." % sys.version_info[:2])'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing Python packages into $(VENV), once ..." >&2
	@$(PIP) install -r simulator/requirements.txt
	@touch $@

$(VENV)/.test: tests/requirements.txt $(VENV)/.play
	@echo "Installing the test tools into $(VENV), once ..." >&2
	@$(PIP) install -r tests/requirements.txt
	@touch $@

include toolchain.mk reliability.mk audio.mk bench.mk catalog.mk
