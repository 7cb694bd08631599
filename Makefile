# Every command a developer or a listener types. `make help` lists them.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help play serve test test-all check

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.play: simulator/requirements.txt home/requirements.txt layers/dependencies/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "This needs Python 3.11 or newer; set PYTHON=python3.x to choose one.")'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing Python packages (first use only) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r simulator/requirements.txt
	@touch $@

$(VENV)/.test: tests/requirements.txt $(VENV)/.play
	@$(PY) -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@
