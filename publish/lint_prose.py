"""Digits in prose: a number that a sentence states comes from a cell, so a typed digit is a mistake.

A question states nothing, so `{question}`, `{quiz}` and a heading that asks may hold digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from publish import pages

_PROSE = {"answer", "predict", "formulas", "promise", "admonition", "dropdown", "exercises"}
_PROSE |= {"note", "tip", "warning", "important", "seealso", "attention", "caution", "hint"}
_HIDDEN = (
    re.compile(r"\{[A-Za-z][\w:.+-]*\}(`+).+?\1(?!`)", re.S),  # a role with its text
    re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.S),  # code
    re.compile(r"\$\$.+?\$\$|(?<!\\)\$(?!\s)[^$]+?(?<!\s)\$", re.S),  # mathematics
    re.compile(r"\\\[.+?\\\]|\\begin\{(\w+\*?)\}.+?\\end\{\1\}", re.S),
    re.compile(r"(?<=\])\([^)\n]*\)|https?://\S+|<[^>\n]+>"),  # addresses
    re.compile(r"\[\^\w+\]|\{[#.][^}\n]*\}"),  # footnotes, attributes
)
_LIST = re.compile(r"^\s*\d+[.)] ")
_ASKS = re.compile(r"^#+ .*\?\s*$")
_LETTER = re.compile(r"[^\W\d_]")


def check(name: str, text: str) -> list[str]:
    """Where a page's prose has a digit that is no part of a name."""
    return [error for line, written in prose(text) for error in _digits(f"{name}:{line}", written)]


def prose(text: str, also: Callable[[str], str] = str) -> Iterator[tuple[int, str]]:
    """A page's prose, a numbered line each: without code, mathematics, roles, addresses, questions, and what `also` takes out."""
    skip = pages.header_lines(text)
    return _lines(text.split("\n")[skip:], skip + 1, also)


def _lines(lines: list[str], first: int, also: Callable[[str], str]) -> Iterator[tuple[int, str]]:
    place = 0
    for block in pages.blocks(lines, first):
        yield from _shown(lines[place : block.line - first], first + place, also)
        if block.name in _PROSE:
            yield from _shown([block.argument], block.line, also)
            yield from _lines(block.body, block.body_line, also)
        place = block.end - first + 1
    yield from _shown(lines[place:], first + place, also)


def _shown(lines: list[str], first: int, also: Callable[[str], str]) -> Iterator[tuple[int, str]]:
    text = "\n".join(
        "" if line.startswith("%") or _ASKS.match(line) else _LIST.sub("", line) for line in lines
    )
    for pattern in _HIDDEN:
        text = pattern.sub(lambda match: " \n" * match[0].count("\n") or " ", text)
    yield from enumerate(also(text).split("\n"), first)


def _digits(place: str, line: str) -> Iterator[str]:
    for word in re.split(r"[\s—–/()\[\]|:;,]+", line):
        if re.search(r"\d", word) and not _is_name(word):
            digit = word.strip(".,!?*_\"'“”’…")
            yield (
                f"{place}: the digit {digit!r} stands in prose: compute it in a cell, pass it on "
                "with glue() and write {glue:text}`name`, or set it as mathematics if it is a formula's"
            )


def _is_name(word: str) -> bool:
    """1×1, 2-D, conv2d, ResNet-50: a letter or a multiplication sign belongs to it. And years."""
    return bool(_LETTER.search(word)) or bool(re.fullmatch(r"\W*(\d+(×\d+)+|(19|20)\d\d)\W*", word))
