# What takes how long, beside what it may take. Nothing fails by it: figures depend on the machine. The Makefile includes
# this.

.PHONY: bench-music

bench-music: $(VENV)/.test  ## time the music skill's answers with a home 60 ms away, beside Amazon's limits
	@$(PY) -m simulator.bench_music
