"""The built pages' links: every file and every anchor exists, and nothing is loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "object": "data",
    "embed": "src",
}
_LOADING_RELATIONS = {
    "stylesheet",
    "preload",
    "icon",
    "modulepreload",
    "preconnect",
    "dns-prefetch",
    "manifest",
}


class _Reader(HTMLParser):
    """A page's identifiers, its links and what it loads, each with its line."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[tuple[str, int]] = []
        self.links: list[tuple[str, int]] = []
        self.loads: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, given = self.getpos()[0], {key: value or "" for key, value in attrs}
        if "id" in given:
            self.ids.append((given["id"], line))
        if tag == "a" and "href" in given:
            self.links.append((given["href"], line))
        if tag == "link" and set(given.get("rel", "").split()) & _LOADING_RELATIONS:
            self.loads.append((given.get("href", ""), line))
        if tag in LOADED and given.get(LOADED[tag]):
            self.loads.append((given[LOADED[tag]], line))
        if tag == "image" and (given.get("href") or given.get("xlink:href")):
            self.loads.append((given.get("href") or given["xlink:href"], line))


def read(page: Path) -> _Reader:
    """Parse one built page."""
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader


def check(site: Path, root: Path | None = None) -> list[str]:
    """What is wrong with the links of a built site, each as ``page:line: what``."""
    site = site.resolve()
    pages = {page.resolve(): read(page) for page in sorted(site.rglob("*.html"))}
    anchors = {page: {name for name, _ in reader.ids} for page, reader in pages.items()}
    return [error for page in pages for error in _page(page, site, root, pages, anchors)]


def _page(
    page: Path, site: Path, root: Path | None, pages: dict[Path, _Reader], anchors: dict[Path, set[str]]
) -> Iterator[str]:
    reader = pages[page]
    seen: set[str] = set()
    for name, line in reader.ids:
        if name in seen:
            yield f"{_place(page, site, root, '', line)}: the identifier {name!r} is given twice on this page"
        seen.add(name)
    for address, line in reader.loads:
        parts = urlsplit(address)
        if parts.scheme in {"http", "https"} or parts.netloc:
            place = _place(page, site, root, address, line)
            yield f"{place}: loads {address} from another site: ship the file with this one"
        elif parts.scheme != "data" and not _file(page, parts.path).is_file():
            yield f"{_place(page, site, root, address, line)}: loads {address}, which does not exist"
    for address, line in reader.links:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = _file(page, parts.path) if parts.path else page
        place = _place(page, site, root, address, line)
        if not target.is_file():
            yield f"{place}: links to {address}, which does not exist"
        elif parts.fragment and target in anchors and unquote(parts.fragment) not in anchors[target]:
            yield f"{place}: links to {address}, but that page has no such anchor"


def _file(page: Path, path: str) -> Path:
    target = (page.parent / unquote(path)).resolve()
    return target / "index.html" if target.is_dir() else target


def _place(page: Path, site: Path, root: Path | None, address: str, line: int) -> str:
    """The source's file and line where they can be found, and else the built page's."""
    name = page.relative_to(site).as_posix()
    source = root / name.replace(".html", ".md") if root else None
    if source and source.is_file():
        parts = urlsplit(address)
        wanted = f"#{parts.fragment}" if parts.fragment else f"{Path(parts.path).stem}."
        for number, text in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
            if wanted in text:
                return f"{source.relative_to(root).as_posix() if root else source}:{number}"
        return f"{source.relative_to(root).as_posix() if root else source}:1 (built {name}:{line})"
    return f"{name}:{line}"
