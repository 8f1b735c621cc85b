"""`make demo`: start the local stack, run every stage, print and write what happened."""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from rich.markup import escape

from devstack.demo import feeds
from devstack.demo.display import Display
from devstack.demo.inputs import Inputs, invented, strangers
from devstack.demo.steps import (
    Outcome,
    Scene,
    close,
    download_reports,
    drill,
    drop_statements,
    finish_by_hand,
    load_books,
    report,
    set_up,
    sync,
    validate,
)
from devstack.demo.waiting import DemoFailed
from devstack.providers.server import ProviderServer
from devstack.stack import LocalStack
from rappro_client import Rappro, RapproClientError, Retries

TENANT = "demo"
COMPANY = "demo-company"
FOLDER = Path("build/demo")
_ATTEMPTS = 8
LAMBDAS = (
    "ImportStatement", "Match", "ResolveTiers", "PostEntries", "FailRun", "Api", "SyncAggregator",
)  # fmt: skip


def main() -> int:
    """Run the demo; return 0 when every stage happened."""
    arguments = _arguments()
    inputs = strangers(arguments.fec, arguments.statement) if arguments.fec else invented()
    display, started = Display(), time.monotonic()
    try:
        with LocalStack() as stack:
            display.say(f"local stack ready in {time.monotonic() - started:.1f} s")
            for name in arguments.disable:
                _disable(stack, name)
            with ExitStack() as held:
                server = held.enter_context(feeds.serving(stack)) if arguments.feeds else None
                outcome = _run(stack, inputs, display, server)
            _write(stack, outcome)
            _show(stack, outcome, display, seconds=time.monotonic() - started)
            if arguments.keep or sys.stdin.isatty():
                display.say("\nThe stack stays up until you press Enter.")
                sys.stdin.readline()
    except (DemoFailed, RapproClientError) as failure:
        display.say(f"[bold red]demo failed:[/bold red] {escape(str(failure))}")
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--fec", type=Path, help="your own FEC instead of the invented company")
    parser.add_argument("--statement", type=Path, action="append", default=[])
    parser.add_argument("--feeds", action="store_true", help="and a bank behind each provider")
    parser.add_argument("--keep", action="store_true", help="stay up until Enter is pressed")
    parser.add_argument(
        "--disable", choices=LAMBDAS, action="append", default=[],
        help="break a Lambda first, to see that the demo notices",
    )  # fmt: skip
    return parser.parse_args()


def _disable(stack: LocalStack, name: str) -> None:
    stack.functions.update_function_configuration(
        FunctionName=stack.function_name(name), Handler="disabled.handler"
    )


def _run(
    stack: LocalStack, inputs: Inputs, display: Display, server: ProviderServer | None
) -> Outcome:
    retries = Retries(attempts=_ATTEMPTS)
    with Rappro(stack.api_url, stack.token(TENANT), timeout=60, retries=retries) as api:
        scene = Scene(api, COMPANY, inputs, display, Outcome())
        display.say("opening the tenant, creating the company and its journals …")
        set_up(scene)
        display.say(f"dropping the books: {inputs.fec[0]} …")
        load_books(scene)
        display.say("dropping the statements and following their runs …")
        drop_statements(scene)
        display.say("a bad-day drill, and a bank connection …")
        drill(scene, stack, TENANT)
        sync(scene)
        display.say("\nfinishing by hand what the engine left …")
        finish_by_hand(scene)
        display.say("\nvalidating …")
        validate(scene)
        report(scene)
        files = download_reports(scene, FOLDER)
        scene.outcome.report_files = [str(file) for file in files]
        close(scene, FOLDER)
        if server is not None:
            display.say("\nfour banks behind four providers …")
            scene.outcome.feeds = feeds.play(stack, server, api, display)
    return scene.outcome


def _write(stack: LocalStack, outcome: Outcome) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    summary = {
        "api_url": stack.api_url,
        "tenant": TENANT,
        "company": COMPANY,
        "drops": outcome.drops,
        "books": outcome.books,
        "statements": outcome.statements,
        "by_hand": [step.told() for step in outcome.by_hand],
        "reports": outcome.reports,
        "report_files": outcome.report_files,
        "fec": outcome.fec,
        "drill": outcome.drill,
        "sync": outcome.sync,
        "feeds": outcome.feeds,
    }
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (FOLDER / "summary.json").write_text(text + "\n", encoding="utf-8")


def _show(stack: LocalStack, outcome: Outcome, display: Display, *, seconds: float) -> None:
    display.statements(outcome.statements)
    display.reports(outcome.reports)
    if outcome.fec:
        verdict = "conformant" if outcome.fec["conformant"] else "not conformant"
        display.say(f"\n{FOLDER / outcome.fec['name']}: {outcome.fec['rows']} lines, {verdict}")
    if outcome.posted_by_hand:
        where = "in the books and in the FEC" if outcome.fec else "in the books"
        display.say(f"{outcome.posted_by_hand} entries made by hand stand {where}")
    display.say("\n" + "\n".join(outcome.report_files))
    display.say(f"\n{FOLDER / 'summary.json'} written, {seconds:.1f} s in all. Go on by hand:")
    token = stack.token(TENANT, ttl_seconds=8 * 3600)
    display.console.print(
        f"curl -H 'Authorization: Bearer {token}'"
        f" {stack.api_url}/v1/companies/{COMPANY}/statements",
        soft_wrap=True, markup=False,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
