"""The inbox bucket: reads drops at their version, and signs uploads to one key (port Inbox)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from botocore.exceptions import ClientError

from rappro.adapters.s3.spool import spooled
from rappro.adapters.scope import check_tenant, drop_key
from rappro.adapters.sdk_errors import error_code, translated
from rappro.domain.errors import InvalidRequest, NotFound, TooLarge
from rappro.domain.ids import CompanyId, TenantId
from rappro.ports import Clock, Drop, UploadTicket

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DROP_BYTES_MAX: Final = 256 * 1024 * 1024
TICKET_SECONDS_MAX: Final = 7 * 24 * 3600
"""What Signature Version 4 allows."""
_BAD_VERSION: Final = "InvalidArgument"


class S3Inbox:
    """Port Inbox. Tickets need a client that signs with version 4 at the bucket's own region."""

    def __init__(self, client: S3Client, bucket: str, clock: Clock) -> None:
        self._client = client
        self._bucket = bucket
        self._clock = clock

    def open(self, tenant: TenantId, drop: Drop) -> BinaryIO:
        """Open a drop of that tenant. Raises NotFound, TooLarge (over DROP_BYTES_MAX)."""
        check_tenant(tenant)
        if not drop.object_key.startswith(f"{tenant}/") or not drop.object_version:
            raise NotFound(f"no drop {drop.object_key} at that version")
        if drop.size_bytes > DROP_BYTES_MAX:
            raise TooLarge(f"a file of more than {DROP_BYTES_MAX} bytes")
        with translated():
            return spooled(self._body(drop), size_bytes_max=DROP_BYTES_MAX)

    def _body(self, drop: Drop) -> Any:
        try:
            answer = self._client.get_object(
                Bucket=self._bucket, Key=drop.object_key, VersionId=drop.object_version
            )
        except ClientError as error:
            if error_code(error) == _BAD_VERSION:  # a text that is no version of anything
                raise NotFound(f"no drop {drop.object_key} at that version") from error
            raise
        return answer["Body"]

    def upload_ticket(
        self, tenant: TenantId, company: CompanyId, journal: str | None, name: str,
        *, size_bytes_max: int, expires_at: datetime,
    ) -> UploadTicket:  # fmt: skip
        """Sign a form for one object key and 1 to `size_bytes_max` bytes.

        Raises InvalidRequest for a name that is no file's, or an end in the past or far away.
        """
        key = drop_key(tenant, company, journal, name)
        seconds = int((expires_at - self._clock.now()).total_seconds())
        if not 0 < seconds <= TICKET_SECONDS_MAX:
            raise InvalidRequest("an upload ticket lasts from a second to 7 days")
        with translated():
            post = self._client.generate_presigned_post(
                self._bucket,
                key,
                Conditions=[["content-length-range", 0, size_bytes_max]],
                ExpiresIn=seconds,
            )
        return UploadTicket(post["url"], dict(post["fields"]), key, expires_at)
