"""The inbox bucket (port Inbox): reads drops, signs uploads to one key, takes small files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import quote, unquote

from botocore.exceptions import ClientError

from rappro.adapters.s3.spool import spooled
from rappro.adapters.scope import check_tenant, drop_key
from rappro.adapters.sdk_errors import error_code, translated
from rappro.domain.errors import InvalidRequest, NotFound, TooLarge
from rappro.domain.ids import CompanyId, TenantId
from rappro.ports import NO_CHOICE, Clock, Drop, ImportChoice, UploadTicket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DROP_BYTES_MAX: Final = 256 * 1024 * 1024
TICKET_SECONDS_MAX: Final = 7 * 24 * 3600
"""What Signature Version 4 allows."""
_BAD_VERSIONS: Final = frozenset({"InvalidArgument", "400"})
_FORMAT, _PROFILE = "rappro-format", "rappro-profile"
"""User metadata of a drop. Percent-encoded: S3 takes ASCII only."""


class S3Inbox:
    """Port Inbox. Tickets need a client that signs with version 4 at the bucket's own region."""

    def __init__(self, client: S3Client, bucket: str, clock: Clock) -> None:
        self._client = client
        self._bucket = bucket
        self._clock = clock

    def open(self, tenant: TenantId, drop: Drop) -> BinaryIO:
        """Open a drop of that tenant. Raises NotFound, TooLarge (over DROP_BYTES_MAX)."""
        _check_owner(tenant, drop)
        if drop.size_bytes > DROP_BYTES_MAX:
            raise TooLarge(f"a file of more than {DROP_BYTES_MAX} bytes")
        with translated():
            answer = self._at_version(self._client.get_object, drop)
            return spooled(answer["Body"], size_bytes_max=DROP_BYTES_MAX)

    def choice(self, tenant: TenantId, drop: Drop) -> ImportChoice:
        """Return what was signed into the drop's ticket. Raises NotFound."""
        _check_owner(tenant, drop)
        with translated():
            metadata = self._at_version(self._client.head_object, drop)["Metadata"]
        return ImportChoice(
            format=unquote(metadata.get(_FORMAT, "")) or None,
            profile=unquote(metadata.get(_PROFILE, "")) or None,
        )

    def _at_version(self, ask: Callable[..., Any], drop: Drop) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = ask(
                Bucket=self._bucket, Key=drop.object_key, VersionId=drop.object_version
            )
        except ClientError as error:
            # A text that is no version of anything; the answer to HEAD has no body to say so.
            if error_code(error) in _BAD_VERSIONS:
                raise NotFound(f"no drop {drop.object_key} at that version") from error
            raise
        return answer

    def upload_ticket(
        self, tenant: TenantId, company: CompanyId, journal: str | None, name: str,
        *, size_bytes_max: int, expires_at: datetime, choice: ImportChoice = NO_CHOICE,
    ) -> UploadTicket:  # fmt: skip
        """Sign a form for one object key, up to `size_bytes_max` bytes, and one choice.

        Raises InvalidRequest for a name that is no file's, or an end in the past or far away.
        """
        key = drop_key(tenant, company, journal, name)
        seconds = int((expires_at - self._clock.now()).total_seconds())
        if not 0 < seconds <= TICKET_SECONDS_MAX:
            raise InvalidRequest("an upload ticket lasts from a second to 7 days")
        chosen = {f"x-amz-meta-{name}": text for name, text in _metadata(choice).items()}
        with translated():
            post = self._client.generate_presigned_post(
                self._bucket,
                key,
                Fields=chosen,
                Conditions=[
                    ["content-length-range", 0, size_bytes_max],
                    *({name: value} for name, value in chosen.items()),
                ],
                ExpiresIn=seconds,
            )
        return UploadTicket(post["url"], dict(post["fields"]), key, expires_at)

    def put(
        self, tenant: TenantId, company: CompanyId, journal: str | None, name: str, content: bytes,
        *, choice: ImportChoice = NO_CHOICE,
    ) -> Drop:  # fmt: skip
        """Drop a file; the event that imports it is the bucket's own.

        A repeat after a lost answer is one version more, which is imported as known already.
        """
        key = drop_key(tenant, company, journal, name)
        with translated():
            answer = self._client.put_object(
                Bucket=self._bucket, Key=key, Body=content, Metadata=_metadata(choice)
            )
        return Drop(key, answer["VersionId"], len(content))


def _check_owner(tenant: TenantId, drop: Drop) -> None:
    check_tenant(tenant)
    if not drop.object_key.startswith(f"{tenant}/") or not drop.object_version:
        raise NotFound(f"no drop {drop.object_key} at that version")


def _metadata(choice: ImportChoice) -> dict[str, str]:
    """Return the user metadata that a choice becomes."""
    said = {_FORMAT: choice.format, _PROFILE: choice.profile}
    return {name: quote(text, safe="") for name, text in said.items() if text}
