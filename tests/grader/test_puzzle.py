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
