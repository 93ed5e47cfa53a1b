"""Puzzles: what every right answer has is asked first, known slips are named, and so is what can go wrong with any numbers."""

from __future__ import annotations

import numpy as np
import pytest

from convgrader import check, pictures
from convgrader.puzzle import Puzzle, equal
from convgrader.puzzles import puzzles
from convgrader.report import misconceptions

HALVES = Puzzle(lambda x: np.asarray(x) / 2, ("x",), [([3, 8, -5, 14],), ([7, 2, 9, -1],)])
BY_HAND = Puzzle(
    lambda: [5, -7, 9, 2],
    (),
    [()],
    {"kernel-reversed": lambda: [2, 9, -7, 5]},
    [("They add up to nine.", lambda got: got.sum() == 9, "off-by-one")],
)


@pytest.fixture(autouse=True)
def two_puzzles(monkeypatch):
    monkeypatch.setattr(check, "puzzles", lambda: {"halves": HALVES, "by-hand": BY_HAND})


@pytest.mark.parametrize(
    ("wrong", "slip"),
    [
        (lambda x: np.asarray(x) // 2 * 0 + 3, "constant-result"),
        (lambda x: np.asarray(x[:-1]) / 2, "wrong-shape"),
        (lambda x: np.trunc(np.asarray(x) / 2), "dtype-truncated"),
        (lambda x: -np.asarray(x) / 2, "sign-flipped"),
        (lambda x: np.asarray(x) * 2, "scaled"),
        (lambda x: np.asarray(x) + 1, None),
    ],
)
def test_what_can_go_wrong_with_any_numbers_is_named(wrong, slip):
    report = check.puzzle(wrong, "halves")
    assert not report.ok
    assert report.slip == slip


def test_numbers_by_hand():
    assert check.puzzle(lambda: [5, -7, 9, 2], "by-hand", "mine").lines() == [
        "mine: all properties hold",
        "  ✓ every number is right",
    ]
    swapped = check.puzzle(lambda: [2, 9, -7, 5], "by-hand")
    assert (swapped.failed, swapped.slip) == ("4 of 4 numbers are not right.", "kernel-reversed")
    long = check.puzzle(lambda: [5, -7, 9, 2, 0], "by-hand")
    assert (long.failed, long.slip) == ("The shape (5,) is not the one that was asked for.", "wrong-shape")
    property_first = check.puzzle(lambda: [5, -7, 9, 3], "by-hand")
    assert (property_first.failed, property_first.slip) == ("They add up to nine.", "off-by-one")
    assert check.puzzle(lambda: not_there, "by-hand").failed == check.NOT_WRITTEN  # noqa: F821


def test_a_list_of_another_length_has_no_wrong_shape(monkeypatch):
    evens = Puzzle(lambda n: list(range(0, n, 2)), ("n",), [(6,), (9,)], listing=True)
    monkeypatch.setattr(check, "puzzles", lambda: {"evens": evens})
    report = check.puzzle(lambda n: list(range(n)), "evens")
    assert (report.ok, report.slip) == (False, None)


def only(monkeypatch, *parts, **more):
    """Make the one puzzle that is there from these parts."""
    monkeypatch.setattr(check, "puzzles", lambda: {"it": Puzzle(*parts, **more)})


def test_a_listing_has_no_sign(monkeypatch):
    only(monkeypatch, lambda n: list(range(-n, n + 1)), ("n",), [(2,), (3,)], listing=True)
    assert check.puzzle(lambda n: [], "it").slip is None
    falling = check.puzzle(lambda n: list(range(n, -n - 1, -1)), "it")
    assert (falling.ok, falling.slip) == (False, None)


def test_whole_numbers_are_compared_to_the_last_one(monkeypatch):
    counts = {2: [19632062464, 102760448, 7, 1], 3: [4089184256, 25557032, 9, 2]}
    only(monkeypatch, counts.__getitem__, ("n",), [(2,), (3,)])
    assert check.puzzle(lambda n: [float(count) for count in counts[n]], "it").ok
    assert check.puzzle(lambda n: [count / 3 * 3 + 1e-13 for count in counts[n]], "it").ok
    for off in (1, 1000, -1000.0):
        report = check.puzzle(lambda n, off=off: [counts[n][0] + off, *counts[n][1:]], "it")
        assert (report.ok, report.slip) == (False, None)
    nearly = check.puzzle(lambda n: [count + count // 10**7 for count in counts[n]], "it")
    assert (nearly.ok, nearly.slip) == (False, None)
    only(monkeypatch, lambda: counts[2], (), [()])
    report = check.puzzle(lambda: [counts[2][0] + 1000.0, *counts[2][1:]], "it")
    assert (report.failed, report.slip) == ("1 of 4 numbers are not right.", None)


def test_the_right_numbers_are_no_multiple_of_themselves(monkeypatch):
    holds = [("It has to be written another way.", lambda got: False)]
    only(monkeypatch, lambda: [0.5, 2.5, 4.25, 9.0], (), [()], properties=holds)
    report = check.puzzle(lambda: [0.5, 2.5, 4.25, 9.0], "it")
    assert (report.failed, report.slip) == ("It has to be written another way.", None)


def test_two_equal_numbers_are_not_yet_constant(monkeypatch):
    only(monkeypatch, lambda a, b: [a, b], ("a", "b"), [(1, 2), (3, 4)])
    assert check.puzzle(lambda a, b: [a, a], "it").slip is None
    assert check.puzzle(lambda a, b: [7, 7], "it").slip == "constant-result"
    only(monkeypatch, lambda a, b: [a, b, a], ("a", "b"), [(1, 2), (3, 4)])
    assert check.puzzle(lambda a, b: [b, b, b], "it").slip == "constant-result"


@pytest.mark.parametrize(
    ("answer", "failed", "slip"),
    [
        (
            lambda n: (n, 9),
            "Your result has the shape (2,), and that is not what was asked for.",
            "wrong-shape",
        ),
        (
            lambda n: [[n]],
            "Your result has the shape (1, 1), and that is not what was asked for.",
            "wrong-shape",
        ),
        (lambda n: 10 - n, "Its tenth part is not whole.", None),
    ],
)
def test_a_property_that_cannot_be_asked_does_not_hold(monkeypatch, answer, failed, slip):
    tenth = [("Its tenth part is not whole.", lambda got, n: 100 % int(got) == 0)]
    only(monkeypatch, lambda n: n, ("n",), [(10,), (20,)], properties=tenth)
    report = check.puzzle(answer, "it")
    assert (report.failed, report.slip) == (failed, slip)
    only(
        monkeypatch,
        lambda n: [n, 2 * n],
        ("n",),
        [(10,)],
        properties=[("Two.", lambda got, n: len(got) == 2)],
    )
    report = check.puzzle(lambda n: n, "it")
    assert report.failed == "Your result is one number, and that is not what was asked for."


def test_a_name_that_the_checks_own_lambda_misses_is_not_there_yet():
    assert check.puzzle(lambda x: not_there(x), "halves", "mine").failed == check.NOT_WRITTEN  # noqa: F821
    mine = lambda x: not_there(x)  # noqa: E731, F821
    assert check.puzzle(mine, "halves").failed.startswith("Your function stopped with NameError: ")
    calls = check.puzzle(lambda x: mine(x), "halves", "mine")
    assert calls.failed.startswith("Your function stopped with NameError: ")
    for nothing in (lambda x: np.column_stack(print(x)), lambda x: print(x)[0]):
        stacked = check.puzzle(nothing, "halves", "mine")
        assert stacked.failed == "What your function returned does not have the form that is asked for."


@pytest.mark.parametrize("value", [np.nan, np.inf, 1j])
def test_what_a_grader_refuses_no_puzzle_takes(value):
    report = check.puzzle(lambda x: np.asarray(x) / 2 * (1 + 0 * value), "halves")
    assert (report.ok, report.slip) == (False, None)
    assert report.failed.startswith("It returned ")


def test_arrays_in_a_list_are_watched_too(monkeypatch):
    layers = [np.ones((3, 4)), np.ones((2, 3))]
    product = Puzzle(lambda matrices: matrices[1] @ matrices[0], ("matrices",), [(layers,)])
    monkeypatch.setattr(check, "puzzles", lambda: {"product": product})

    def in_place(matrices):
        matrices[0] *= 2
        return matrices[1] @ matrices[0] / 2

    assert check.puzzle(lambda matrices: matrices[1] @ matrices[0], "product").ok
    report = check.puzzle(in_place, "product")
    assert (report.ok, report.slip) == (False, "input-mutated")
    wrong = check.puzzle(lambda matrices: matrices[1] @ matrices[0] + 1, "product")
    assert "matrices=[array of shape (3, 4), [[" in wrong.failed


def test_links_draws_a_line_for_each_wire_and_a_number_for_each_dot():
    svg = pictures.links(("two", [4, 2], [[(0, 0, 0), (1, 0, 1), (2, 1, 0), (3, 1, 1)]]), ("one", [2], []))
    assert svg.count("<line") == 4
    assert svg.count("<circle") == 4 + 2 + 2
    colours = [part.split('stroke="')[1][:7] for part in svg.split("<line")[1:]]
    assert colours[0] == colours[2] != colours[1] == colours[3]


def test_parts_that_would_not_fit_on_a_phone_stand_below_each_other():
    rows = ["a b c d e f g h"]
    narrow = pictures.grids(("one", "input", rows, []), ("two", "output", ["a b c"], []))
    wide = pictures.grids(("one", "input", rows, []), ("two", "output", rows, []))
    for svg, beside in ((narrow, True), (wide, False)):
        one, two = (
            part.split('y="')[1].split('"')[0]
            for part in svg.split("<text")[1::]
            if ">one<" in part or ">two<" in part
        )
        assert (one == two) == beside
        assert int(svg.split('width="')[1].split('"')[0]) <= pictures.WIDEST + 32


@pytest.mark.parametrize("name", sorted(puzzles()))
def test_a_pages_puzzle_is_sound(name):
    """Right answers have the properties; every slip is in the table and leads to answers that are not right."""
    asked = puzzles()[name]
    right = asked.answers(asked.reference)
    assert asked.lacking(right) is None
    assert set(asked.slips) <= set(misconceptions())
    assert {slip for _, _, *more in asked.properties for slip in more} <= set(misconceptions())
    for slip, functions in asked.slips.items():
        for number, function in enumerate(functions if isinstance(functions, list) else [functions]):
            assert not all(map(equal, asked.answers(function), right)), (
                f"{slip}, {number}: this is the right answer"
            )
