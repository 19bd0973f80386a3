# Everything a person does here. Each target makes the environment first, when something in it changed.

PYTHON ?= $(or $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done),python3)
BIN := .venv/bin
READY := .venv/.ready
ROOMS := reference simulators tests
unexport PYTHONDONTWRITEBYTECODE # hundreds of processes are started, and each would compile everything anew

.PHONY: help install demo test contracts wheel page strength explore fuzz bench pictures lint audit format lock clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' Makefile | awk -F'|' '{printf "make %-9s %s\n", $$1, $$2}'

install: $(READY) ## Make .venv with the locked dependencies and the command harness

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed ($(PYTHON) is not); name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: install ## Run all services on loopback, with pages in the browser; Ctrl-C ends it
	@$(BIN)/harness demo

test: install ## Everything that must hold before a change lands: the tests, and style and types beside them
	@$(BIN)/pytest -n 3 --dist worksteal --durations=10 --lint

explore: install ## 10,000 storms of the reference, and the orders of one purchase of each kind; for a night
	@mkdir -p build && $(BIN)/harness explore --seeds 0-9999 --collect --coverage build/coverage.html --save build/storms
	@$(BIN)/harness explore --interleavings 5000

fuzz: install ## 20,000 odd requests to each service: no 5xx, no traceback, no state moved by a refusal; takes minutes
	@FUZZ_REQUESTS=20000 $(BIN)/pytest tests/fuzz -n 2 --dist worksteal

contracts: install ## Renew pacts/, after a consumer's needs or the scenarios have changed
	@$(BIN)/pytest tests/contracts/consumers --pacts pacts
	@$(BIN)/pytest tests/simulated -m scenario --world inside --played pacts/played.jsonl

wheel: install ## The package, with all that its commands need: dist/
	@rm -rf build/lib && $(BIN)/pip --quiet --disable-pip-version-check wheel --no-deps --no-build-isolation --wheel-dir dist .

page: install ## The contracts and the promises as pages: build/contracts/index.html, build/promises/index.html
	@$(BIN)/harness contracts page --output build/contracts
	@$(BIN)/harness features page --output build/promises

strength: install ## How many of a provider's lies the contracts catch; takes minutes, writes pacts/README.md
	@$(BIN)/python -m tests.contracts.mutations.score

bench: install ## The speed figures, side by side in one run
	@$(BIN)/python -m tests.bench.run
	@$(BIN)/python -m tests.bench.stripe
	@$(BIN)/python -m tests.bench.slow_partner
	@$(BIN)/python -m tests.bench.backlog
	@$(BIN)/python -m tests.bench.workers
	@$(BIN)/python -m tests.bench.worlds

pictures: install ## The pictures in the documents, taken of the running demo by Chromium
	@$(BIN)/python -m tests.browser.pictures

lint: install ## Style and types, without the tests
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy $(ROOMS)

audit: ## Whether anything locked is known to be vulnerable; says so where no database of advisories can be asked
	@mkdir -p build && $(PYTHON) -m venv build/audit && \
		build/audit/bin/pip install --quiet --disable-pip-version-check "pip-audit>=2.9,<3" || true
	@if build/audit/bin/pip-audit --disable-pip --require-hashes -r requirements.lock >build/audit.txt 2>&1; \
		then grep -q "could not be audited" build/audit.txt && \
			echo "not audited: no database of advisories knows these packages, or none could be asked" || tail -1 build/audit.txt; \
		elif grep -q "known vulnerabilit" build/audit.txt; then cat build/audit.txt; exit 1; \
		else echo "not audited: $$(tail -1 build/audit.txt)"; fi

format: install ## Write the code as the linter wants it
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lock: ## Choose the dependencies' versions anew (needs uv: pipx install uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --upgrade --generate-hashes \
		--no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		--output-file requirements.lock >/dev/null

clean: ## Remove what can be made again
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -o -name node_modules | xargs rm -rf
