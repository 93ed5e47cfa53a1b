"""The glossary: one list of terms, shown on its page and linked where each term first stands in a page's prose."""

from __future__ import annotations

import contextlib
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from publish.html import html, tag

PAGE = "book/glossary"
LANGUAGES = {
    "hant": ("zh-Hant", "Traditional Chinese"),
    "hans": ("zh-Hans", "Simplified Chinese"),
    "th": ("th", "Thai"),
}
_KEYS = {"id", "term", "forms", "also", "avoid", "means", "chapter", "ours", *LANGUAGES}
_PLAIN = (nodes.paragraph, nodes.emphasis, nodes.strong)
_BOXES = {"question", "quiz", "promise", "card", "misconception", "slip"}
_GENERATED = {PAGE, "book/api", "book/claims", "book/bibliography", "book/answers"}


def load(root: Path) -> dict[str, Any]:
    """The list, checked.

    Raises
    ------
    ValueError
        ``book/glossary.yml:line: what``: an id or a spelling that is used twice, a key that is unknown, a page or a source that isn't there.
    """
    return _checked(root, (root / f"{PAGE}.yml").read_text(encoding="utf-8"))


@cache
def _checked(root: Path, text: str) -> dict[str, Any]:
    data = yaml.safe_load(text)
    seen: dict[str, str] = {}
    for entry in data["terms"]:
        for problem in _problems(root, entry, data["sources"], seen):
            lines = enumerate(text.split("\n"), 1)
            line = next((k for k, row in lines if row.endswith(f"- id: {entry.get('id')}")), 1)
            raise ValueError(f"{PAGE}.yml:{line}: {problem}")
    return data


def _problems(root: Path, entry: dict[str, Any], sources: dict[str, Any], seen: dict[str, str]) -> list[str]:
    lacking = {"id", "term", "means", "chapter"} - set(entry)
    if lacking or set(entry) - _KEYS:
        return [f"lacks {key}" for key in sorted(lacking)] + [
            f"unknown key {key!r}" for key in set(entry) - _KEYS
        ]
    found = []
    for name in {entry["id"], *spellings(entry)}:
        if seen.setdefault(name.lower(), entry["id"]) != entry["id"]:
            found.append(f"{name!r} is also {seen[name.lower()]}: each term and each spelling stands once")
    pages = [entry["chapter"], *(page for allowed in entry.get("avoid", {}).values() for page in allowed)]
    found += [
        f"there is no page book/{page}.md" for page in pages if not (root / "book" / f"{page}.md").is_file()
    ]
    named = [entry[key][1] for key in LANGUAGES if isinstance(entry.get(key), list)]
    return found + [f"no source is called {name!r}" for name in named if name not in sources]


def spellings(entry: dict[str, Any]) -> list[str]:
    """What is linked: the term and its further forms."""
    return [entry["term"], *entry.get("forms", [])]


