"""The readers' notebooks: plain Markdown, stable, and nothing in them that the writer doesn't know."""

import json
from pathlib import Path

import nbformat
import pytest

from publish import notebooks, pages
from publish.markdown import Writer
from publish.misconceptions import misconceptions

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def writer(make_book, tmp_path):
    pages = {
        "index": "# The index\n",
        "other": "# Another\n",
        "answers/one": "# One?\n",
        "misconceptions": "# Wrong\n",
    }
    root = make_book(tmp_path, pages)
    return Writer(
        root, root / "book" / "index.md", {"count": "4"}, {"other", "answers/one", "misconceptions"}
    )


def convert(writer, text, first=1):
    return writer.convert(text.split("\n"), first)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("There are {glue:text}`count`, in `{glue:text}`.", "There are 4, in `{glue:text}`."),
        ("% station: loop\n(label)=\nText.", "Text."),
        ("{slip}`kernel-reversed` It stays.", "*The kernel was reversed.* It stays."),
        ("{cite:t}`dumoulin2016` says", "Dumoulin and Visin (2016) says"),
        ("[one](other.md#part) and [two](gone.md), [](other.md)", "[one](other.ipynb) and two, [Another](other.ipynb)"),
        ("[](answers/one.md)", "[One?](answers/one.ipynb)"),
        ("{slip}`transposed-inverts`", "[*A transposed convolution undoes a convolution.*](misconceptions.ipynb)"),
        (":::{question}\nWhy {glue:text}`count`?\n:::", "> Why 4?"),
        (":::{predict}\nHow many?\n\nFour.\n:::", "**Predict.** How many?\n\n<details><summary>What happens</summary>\n\nFour.\n\n</details>"),
        ("```python\n{unknown}`x`\n```", "```python\n{unknown}`x`\n```"),
        ("{math}`x^2` and $y$", "$x^2$ and $y$"),
    ],
)  # fmt: skip
def test_ours_becomes_plain(writer, written, plain):
    assert convert(writer, written) == plain


def test_a_page_in_a_folder_links_to_pages_above_and_beside_it(make_book, tmp_path):
    root = make_book(
        tmp_path, {"index": "# The index\n", "answers/one": "# One?\n", "answers/two": "# Two?\n"}
    )
    inside = Writer(
        root, root / "book" / "answers" / "one.md", {}, {"index", "answers/two", "misconceptions"}
    )
    assert convert(inside, "[up](../index.md), [](two.md)") == "[up](../index.ipynb), [Two?](two.ipynb)"
    assert convert(inside, "{slip}`flops-are-macs`").endswith("](../misconceptions.ipynb)")
    assert (
        notebooks.links(ROOT, "book/answers/floor_or_ceil")["file"] == "notebooks/answers/floor_or_ceil.ipynb"
    )


def test_a_misconception_says_what_is_wrong_and_what_is_right(writer):
    entry = misconceptions()["flops-are-macs"]
    assert convert(writer, ":::{misconception} flops-are-macs\n:::") == (
        f"### {entry['title']}\n\n**Wrong:** {entry['wrong']}\n\n**Right:** {entry['right']}"
    )


def test_a_quiz_keeps_its_choices_and_replies(writer):
    text = convert(
        writer, ":::{quiz}\nWhat?\n\n- [ ] this -- {slip}`kernel-reversed` No.\n- [x] that -- Yes.\n:::"
    )
    assert "**Quiz.** What?\n\n- this\n- that" in text
    assert "- this: not so. *The kernel was reversed.* No.\n- that: right. Yes." in text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("A line.\n\n:::{unheardof}\nx\n:::", r"book/index.md:12: the notebook writer does not know the directive \{unheardof\}"),
        ("A line.\nAnd {strange}`x`.", r"book/index.md:11: the notebook writer does not know the role \{strange\}"),
        (":::{answer}\nOne.\nTwo {glue:text}`gone`.\n:::", "book/index.md:12: no cell of this page glues 'gone'"),
        (":::{misconception} flops-are-mac\n:::", "no misconception is called 'flops-are-mac'; did you mean 'flops-are-macs'"),
        ("{slip}`no-such`", "book/index.md:10: no misconception is called 'no-such'"),
        ("{cite:p}`nobody1900`", "book/index.md:10: book/references.bib has no entry 'nobody1900'"),
    ],
)  # fmt: skip
def test_what_the_writer_does_not_know_is_an_error_with_its_line(writer, written, said):
    with pytest.raises(pages.PageError, match=said):
        convert(writer, written, first=10)


@pytest.mark.xdist_group("good")
def test_a_page_offers_its_notebook_and_colab_only_where_the_repository_is_known(good_book, monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    assert notebooks.links(good_book, "book/sample") == {"file": "notebooks/sample.ipynb"}
    assert notebooks.links(good_book, "book/index") == {}
    monkeypatch.setenv("GITHUB_REPOSITORY", "owner/name")
    assert notebooks.links(good_book, "book/sample")["colab"] == (
        "https://colab.research.google.com/github/owner/name/blob/gh-pages/notebooks/sample.ipynb"
    )


@pytest.mark.xdist_group("good")
def test_the_notebook_is_valid_stable_and_without_outputs(good_site):
    path = good_site / "notebooks" / "sample.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert [cell.id for cell in notebook.cells][:3] == ["bootstrap", "sample-000", "sample-001"]
    assert not any(cell.get("outputs") for cell in notebook.cells if cell.cell_type == "code")
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert ":::" not in text
    assert "{glue" not in text
    assert "There are 4," in text
    wheel = next((good_site / "notebooks").glob("*.whl")).name
    bootstrap = notebook.cells[0].source
    assert wheel in bootstrap
    assert "--no-deps" in bootstrap
    assert "numpy" not in bootstrap.lower().replace("numpy and torch stay", "")
    assert "resolved" not in json.dumps(notebook)
