# The few verbs of the project. `make setup` builds .venv; every other verb calls it first, and it costs
# nothing when nothing changed.
#
#   PYTHON=python3.12           another interpreter (3.11 to 3.13)
#   TORCH_INDEX=URL             where to take torch from (README: the CPU build); empty: the usual index
#   CLIP=FILE OUT=FOLDER        what `make demo` turns into cinemagraphs, and where it puts them

PYTHON ?= python3
TORCH_INDEX ?=
CLIP ?= sample_videos/pond.mp4
OUT ?= demo

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
TORCH := $(shell grep '^torch==' constraints.txt)
EXTRAS := hub,onnx,cluster,study,docs,test
BENCHMARKS := $(patsubst benchmarks/%.py,benchmarks.%,$(filter-out benchmarks/_%,$(wildcard benchmarks/*.py)))

.NOTPARALLEL:
.PHONY: help setup demo lab docs test lint unit services notebooks bench format system clean

help:
	@echo "make setup     the environment in $(VENV), with the compiled loops warmed up"
	@echo "make demo      cinemagraphs of CLIP ($(CLIP)) and a page that shows them, in OUT ($(OUT))"
	@echo "make lab       JupyterLab on the quick start"
	@echo "make test      everything that must hold: lint, docs, unit, browser, database, notebooks"
	@echo "make lint      ruff, mypy and notebooks without outputs; make format mends what it can"
	@echo "make docs      the documentation as a site, in build/docs; warnings and dead links are errors"
	@echo "make bench     the figures that speed, memory and quality are claimed from"

setup: $(VENV)/.warm

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info < (3, 14); sys.exit(None if ok else \
	    "Python 3.11, 3.12 or 3.13 is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

# torch goes first and alone, so that no other package's open range chooses the build.
$(VENV)/.torch: $(VENV)/.python constraints.txt
	$(PIP) $(if $(TORCH_INDEX),--no-deps --index-url $(TORCH_INDEX),) $(TORCH)
	@touch $@

$(VENV)/.installed: $(VENV)/.torch pyproject.toml
	$(PIP) hatchling editables
	$(PIP) --no-build-isolation --editable '.[$(EXTRAS)]'
	@$(BIN)/python -m pip --disable-pip-version-check check
	@touch $@

# numba keeps what it compiled beside the sources: done here once, so that no first call waits for it.
$(VENV)/.warm: $(VENV)/.installed $(wildcard semcine_nb/looping/*.py)
	$(if $(wildcard semcine_nb/looping/warm.py),$(BIN)/python -m semcine_nb.looping.warm)
	@touch $@

demo: setup
	$(BIN)/semcine make $(CLIP) -o $(OUT)

lab: setup
	$(BIN)/jupyter lab notebooks/00_quick_start.ipynb

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(if $(wildcard notebooks/*.ipynb),$(BIN)/nbstripout --verify notebooks/*.ipynb)

docs: setup
	rm -rf build/docs
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going -c docs . build/docs
	$(BIN)/python docs/_site/check.py build/docs

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(if $(wildcard notebooks/*.ipynb),$(BIN)/nbstripout notebooks/*.ipynb)

# What no pip installs: a browser and a database server, for the tests only.
system:
	@bash .ci/system-packages

unit: setup
	$(BIN)/pytest -n 2 --dist loadfile -m "not browser and not postgresql and not cluster" tests

services: setup system
	$(BIN)/pytest -m "browser or postgresql or cluster" tests

notebooks: setup
	$(BIN)/pytest -p nbval --nbval-lax --nbval-current-env -n 2 --dist loadfile notebooks

test: lint docs unit services notebooks

bench: setup
	@set -e; for module in $(BENCHMARKS); do echo "== $$module"; $(BIN)/python -m $$module; done

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
