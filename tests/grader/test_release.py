"""Release: the same bytes each time, nothing of a solution, stale files and keys that prove nothing are seen."""

from __future__ import annotations

import json
import re
import shutil
import sys
from datetime import date
from pathlib import Path

import nbformat
import pytest
from markdown_it import MarkdownIt

from convgrader import regions
from convgrader.__main__ import main
from convgrader.inputs import draw
from convgrader.key import build, load_key
from convgrader.model import AuthorError, Draw
from convgrader.release import Opening, outputs, released
from convgrader.source import read

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "exercises" / "source").glob("*.md"))


@pytest.fixture
def folder(tmp_path):
    """A copy of exercises/ that a test may break."""
    return Path(shutil.copytree(ROOT / "exercises", tmp_path / "exercises"))


def cli(*arguments):
    return main(["release", *map(str, arguments)])


def test_the_committed_files_are_what_the_sources_make(capsys):
    status = cli("--folder", ROOT / "exercises", "--check")
    assert (status, capsys.readouterr().err) == (0, "")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_same_bytes_each_time(path):
    assert outputs(read(path)) == outputs(read(path))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_release_holds_nothing_of_a_solution(path):
    source = read(path)
    notebook = released(source)
    given = {line.strip() for cell in source.cells for line in regions.stubbed(cell.source).splitlines()}
    shown = "\n".join(cell.source for cell in notebook.cells)
    for cell, _ in source.graded("answer", "manual"):
        for line in regions.solution_lines(cell.source):
            if line not in given and re.search(r"\w", line):  # a bracket by itself tells nothing
                assert line not in shown, line
    assert "SOLUTION" not in shown
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_graded_cell_carries_its_id_four_times(path):
    for notebook in (released(read(path)), build(read(path), "s")):
        names = [cell.id for cell in notebook.cells]
        assert len(set(names)) == len(names)
        for cell in notebook.cells:
            if "grade" in cell.metadata:
                assert cell.metadata.grade.id == cell.id
                assert cell.metadata.tags == [f"grade:{cell.id}"]
                assert re.match(rf"(# |<!-- )grade: {cell.id} \(", cell.source)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_pictures_travel_in_the_notebook_and_have_words(path):
    pictures = [cell.source for cell in released(read(path)).cells if "data:image" in cell.source]
    assert len(pictures) >= 2
    for text in pictures:
        assert re.fullmatch(r'<img alt="[^"]{40,}" src="data:image/svg\+xml;base64,[A-Za-z0-9+/=]+">', text)
        assert "<img alt=" in MarkdownIt().render(text), "a reader of Markdown shows it, not its text"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_nothing_that_is_not_in_the_wheel_or_numpy_is_imported(path):
    code = [cell.source for cell in released(read(path)).cells if cell.cell_type == "code"]
    roots = re.findall(r"^\s*(?:import|from) (\w+)", "\n".join(code), re.MULTILINE)
    assert set(roots) <= {"numpy", "convlib", "convgrader", "matplotlib", *sys.stdlib_module_names}


def test_a_stale_file_is_an_error_with_file_and_line(folder, capsys):
    path = folder / "transposed.ipynb"
    lines = path.read_text().splitlines(keepends=True)
    lines[40] = "x" + lines[40]
    path.write_text("".join(lines))
    assert cli("--folder", folder, "--check") == 1
    assert capsys.readouterr().err == f"{path}:41: stale: run python -m convgrader release\n"
    assert cli("--folder", folder) == 0
    assert cli("--folder", folder, "--check") == 0


def test_a_file_that_no_source_makes_is_an_error(folder, capsys):
    (folder / "solutions" / "ghost.md").write_text("x")
    assert cli("--folder", folder, "--check") == 1
    assert "ghost.md:1: no file in source/ makes this" in capsys.readouterr().err


def test_an_authors_mistake_ends_the_command_with_one_line(folder, capsys):
    path = folder / "source" / "transposed.md"
    path.write_text(path.read_text().replace("### END SOLUTION", "", 1))
    assert cli("--folder", folder) == 1
    assert re.fullmatch(rf"{re.escape(str(path))}:\d+: .+\n", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--key", "k"], "--key and --seed go together"),
        (["--seed", "s"], "--key and --seed go together"),
        (["--check", "--key", "k", "--seed", "s"], "--check writes nothing"),
        (["--folder", "nowhere"], "there is no nowhere/source"),
        (
            ["--withhold-until", "2027-13-01"],
            "'2027-13-01' is not a date: write year-month-day, such as 2027-01-15",
        ),
        (["--today", "soon"], "'soon' is not a date"),
    ],
)
def test_arguments_that_do_not_fit(arguments, message, capsys):
    with pytest.raises(SystemExit):
        cli(*arguments)
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_before_its_day_a_solution_page_holds_no_solution_and_afterwards_all(path):
    source, day = read(path), date(2027, 1, 15)
    name = f"solutions/{path.stem}.md"
    before = outputs(source, Opening(date(2027, 1, 14), day))[name]
    assert "These solutions open on 15 January 2027." in before
    assert before.count("\n") < 8
    for cell, _ in source.graded("answer", "manual"):
        for line in regions.solution_lines(cell.source):
            assert len(line) < 8 or line not in before
    on_the_day = outputs(source, Opening(day, day))
    assert on_the_day == outputs(source)
    assert (
        outputs(source, Opening(date(2027, 1, 14), day))[f"{path.stem}.ipynb"]
        == on_the_day[f"{path.stem}.ipynb"]
    )


