"""What is shown where a page's address is shared: title, description, and a picture drawn from the page.

Every page that opens with a question and an explorer has a card: the question, and the explorer's start state.
While Sphinx writes the pages, `about` collects what the cards need; when the site is finished, `write` draws them.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

from docutils import nodes

from publish.html import tag

WIDTH, HEIGHT = 1200, 630
DESCRIPTION = 200
_DRAWING = re.compile(r'<div class="cx-draw">((?:<div class="cx-(?:row|col)">.*?</div>)+)</div>', re.S)
_PANEL = re.compile(r"<svg.*?</svg>", re.S)


def site() -> str:
    """The published site's address, with a slash at its end, where the environment knows the repository."""
    from publish import notebooks

    owner, _, name = notebooks.repository().partition("/")
    if not owner:
        return ""
    host = f"https://{owner.lower()}.github.io/"
    return host if name.lower() == f"{owner.lower()}.github.io" else f"{host}{name}/"


def about(app: Any, pagename: str, title: str, body: str, doctree: Any) -> dict[str, str]:
    """A page's title, description, address and picture, for its head; note what the card needs."""
    if doctree is None:
        return {}
    boxes = {kind: _box(doctree, kind) for kind in ("question", "answer")}
    drawing = _DRAWING.search(body)
    place = _notes(Path(app.outdir)) / f"{pagename}.json"
    place.unlink(missing_ok=True)
    if not boxes["question"]:
        return {}
    title = unescape(re.sub(r"<[^>]+>", "", title)).strip()
    found = {"title": title, "description": shorten(boxes["answer"] or boxes["question"])}
    if site():
        found["url"] = f"{site()}{pagename}.html"
    if drawing:
        place.parent.mkdir(parents=True, exist_ok=True)
        card = {"title": title, "question": boxes["question"], "panels": _PANEL.findall(drawing[1])}
        place.write_text(json.dumps(card), encoding="utf-8")
        if site():
            found["image"] = site() + address(pagename)
    return found


def address(pagename: str) -> str:
    """Where a page's card is in the site."""
    return f"cards/{pagename.removeprefix('book/')}.png"


def write(docs: list[str], built: Path, fresh: Path, kept: Path) -> None:
    """Draw the cards of these pages into the finished site; what was drawn before is kept and copied."""
    from publish import card_picture

    state = hashlib.sha256(Path(card_picture.__file__).read_bytes())
    for doc in docs:
        note = _notes(built) / f"{doc}.json"
        if not note.is_file():
            continue
        digest = state.copy()
        digest.update(note.read_bytes())
        drawn = kept / f"{digest.hexdigest()[:16]}.png"
        if not drawn.is_file():
            kept.mkdir(parents=True, exist_ok=True)
            card_picture.draw(**json.loads(note.read_text(encoding="utf-8"))).save(drawn, optimize=True)
        target = fresh / address(doc)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(drawn, target)


def shorten(text: str, most: int = DESCRIPTION) -> str:
    """Whole sentences of a text, as many as fit; else its words."""
    text = " ".join(re.sub(r"\\(?:times|cdot)\b", "×", text).replace("\\", "").split())
    if len(text) <= most:
        return text
    ends = [match.end() for match in re.finditer(r"[.?!](?=\s)", text) if match.end() <= most]
    return text[: ends[-1]] if ends else text[: most - 1].rpartition(" ")[0] + "…"


def _box(doctree: nodes.document, kind: str) -> str:
    """The text of the page's first `{question}` or `{answer}`."""
    for node in doctree.findall(tag):
        if str(node["attributes"].get("class", "")).split() == ["box", kind]:
            return " ".join(node.astext().split())
    return ""


def _notes(outdir: Path) -> Path:
    return outdir.parent / "cards"
