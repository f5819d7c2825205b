# Each target makes its own environment in .venv on first use; only Python 3.11+, git and make must be there.
.PHONY: help demo test nightly coverage oldest mutants lint bench notebooks docs clean
.DEFAULT_GOAL := help

VENV := .venv
RUN := $(VENV)/bin/python
STAMPS := $(VENV)/.stamps
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_QUIET := 1

help:  ## show the targets
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(STAMPS)/demo  ## train on handwritten digits, check the gradients, draw the graph (under 2 minutes)
	$(RUN) examples/digits.py

test: $(STAMPS)/test  ## all tests, on two processes; screenshots of the explorer go to out/screenshots
	CLEARGRAD_SCREENSHOTS=out/screenshots $(RUN) -m pytest -n 2

coverage: $(STAMPS)/test  ## all tests again, counting: a line or a branch of autograd/ that none executes is an error
	$(RUN) -m coverage erase
	CI=1 $(RUN) -m coverage run -m pytest -n 2
	$(RUN) -m coverage combine --quiet
	$(RUN) -m coverage report --include='nn/*,optim/*' --skip-covered --show-missing
	$(RUN) -m coverage report --include='autograd/*' --skip-covered --show-missing --fail-under=100

nightly: coverage  ## coverage, then all tests with twenty times as many examples (half an hour)
	$(RUN) -m pytest -n 2 --hypothesis-profile=nightly

oldest: | $(RUN)  ## all tests with the oldest versions that pyproject.toml allows, in an environment of their own
	@mkdir -p out
	$(RUN) tests/oldest.py > out/oldest.txt
	PIP_CONSTRAINT=out/oldest.txt $(MAKE) test VENV=.venv-oldest

mutants: $(STAMPS)/test  ## plant faults in the engine and count how many the tests catch (SAMPLE=400; 0 is all)
	$(RUN) tests/mutation/mutants.py --sample $(or $(SAMPLE),400) --seed $(or $(SEED),0)

lint: $(STAMPS)/lint  ## ruff, and mypy --strict on the three packages and on a program that uses them
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(RUN) -m mypy tests/test_types.py

bench: $(STAMPS)/bench  ## compare speed with the peers that are installed (CLEARGRAD_PEERS=/path/to/their/python)
	$(RUN) -m benchmarks

notebooks: $(STAMPS)/notebooks  ## execute every notebook from top to bottom
	$(RUN) notebooks/run.py

docs: export NO_MKDOCS_2_WARNING := 1
docs: notebooks  ## build the documentation site, with the executed notebooks, in out/site; a warning is an error
	$(RUN) -m mkdocs build --strict

clean:  ## remove the environment and everything generated
	rm -rf $(VENV) .venv-oldest build dist out benchmarks/results *.egg-info \
	  .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The first of these that is Python 3.11 or newer. Where Python comes without pip (Debian's), pip's own installer helps.
$(RUN):
	@for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "setting up $(VENV) with $$($$python --version)"; \
	    $$python -m venv $(VENV) 2>/dev/null && exit 0; \
	    rm -rf $(VENV); \
	    $$python -m venv --without-pip $(VENV) && $$python -c 'from urllib.request import urlretrieve as get; \
get("https://bootstrap.pypa.io/get-pip.py", "$(VENV)/get-pip.py")' && $(RUN) $(VENV)/get-pip.py && exit 0; \
	    rm -rf $(VENV); exit 1; \
	  fi; \
	done; echo "cleargrad needs Python 3.11 or newer, and found none on PATH" >&2; exit 1

# A stamp is older than pyproject.toml when what must be installed may have changed.
$(STAMPS)/%: pyproject.toml | $(RUN)
	@mkdir -p $(STAMPS)
	@echo "installing cleargrad[$(EXTRAS)]"
	@$(RUN) -m pip install --editable '.[$(EXTRAS)]'
	@$(AFTER)
	@touch $@

$(STAMPS)/demo: EXTRAS := plot
# Of the extra "data" the demo needs the digits only. The wheel of pygraphviz brings Graphviz along; where there is none,
# the drawing module draws SVG by itself.
$(STAMPS)/demo: AFTER = $(RUN) -m pip install 'scikit-learn>=1.5' && { $(RUN) -m pip install 'pygraphviz>=2.0' \
  || echo "pygraphviz is not available here: graphs are drawn without Graphviz"; }
$(STAMPS)/test: EXTRAS := test
$(STAMPS)/lint: EXTRAS := dev
$(STAMPS)/bench: EXTRAS := plot,fast
$(STAMPS)/notebooks: EXTRAS := docs
