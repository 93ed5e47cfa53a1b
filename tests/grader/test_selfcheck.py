"""The command that runs a notebook's self-checks, and the workflow that calls it on a student's repository."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat import v4

from convgrader import regions
from convgrader.__main__ import main
from convgrader.selfcheck import Unreadable, run
from convgrader.source import read

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "exercises" / "ci-template.yml"
PAGES = sorted((ROOT / "exercises" / "source").glob("*.md"))


def notebook(path, *cells):
    """Write a notebook of code cells; (id, source) is a self-check, as it is released."""
    made = []
    for cell in cells:
        name, source = cell if isinstance(cell, tuple) else ("", cell)
        first = f"# grade: {name} (try it as often as you like)\n" if name else ""
        made.append(v4.new_code_cell(first + source))
    nbformat.write(v4.new_notebook(cells=made), path)
    return path


def test_each_check_says_what_it_says_in_the_notebook(tmp_path):
    path = notebook(
        tmp_path / "one.ipynb",
        "import numpy as np\nfrom convgrader import check, emit\nx, w = np.array([1, 2, 3]), np.array([1, 2])",
        "good, bad = [5, 8], [4, 7]\ncheck.values(lambda: bad, x, w)  # tried in a cell of its own: counts for no check",
        ("right", "check.values(lambda: good, x, w)"),
        ("wrong", "check.values(lambda: bad, x, w)\ncheck.values(lambda: good, x, w)"),
        "emit(good)",
        ("broken", "check.values(lambda: good, x, nothing)"),
        ("silent", "1 + 1"),
    )
    before = path.read_bytes()
    said = {one.cell: one for one in run(path)}
    assert {name: one.ok for name, one in said.items()} == {
        "right": True,
        "wrong": False,
        "broken": False,
        "silent": False,
    }
    assert said["right"].lines[0] == "Your numbers: all properties hold"
    assert [line for line in said["wrong"].lines if "✗" in line] == [said["wrong"].lines[2]]
    assert said["broken"].lines == ["broken: it stopped with NameError: name 'nothing' is not defined"]
    assert said["silent"].lines == ["silent: it said nothing."]
    assert path.read_bytes() == before


def test_a_released_notebook_fails_untouched(tmp_path, capsys):
    released = shutil.copy(ROOT / "exercises" / "transposed.ipynb", tmp_path)
    assert main(["selfcheck", str(released)]) == 1
    assert f"{released}: 0 of 7 self-checks hold" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_solved_notebook_holds(page, tmp_path, capsys):
    source = read(page)
    answers = {grade.id: regions.solved(cell.source) for cell, grade in source.graded("answer")}
    asked = [cell for cell, _ in source.graded("self") if "check." in cell.source]
    solved = nbformat.read(ROOT / "exercises" / f"{page.stem}.ipynb", as_version=4)
    for cell in solved.cells:
        cell.source = answers.get(cell.id, cell.source)
    path = tmp_path / "solved.ipynb"
    nbformat.write(solved, path)
    assert main(["selfcheck", str(path)]) == 0
    assert f"{path}: {len(asked)} of {len(asked)} self-checks hold" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_cell_without_a_report_is_called_show(page):
    """The command asks no report of these, and of all others one."""
    for cell, grade in read(page).graded("self"):
        assert grade.id.startswith("show-") != ("check." in cell.source), grade.id


@pytest.mark.parametrize("mine", ["print = 1", "bool = [1]", "%reset -f"])
def test_what_the_notebook_names_is_no_matter(mine, tmp_path):
    path = notebook(
        tmp_path / "one.ipynb",
        mine,
        "from convgrader import check",
        ("right", "check.values(lambda: [5, 8], [1, 2, 3], [1, 2])"),
    )
    assert [(one.cell, one.ok) for one in run(path)] == [("right", True)]


def test_a_cell_that_never_ends_is_stopped(tmp_path):
    path = notebook(tmp_path / "one.ipynb", ("endless", "while True: pass"), ("late", "1"))
    endless, late = run(path, timeout=2)
    assert (endless.ok, late.ok) == (False, False)
    assert endless.lines == ["endless: it took longer than 2 s, so what comes after it was not run."]
    assert late.lines == ["late: A cell took longer than 2 s, so what comes after it was not run."]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "there is no such file"),
        ("no json", "not a notebook: "),
        (
            nbformat.writes(v4.new_notebook(cells=[v4.new_code_cell("1")])),
            "no self-checks: is it a notebook of this course's exercises?",
        ),
    ],
    ids=["nothing", "no JSON", "another notebook"],  # a notebook's cells have random ids
)
def test_what_is_no_exercise_is_said(tmp_path, text, message, capsys):
    path = tmp_path / "one.ipynb"
    if text is not None:
        path.write_text(text)
    with pytest.raises(Unreadable, match=re.escape(f"{path}: {message}")):
        run(path)
    assert main(["selfcheck", str(path)]) == 1
    assert message in capsys.readouterr().err


def test_a_timeout_of_nothing_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["selfcheck", "--timeout", "0", "one.ipynb"])
    assert "--timeout must be at least 1 second, got 0" in capsys.readouterr().err


def test_the_workflow_for_a_students_repository_calls_what_exists(tmp_path, capsys):
    flow = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    job = flow["jobs"]["checks"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wheel = f"{project['name'].replace('-', '_')}-{project['version']}-py3-none-any.whl"
    assert job["env"]["WHEEL"] == f"https://OWNER.github.io/REPOSITORY/notebooks/{wheel}"
    install, call = [step["run"] for step in job["steps"] if "run" in step]
    assert install == f'python -m pip install "{project["name"]}[grade] @ $WHEEL"'
    assert {"nbclient", "nbformat", "ipykernel"} <= {
        re.match(r"[\w-]+", need)[0] for need in project["optional-dependencies"]["grade"]
    }
    path = notebook(tmp_path / "one.ipynb", "1")
    *words, pattern = shlex.split(call)
    assert words[:3] == ["python", "-m", "convgrader"]
    assert main([*words[3:], *map(str, tmp_path.glob(pattern))]) == 1
    assert f"{path}: no self-checks" in capsys.readouterr().err
    assert flow["permissions"] == {"contents": "read"}
