"""The readers' notebooks."""

from __future__ import annotations

from typing import Any


def links(srcdir: Any, pagename: str) -> dict[str, str]:
    """Where a page's notebook is: for the download, and for Colab if the repository is known."""
    return {}


def write(root: Any, docs: list[str], cache: Any, folder: Any) -> list[str]:
    """Write every chapter's notebook."""
    return []
