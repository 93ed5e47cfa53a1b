# Two commands: `make book` builds the site, `make test` runs every test. Each works first and alone.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

# make book ONLY="dilated transposed" builds those pages alone, into a folder of their own.
ONLY ?=

.PHONY: book test check serve notebooks release bench clean

book: $(READY)
	$(BIN)/python -m publish build $(if $(ONLY),--only $(ONLY))

test: $(READY)
	$(BIN)/python -m publish build
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/python -m publish check
	$(BIN)/python -m convgrader release --check

serve: book
	$(BIN)/python -m http.server --directory _build/html 8000

notebooks: $(READY)
	$(BIN)/python -m publish notebooks

release: $(READY)
	$(BIN)/python -m convgrader release

clean:
	rm -rf _build .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info

$(READY): requirements.txt pyproject.toml package.json package-lock.json
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -q -r requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	PATH="$(abspath $(BIN)):$$PATH" npm ci --no-audit --no-fund --silent
	touch $@
