"""A student's answer is found by any one of four carriers, and Colab may take three of them away."""

from __future__ import annotations

import copy
import json

import nbformat
import pytest
from nbformat import v4

from convgrader.matching import CARRIERS, carried, graft, match


def cell(name, source, carriers=CARRIERS, role="answer", kind="code"):
    """Return a cell with the given carriers alone."""
    comment = f"<!-- grade: {name} (x) -->" if kind == "markdown" else f"# grade: {name} (x)"
    text = f"{comment}\n{source}" if "first line" in carriers else source
    make = v4.new_markdown_cell if kind == "markdown" else v4.new_code_cell
    made = make(text, id=name if "cell id" in carriers else f"random-{abs(hash(source)) % 1000}")
    if "metadata" in carriers:
        made.metadata["grade"] = {"id": name, "role": role}
    if "tag" in carriers:
        made.metadata["tags"] = ["other", f"grade:{name}"]
    return made


def notebook(*cells, release="new", slug="page"):
    made = v4.new_notebook(cells=list(cells))
    made.metadata["convgrader"] = {"format": 1, "slug": slug, "release": release}
    return made


KEY = notebook(
    cell("given", "x = 1", role="given"),
    cell("one", "a = 1"),
    cell("two", "b = 2"),
    cell("check-one", "emit(a)", role="check"),
    cell("words", "Right.", role="manual", kind="markdown"),
)


def submitted(carriers=CARRIERS):
    return notebook(
        cell("one", "a = 10", carriers),
        cell("check-one", "emit(1)", carriers, role="check"),
        cell("two", "b = 20", carriers),
        cell("words", "Mine.", carriers, role="manual", kind="markdown"),
    )


@pytest.mark.parametrize("carrier", CARRIERS)
def test_one_carrier_is_enough(carrier):
    found = match(submitted([carrier]), KEY)
    assert {name: text.splitlines()[-1] for name, text in found.sources.items()} == {
        "one": "a = 10",
        "two": "b = 20",
        "words": "Mine.",
    }
    assert found.flags == []
    assert found.missing == []


def test_a_cell_without_a_carrier_is_missing():
    found = match(notebook(cell("one", "a = 10", [])), KEY)
    assert found.sources == {}
    assert found.missing == ["one", "two", "words"]


def test_colab_loses_ids_tags_and_metadata():
    text = nbformat.writes(submitted())
    raw = json.loads(text)
    for item in raw["cells"]:
        item.pop("id")
        item["metadata"] = {"id": "aB3_dEf", "colab": {"base_uri": "https://localhost:8080/"}}
    raw["metadata"] = {
        "colab": {"provenance": []},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
    }
    raw["nbformat_minor"] = 0
    found = match(nbformat.reads(json.dumps(raw), as_version=4), KEY)
    assert set(found.sources) == {"one", "two", "words"}
    assert found.flags == ["the notebook does not say which release it is"]


def test_the_last_duplicate_wins_and_is_flagged():
    found = match(notebook(cell("one", "a = 10"), cell("one", "a = 11", ["tag", "metadata"])), KEY)
    assert found.sources["one"] == "a = 11"
    assert found.flags == ["cell 2: one is there more than once; the last one counts"]


def test_the_carriers_vote():
    mixed = cell("one", "a = 10")
    mixed.metadata["tags"] = ["grade:two"]
    found = match(notebook(mixed), KEY)
    assert list(found.sources) == ["one"]
    assert (
        "carriers disagree (metadata one, tag two, cell id one, first line one); taken as one"
        in found.flags[0]
    )


def test_a_code_answer_in_a_text_cell_is_flagged_and_not_taken():
    found = match(notebook(cell("one", "a = 10", kind="markdown")), KEY)
    assert found.sources == {}
    assert found.flags == ["cell 1: one is a code cell, this one is markdown"]


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"release": "old"}, "the notebook is of release old, the key of new"),
        ({"slug": "other"}, "the notebook is other, the key is page"),
    ],
)
def test_another_release_is_recognised(change, flag):
    found = match(notebook(cell("one", "a = 10"), **change), KEY)
    assert found.flags == [flag]
    assert "one" in found.sources


def test_graft_takes_answer_sources_alone_and_leaves_the_key_as_it_was():
    before = copy.deepcopy(KEY)
    hostile = submitted()
    hostile.cells[0].metadata["grade"]["role"] = "check"
    grafted = graft(KEY, match(hostile, KEY).sources)
    assert before == KEY
    for ours, theirs in zip(KEY.cells, grafted.cells, strict=True):
        if ours.id in ("one", "two", "words"):
            assert theirs.source != ours.source
            assert {k: v for k, v in theirs.items() if k != "source"} == {
                k: v for k, v in ours.items() if k != "source"
            }
        else:
            assert theirs == ours


def test_what_was_not_handed_in_is_empty_not_the_solution():
    assert [c.source for c in graft(KEY, {}).cells if c.id in ("one", "two", "words")] == ["", "", ""]


def test_strange_metadata_breaks_nothing():
    odd = cell("one", "a = 10", ["first line"])
    odd.metadata.update(grade="text", tags="grade:two")
    assert carried(odd) == {"cell id": odd.id, "first line": "one"}
