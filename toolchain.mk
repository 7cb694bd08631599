# Models, SAM and everything that shows that what is deployed is what was tested. The Makefile includes this.

CACHE := .cache
SAM := env -u PYTHONPATH PATH="$(abspath $(CACHE)/sam/bin):$$PATH" SAM_CLI_TELEMETRY=0 AWS_EC2_METADATA_DISABLED=true $(CACHE)/sam/bin/sam
TOOLS := tests/integration/toolchain

.PHONY: models check-models toolchain validate build local-env test-toolchain test-all deploy logs

models: $(VENV)/.test  ## write the interaction models from their sources
	@$(PY) -m interactionModels.generate

check-models: $(VENV)/.test  ## say whether the models are what their sources say
	@$(PY) -m interactionModels.generate --check

toolchain: $(CACHE)/sam/.installed $(CACHE)/runtime/.installed $(CACHE)/node/.installed  ## bring SAM, the Lambda runtime and DynamoDB Local

$(CACHE)/sam/.installed: $(TOOLS)/sam-requirements.txt
	@echo "Installing AWS SAM CLI (first use only) ..."
	@$(PYTHON) -m venv --clear $(CACHE)/sam
	@$(CACHE)/sam/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# The real runtime is Python 3.13; without one, the function is shown on the Python that is here.
$(CACHE)/runtime/.installed: $(TOOLS)/runtime-requirements.txt
	@echo "Installing the Python runtime of Lambda (first use only) ..."
	@set -e; chosen="$(PYTHON)"; \
	for python in python3.13 "$$(pyenv root 2>/dev/null)"/versions/3.13.*/bin/python3.13 $$(uv python find 3.13 2>/dev/null); do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then chosen="$$python"; break; fi; \
	done; \
	"$$chosen" -m venv --clear $(CACHE)/runtime
	@$(CACHE)/runtime/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

# Neither package is installed with what it depends on: one file and one folder are all that is used of them.
$(CACHE)/node/.installed: $(TOOLS)/node-packages.txt
	@command -v npm >/dev/null || { echo "npm is not here: install Node.js, which brings it." >&2; exit 1; }
	@echo "Fetching DynamoDB Local and Amazon's schema of skills (first use only) ..."
	@rm -rf $(CACHE)/node && mkdir -p $(CACHE)/node/dynamodb-local $(CACHE)/node/ask-smapi-model
	@cd $(CACHE)/node && npm pack --silent $$(grep -v '^#' ../../$<) >/dev/null
	@tar -xzf $(CACHE)/node/amplify-dynamodb-simulator-*.tgz -C $(CACHE)/node/dynamodb-local --strip-components=2 package/emulator
	@tar -xzf $(CACHE)/node/ask-smapi-model-*.tgz -C $(CACHE)/node/ask-smapi-model --strip-components=1 package/spec.json
	@rm $(CACHE)/node/*.tgz
	@touch $@

validate: $(CACHE)/sam/.installed  ## check template.yaml, without an AWS account
	@$(SAM) validate --lint

build: $(CACHE)/sam/.installed  ## build function and layer as they are uploaded
	@$(SAM) build

deploy: build  ## deploy to your AWS account; asks what it needs to know
	@$(SAM) deploy --guided

logs: $(CACHE)/sam/.installed  ## follow the log of the deployed function
	@$(SAM) logs --name SkillFunction --tail

local-env: $(VENV)/.play  ## write tests/events/env.json for the running `make serve`
	@$(PY) -m simulator.local_env

test-toolchain: toolchain $(VENV)/.test  ## run the tests that need SAM, the runtime emulator or DynamoDB Local
	@TOOLCHAIN=required $(PY) -m pytest -m toolchain

test-all: test test-toolchain  ## make test and test-toolchain
