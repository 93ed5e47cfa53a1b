"""The course's Markdown as plain Markdown, which every notebook reader shows."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from publish import directives, misconceptions, pages

# A role with its text, or else a code span, in which nothing is looked for.
_ROLE_OR_CODE = re.compile(
    r"\{(?P<name>[A-Za-z][\w:.+-]*)\}(?P<open>`+)(?P<text>.+?)(?P=open)(?!`)|(?P<span>`+)(?!`).+?(?<!`)(?P=span)(?!`)",
    re.S,
)
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
ADMONITIONS = ("note", "tip", "warning", "important", "seealso", "attention", "caution", "hint")


class Writer:
    """One page's converter: it knows the page's glued values, and which pages have notebooks."""

    def __init__(self, root: Path, path: Path, values: dict[str, str], books: set[str]):
        self.root, self.path, self.values, self.books = root, path, values, books
        self.name = path.relative_to(root).as_posix()

    def convert(self, lines: list[str], first: int) -> str:
        """A block of text, whose first line has this number in the page."""
        out: list[str] = []
        place = 0
        for block in pages.blocks(lines, first):
            out += self._text(lines[place : block.line - first], first + place)
            place = block.end - first + 1
            out += self._block(block) if block.name else lines[block.line - first : place]
        out += self._text(lines[place:], first + place)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(out)).strip("\n")

    def _text(self, lines: list[str], first: int) -> list[str]:
        """Prose: comments and labels go, roles and links become plain."""
        kept = [(k, line) for k, line in enumerate(lines) if not re.match(r"%|\([\w:.-]+\)=\s*$", line)]
        if not kept:
            return []
        numbers = [first + k for k, _ in kept]
        text = "\n".join(line for _, line in kept)

        def role(match: re.Match[str]) -> str:
            if match["name"] is None:
                return match[0]
            line = numbers[match.string.count("\n", 0, match.start())]
            return self._role(match["name"], match["text"], line)

        return _LINK.sub(self._link, _ROLE_OR_CODE.sub(role, text)).split("\n")

    def _block(self, block: pages.Block) -> list[str]:
        mapped: dict[str, Callable[[pages.Block], list[str]]] = {
            "question": lambda b: _quoted(self._inner(b)),
            "answer": lambda b: ["**In short.** " + self._inner(b), ""],
            "formulas": lambda b: ["**In one box**", "", self._inner(b), ""],
            "promise": self._promise,
            "predict": self._predict,
            "quiz": self._quiz,
            "exercises": self._exercises,
            "misconception": self._misconception,
            "map": lambda b: ["*The map of every kind is on the first page of the book.*", ""],
            "terms": lambda b: ["*The glossary's list is on the book's site.*", ""],
            "dropdown": lambda b: _details(self._inline(b.argument, b.line), self._inner(b)),
            "admonition": lambda b: _quoted(f"**{self._inline(b.argument, b.line)}**\n\n{self._inner(b)}"),
            "math": lambda b: ["$$", *b.body, "$$", ""],
            "code-block": lambda b: [f"```{b.argument}", *b.body, "```", ""],
            "bibliography": lambda b: [],
        }
        mapped |= dict.fromkeys(
            ADMONITIONS, lambda b: _quoted(f"**{b.name.capitalize()}**\n\n{self._inner(b)}")
        )
        if block.name not in mapped:
            raise pages.PageError(
                f"{self.name}:{block.line}: the notebook writer does not know the directive "
                f"{{{block.name}}}: use one of {', '.join(sorted(mapped))}, or teach publish/markdown.py"
            )
        return ["", *mapped[block.name](block)]

    def _inner(self, block: pages.Block) -> str:
        return self.convert(block.body, block.body_line)

    def _inline(self, text: str, line: int) -> str:
        return "\n".join(self._text([text], line))

    def _promise(self, block: pages.Block) -> list[str]:
        facts = []
        if "minutes" in block.options:
            facts.append(f"{block.options['minutes']} minutes.")
        if "needs" in block.options:
            facts.append(f"You need: {self._inline(str(block.options['needs']), block.line)}.")
        return [self._inner(block), "", f"*{' '.join(facts)}*" if facts else "", ""]

    def _predict(self, block: pages.Block) -> list[str]:
        question, _, answer = self._inner(block).partition("\n\n")
        return [f"**Predict.** {question}", "", *_details("What happens", answer)]

    def _quiz(self, block: pages.Block) -> list[str]:
        asked, choices = directives.split_quiz(block.body)
        line = block.body_line
        replies = [
            f"- {self._inline(choice, line)}: {'right. ' if right else 'not so. '}{self._inline(reply, line)}"
            for right, choice, reply in choices
        ]
        question = self.convert(asked, line)
        listed = [f"- {self._inline(choice, line)}" for _, choice, _ in choices]
        return [f"**Quiz.** {question}", "", *listed, "", *_details("Replies", "\n".join(replies))]

    def _exercises(self, block: pages.Block) -> list[str]:
        slug = self.path.stem
        return [f"**Exercises for this chapter:** [{slug}.ipynb](exercises/{slug}.ipynb)", ""]

    def _misconception(self, block: pages.Block) -> list[str]:
        entry = self._entry(block.argument, block.line)
        return [
            f"### {entry['title']}",
            "",
            f"**Wrong:** {entry['wrong']}",
            "",
            f"**Right:** {entry['right']}",
            "",
        ]

    def _entry(self, id: str, line: int) -> dict[str, str]:
        known = misconceptions.misconceptions()
        if id not in known:
            raise pages.PageError(f"{self.name}:{line}: {misconceptions.unknown(id)}")
        return known[id]

    def _role(self, name: str, text: str, line: int) -> str:
        if name == "glue:text":
            key = text.partition(":")[0] if text not in self.values else text
            if key not in self.values:
                raise pages.PageError(f"{self.name}:{line}: no cell of this page glues {text!r}")
            return self.values[key].strip("'")
        if name == "slip":
            entry = self._entry(text, line)
            page = (self.root / "book" / entry.get("page", "")).resolve()
            return self._notebook(page, f"*{entry['title']}.*")
        if name.startswith("cite"):
            return ", ".join(self._citation(key.strip(), line) for key in text.split(","))
        if name == "math":
            return f"${text}$"
        if name in {"doc", "ref", "term", "download", "eq"}:
            return re.sub(r"\s*<[^>]*>$", "", text)
        if name in {"sub", "sup", "kbd", "abbr"}:
            return f"<{name}>{text}</{name}>"
        raise pages.PageError(f"{self.name}:{line}: the notebook writer does not know the role {{{name}}}")

    def _citation(self, key: str, line: int) -> str:
        if key not in self._sources:
            raise pages.PageError(f"{self.name}:{line}: book/references.bib has no entry {key!r}")
        return self._sources[key]

    @cached_property
    def _sources(self) -> dict[str, str]:
        """Each source as a sentence names it: authors and year."""
        from pybtex.database import parse_file

        found = {}
        for key, entry in parse_file(str(self.root / "book" / "references.bib")).entries.items():
            people = entry.persons.get("author") or entry.persons.get("editor") or []
            names = [" ".join(person.prelast_names + person.last_names).strip("{}") for person in people]
            who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
            found[key] = f"{who or entry.fields.get('title', key)} ({entry.fields.get('year', 'no year')})"
        return found

    def _link(self, match: re.Match[str]) -> str:
        text, address = match[1], match[2]
        if re.match(r"[a-z]+:|#", address):
            return match[0] if not address.startswith("#") else text
        file, _, _ = address.partition("#")
        target = (self.path.parent / file).resolve()
        slug = Path(file).stem
        if not text and target.with_suffix(".md").is_file():
            heading = re.search(r"^# (.+)$", target.with_suffix(".md").read_text(encoding="utf-8"), re.M)
            text = heading[1] if heading else slug
        return self._notebook(target.with_suffix(""), text)

    def _notebook(self, target: Path, text: str) -> str:
        """A link to another page's notebook, where it has one."""
        book = (self.root / "book").resolve()
        if not target.is_relative_to(book) or target.relative_to(book).as_posix() not in self.books:
            return text
        address = Path(os.path.relpath(target, self.path.parent.resolve())).as_posix()
        return f"[{text}]({address}.ipynb)"


def _quoted(text: str) -> list[str]:
    return [f"> {line}".rstrip() for line in text.split("\n")] + [""]


def _details(summary: str, text: str) -> list[str]:
    return [f"<details><summary>{summary}</summary>", "", text, "", "</details>", ""]
