"""Finish what Jupyter Book wrote: keep what a page needs and no more, and say what is wrong in the pages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

LATE = ("present.css", "present.js")
"""What no page refers to: the site's script loads it when it is asked for."""

_ADDRESS = re.compile(r'\b(?:href|src|poster)="([^"#?]*)', re.I)
_IN_STYLE = re.compile(r"url\(\s*['\"]?([^'\")#?]+)")
_ROLES = re.compile(
    r' role="doc-(?:biblioentry|biblioref|backlink|bibliography|noteref|footnote)"|'
    r'(?<=<div) role="list"(?= class="citation-list")'  # a list of entries that are no list items
)
_MATH = re.compile(
    r'<math(?P<rest> xmlns="[^"]*".*?<annotation encoding="application/x-tex">(?P<tex>.*?)</annotation>)',
    re.S,
)
_ICON = re.compile(r'<link rel="icon"[^>]*>')
_INDEX = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<meta http-equiv="refresh" content="0; url={address}">
<link rel="canonical" href="{address}">
{icon}
</head>
<body>
<main>
<h1>{title}</h1>
<p><a href="{address}">Go to the first page</a></p>
</main>
</body>
</html>
"""


def finish(root: Path, docs: list[str], built: Path, fresh: Path, cache: Path) -> list[str]:
    """Copy the built pages into a new folder, finished; answer what is wrong in them."""
    from publish import cards, links, notebooks

    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for page in sorted(built.rglob("*.html")):
        name = page.relative_to(built).as_posix()
        if name in {"index.html", "genindex.html", "py-modindex.html"} or name.startswith("_"):
            continue
        copy = fresh / page.relative_to(built)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(_finished(page.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copy(built / "searchindex.js", fresh / "searchindex.js")
    address = f"{docs[0]}.html"
    icon = _ICON.findall(
        (fresh / address).read_text(encoding="utf-8")
    )  # without one a browser asks for favicon.ico
    (fresh / "index.html").write_text(
        _INDEX.format(title="Every Convolution", address=address, icon="".join(icon)), encoding="utf-8"
    )
    (fresh / ".nojekyll").touch()
    _needed(built, fresh)
    for name in LATE:
        shutil.copy(built / "_static" / name, fresh / "_static" / name)
    cards.write(docs, built, fresh, cache.parent.parent / "cards")
    errors = notebooks.write(root, docs, cache, fresh / "notebooks")
    return errors + links.check(fresh, root)


def _finished(html: str) -> str:
    """Roles that the accessibility standard has withdrawn go; switches, labels and headers have their names."""
    html = html.replace(' aria-label="Toggle hidden content"', "")
    html = re.sub(
        r'<p class="(collapsed|expanded) admonition-title">(.*?)</p>', r'<span class="\1">\2</span>', html
    )
    html = re.sub(r"<th\b([^>]*)>(?:<p></p>|\s*)</th>", r"<td\1></td>", html)
    html = re.sub(
        r"<(label|th|summary|legend)\b.*?</\1>", lambda match: _MATH.sub(_named, match[0]), html, flags=re.S
    )
    return _ROLES.sub("", html)


def _named(match: re.Match[str]) -> str:
    """A formula that is all of a label is named by its own text."""
    return f'<math aria-label="{match["tex"].replace(chr(34), "&quot;")}"{match["rest"]}'


def _needed(built: Path, fresh: Path) -> None:
    """Copy what the pages refer to, and what those files refer to in turn."""
    waiting = list(fresh.rglob("*.html"))
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        pattern = {".html": _ADDRESS, ".css": _IN_STYLE}.get(path.suffix)
        if pattern is None:
            continue
        for address in pattern.findall(path.read_text(encoding="utf-8")):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or not parts.path:
                continue
            target = (path.parent / unquote(parts.path)).resolve()
            if target in seen or not target.is_relative_to(fresh):
                continue
            seen.add(target)
            source = built / target.relative_to(fresh)
            if source.is_file() and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
                waiting.append(target)
