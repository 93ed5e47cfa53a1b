"""The one list of misconceptions: quizzes, diagnose and the exercises' messages name its ids."""

import json
import re
from pathlib import Path

import pytest

import convlib

TABLE = json.loads((Path(convlib.__file__).parent / "misconceptions.json").read_text(encoding="utf-8"))
SLIPS = [
    "kernel-reversed",
    "kernel-not-reversed",
    "kernel-transposed",
    "axes-swapped",
    "channels-swapped",
    "batch-axis-mixed",
    "same-padded-at-start",
    "padding-one-side",
    "padding-ignored",
    "ceil-for-floor",
    "last-column-kept",
    "off-by-one",
    "stride-ignored",
    "dilation-ignored",
    "dilation-counts-zeros",
    "bias-missing",
    "bias-per-input",
    "wrong-group-slice",
    "groups-ignored",
    "shuffle-missing",
    "output-padding-adds-zeros",
    "transposed-padding-pads-input",
    "transposed-kernel-reversed",
    "accumulation-overwrites",
    "stamps-averaged",
    "convolved-instead-of-transposed",
    "constant-result",
    "input-mutated",
]


def problems(table):
    """Return what is wrong with the form of ``table``, one sentence each."""
    found = []
    for name, entry in table.items():
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
            found.append(f"{name}: an id is in kebab-case")
        if set(entry) - {"page"} != {"title", "wrong", "right"}:
            found.append(f"{name}: fields are title, wrong, right, and page where a page refutes it")
            continue
        if any(
            not isinstance(text, str) or text != " ".join(text.split()) or not text for text in entry.values()
        ):
            found.append(f"{name}: a text is empty or holds stray blanks")
            continue
        if entry["title"].endswith("."):
            found.append(f"{name}: a title is no sentence")
        for field in ("wrong", "right"):
            if not entry[field].endswith((".", "?")):
                found.append(f"{name}: {field} does not end as a sentence")
        if len(re.findall(r"[.?](?:\s|$)", entry["right"])) > 3:
            found.append(f"{name}: right takes more than three sentences")
        if re.search(r"\d", re.sub(r"\d+×\d+|\d-D|conv\dd", "", entry["right"])):
            found.append(f"{name}: right holds a digit that is not in a name")
    titles = [entry.get("title", "").casefold() for entry in table.values()]
    found += [
        f"two entries have the title {title!r}"
        for title in sorted({t for t in titles if titles.count(t) > 1})
    ]
    return found


def test_form():
    assert problems(TABLE) == []


def test_slips_that_diagnose_may_name_are_there():
    assert set(SLIPS) <= set(TABLE)
    assert len(TABLE) >= 60


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Bad_Id": TABLE["bias-missing"] | {"title": "Other"}}, "kebab-case"),
        ({"empty": {"title": "", "wrong": "A.", "right": "B."}}, "empty"),
        ({"open-end": {"title": "Open", "wrong": "A", "right": "B."}}, "wrong does not end"),
        ({"twin": TABLE["bias-missing"]}, "two entries have the title"),
        ({"field": {"title": "Field", "wrong": "A."}}, "fields are"),
        ({"digit": {"title": "Digit", "wrong": "A.", "right": "It is 4."}}, "digit"),
    ],
)
def test_a_slip_in_the_table_is_seen(change, message):
    assert any(message in problem for problem in problems(TABLE | change))
