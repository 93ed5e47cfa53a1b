"""What people get wrong, what readers ask, what is misprinted: each has its cell, its explorer and its links."""

import re
from pathlib import Path

import pytest

from convlib.diagnose import misconceptions
from publish import lint_cells, pages

ROOT = Path(__file__).parent.parent.parent
BOOK = ROOT / "book"
# What the plan of the book asks for, by the ids of the one list.
ASKED = [
    "transposed-inverts", "transposed-is-arbitrary-padding", "pointwise-does-nothing", "fewer-flops-faster",
    "every-kernel-separable", "flattened-is-pointwise", "depthwise-needs-equal-channels", "xception-nonlinearity",
    "same-pads-half", "networks-are-invariant", "dilation-loses-nothing", "transposed-needs-no-size",
]  # fmt: skip
QUESTIONS = {
    "output_padding": "output-padding-adds-zeros",
    "transposed_padding": "transposed-padding-pads-input",
    "keras_transposed": "transposed-keras-other-values",
    "same_with_stride": "same-ignores-input-size",
    "ported_padding": "same-padded-symmetrically",
    "conv2d_correlates": "correlation-is-a-bug",
    "floor_or_ceil": "ceil-is-right",
    "last_column": "last-column-kept",
    "slow_depthwise": "fewer-flops-faster",
    "channel_multiplier": "depthwise-needs-equal-channels",
    "divisible_kernel": "divisible-means-no-checkerboard",
    "pointwise_dense": "pointwise-is-not-dense",
    "fixed_shuffle": "shuffle-is-random",
    "pixel_shuffle": "pixel-shuffle-order",
    "default_dilation": "dilation-default-zero",
    "half_the_flops": "flops-are-macs",
    "undo_convolution": "transposed-inverts",
    "seven_to_fourteen": "unique-transposed-hyperparameters",
}
# Addresses that others may have cited: none may go.
ERRATA = [
    "mobilenet-rows", "mobilenet-last-stride", "resnet-stride", "resnet-padding", "shufflenet-first-layer",
    "alexnet-size", "alexnet-groups", "padding-from-the-wrong-axes",
]  # fmt: skip


def read(name):
    return (BOOK / f"{name}.md").read_text(encoding="utf-8")


def unrefuted(text, table):
    """What a page of refutations lacks: ids without a box, without a claim of their name, or boxed twice."""
    boxes = re.findall(r"^:::\{misconception\} (\S+)$", text, re.M)
    claims = {given.partition(".")[2] for given, _ in lint_cells.claims(text)}
    wanted = [name for name, entry in table.items() if entry.get("page") == "misconceptions"]
    found = [f"{name}: no box" for name in wanted if name not in boxes]
    found += [f"{name}: no claim refutes it" for name in boxes if name not in claims]
    found += [f"{name}: boxed {boxes.count(name)} times" for name in set(boxes) if boxes.count(name) > 1]
    return found


def test_every_belief_has_its_box_and_a_claim_of_its_name():
    assert unrefuted(read("misconceptions"), misconceptions()) == []
    assert {entry["page"] for entry in misconceptions().values() if "page" in entry} == {"misconceptions"}


def test_what_was_asked_for_is_refuted():
    there = re.findall(r"^:::\{misconception\} (\S+)$", read("misconceptions"), re.M)
    assert [name for name in {*ASKED, *QUESTIONS.values()} if name not in there] == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (":::{misconception} same-pads-half\n:::", "", "same-pads-half: no box"),
        ('"misconceptions.flops-are-macs"', '"misconceptions.flops"', "flops-are-macs: no claim refutes it"),
        (":::{misconception} same-pads-half", ":::{misconception} ceil-is-right", "ceil-is-right: boxed 2 times"),
    ],
)  # fmt: skip
def test_a_belief_that_is_not_refuted_is_seen(old, new, said):
    text = read("misconceptions")
    assert old in text
    assert said in unrefuted(text.replace(old, new), misconceptions())


def lacks(text):
    """What an answer page lacks."""
    cells = pages.code_cells(text)
    boxes = [block.name for block in pages.blocks(text.split("\n"))]
    shown = [cell for cell in cells if "hide-input" not in (cell.options.get("tags") or [])]
    code = [line for line in shown[0].body if line.strip()] if shown else []
    answer = re.search(r":::\{answer\}\n(.*?)\n:::", text, re.S)
    links = re.findall(r"\]\(\.\./(\w+)\.md", text)
    slips = re.findall(r"\{slip\}`([^`]+)`", text)
    checks = {
        "a title that asks": re.search(r"^# .*\?$", text, re.M),
        "question, explorer, answer, in this order": boxes[:3] == ["question", "code-cell", "answer"],
        "an explorer in its first cell": cells
        and re.search(r"^explore\.\w+\(", "\n".join(cells[0].body), re.M),
        "a number from a cell in its answer": answer and "{glue:text}`" in answer[1],
        "a shown cell of at most 15 lines": 0 < len(code) <= 15,
        "a claim": lint_cells.claims(text),
        "a link to a chapter": any((BOOK / f"{name}.md").is_file() for name in links),
        "a misconception that is refuted": any(misconceptions().get(name, {}).get("page") for name in slips),
    }
    return [what for what, there in checks.items() if not there]


