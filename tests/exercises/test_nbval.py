"""nbval as it comes: it runs the key's notebooks in real kernels and compares with the stored outputs.

Nothing here is asserted inside a kernel. Points count where nbval passes a check cell of the key; the answer cells of
a submission are grafted into the key, and nothing else of it is used.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import nbformat
import pytest

from convgrader.matching import graft, match


def nbval(folder):
    """Run nbval over every notebook of a folder in one pytest process; return {notebook: {cell number: passed}}."""
    report = folder / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "--nbval-current-env",
        "--nbval-cell-timeout=60",
        "-q",
    ]
    command += ["-p", "no:cacheprovider", "-p", "no:xdist", "-c", os.devnull, f"--rootdir={folder}"]
    command += [f"--junitxml={report}", *map(str, sorted(folder.glob("*.ipynb")))]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=200)
    assert report.exists(), done.stdout + done.stderr
    found: dict[str, dict[int, bool]] = {}
    for case in ET.parse(report).getroot().iter("testcase"):
        name = next(
            path.stem for path in folder.glob("*.ipynb") if path.stem in case.get("classname").split(".")
        )
        found.setdefault(name, {})[int(case.get("name").removeprefix("Cell "))] = len(case) == 0
    return found


def filled(page):
    """Return the released notebook with the author's solutions in its answer cells, as a student hands it in."""
    notebook = copy.deepcopy(page.released)
    for cell in notebook.cells:
        if cell.id in page.solutions:
            cell.source = cell.source.splitlines()[0] + "\n" + page.solutions[cell.id]
    return notebook


def through_colab(notebook):
    """Take away what Colab may take away: cell ids, tags, our metadata; only the first line of a cell stays."""
    raw = json.loads(nbformat.writes(notebook))
    for number, cell in enumerate(raw["cells"]):
        del cell["id"]
        cell["metadata"] = {"id": f"colab-{number}"}
    raw["metadata"], raw["nbformat_minor"] = {"colab": {}}, 0
    return nbformat.reads(json.dumps(raw), as_version=4)


@pytest.fixture
def runs(page, slug, made, tmp_path):
    """The points of each kind of notebook, by nbval, run once for each page."""
    if (slug, "runs") not in made:
        made[slug, "runs"] = all_runs(page, tmp_path)
    return made[slug, "runs"]


def all_runs(page, folder):
    entry, wrong = page.wrong[-1]
    notebooks = {
        "solved": page.key,
        "handed-in": graft(page.key, match(through_colab(filled(page)), page.key).sources),
        "untouched": graft(page.key, match(page.released, page.key).sources),
        "changed": graft(page.key, page.solutions | {entry["cell"]: wrong}),
    }
    for name, notebook in notebooks.items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    cells = [cell for cell in page.key.cells if cell.cell_type == "code"]
    passed = nbval(folder)
    assert {name: len(found) for name, found in passed.items()} == dict.fromkeys(notebooks, len(cells))
    checks = {number: cell for number, cell in enumerate(cells) if cell.metadata.grade.role == "check"}
    scores = {
        n: {c.id: c.metadata.grade.points for i, c in checks.items() if found[i]}
        for n, found in passed.items()
    }
    return {"page": page, "scores": scores, "passed": passed, "entry": entry}


def everything(page):
    return {cell.id: cell.metadata.grade.points for cell in page.checks}


def test_the_solved_notebook_equals_its_key(runs):
    assert all(runs["passed"]["solved"].values())
    assert runs["scores"]["solved"] == everything(runs["page"])


def test_what_comes_back_from_colab_earns_every_point(runs):
    assert runs["scores"]["handed-in"] == everything(runs["page"])


def test_colab_takes_nothing_from_the_answers(page):
    before, after = match(filled(page), page.key), match(through_colab(filled(page)), page.key)
    assert after.sources == before.sources
    assert (before.flags, after.flags) == ([], ["the notebook does not say which release it is"])
    assert set(before.sources) == set(page.solutions)


def test_the_untouched_release_earns_nothing(runs):
    assert runs["scores"]["untouched"] == {}


def test_the_stored_outputs_catch_a_changed_solution(runs):
    lost = set(everything(runs["page"])) - set(runs["scores"]["changed"])
    assert lost == {runs["entry"]["fails"]}


def test_points_that_are_printed(runs, capsys):
    with capsys.disabled():
        total = sum(everything(runs["page"]).values())
        line = ", ".join(f"{name} {sum(got.values())}/{total}" for name, got in runs["scores"].items())
        print(f"\nnbval, {runs['page'].source.slug}: {line}")
    assert total > 0
