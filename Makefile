# make run    sets everything up and serves a demo institution on http://localhost:6543
# make test   checks everything; STORAGE=sqlite runs the same tests on another storage
# make test-nightly, make test-release PART=…   the same promises at a larger scale (bin/tier)
# They ask more of a machine than make test (nginx, a C compiler); they say what is missing.
# make promises   puts what all of them measured into docs/reliability.md
# Needed: python3 (3.11, 3.12 or 3.13, with venv), make and git. A second call starts at once.
# PYTHON=python3.12 chooses the interpreter; without it the newest that fits is taken.

VENV := .venv
PORT := 6543
PLUGINS := hrm kwaliteitszorg professionele_cultuur onderzoekende_school
VENV_PYTHON := $(VENV)/bin/python
PIP := $(VENV_PYTHON) -m pip install -qq --disable-pip-version-check --no-deps
RESULTS := var/reliability.json
PYTEST = LMS_RESULTS=$(RESULTS) $(if $(STORAGE),LMS_TEST_STORAGE=$(STORAGE) )$(VENV_PYTHON) \
	-m pytest -q
FACTS := setup.cfg setup.py pyproject.toml \
	$(foreach plugin,$(PLUGINS),$(wildcard $(addprefix plugins/$(plugin)/,setup.cfg setup.py pyproject.toml)))

.PHONY: install run test test-fast test-nightly test-release promises bench bench-sizes lock catalogues assets clean
.NOTPARALLEL:

install: $(VENV)/installed

$(VENV)/installed: requirements.lock $(FACTS)
	@bin/make-environment $(VENV)
	@echo "Installing LMS Leiderschap and its plugins: $(PLUGINS)."
	@$(PIP) --no-build-isolation -e . $(PLUGINS:%=-e plugins/%)
	@touch $@

$(VENV)/installed-for-tests: $(VENV)/installed requirements-test.lock
	@echo "Installing what requirements-test.lock names."
	@$(PIP) --require-hashes -r requirements-test.lock
	@touch $@

run: install
	@$(VENV_PYTHON) bin/check_port.py $(PORT)
	@test -e var/demo-made || { $(VENV)/bin/lms demo && touch var/demo-made; }
	@$(VENV)/bin/lms serve development.ini --port $(PORT)

# Tests that kill servers or drive a browser want the machine for themselves, so they come last.
test: $(VENV)/installed-for-tests
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m mypy
	LMS_SUITE="the suite: not slow and not browser" \
		$(PYTEST) -n 2 -m "not slow and not browser"
	LMS_SUITE="the suite: slow or browser" $(PYTEST) -m "slow or browser"

test-nightly: $(VENV)/installed-for-tests
	$(VENV_PYTHON) bin/tier nightly

test-release: $(VENV)/installed-for-tests
	$(VENV_PYTHON) bin/tier release $(PART)

promises: $(VENV)/installed-for-tests
	$(VENV_PYTHON) bin/promises $(RESULTS)

test-fast: $(VENV)/installed-for-tests
	$(PYTEST) -n 2 -m "not slow and not browser"

bench: install
	$(VENV_PYTHON) bench/run.py $(BENCH)

bench-sizes: $(VENV)/installed-for-tests
	$(VENV_PYTHON) bench/sizes.py $(BENCH)

lock:
	@bin/make-locks $(UPGRADE)

catalogues: $(VENV)/installed-for-tests
	$(VENV)/bin/lms catalogues

assets:
	cd frontend && npm ci && npm run build

clean:
	rm -rf $(VENV) build .mypy_cache .pytest_cache .ruff_cache src/*.egg-info plugins/*/src/*.egg-info
