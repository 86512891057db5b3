# Every target prepares .venv by itself from the pinned versions.
#   make demo | test | bench [SIZE=100000] [QUICK=1] | lint | soak | i18n [FRAGMENTS="a.json b.json"] | clean
# PYTHON=/path/to/python chooses the interpreter (3.11 to 3.13), ARGS="…" goes to pytest or the bench.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV ?= .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
# Half as many again as there are cores: many tests wait for a terminal or a process.
JOBS ?= $(shell echo $$(( ($$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) * 3 + 1) / 2 )))

# Settings of the caller's shell that would install somewhere else, or not at all.
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PIP_USER PIP_NO_DEPS PIP_DRY_RUN PIP_CONSTRAINT PIP_REQUIREMENT
unexport PIP_REQUIRE_HASHES PIP_REQUIRE_VIRTUALENV PIP_NO_BUILD_ISOLATION PIP_EDITABLE
unexport PYTHONHOME PYTHONPATH PYTHONSTARTUP

.PHONY: help setup demo test bench lint soak i18n clean

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -3

setup: $(READY)

$(READY): pyproject.toml constraints.txt tools/venv.sh
	@bash tools/venv.sh "$(VENV)"
	@touch $(READY)

demo: $(READY)
	@$(VENV)/bin/helpdesk demo $(ARGS)

test: $(READY)
	@$(PY) -m pytest -n $(JOBS) --dist worksteal $(ARGS)

lint: $(READY)
	@bash tools/lint.sh "$(VENV)"

bench: $(READY)
	@$(PY) -m bench $(if $(QUICK),--quick) $(if $(SIZE),--size $(SIZE)) $(ARGS)

# 5,000 kills and 20,000 power cuts; every check of a right taken out, one at a time; then the same properties with
# many more, and random, examples, and the tests that take minutes. FAULTS="--points 200 --images 1000" for less.
soak: $(READY)
	@told=0; $(PY) -m tools.soak $(FAULTS) || told=$$?; \
	$(PY) -m tests.mutants || told=$$?; \
	HELPDESK_HYPOTHESIS=soak $(PY) -m pytest -n $(JOBS) --dist worksteal --timeout 3000 -m "hypothesis or soak" $(ARGS); \
	exit $$told

i18n: $(READY)
	@$(PY) -m tools.i18n update $(FRAGMENTS)

clean:
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
