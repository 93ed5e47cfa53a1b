# Two commands: `make book` builds the site, `make test` runs every test. Each works first and alone.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
REQUIREMENTS ?= requirements.txt

# make book ONLY="dilated transposed" builds those pages alone, into a folder of their own.
ONLY ?=

.PHONY: book test check serve notebooks release bench clean publish newest

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

bench: $(READY)
	$(BIN)/python benchmarks

# The site's branch holds the built site alone. The workflow calls this; GITHUB_REPOSITORY names the address.
SITE_INDEX := $(abspath _build/site.index)
publish: book
	GIT_INDEX_FILE=$(SITE_INDEX) git --work-tree=_build/html add --all --force .
	git push --force origin $$(git -c user.name=site -c user.email=site@localhost commit-tree \
	  $$(GIT_INDEX_FILE=$(SITE_INDEX) git write-tree) -m "The site of $$(git rev-parse --short HEAD)"):refs/heads/gh-pages

# Everything at its newest version, but for torch (the tests compare with this one) and Jupyter Book 1.
newest:
	mkdir -p _build
	sed -E -e 's/^jupyter-book==.*/jupyter-book<2/' -e '/^torch==/!s/==.*//' requirements.txt > _build/newest.txt
	$(MAKE) test REQUIREMENTS=_build/newest.txt

clean:
	rm -rf _build .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info

$(READY): requirements.txt pyproject.toml package.json package-lock.json
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -q -r $(REQUIREMENTS)
	$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	PATH="$(abspath $(BIN)):$$PATH" npm ci --no-audit --no-fund --silent
	touch $@
