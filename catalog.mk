# The music skill's catalogues: what Alexa can find by name. docs/catalog.md says what is needed first. The Makefile
# includes this.

.PHONY: catalog

catalog: $(VENV)/.catalog  ## build the music skill's catalogues; UPLOAD=1 sends them, REBIND=1 only renews the enablement
	@$(PY) -m music_catalog $(if $(UPLOAD),--upload) $(if $(REBIND),--rebind) $(if $(SHRINK),--shrink)

$(VENV)/.catalog: catalog-requirements.txt
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing what the catalogues need into $(VENV), once ..." >&2
	@$(PIP) install -r $<
	@touch $@