@pytest.mark.parametrize("slug", QUESTIONS)
def test_an_answer_page_has_all_its_parts(slug):
    text = read(f"answers/{slug}")
    assert lacks(text) == []
    assert f"{{slip}}`{QUESTIONS[slug]}`" in text


def test_the_index_and_the_table_of_contents_list_every_question_once():
    listed = re.findall(r"^- \[\]\(answers/(\w+)\.md\)$", read("answers"), re.M)
    assert (
        sorted(listed) == sorted(QUESTIONS) == sorted(path.stem for path in (BOOK / "answers").glob("*.md"))
    )
    in_toc = [
        doc.removeprefix("book/answers/") for doc in pages.toc_files(ROOT) if doc.startswith("book/answers/")
    ]
    assert in_toc == listed


def test_the_page_of_beliefs_leads_to_every_answer():
    led = re.findall(r"\(answers/(\w+)\.md\)", read("misconceptions"))
    assert sorted(set(led)) == sorted(QUESTIONS)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("rounded?", "rounded", "a title that asks"),
        ("explore.arithmetic(", "print(", "an explorer in its first cell"),
        ("](../arithmetic.md)", "](arithmetic.md)", "a link to a chapter"),
        ("{slip}`ceil-is-right`", "{slip}`ceil-for-floor`", "a misconception that is refuted"),
        ("claim(", "print(", "a claim"),
        (":::{answer}", ":::{note}", "question, explorer, answer, in this order"),
        ("{glue:text}", "{code}", "a number from a cell in its answer"),
        ("def counted", "x = 1\n" * 20 + "def counted", "a shown cell of at most 15 lines"),
    ],
)
def test_a_part_that_an_answer_page_lacks_is_seen(old, new, said):
    text = read("answers/floor_or_ceil")
    assert old in text
    assert said in lacks(text.replace(old, new))


def slips_of_errata(text):
    """What a page of errata lacks: addresses, and in each entry what is printed, a cell and a claim."""
    entries = dict(
        zip(re.findall(r"^\(([\w-]+)\)=$", text, re.M), re.split(r"^\([\w-]+\)=$", text, flags=re.M)[1:])
    )
    found = [f"{name}: gone, and it may have been cited" for name in ERRATA if name not in entries]
    found += [f"{name}: pin it in this test" for name in entries if name not in ERRATA]
    for name, entry in entries.items():
        needs = {
            "its address": f"Address: [`errata.html#{name}`](#{name})" in entry,
            "what is printed": re.search(r"^\*\*(Printed|Published)\.\*\*", entry, re.M),
            "what to write instead": "**Write instead.**" in entry,
            "a claim": lint_cells.claims(entry),
        }
        found += [f"{name}: without {what}" for what, there in needs.items() if not there]
    return found


def test_every_erratum_has_its_address_its_cell_and_a_claim():
    assert slips_of_errata(read("errata")) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("(alexnet-size)=", "(alexnet-picture)=", "alexnet-size: gone, and it may have been cited"),
        ("(alexnet-size)=", "(alexnet-picture)=", "alexnet-picture: pin it in this test"),
        ("claim(", "print(", "alexnet-groups: without a claim"),
        ("**Published.**", "It is said:", "padding-from-the-wrong-axes: without what is printed"),
    ],
)
def test_a_slip_in_the_errata_is_seen(old, new, said):
    text = read("errata")
    assert old in text
    assert said in slips_of_errata(text.replace(old, new))


@pytest.mark.parametrize("path", sorted(BOOK.glob("*.md")), ids=lambda path: path.stem)
def test_a_chapter_that_says_what_is_wrong_leads_to_the_refutations(path):
    text = path.read_text(encoding="utf-8")
    section = re.search(r"^% station: wrong$(.*?)^## ", text, re.M | re.S)
    slips = [misconceptions()[name] for name in re.findall(r"\{slip\}`([^`]+)`", text)]
    leads = section is None or "(misconceptions.md" in section[1] or any("page" in entry for entry in slips)
    assert leads, f"{path.name}: link to misconceptions.md where it says what people get wrong"
