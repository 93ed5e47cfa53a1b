"""``python -m convgrader release``: check the authors' files and write what students open."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from convgrader.model import AuthorError


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m convgrader", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("release", help="write the students' notebooks and the solution pages")
    command.add_argument(
        "--folder", type=Path, default=Path("exercises"), help="where source/ lies (default: exercises)"
    )
    command.add_argument(
        "--check", action="store_true", help="write nothing; fail if a generated file is stale"
    )
    command.add_argument("--key", type=Path, metavar="DIR", help="also write the private, executed key")
    command.add_argument("--seed", metavar="SECRET", help="the hidden inputs of the key are drawn from this")
    options = parser.parse_args(arguments)
    if bool(options.key) != bool(options.seed):
        parser.error("--key and --seed go together")
    if options.check and options.key:
        parser.error("--check writes nothing, so it takes no --key")
    if not (options.folder / "source").is_dir():
        parser.error(f"--folder: there is no {options.folder / 'source'}")
    try:
        return _release(options)
    except AuthorError as error:
        print(error, file=sys.stderr)
        return 1


def _release(options: argparse.Namespace) -> int:
    from convgrader.key import write_key
    from convgrader.release import stale, write
    from convgrader.source import read

    if options.check:
        problems = stale(options.folder)
        print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
        return 1 if problems else 0
    for path in write(options.folder):
        print(f"wrote {path}")
    if options.key:
        for path in sorted((options.folder / "source").glob("*.md")):
            print(f"wrote {write_key(read(path), options.key, options.seed)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
