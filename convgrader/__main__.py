"""``python -m convgrader release | selfcheck``: write what students open; run the self-checks of what they have solved."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any

from convgrader.model import AuthorError


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m convgrader", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _add_release(commands)
    check = commands.add_parser(
        "selfcheck", help="run notebooks and print what their self-checks say; 1 if something does not hold"
    )
    check.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    check.add_argument(
        "--timeout", type=int, default=60, metavar="SECONDS", help="for one cell (default: 60)"
    )
    options = parser.parse_args(arguments)
    if options.command == "selfcheck":
        if options.timeout < 1:
            parser.error(f"--timeout must be at least 1 second, got {options.timeout}")
        return _selfcheck(options)
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


def _add_release(commands: Any) -> None:
    command = commands.add_parser("release", help="write the students' notebooks and the solution pages")
    command.add_argument(
        "--folder", type=Path, default=Path("exercises"), help="where source/ lies (default: exercises)"
    )
    command.add_argument(
        "--check", action="store_true", help="write nothing; fail if a generated file is stale"
    )
    command.add_argument("--key", type=Path, metavar="DIR", help="also write the private, executed key")
    command.add_argument("--seed", metavar="SECRET", help="the hidden inputs of the key are drawn from this")
    command.add_argument(
        "--withhold-until",
        type=_date,
        metavar="DATE",
        help="until then the solution pages hold no solutions (a source's own solutions_from goes before this)",
    )
    command.add_argument("--today", type=_date, metavar="DATE", help="take this day for today")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is not a date: write year-month-day, such as 2027-01-15"
        raise argparse.ArgumentTypeError(message) from None


def _selfcheck(options: argparse.Namespace) -> int:
    from convgrader.selfcheck import Unreadable, run

    wrong = 0
    for path in options.notebooks:
        try:
            said = run(path, options.timeout)
        except Unreadable as error:
            print(error, file=sys.stderr)
            wrong += 1
            continue
        held = sum(one.ok for one in said)
        print(f"{path}: {held} of {len(said)} self-checks hold")
        for one in said:
            print(*(f"  {line}" for line in one.lines), sep="\n")
        wrong += held < len(said)
    return 1 if wrong else 0


def _release(options: argparse.Namespace) -> int:
    from convgrader.key import write_key
    from convgrader.release import Opening, stale, write
    from convgrader.source import read

    opening = Opening(options.today or date.today(), options.withhold_until)
    if options.check:
        problems = stale(options.folder, opening)
        print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
        return 1 if problems else 0
    for path in write(options.folder, opening):
        print(f"wrote {path}")
    if options.key:
        for path in sorted((options.folder / "source").glob("*.md")):
            print(f"wrote {write_key(read(path), options.key, options.seed)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
