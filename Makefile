# Two commands on a fresh machine: make profile, make test. uv is used when present, else venv + pip.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
TOWN ?= town
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: profile test setup verify bench lint sbom lock dictionary clean

profile: setup
	@sh scripts/system-packages.sh pdf
	@test -f $(TOWN)/area.toml || $(BIN)/market-profile synth $(TOWN) --logs 10000 --months 12 --seed 1
	@$(BIN)/python -m flows refresh $(TOWN)

test: setup
	@sh scripts/system-packages.sh pdf browser trace
	@$(MAKE) --no-print-directory lint sbom
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not slow"

verify: setup
	@sh scripts/system-packages.sh pdf browser trace
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

bench: setup
	$(BIN)/python -m tests.benchmarks

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile
	$(BIN)/bandit -q -r market_profile flows -ll -ii

sbom: setup
	@mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements-run.lock --pyproject pyproject.toml --output-reproducible \
	  --short-PURLs -o build/sbom.json 2>/dev/null
	@echo "Bill of materials (CycloneDX): build/sbom.json"

setup: .venv/.installed

.venv/.installed: requirements.lock pyproject.toml
	@sh scripts/install.sh "$(PYTHON)"
	@touch $@

LOCK := uv pip compile pyproject.toml --quiet --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links --extra build

# requirements.lock: everything, for developing and testing; requirements-run.lock: what the image ships.
lock:
	$(LOCK) --extra test --upgrade -o requirements.lock
	$(LOCK) --extra dask --constraint requirements.lock -o requirements-run.lock

dictionary:
	$(BIN)/python -m market_profile.contracts.dictionary > data/README.md

clean:
	rm -rf .venv build dist
