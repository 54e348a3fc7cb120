# The tasks of this project. `make` without a target lists them.
# `PYTHON=/path/to/python make run` chooses another Python; the default is python3.11, or else python3.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell python3.11 -c 'import venv' 2>/dev/null && echo python3.11 || echo python3)
BIN := .venv/bin
STAMP := .venv/installed
SSSOM := .venv-sssom
VALIDATORS := .venv-validators
BROWSER := .venv-browser
SPARK := .venv-spark
IMPORTS := .venv-imports
DOORS := .venv-doors
TURTLE := $(BIN)/turtlefmt
TURTLE_FILES = $$(find ontology data shapes tests/fixtures -name '*.ttl' -not -path '*/broken/*' | sort)

# These fork their process, which can hang in one with threads: not in a worker of pytest-xdist, but two files at a time.
FORKING := $(shell grep -lE 'in_fork|try_all' tests/proofs/test_*.py)
ALONE = $(FORKING:%=--ignore=%)

.PHONY: help run site test check format prove mutation owl bench answers context matches fonts released release wheel lock vendor clean

help:  ## this list
	@grep -hE '^[a-z]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

run: $(STAMP)  ## set up .venv, build the graph and show a summary
	@$(BIN)/imt build

site: $(STAMP)  ## dist/site/: write a page for every IRI, to read in a browser
	@$(BIN)/imt site

test: $(STAMP)  ## run the tests and show the CPU seconds that they took
	@$(BIN)/pytest --no-header -n auto --dist=loadfile -m 'not prove' --durations=10 $(ALONE)

check: $(STAMP)  ## check format, lint, types, Turtle in normal form, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy scripts tests tools benchmarks hatch_build.py
	$(TURTLE) --check $(TURTLE_FILES) || { echo "Fix it with: make format" >&2; exit 1; }
	$(BIN)/codespell
	$(BIN)/imt diff --check

format: $(STAMP)  ## put Python and Turtle files into normal form
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(TURTLE) $(TURTLE_FILES)

prove: $(STAMP) $(SSSOM)/installed $(BROWSER)/installed $(DOORS)/installed $(SPARK)/installed  ## run the slow tests (marker `prove`) on two cores, and check the limits of benchmarks/
	@IMT_SSSOM=$(CURDIR)/$(SSSOM)/bin/sssom IMT_BROWSER=$(CURDIR)/$(BROWSER)/bin/python \
		IMT_DOORS=$(CURDIR)/$(DOORS)/bin/python IMT_SPARK=$(CURDIR)/$(SPARK)/bin/python \
		$(BIN)/pytest --no-header -n 2 -m prove -rs --durations=20 $(ALONE)
	@printf '%s\n' $(FORKING) | xargs -P 2 -I FILE \
		bash -c 'code=0; output=$$($(BIN)/pytest --no-header -m prove --durations=3 FILE 2>&1) || code=1; echo "$$output"; exit $$code'
	@$(BIN)/python benchmarks/bench.py --check
	@$(BIN)/python -m benchmarks.closure --check
	@$(BIN)/python -m benchmarks.serving --check

mutation: $(STAMP)  ## count the mutants of data and shapes that tests notice, and list the others
	@$(BIN)/python -m tools.mutation

owl: $(STAMP)  ## check the graph with OWLAPI and HermiT, and update the figures of docs/owl.md
	@$(BIN)/python -m tools.owl.proof

bench: $(VALIDATORS)/installed $(IMPORTS)/installed $(BROWSER)/installed  ## measure, and print the tables that benchmarks/README.md shows
	@$(BIN)/python benchmarks/bench.py
	@$(BIN)/python -m benchmarks.closure
	@$(BIN)/imt site && $(BROWSER)/bin/python benchmarks/pages.py dist/site
	@$(BIN)/python benchmarks/validators.py --check --quick
	@$(BIN)/python benchmarks/imports.py --check

answers: $(STAMP)  ## write queries/*/answers/; then read the difference before you commit it
	@$(BIN)/imt query --update-answers

context: $(STAMP)  ## write ontology/context.jsonld from the prefixes and the vocabulary
	@$(BIN)/python -m tools.context

matches: $(STAMP)  ## write data/curated/possible-matches.ttl: author names that may belong to one person
	@$(BIN)/python -m tools.author_matches

fonts: $(BROWSER)/installed  ## write the fonts of the site, subsets of a font that npm has
	@PATH=$(CURDIR)/$(BROWSER)/bin:$$PATH $(BROWSER)/bin/python tools/fonts.py

released: $(STAMP)  ## for a release: add its names to w3id/released.txt, and write its counts into CHANGELOG.md
	@$(BIN)/python -m tools.released_names

