"""Files of the command line: opened as seekable binary streams, refused with a reason.

A file that is wrong never stops the others: whatever is raised about it becomes a refusal.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

from rappro.domain.errors import RapproError, TooLarge
from rappro.edge.results import error_document, refusal_document

SPOOL_BYTES: Final = 8 * 1024 * 1024
"""Beyond this a spool goes on in a temporary file."""
PIPE_BYTES_MAX: Final = 1024 * 1024 * 1024
"""What comes through a pipe is copied first; a pipe that never ends must not fill the disk."""
STDIN: Final = "-"
Spool = tempfile.SpooledTemporaryFile[str]


@contextmanager
def opened(file: str) -> Iterator[BinaryIO]:
    """Give a file as a seekable binary stream; `-` is standard input. Raises OSError, TooLarge."""
    is_stdin = file == STDIN
    with nullcontext(sys.stdin.buffer) if is_stdin else Path(file).open("rb") as source:
        if source.seekable() and not is_stdin:
            yield source
            return
        with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as copy:
            _copy_bounded(source, copy)
            copy.seek(0)
            yield cast("BinaryIO", copy)


def _copy_bounded(source: BinaryIO, target: IO[bytes]) -> None:
    count = 0
    while chunk := source.read(1024 * 1024):
        count += len(chunk)
        if count > PIPE_BYTES_MAX:
            raise TooLarge(f"more than {PIPE_BYTES_MAX} bytes through a pipe")
        target.write(chunk)


def text_spool() -> Spool:
    """Return a scratch text file, in memory while it is small.

    A lone surrogate of a file name is written as its JSON escape.
    """
    return tempfile.SpooledTemporaryFile(
        SPOOL_BYTES, "w+", encoding="utf-8", errors="backslashreplace", newline="\n"
    )


def copy_spool(spool: Spool, target: IO[str]) -> None:
    """Append all that a spool holds to a text stream."""
    spool.seek(0)
    shutil.copyfileobj(spool, target)


def refusal_of(file: str, action: Callable[[], object]) -> dict[str, Any] | None:
    """Run an action on a file; return None, or the refusal to print instead of its result."""
    try:
        action()
    except BrokenPipeError:
        raise
    except RapproError as error:
        return error_document(file, error)
    except FileNotFoundError:
        return refusal_document(file, "not_found", "no such file")
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        return refusal_document(file, "unreadable_file", reason)
    except Exception as error:  # noqa: BLE001 - a defect met in one file must not stop the others
        traceback.print_exc(file=sys.stderr)
        return refusal_document(file, "internal_error", f"{type(error).__name__}: {error}")
    return None
