PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= 2

.PHONY: demo test coverage lint types check lock clean help

help:
	@echo "make demo   run the bundled city's study from end to end and print where its report is"
	@echo "make test   run the tests"
	@echo "make check  tests, lint and types"
	@echo "make coverage  tests with coverage of lines and branches (slower; compiled kernels count as not run)"
	@echo "make lock   resolve requirements.lock anew (needs uv)"

demo: $(VENV)/.ready
	$(BIN)/citymove demo --jobs $(JOBS)

test: $(VENV)/.ready
	$(BIN)/python -m pytest

# apart from `test`, since tracing slows what is not compiled, and cannot see into what is
coverage: $(VENV)/.ready
	$(BIN)/python -m pytest --cov --cov-report=term --cov-report=html

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.ready
	$(BIN)/mypy

check: test lint types

# The stamp is touched last, so an interrupted installation is done again.
$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if v >= (3, 11) else f"citymove needs Python 3.11 or later; {sys.executable} is {v[0]}.{v[1]}. Use: make PYTHON=python3.11 ...")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make environments. On Debian or Ubuntu: apt install python3-venv" >&2; exit 2; }
	@echo "Creating $(VENV) and installing citymove: about a minute, the first time only." >&2
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-strip-extras --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) out .pytest_cache .mypy_cache .ruff_cache