release: $(STAMP)  ## dist/: write the graph in every syntax, with its descriptions and the site
	@$(BIN)/imt build --release --site

wheel: $(STAMP)  ## build/: write the wheel and the source archive
	@$(BIN)/python -m build --no-isolation --outdir build
	@ls -l build/*.whl build/*.tar.gz

lock: $(STAMP)  ## write requirements.lock with the newest versions that pyproject.toml allows, and the other locks
	@$(PYTHON) -m venv build/lock
	@build/lock/bin/pip install --quiet pip-tools
	@CUSTOM_COMPILE_COMMAND='make lock' build/lock/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe \
		--strip-extras --extra dev --all-build-deps --no-emit-options -o requirements.lock pyproject.toml
	@printf 'sssom\nsssom-pydantic\n' | CUSTOM_COMPILE_COMMAND='make lock' build/lock/bin/pip-compile --quiet --upgrade \
		--generate-hashes --allow-unsafe --strip-extras --no-emit-options -o tests/sssom.lock -
	@printf 'pyshifty\nrdflib\nshacl-rust\n' | CUSTOM_COMPILE_COMMAND='make lock' build/lock/bin/pip-compile --quiet \
		--upgrade --generate-hashes --allow-unsafe --strip-extras --no-emit-options -o benchmarks/validators.lock -
	@printf 'biopython\nlxml\norjson\npubmed_parser\nrdflib\n' | CUSTOM_COMPILE_COMMAND='make lock' build/lock/bin/pip-compile --quiet \
		--upgrade --generate-hashes --allow-unsafe --strip-extras --no-emit-options -o benchmarks/imports.lock -
	@printf 'brotli\nfonttools\nlychee-bin\nnodejs-wheel\nplaywright\n' | CUSTOM_COMPILE_COMMAND='make lock' build/lock/bin/pip-compile --quiet \
		--upgrade --generate-hashes --allow-unsafe --strip-extras --no-emit-options -o tests/browser.lock -
	@printf 'pyspark>=4,<5\n' | CUSTOM_COMPILE_COMMAND='make lock' build/lock/bin/pip-compile --quiet --upgrade \
		--generate-hashes --allow-unsafe --strip-extras --no-emit-options -o tests/spark.lock -
	@printf 'mlcroissant\npre-commit\nschemathesis\nuv\n' > build/lock/doors.in
	@CUSTOM_COMPILE_COMMAND='make lock' build/lock/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe \
		--strip-extras --extra completion --extra mcp --extra pandas --no-emit-options -o tests/doors.lock pyproject.toml build/lock/doors.in
	@rm -r build/lock

vendor: $(STAMP) $(BROWSER)/installed  ## write the engine and the editor of the site from the packages that npm has
	@PATH=$(CURDIR)/$(BROWSER)/bin:$$PATH $(BIN)/python -m tools.vendor

clean:  ## remove everything that make wrote
	rm -rf .venv $(SSSOM) $(VALIDATORS) $(IMPORTS) $(BROWSER) $(DOORS) $(SPARK) dist build .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find scripts tests tools benchmarks -name __pycache__ -prune -exec rm -rf {} +

$(STAMP): requirements.lock pyproject.toml hatch_build.py
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed: install Python 3.11 or newer, or name one with PYTHON=." >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) is older than 3.11: install Python 3.11 or newer, or name one with PYTHON=/path/to/python." >&2; exit 2; }
	@echo "Setting up .venv (once; about a minute) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The two readers of SSSOM, and the validators and readers of the benchmarks, need other versions of some packages, and what drives the
# browser and checks the site is large and for `make prove` only, so they have environments of their own. That of the
# browser has a Node.js from PyPI, and what it installs from npm. That of the doors has what assistants, notebooks, shells
# and catalogues need, and the dependencies of the package. Spark is half a gigabyte, for one proof.
$(SSSOM)/installed: tests/sssom.lock
$(VALIDATORS)/installed: benchmarks/validators.lock
$(IMPORTS)/installed: benchmarks/imports.lock
$(BROWSER)/installed: tests/browser.lock tests/browser/package-lock.json
$(DOORS)/installed: tests/doors.lock
$(SPARK)/installed: tests/spark.lock
$(SSSOM)/installed $(VALIDATORS)/installed $(IMPORTS)/installed $(BROWSER)/installed $(DOORS)/installed $(SPARK)/installed: $(STAMP)
	@echo "Setting up $(@D) (once; half a minute) ..."
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(filter %.lock,$^)
	@if [ $(@D) = $(BROWSER) ]; then \
		cp tests/browser/package.json tests/browser/package-lock.json $(@D) && \
		$(@D)/bin/npm --prefix $(@D) ci --ignore-scripts --no-audit --no-fund --silent; fi
	@touch $@
