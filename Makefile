# The few verbs of the project. `make setup` builds .venv; every other verb calls it first, and it costs
# nothing when nothing changed.
#
#   PYTHON=python3.12           another interpreter (3.11 to 3.13)
#   TORCH_INDEX=URL             where to take torch from (README: the CPU build); empty: the usual index
#   LOCKED=1                    take every package but torch by the hashes in requirements.lock
#   MINUTES=30                  how long `make soak` fuzzes, mutates and kills, each
#   CLIP=FILE OUT=FOLDER        what `make demo` turns into cinemagraphs, and where it puts them

PYTHON ?= python3
TORCH_INDEX ?=
LOCKED ?=
MINUTES ?= 30
CLIP ?= sample_videos/pond.mp4
OUT ?= demo

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
TORCH := $(shell grep '^torch==' constraints.txt)
EXTRAS := hub,onnx,cluster,study,docs,test
BENCHMARKS := $(patsubst benchmarks/%.py,benchmarks.%,$(filter-out benchmarks/_%,$(wildcard benchmarks/*.py)))

.NOTPARALLEL:
.PHONY: help setup demo lab docs test lint unit services notebooks bench soak audit lock format system clean

help:
	@echo "make setup     the environment in $(VENV), with the compiled loops warmed up"
	@echo "make demo      cinemagraphs of CLIP ($(CLIP)) and a page that shows them, in OUT ($(OUT))"
	@echo "make lab       JupyterLab on the quick start"
	@echo "make test      everything that must hold: lint, docs, unit, browser, database, notebooks"
	@echo "make lint      ruff, mypy and notebooks without outputs; make format mends what it can"
	@echo "make docs      the documentation as a site, in build/docs; warnings and dead links are errors"
	@echo "make bench     the figures that speed, memory and quality are claimed from"
	@echo "make soak      fuzzing, killed processes and many raters, for MINUTES=30 each (docs/reliability.md)"
	@echo "make audit     known weaknesses of the pinned packages, where the network has them"

setup: $(VENV)/.warm

$(VENV)/.python:
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info < (3, 14); sys.exit(None if ok else \
	    "Python 3.11, 3.12 or 3.13 is needed, this is " + sys.version.split()[0] + ": make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

# torch goes first and alone, so that no other package's open range chooses the build; only what is locked
# goes before it, with no dependencies: else what torch needs itself would come without its hash.
$(VENV)/.torch: $(VENV)/.python constraints.txt
	$(if $(LOCKED),$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements.lock)
	$(PIP) $(if $(TORCH_INDEX),--no-deps --index-url $(TORCH_INDEX),) $(TORCH)
	@touch $@

$(VENV)/.installed: $(VENV)/.torch pyproject.toml
	$(PIP) hatchling editables
	$(PIP) --no-build-isolation --editable '.[$(EXTRAS)]'
	@$(BIN)/python -m pip --disable-pip-version-check check
	@touch $@

# numba keeps what it compiled beside the sources: done here once, so that no first call waits for it.
$(VENV)/.warm: $(VENV)/.installed $(wildcard semcine_nb/looping/*.py semcine_nb/rendering/*.py)
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

soak: setup system
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(PIP) atheris || echo "atheris has no build for this machine"
	$(BIN)/python tests/soak --minutes $(MINUTES)

# Tools of their own environment, so that what they need is no part of the project's.
$(VENV)-tools/.installed:
	$(PYTHON) -m venv $(VENV)-tools
	$(VENV)-tools/bin/python -m pip --disable-pip-version-check install --quiet pip-audit==2.10.1 uv==0.13.9
	@touch $@

audit: $(VENV)-tools/.installed
	$(VENV)-tools/bin/pip-audit --disable-pip --no-deps --strict --requirement constraints.txt

# Hashes of every file of every pinned version, for all systems; torch is left out, its build differs.
lock: $(VENV)-tools/.installed
	grep '==' constraints.txt | grep -v -e '^torch==' -e '^atheris==' | $(VENV)-tools/bin/uv pip compile - --quiet --no-deps \
	    --universal --python-version 3.11.7 --generate-hashes --no-annotate --no-header --output-file requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
