"""The command line `rappro`: reads statements, reconciles them, checks FEC files; no cloud at all.

The JSON is a contract (docs/schemas); without --json the output is for people and may change.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

from rappro.formats.registry import formats

EXIT_REFUSED: Final = 1
EXIT_INTERRUPTED: Final = 130
EXIT_BROKEN_PIPE: Final = 141
"""As a shell reports a program that a closed pipe ended."""

_PARSE_HELP: Final = """\
Reads bank statement files and prints what is in them. The format is found by content, never by
the file's name: {formats}.

A file is printed whole or refused whole; the other files still go on.
"""
_PARSE_EPILOG: Final = """\
examples:
  rappro parse statement.xml
  rappro parse --json *.xml *.sta > statements.jsonl
  zcat statement.xml.gz | rappro parse -

With --json each line of output is one statement (docs/schemas/parse-line.schema.json); a refused
file gives {"file", "error": {"code", "message", "position"}}.

exit code: 0 everything was read, 1 a file was refused, 2 wrong usage
"""
_RECONCILE_HELP: Final = """\
Matches the lines of bank statements with a company's books and says, for each line, what it
settles and why. Nothing is stored: it all happens in this process, by the same code as the service.
All statements are decided together.
"""
_RECONCILE_EPILOG: Final = """\
examples:
  rappro reconcile --books books.json --statement march.xml --json
  rappro reconcile --books 812345678FEC20261231.txt --statement march.sta april.sta
  rappro reconcile --books books.json --statement bank.ofx --journal BQ1=00012345678

books: a JSON document (docs/schemas/books.schema.json) or a FEC, told apart by content.

A statement goes to the treasury journal with its IBAN or account number. Books with one bank
journal that has neither need nothing more; otherwise --journal says which account a journal has.

levels: A matched exactly, AC matched with an item in another currency, AS matched by a template;
B, BC candidates only, a person decides; C nothing found

exit code: 0 everything was decided, 1 the books or a statement file were refused, 2 wrong usage
"""
_FEC_HELP: Final = """\
Checks FEC files (fichier des écritures comptables, LPF art. A47 A-1): name, columns, fields and
formats as the administration's tester does; balances, numbering, order, exercise, pairs and
characters besides. docs/formats/fec-out.md lists the findings.
"""
_FEC_EPILOG: Final = """\
examples:
  rappro fec check 812345676FEC20261231.txt
  rappro fec check --json *FEC*.txt > findings.jsonl
  rappro fec check --name 812345676FEC20261231.txt export.txt

exit code: 0 every file is conformant, 1 one is not or was refused, 2 wrong usage
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    arguments = _parser().parse_args(argv)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # a lone surrogate (a file name that is not text) becomes its JSON escape
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        refused: int = arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever read has gone (`| head`); nothing may be flushed to the pipe at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return EXIT_REFUSED if refused else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rappro",
        description="Bank reconciliation for French accounting, on the command line.",
        epilog="`rappro COMMAND --help` says more about a command.",
    )
    parser.add_argument("--version", action="version", version=f"rappro {version('rappro')}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_parse(commands)
    _add_reconcile(commands)
    _add_fec(commands)
    return parser


def _add_parse(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parse = commands.add_parser(
        "parse",
        help="read bank statement files",
        description=_PARSE_HELP.format(formats=", ".join(formats())),
        epilog=_PARSE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parse.add_argument(
        "files", nargs="+", metavar="FILE", help="a statement file; - reads standard input"
    )
    parse.add_argument("--json", action="store_true", help="one JSON object a line")
    parse.set_defaults(run=_run_parse)


def _add_reconcile(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    reconcile = commands.add_parser(
        "reconcile",
        help="match statements with a company's books",
        description=_RECONCILE_HELP,
        epilog=_RECONCILE_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reconcile.add_argument(
        "--books", required=True, metavar="BOOKS", help="a books document (JSON) or a FEC"
    )
    reconcile.add_argument(
        "--statement",
        required=True,
        action="extend",
        nargs="+",
        metavar="FILE",
        help="statement files; may be repeated",
    )
    reconcile.add_argument(
        "--journal",
        action="append",
        default=[],
        metavar="CODE=IBAN_OR_NUMBER",
        help="the bank account of a journal; may be repeated",
    )
    reconcile.add_argument(
        "--reconciled",
        action="append",
        default=[],
        metavar="CODE=DATE,BALANCE",
        help="up to this day a journal's account was reconciled before, at this bank balance",
    )
    reconcile.add_argument("--json", action="store_true", help="one JSON object")
    reconcile.set_defaults(run=_run_reconcile)


def _add_fec(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    fec = commands.add_parser("fec", help="check FEC files")
    actions = fec.add_subparsers(metavar="ACTION", required=True)
    check = actions.add_parser(
        "check",
        help="say what is wrong with FEC files",
        description=_FEC_HELP,
        epilog=_FEC_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("files", nargs="+", metavar="FILE", help="a FEC; - reads standard input")
    check.add_argument("--name", metavar="NAME", help="check as if the file had this name")
    check.add_argument("--json", action="store_true", help="one JSON object a file")
    check.set_defaults(run=_run_fec_check)


def _run_parse(arguments: argparse.Namespace) -> int:
    # imported by the command that needs them: --help answers at once
    from devstack.cli_parse import Style, parse_files  # noqa: PLC0415

    return parse_files(
        arguments.files, style=Style(is_json=arguments.json), out=sys.stdout, err=sys.stderr
    )


def _run_reconcile(arguments: argparse.Namespace) -> int:
    from devstack.cli_reconcile import Request, reconcile_files  # noqa: PLC0415 - as above

    request = Request(
        books=arguments.books,
        statements=tuple(arguments.statement),
        journals=tuple(arguments.journal),
        reconciled=tuple(arguments.reconciled),
    )
    return reconcile_files(request, is_json=arguments.json, out=sys.stdout, err=sys.stderr)


def _run_fec_check(arguments: argparse.Namespace) -> int:
    from devstack.cli_fec import check_files  # noqa: PLC0415 - as above

    return check_files(
        arguments.files,
        is_json=arguments.json,
        name=arguments.name,
        out=sys.stdout,
        err=sys.stderr,
    )


if __name__ == "__main__":
    sys.exit(main())