class Terms(SphinxDirective):
    """`{terms}`: every term with its anchor, other names, meaning, chapter, and names in other languages; then the sources."""

    def run(self) -> list[nodes.Node]:
        root = Path(self.env.srcdir)
        self.env.note_dependency(str(root / f"{PAGE}.yml"))
        try:
            data = load(root)
        except ValueError as error:
            raise self.error(f"terms: {error}") from error
        numbers = {key: number for number, key in enumerate(data["sources"], 1)}
        entries = sorted(data["terms"], key=lambda entry: entry["term"].lower())
        listed = [part for entry in entries for part in self._entry(entry, numbers)]
        sources = [
            html(
                "li",
                nodes.reference("", source["title"], refuri=source["address"]),
                id=f"source-{numbers[key]}",
            )
            for key, source in data["sources"].items()
        ]
        return [
            html("dl", *listed, class_="terms"),
            nodes.rubric("", "Sources of the names"),
            html("ol", *sources),
        ]

    def _entry(self, entry: dict[str, Any], numbers: dict[str, int]) -> list[nodes.Node]:
        other = ", ".join(entry.get("also", []))
        also = [html("span", nodes.Text(f" also {other}"), class_="also")] if other else []
        page = f"book/{entry['chapter']}"
        known = page in self.env.found_docs
        address = self.env.app.builder.get_relative_uri(self.env.docname, page) if known else ""
        more = (
            [nodes.Text(" "), nodes.reference("", "The chapter.", refuri=address, internal=True)]
            if known
            else []
        )
        return [
            html("dt", nodes.Text(entry["term"]), *also, id=entry["id"]),
            html("dd", html("p", nodes.Text(entry["means"]), *more), self._names(entry, numbers)),
        ]

    def _names(self, entry: dict[str, Any], numbers: dict[str, int]) -> tag:
        if entry.get("ours"):
            return html(
                "p", nodes.Text("A word of this book: no settled name in other languages."), class_="names"
            )
        parts: list[nodes.Node] = []
        for key, (code, language) in LANGUAGES.items():
            if key not in entry:
                continue
            name, source = entry[key] if isinstance(entry[key], list) else (entry[key], "")
            number = numbers.get(source)
            mark = (
                nodes.reference("", f"[{number}]", refuri=f"#source-{number}", internal=True)
                if number
                else nodes.Text("†")
            )
            said = html("span", nodes.Text(name), lang=code)
            parts += [html("span", nodes.Text(f"{language} "), class_="language"), said, html("sup", mark)]
            parts.append(nodes.Text(" "))
        lacking = [language for key, (_, language) in LANGUAGES.items() if key not in entry]
        if lacking:
            listed = " and ".join([", ".join(lacking[:-1]), lacking[-1]] if lacking[1:] else lacking)
            parts.append(html("span", nodes.Text(f"untranslated in {listed}"), class_="language"))
        return html("p", *parts, class_="names")


def _read(app: Any, doctree: nodes.document) -> None:
    """Give the terms anchors that Markdown can link to, and link each term where it first stands on a page of the book."""
    name, root = app.env.docname, Path(app.srcdir)
    if name == PAGE:
        slugs = app.env.metadata[name].setdefault("myst_slugs", {})
        found = [node for node in doctree.findall(tag) if node["name"] == "dt" and "id" in node["attributes"]]
        slugs.update(
            {node["attributes"]["id"]: (1, node["attributes"]["id"], node[0].astext()) for node in found}
        )
    elif name.startswith("book/") and name not in _GENERATED and PAGE in app.env.found_docs:
        app.env.note_dependency(str(root / f"{PAGE}.yml"))
        with contextlib.suppress(ValueError):  # the glossary's page says what is wrong with its list
            link(doctree, load(root)["terms"], app.builder.get_relative_uri(name, PAGE))


def link(doctree: nodes.Node, terms: list[dict[str, Any]], address: str) -> None:
    """Make a link of each term's first occurrence in prose: no headings, code, links, tables, questions or quizzes."""
    by_spelling = {spelling.lower(): entry for entry in terms for spelling in spellings(entry)}
    longest = sorted(map(re.escape, by_spelling), key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w×-])({'|'.join(longest)})(s?)(?![\w×-])", re.I)
    used: set[str] = set()
    for text in [node for node in doctree.findall(nodes.Text) if _is_prose(node)]:
        pieces: list[nodes.Node] = []
        place, written = 0, str(text)
        for match in pattern.finditer(written):
            entry = by_spelling[match[1].lower()]
            if entry["id"] in used:
                continue
            used.add(entry["id"])
            pieces.append(nodes.Text(written[place : match.start()]))
            target = f"{address}#{entry['id']}"
            pieces.append(
                nodes.reference(
                    "", match[0], refuri=target, internal=True, reftitle=entry["means"], classes=["term"]
                )
            )
            place = match.end()
        if pieces:
            text.parent.replace(text, [*pieces, nodes.Text(written[place:])])


def _is_prose(text: nodes.Text) -> bool:
    """Whether it stands in a paragraph, perhaps emphasised, outside of the boxes that have links or questions of their own."""
    node: Any = text.parent
    if not isinstance(node, _PLAIN):
        return False
    while node is not None:
        if isinstance(node, (nodes.reference, nodes.figure, nodes.table, nodes.footnote, nodes.title)):
            return False
        if isinstance(node, tag) and _BOXES & set(str(node["attributes"].get("class", "")).split()):
            return False
        if isinstance(node, tag) and node["name"] in {"a", "summary", "label", "legend"}:
            return False
        node = node.parent
    return True


def setup(app: Any) -> None:
    """Register the directive, and the links."""
    app.add_directive("terms", Terms)
    app.connect("doctree-read", _read)
