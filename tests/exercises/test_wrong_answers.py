"""The graders graded: solutions earn everything, stubs nothing, and every wrong answer fails under its right name."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from convgrader.comparison import compare
from convgrader.key import build, stored
from convgrader.matching import graft
from convgrader.running import run


def normal(source):
    """Return a source without comments, docstrings and layout, to compare answers by."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    return ast.dump(tree)


def expected(page):
    """Return the key's stored values by check."""
    return {cell.id: stored(cell)[0] for cell in page.checks}


def of_exercise(cells, exercise):
    """Return the cells less the checks of other exercises, so that a wrong answer is not tried on them."""
    return [
        cell
        for cell in cells
        if exercise is None or cell.metadata.grade.role != "check" or cell.metadata.grade.exercise == exercise
    ]


def failing(page, answers, key=None, values=None, exercise=None):
    """Return the checks that fail with these answers, judged by the key's stored outputs, or by other values."""
    outcomes = run(of_exercise(graft(key or page.key, answers).cells, exercise))
    failed, values = set(), values or expected(page)
    for cell in of_exercise(page.checks, exercise):
        grade, outcome = cell.metadata.grade, outcomes[cell.id]
        verdict = compare(values[cell.id], outcome.values, grade.get("rtol", 0), grade.get("atol", 0))
        if outcome.error is not None or verdict is not None:
            failed.add(cell.id)
    return failed


def first_slip(page, answers, exercise):
    """Run one exercise of the student's notebook with these answers; return the slip of the first self-check that
    is not content, the empty text if it has no name, None if all are content."""
    cells = []
    for cell in page.released.cells:
        grade = cell.metadata.get("grade", {})
        if grade.get("role") not in ("given", "answer") and grade.get("exercise") not in (None, exercise):
            continue
        copy = type(cell)(cell)
        copy.source = answers.get(cell.id, cell.source)
        cells.append(copy)
    outcomes = run(cells)
    if answers == page.solutions:
        assert [outcome.error for outcome in outcomes.values() if outcome.error] == [], "a self-check stops"
    reports = [report for outcome in outcomes.values() for report in outcome.reports if not report.ok]
    return (reports[0].slip or "") if reports else None


def test_the_solution_earns_everything_and_the_untouched_release_nothing(page):
    every = {cell.id for cell in page.checks}
    assert failing(page, page.solutions) == set()
    assert failing(page, page.stubs) == every
    assert [first_slip(page, page.solutions, part.id) for part in page.source.front.parts] == [
        None for _ in page.source.front.parts
    ]


def test_wrong_answers_fail_and_are_named(page, capsys):
    named, unnamed, survived = [], [], []
    exercise = {grade.id: grade.exercise for _, grade in page.source.graded("answer")}
    for entry, source in page.wrong:
        answers = page.solutions | {entry["cell"]: source}
        if entry["fails"] not in failing(page, answers, exercise=exercise[entry["cell"]]):
            survived.append((entry["cell"], entry["slip"], source))
        got = first_slip(page, answers, exercise[entry["cell"]])
        assert got is not None, f"the self-check is content with {entry['cell']}: {entry['slip']}"
        (named if got == entry["slip"] != "" else unnamed).append((entry["cell"], entry["slip"], got))
    assert survived == []
    total = len(page.wrong)
    with capsys.disabled():
        print(
            f"\n{page.source.slug}: {len(page.source.front.parts)} exercises, {page.source.front.points} points, {total} wrong ",
            end="",
        )
        print(f"answers, {total - len(survived)} caught, {len(named)} named rightly; not: {unnamed}")
    assert len(named) >= 0.8 * total


def test_every_exercise_that_a_machine_checks_has_eight_wrong_answers(page):
    exercise = {grade.id: grade.exercise for _, grade in page.source.graded("answer", "check")}
    count = Counter(exercise[entry["cell"]] for entry, _ in page.wrong)
    checked = {exercise[cell.id] for cell in page.checks}
    assert {name: count[name] for name in checked if count[name] < 8} == {}
    aimed = {entry["fails"] for entry, _ in page.wrong}
    assert aimed == {cell.id for cell in page.checks}, "every check has a wrong answer that it catches"


def test_no_two_wrong_answers_are_equal(page):
    seen = [(entry["cell"], normal(source)) for entry, source in page.wrong]
    seen += [(name, normal(text)) for name, text in page.solutions.items() if name in dict(seen)]
    assert [cell for cell, times in Counter(seen).items() if times > 1] == []


def test_wrong_answers_have_the_right_shape_unless_the_shape_is_the_mistake(page):
    exercise = {grade.id: grade.exercise for _, grade in page.source.graded("answer")}
    lists = page.table.get("lists", [])
    for entry, source in page.wrong:
        cells = graft(page.key, page.solutions | {entry["cell"]: source}).cells
        outcome = run(of_exercise(cells, exercise[entry["cell"]]))[entry["fails"]]
        check = next(cell for cell in page.checks if cell.id == entry["fails"])
        shapes = [value["shape"] for value in outcome.values]
        same = shapes == [stored(check)[0]["shape"]]
        several = entry["cell"] in lists
        assert same != entry.get("shape", False) or several, (
            entry["cell"],
            entry["slip"],
            shapes,
            outcome.error,
        )


@pytest.mark.parametrize("seed", ["one", "two", "three", "four"])
def test_the_key_of_any_seed_catches_every_wrong_answer(page, seed):
    exercise = {grade.id: grade.exercise for _, grade in page.source.graded("answer")}
    key = build(page.source, seed)
    values = {name: outcome.values[0] for name, outcome in run(key.cells).items() if outcome.values}
    survived = []
    for entry, source in page.wrong:
        answers = page.solutions | {entry["cell"]: source}
        if entry["fails"] not in failing(page, answers, key, values, exercise[entry["cell"]]):
            survived.append((entry["cell"], entry["slip"]))
    assert survived == []
