"""The glossary: its list is checked, each term is linked where it first stands, and no other name is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docutils import nodes

from publish import lint_terms, terms
from publish.build import build_site
from publish.html import html

ROOT = Path(__file__).parent.parent.parent
LIST = """\
sources:
  one: {title: A source, address: "https://example.org/"}
terms:
  - id: depthwise
    term: depthwise convolution
    forms: [depthwise]
    means: Each channel alone.
    chapter: index
  - id: separable
    term: depthwise separable convolution
    also: [sepconv]
    avoid: {sepconv: []}
    means: First alone, then mixed.
    chapter: index
    hans: [深度可分卷积, one]
    hant: 深度可分離卷積
  - id: stride
    term: stride
    means: How far a window moves.
    chapter: index
    th: [สไตรด์, one]
"""
GLOSSARY = "# Glossary\n\n```{terms}\n```\n"


@pytest.fixture
def book(make_book, tmp_path):
    """A small book with a glossary."""
    pages = {"index": "# A book\n\nText.\n", "glossary": GLOSSARY}
    root = make_book(tmp_path, pages)
    (root / "book" / "glossary.yml").write_text(LIST)
    return root


def linked(root, *children):
    """What becomes a link among these parts of a page."""
    doctree = nodes.section("", *children)
    terms.link(doctree, terms.load(root)["terms"], "glossary.html")
    return [
        (node.astext(), node["refuri"])
        for node in doctree.findall(nodes.reference)
        if "term" in node["classes"]
    ]


def text(*parts):
    return nodes.paragraph("", "", *(nodes.Text(part) if isinstance(part, str) else part for part in parts))


def test_the_first_place_of_each_term_is_linked_and_the_longest_name_wins(book):
    said = "A Depthwise separable convolution has strides. A depthwise separable convolution, a stride, a depthwise layer."
    paragraph = text(said)
    assert linked(book, paragraph, text("A depthwise convolution.")) == [
        ("Depthwise separable convolution", "glossary.html#separable"),
        ("strides", "glossary.html#stride"),
        ("depthwise", "glossary.html#depthwise"),
    ]
    assert paragraph.astext() == said


def test_what_is_no_prose_or_has_a_link_or_asks_is_left_alone(book):
    place = [
        nodes.title("", "", nodes.Text("The stride")),
        text(nodes.literal("", "stride"), nodes.math("", "stride")),
        text(nodes.reference("", "the stride", refuri="x.html")),
        html("div", text("Which stride?"), class_="box question"),
        html("div", html("legend", text("Which stride?")), class_="quiz"),
        html("details", html("summary", text("A stride"))),
        nodes.figure("", nodes.caption("", "A stride")),
        text("stride-free, 3×stride, strided"),
    ]
    assert linked(book, *place) == []
    assert linked(book, *place, text(nodes.strong("", "", nodes.Text("stride")))) == [
        ("stride", "glossary.html#stride")
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            "term: stride",
            "term: depthwise",
            "book/glossary.yml:17: 'depthwise' is also depthwise: each term and each spelling stands once",
        ),
        ("th: [สไตรด์, one]", "th: [สไตรด์, two]", "book/glossary.yml:17: no source is called 'two'"),
        ("    means: How far a window moves.\n", "", "book/glossary.yml:17: lacks means"),
        ("means: How far", "mean: How far", "book/glossary.yml:17: lacks means"),
        (
            "avoid: {sepconv: []}",
            "avoid: {sepconv: [gone]}",
            "book/glossary.yml:9: there is no page book/gone.md",
        ),
        ("    th: [", "    fr: [", "book/glossary.yml:17: unknown key 'fr'"),
    ],
)
def test_a_mistake_in_the_list_is_named_with_its_line(book, before, after, message):
    path = book / "book" / "glossary.yml"
    assert before in LIST
    head, _, tail = LIST.rpartition(before)
    path.write_text(head + after + tail)
    with pytest.raises(ValueError, match=re.escape(message)):
        terms.load(book)
    assert lint_terms.check(book)[0].startswith(message)


def test_another_name_is_named_with_file_and_line_where_it_is_used(book):
    path = book / "book" / "index.md"
    path.write_text(
        '# A book\n\nUse a Sepconv.\n\n*sepconv* and "sepconv" and `sepconv` are mentions.\n\n:::{note}\nTwo sepconvs.\n:::\n\n'
        ":::{question}\nWhat is a sepconv?\n:::\n"
    )
    errors = lint_terms.check(book)
    assert [error.partition(": ")[0] for error in errors] == ["book/index.md:3", "book/index.md:8"]
    assert "the book says 'depthwise separable convolution', not 'Sepconv'" in errors[0]
    allowed = book / "book" / "glossary.yml"
    allowed.write_text(LIST.replace("{sepconv: []}", "{sepconv: [index]}"))
    assert lint_terms.check(book) == []


def test_the_book_keeps_to_one_term_per_thing():
    assert lint_terms.check(ROOT) == []


def test_the_page_has_anchors_names_and_sources_and_pages_link_to_it(book):
    (book / "book" / "index.md").write_text(
        "# A book\n\nA stride. [Separable](glossary.md#separable), and a stride.\n"
    )
    assert build_site(book) == 0
    site = book / "_build" / "html" / "book"
    page, index = (site / "glossary.html").read_text(), (site / "index.html").read_text()
    assert re.findall(r'<dt id="(\w+)">', page) == ["depthwise", "separable", "stride"]
    assert (
        '<span lang="zh-Hans">深度可分卷积</span><sup><a class="reference internal" href="#source-1">[1]</a></sup>'
        in page
    )
    assert '<span lang="zh-Hant">深度可分離卷積</span><sup>†</sup>' in page
    assert "untranslated in Thai<" in page
    assert "untranslated in Traditional Chinese, Simplified Chinese and Thai<" in page
    assert (
        '<li id="source-1"><a class="reference external" href="https://example.org/">A source</a></li>'
        in page
    )
    assert re.findall(r'<a class="term[^>]*href="([^"]+)"', index) == ["glossary.html#stride"]
    assert 'href="glossary.html#separable"' in index
