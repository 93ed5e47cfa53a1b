"""The course's directives: promise, question, answer, predict, formulas, quiz, exercises, map."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives as options
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from publish.html import html

_CHOICE = re.compile(r"^[-*] \[( |x|X)\] ")


class Box(SphinxDirective):
    """`{question}`, `{answer}` and `{formulas}`: a box of its kind with the content inside."""

    has_content = True
    element = "div"
    labels: ClassVar[dict[str, str | None]] = {"question": None, "answer": None, "formulas": "In one box"}

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        content = self.parse_content_to_nodes()
        label = self.labels[self.name]
        head = [html("p", nodes.Text(label), class_="box-label")] if label else []
        return [html("div", *head, *content, class_=f"box {self.name}")]


class Promise(SphinxDirective):
    """`{promise}`: what the reader can do afterwards, what it takes, and what to know before."""

    has_content = True
    option_spec: ClassVar[Any] = {"minutes": options.positive_int, "needs": options.unchanged_required}

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        children: list[nodes.Node] = list(self.parse_content_to_nodes())
        facts: list[nodes.Node] = []
        if "minutes" in self.options:
            facts.append(html("li", nodes.Text(f"{self.options['minutes']} minutes"), class_="minutes"))
        if "needs" in self.options:
            needs, problems = self.parse_inline(self.options["needs"])
            facts.append(html("li", nodes.Text("You need: "), *needs, *problems, class_="needs"))
        if facts:
            children.append(html("ul", *facts, class_="facts"))
        return [html("div", *children, class_="promise")]


class Predict(SphinxDirective):
    """`{predict}`: the first paragraph asks, the rest opens on a click."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        question, *answer = self.parse_content_to_nodes()
        if not answer:
            raise self.error("predict: it needs a question, an empty line, and what came out")
        label = html("p", nodes.Text("Predict"), class_="box-label")
        reveal = html("details", html("summary", nodes.Text("What happens")), *answer)
        return [html("div", label, question, reveal, class_="box predict")]


class Dropdown(SphinxDirective):
    """`{dropdown} Title`: content that opens on a click."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        title, problems = self.parse_inline(self.arguments[0])
        summary = html("summary", *title, *problems)
        return [html("details", summary, *self.parse_content_to_nodes(), class_="dropdown")]


class Quiz(SphinxDirective):
    """`{quiz}`: a question, then a task list of choices, each with its reply after ``--``."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        self.assert_has_content()
        question, choices = split_quiz(list(self.content))
        if sum(right for right, *_ in choices) != 1 or len(choices) < 2:
            raise self.error("quiz: it needs at least two choices `- [ ] choice -- reply`, one of them `[x]`")
        name = f"quiz-{self.env.new_serialno('quiz')}"
        asked = self.parse_text_to_nodes("\n".join(question))
        legend = html("legend", *_unwrapped(asked))
        fieldset = html("fieldset", legend)
        for k, (right, choice, reply) in enumerate(choices):
            if not reply:
                raise self.error(f"quiz: the choice {choice!r} has no reply: write `choice -- reply`")
            key = f"{name}-{k}"
            slip = re.search(r"\{slip\}`([^`]+)`", reply)
            fieldset += html(
                "div",
                html("input", type="radio", name=name, id=key, aria_describedby=f"{key}-reply"),
                html("label", *_unwrapped(self.parse_text_to_nodes(choice)), for_=key),
                html(
                    "div",
                    html("strong", nodes.Text("Right. " if right else "Not so. ")),
                    *_unwrapped(self.parse_text_to_nodes(reply)),
                    class_="reply",
                    id=f"{key}-reply",
                ),
                class_=f"choice {'right' if right else 'wrong'}",
                data_slip=slip[1] if slip else None,
            )
        return [html("div", fieldset, class_="quiz")]


def split_quiz(lines: list[str]) -> tuple[list[str], list[tuple[bool, str, str]]]:
    """The question's lines, and each choice as (is it right, its text, its reply)."""
    question: list[str] = []
    items: list[tuple[bool, list[str]]] = []
    for line in lines:
        match = _CHOICE.match(line)
        if match:
            items.append((match[1] != " ", [line[match.end() :]]))
        elif items:
            items[-1][1].append(line.strip())
        else:
            question.append(line)
    choices = []
    for right, text in items:
        choice, _, reply = " ".join(text).strip().partition(" -- ")
        choices.append((right, choice.strip(), reply.strip()))
    return question, choices


def _unwrapped(parsed: list[nodes.Node]) -> list[nodes.Node]:
    """The inside of a single paragraph; other blocks stay as they are."""
    out: list[nodes.Node] = []
    for node in parsed:
        out += node.children if isinstance(node, nodes.paragraph) else [node]
    return out


class Exercises(SphinxDirective):
    """`{exercises}`: a card that leads to the chapter's exercises."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        slug = Path(self.env.docname).name
        if not (Path(self.env.srcdir) / "exercises" / f"{slug}.ipynb").is_file():
            raise self.error(f"exercises: exercises/{slug}.ipynb does not exist: `make release` writes it")
        link = addnodes.pending_xref(
            "",
            nodes.inline("", "Exercises for this chapter"),
            refdomain="std",
            reftype="doc",
            reftarget=f"/exercises/{slug}",
            refexplicit=True,
            refdoc=self.env.docname,
            refwarn=True,
        )
        text = self.parse_content_to_nodes() if self.content else []
        return [html("div", html("p", link, class_="card-link"), *text, class_="card exercises")]


class Map(SphinxDirective):
    """`{map}`: the picture of every kind, drawn from `book/map.json`."""

    def run(self) -> list[nodes.Node]:
        from publish import map as drawn
        from publish import map_picture

        path = Path(self.env.srcdir) / "book" / "map.json"
        self.env.note_dependency(str(path))
        try:
            data = drawn.load(path)
        except ValueError as error:
            raise self.error(f"map: {error}") from error
        picture = map_picture.html(data, self._address)
        return [nodes.raw("", picture, format="html")]

    def _address(self, slug: str) -> str | None:
        """Where a chapter is, or None where it is still to come."""
        name = f"book/{slug}"
        builder = self.env.app.builder
        return builder.get_relative_uri(self.env.docname, name) if name in self.env.found_docs else None


def setup(app: Any) -> None:
    """Register the directives."""
    for name in Box.labels:
        app.add_directive(name, Box)
    app.add_directive("promise", Promise)
    app.add_directive("predict", Predict)
    app.add_directive("dropdown", Dropdown)
    app.add_directive("quiz", Quiz)
    app.add_directive("exercises", Exercises)
    app.add_directive("map", Map)
