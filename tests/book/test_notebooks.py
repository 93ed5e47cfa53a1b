"""The readers' notebooks run where only the site's wheel is installed, each from an empty directory."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from filelock import FileLock

from publish.pages import is_notebook, source, toc_files

ROOT = Path(__file__).parent.parent.parent
PINS = ("numpy", "matplotlib", "ipykernel", "nbval", "pytest", "nbformat", "nbclient")
DOCS = [
    doc.removeprefix("book/")
    for doc in toc_files(ROOT)
    if doc.startswith("book/") and is_notebook(source(ROOT, doc))
]


@pytest.fixture(scope="session")
def reader(tmp_path_factory, site):
    """A fresh environment: the site's wheel, matplotlib and what runs notebooks; no torch, no SciPy."""
    shared = tmp_path_factory.getbasetemp().parent
    shared = shared if os.environ.get("PYTEST_XDIST_WORKER") else tmp_path_factory.getbasetemp()
    place = shared / "reader"
    with FileLock(shared / "reader.lock"):
        if not (place / "done").exists():
            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
            pinned = (ROOT / "requirements.txt").read_text().split("\n")
            wanted = [line for line in pinned if re.split("==", line)[0] in PINS]
            wheel = next((site / "notebooks").glob("*.whl"))
            command = [str(place / "bin" / "python"), "-m", "pip", "install", "-q", *wanted, str(wheel)]
            subprocess.run(command, check=True)
            (place / "done").touch()
    return place / "bin" / "python"


# The answers are short, and start together; each chapter is its own.
CHAPTERS = [doc for doc in DOCS if "/" not in doc]
SLUGS = {slug: [slug] for slug in CHAPTERS} | {"answers": [doc for doc in DOCS if doc not in CHAPTERS]}

# One worker has them all: the other need not wait for the environment.
pytestmark = pytest.mark.xdist_group("reader")


@pytest.mark.timeout(280)
@pytest.mark.parametrize("slug", SLUGS)
def test_a_chapters_notebook_runs_from_an_empty_directory(site, reader, tmp_path, slug):
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST"))
    }
    environment["OMP_NUM_THREADS"] = "1"
    environment["IPYTHONDIR"] = str(tmp_path / "ipython")
    folder = tmp_path / "empty"
    folder.mkdir()
    for doc in SLUGS[slug]:
        shutil.copy(site / "notebooks" / f"{doc}.ipynb", folder)
    names = [path.name for path in sorted(folder.iterdir())]
    assert len(names) == len(SLUGS[slug])
    command = [str(reader), "-m", "pytest", "-q", "--nbval-lax", "-p", "no:cacheprovider", *names]
    for _ in range(3):
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if "Kernel died before replying" not in done.stdout:  # another kernel took its port: it begins again
            break
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_reader_has_no_torch_and_not_this_tree(site, reader, tmp_path):
    code = "import convlib, importlib.util as u; print(convlib.__file__, u.find_spec('torch'), u.find_spec('scipy'))"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    said = subprocess.run(
        [str(reader), "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "site-packages" in said[0]
    assert said[1:] == ["None", "None"]


def test_every_notebook_is_valid_and_holds_none_of_our_markup(site):
    for path in sorted((site / "notebooks").rglob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        identifiers = [cell.id for cell in notebook.cells]
        assert len(identifiers) == len(set(identifiers)), path.name
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                assert not re.search(r"^:::|^% station|\{(glue|cite|slip)[:}]", cell.source, re.M), path.name
