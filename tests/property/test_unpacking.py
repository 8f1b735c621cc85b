"""Archives with damaged bytes: unpacked, or refused with a typed error; never anything else."""

from __future__ import annotations

import gzip
import io
import zipfile

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rappro.domain.errors import InputError
from rappro.use_cases.unpacking import Packing, files_in

CONTENT = b"statement line\n" * 40


def a_zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a.xml"), CONTENT)
        with archive.open("dir/b.xml", "w", force_zip64=True) as file:
            file.write(CONTENT)
        archive.writestr(zipfile.ZipInfo("é.xml"), CONTENT, zipfile.ZIP_STORED)
        archive.comment = b"of the bank"
    return made.getvalue()


ARCHIVES = {Packing.ZIP: a_zip(), Packing.GZIP: gzip.compress(CONTENT) + gzip.compress(CONTENT)}
damages = st.lists(
    st.tuples(
        st.integers(0, 10_000), st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]) | st.integers(0, 255)
    ),
    max_size=4,
)


def unpacked(content: bytes, packing: Packing) -> list[bytes]:
    """Return the content of each file, leaving out those that are refused."""
    whole: list[bytes] = []
    for file in files_in(io.BytesIO(content), packing, "archive"):
        try:
            with file.unpack() as stream:
                whole.append(stream.read())
        except InputError:
            continue
    return whole


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(Packing), damages, st.integers(0, 10_000))
def test_a_damaged_archive_gives_its_files_whole_or_a_typed_error(
    packing: Packing, damaged: list[tuple[int, int]], end: int
) -> None:
    content = bytearray(ARCHIVES[packing])
    for place, value in damaged:
        content[place % len(content)] = value
    cut = content[: end if end < len(content) else None]

    try:
        whole = unpacked(bytes(cut), packing)
    except InputError:
        return

    assert set(whole) <= {CONTENT, CONTENT * 2, b""}


def test_an_archive_that_is_not_damaged_is_unpacked_whole() -> None:
    assert unpacked(ARCHIVES[Packing.ZIP], Packing.ZIP) == [CONTENT] * 3
    assert unpacked(ARCHIVES[Packing.GZIP], Packing.GZIP) == [CONTENT * 2]
