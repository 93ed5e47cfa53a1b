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
    command += ["-p", "nbval.plugin", "-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={folder}"]
    command += [f"--junitxml={report}", *map(str, sorted(folder.glob("*.ipynb")))]
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # nbval, and none of the two dozen others
    done = subprocess.run(command, cwd=folder, env=alone, capture_output=True, text=True, timeout=280)
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


def all_runs(page, folder):
    """Return which cells nbval passes and which points they earn, for each kind of notebook."""
    entry, wrong = page.wrong[-1]
    notebooks = {
        "solved": page.key,
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
    return {"scores": scores, "passed": passed, "entry": entry}


def everything(page):
    return {cell.id: cell.metadata.grade.points for cell in page.checks}


def test_points_by_nbval(page, tmp_path, capsys):
    """One test for each page, so that its kernels run once however tests are spread over workers."""
    runs = all_runs(page, tmp_path)
    total, scores = everything(page), runs["scores"]
    with capsys.disabled():
        line = ", ".join(f"{name} {sum(got.values())}/{sum(total.values())}" for name, got in scores.items())
        print(f"\nnbval, {page.source.slug}: {line}")
    assert sum(total.values()) > 0
    assert all(runs["passed"]["solved"].values()), "the solved notebook equals its key, cell by cell"
    assert scores["solved"] == total
    assert scores["untouched"] == {}, "the untouched release earns nothing"
    lost = set(total) - set(scores["changed"])
    assert lost == {runs["entry"]["fails"]}, "the stored outputs catch a changed solution"


def test_colab_takes_nothing_from_the_answers(page):
    before, after = match(filled(page), page.key), match(through_colab(filled(page)), page.key)
    assert after.sources == before.sources
    assert (before.flags, after.flags) == ([], ["the notebook does not say which release it is"])
    graded = graft(page.key, after.sources)  # the key again, cell by cell: so it runs as the solved one does
    assert [cell.source for cell in graded.cells] == [cell.source for cell in page.key.cells]
