# What an Echo fetches and hears, measured: prints a table of figures and limits, fails where one is over its limit, and
# writes them to docs/reliability.md when it ran whole (see reliability.mk). A browser takes part where Debian's
# chromium and chromium-driver are installed; where they are not, its tests are skipped and nothing is written. The
# Makefile includes this.

.PHONY: audio

audio: $(VENV)/.test  ## measure gaps, resume, first byte, memory and ranges; curl and a browser play (under 3 minutes)
	@$(COUNTED) tests/audio $(ARGS)