def only(folder, slug="transposed"):
    """Leave one page in a copy of exercises/, so that a test is quick."""
    for path in [*folder.glob("source/*.md"), *folder.glob("*.ipynb"), *folder.glob("solutions/*.md")]:
        if path.stem != slug:
            path.unlink()
    return folder


def test_the_command_withholds_until_the_day_and_its_check_agrees(folder, capsys):
    page, day = only(folder) / "solutions" / "transposed.md", ["--withhold-until", "2027-01-15"]
    opened = page.read_text()
    early = [*day, "--today", "2026-12-24"]
    assert cli("--folder", folder, *early) == 0
    assert page.read_text() != opened
    assert cli("--folder", folder, "--check", *early) == 0
    assert cli("--folder", folder, "--check", *day, "--today", "2027-01-15") == 1
    assert "transposed.md:5: stale" in capsys.readouterr().err
    assert cli("--folder", folder, *day, "--today", "2027-01-15") == 0
    assert page.read_text() == opened


def test_a_sources_own_day_goes_before_the_commands(folder, capsys):
    source = only(folder) / "source" / "transposed.md"
    source.write_text(
        source.read_text().replace("  points: 16\n", "  points: 16\n  solutions_from: 2027-03-01\n", 1)
    )
    assert cli("--folder", folder, "--withhold-until", "2027-01-15", "--today", "2027-02-01") == 0
    assert "open on 1 March 2027" in (folder / "solutions" / "transposed.md").read_text()
    source.write_text(source.read_text().replace("2027-03-01", "in spring"))
    assert cli("--folder", folder) == 1
    assert re.search(r"transposed\.md:\d+: exercises: solutions_from: .*date", capsys.readouterr().err)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_hidden_inputs_hang_on_the_seed_and_the_seed_stands_nowhere(path):
    one, again, other = (build(read(path), seed) for seed in ("secret-17", "secret-17", "secret-18"))
    assert one == again
    public = {cell.id: cell.source for cell in released(read(path)).cells}
    hidden = [cell for cell in one.cells if cell.metadata.grade.get("hidden")]
    assert hidden
    for cell, changed in zip(one.cells, other.cells, strict=True):
        assert (cell.source != changed.source) == bool(cell.metadata.grade.get("hidden")), cell.id
    for cell in hidden:
        assert cell.source != public[cell.id]
    assert "secret-17" not in json.dumps(one)


def test_adding_a_check_changes_no_other_input():
    rule = Draw(shape=[3])
    alone = draw({"x": rule}, "s", "check")
    more = draw({"a": rule, "x": rule}, "s", "check")
    assert (alone["x"] == more["x"]).all()


def test_drawn_numbers_stay_in_their_ranges():
    rules = {
        "n": Draw(low=2, high=3),
        "x": Draw(shape=[[2, 3], 4], low=-1, high=1),
        "c": Draw(choose=["a", "b"]),
    }
    seen = [draw(rules, str(seed), "check") for seed in range(60)]
    assert {one["n"] for one in seen} == {2, 3}
    assert {one["x"].shape for one in seen} == {(2, 4), (3, 4)}
    assert {value for one in seen for value in one["x"].ravel().tolist()} == {-1, 0, 1}
    assert {one["c"] for one in seen} == {"a", "b"}


def fake_key(source):
    """Return the key as if executed, every check holding one value: enough for `load_key`."""
    notebook = build(source, "s")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = 1
        if cell.metadata.grade.role == "check":
            data = {"application/vnd.convgrader.value.v1+json": {"dtype": "int64", "shape": [], "data": [1]}}
            cell.outputs = [nbformat.v4.new_output("display_data", data)]
    return notebook


def not_executed(cell):
    cell.execution_count = None


def no_output(cell):
    cell.outputs = []


def two_outputs(cell):
    cell.outputs = cell.outputs * 2


def broken_value(cell):
    cell.outputs[0].data["application/vnd.convgrader.value.v1+json"]["shape"] = [7]


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (not_executed, "the key was not executed: check {id} has no execution count"),
        (no_output, "the key holds 0 values for check {id}, not one"),
        (two_outputs, "the key holds 2 values for check {id}, not one"),
        (broken_value, "check {id}: data does not hold the numbers"),
    ],
)
def test_a_key_that_proves_nothing_is_refused(tmp_path, harm, message):
    notebook = fake_key(read(SOURCES[-1]))
    path = tmp_path / "key.ipynb"
    nbformat.write(notebook, path)
    load_key(path)
    check = [cell for cell in notebook.cells if cell.metadata.grade.role == "check"][-1]
    harm(check)
    nbformat.write(notebook, path)
    with pytest.raises(AuthorError) as caught:
        load_key(path)
    lines = path.read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if f'"id": "{check.id}"' in line)
    assert str(caught.value).startswith(f"{path}:{number}: {message.format(id=check.id)}")


def test_a_key_whose_points_do_not_add_up_and_a_notebook_that_is_no_key(tmp_path):
    path = tmp_path / "key.ipynb"
    notebook = fake_key(read(SOURCES[-1]))
    notebook.metadata.convgrader.points += 1
    nbformat.write(notebook, path)
    with pytest.raises(AuthorError, match="points, its metadata promise"):
        load_key(path)
    nbformat.write(released(read(SOURCES[-1])), path)
    with pytest.raises(AuthorError, match="this notebook is no key"):
        load_key(path)


def test_the_index_lists_every_page():
    index = (ROOT / "exercises" / "index.md").read_text(encoding="utf-8")
    for path in SOURCES:
        assert f"(../book/{path.stem}.md)" in index
        assert f"<{path.stem}.ipynb>" in index
        assert f"(solutions/{path.stem}.md)" in index
