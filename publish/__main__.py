"""`python -m publish build | check | notebooks`: what the Makefile calls."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Read the command line and do what it says; 0 if all is well."""
    parser = argparse.ArgumentParser(prog="python -m publish", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the book's folder")
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="execute the pages and build the site into _build/html")
    build.add_argument("--only", nargs="*", default=[], metavar="SLUG", help="build these pages alone")
    commands.add_parser("check", help="the chapters' lint, and stale generated files")
    commands.add_parser("api", help="write book/api.md, the list of convlib's modules")
    commands.add_parser("notebooks", help="write the readers' notebooks into _build/notebooks")
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    if options.command == "build":
        from publish.build import build_site

        return build_site(root, options.only)
    if options.command == "check":
        from publish.lint import check

        return check(root)
    if options.command == "api":
        from publish import api

        (root / "book" / "api.md").write_text(api.page(), encoding="utf-8")
        return 0
    from publish.build import write_notebooks

    return write_notebooks(root)


if __name__ == "__main__":
    sys.exit(main())
