# What takes how long, beside what it may take. Nothing fails by it: figures depend on the machine. The Makefile includes
# this.

.PHONY: bench-music bench-auto

bench-music: $(VENV)/.test  ## time the music skill's answers with a home 60 ms away, beside Amazon's limits
	@$(PY) -m simulator.bench_music

bench-auto: build $(CACHE)/runtime/.installed $(CACHE)/node/.installed $(VENV)/.test  ## time a vehicle's state in the runtime emulator, beside its limit
	@$(PY) -m simulator.bench_auto
