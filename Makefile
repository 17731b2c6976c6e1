# make run and make test work on a fresh machine with Python 3.11 or newer; README.md has the
# same lines for Windows.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: run test test-quick mutants lint bench

run: $(VENV)/user
	$(BIN)/python -m streamlit run streamlit_app.py

test: $(VENV)/dev
	$(BIN)/python -m pytest

test-quick: $(VENV)/dev
	$(BIN)/python -m pytest -m "not slow and not browser"

# Many minutes; ONLY="rl_core/deep/dqn.py ..." does those files.
mutants: $(VENV)/dev
	$(BIN)/python -m tests.mutants $(if $(ONLY),--only $(ONLY))

lint: $(VENV)/dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

bench: $(VENV)/bench
	$(BIN)/python -m benchmarks

# Each kind of environment is made anew when its list of packages changes.
$(VENV)/user: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/dev: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@

$(VENV)/bench: requirements-bench.txt requirements-dev.txt requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet -r requirements-bench.txt
	touch $@

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
