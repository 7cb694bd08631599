# The suites that count: each prints what it judged, fails by what it found, and writes its figures to docs/reliability.md
# when it ran whole. The Makefile includes this.

.PHONY: conformance model soak faults fuzz load

# A part picked by ARGS would say less than the page does, and CI changes no file of its checkout.
COUNTED := $(if $(ARGS)$(CI),,RECORD_FIGURES=yes) $(PY) -m pytest

conformance: $(VENV)/.test  ## judge everything the skill answers by Alexa's rules, print the table
	@$(COUNTED) tests/conformance $(ARGS)

model: $(VENV)/.test  ## check the model of playback under 2,000 examples, as CI does
	@MODEL=whole $(PY) -m pytest --numprocesses $(WORKERS) tests/model -m "slow and not soak" -k test_nothing_is_lost

soak: $(VENV)/.test  ## check the model of playback under 50,000 examples (long)
	@$(COUNTED) tests/model -m soak $(ARGS)

faults: $(VENV)/.test  ## break every link under every command, print the matrix
	@$(COUNTED) tests/faults $(ARGS)

fuzz: $(VENV)/.test  ## spoil requests, bridge calls and bytes
	@$(COUNTED) tests/fuzz -m fuzz $(ARGS)

load: $(VENV)/.test  ## put 200 Echos on one bridge, and 200,000 tracks into a catalogue
	@$(COUNTED) tests/load tests/integration/catalog/test_memory.py -m load $(ARGS)
