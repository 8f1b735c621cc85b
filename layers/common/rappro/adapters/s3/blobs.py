"""Source files by hash and working documents of runs, in one bucket (port Blobs).

sources/{tenant}/{company}/{sha256}         kept for good, byte for byte
work/{tenant}/{company}/{name}.json.gz      gone some days after the run
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from typing import TYPE_CHECKING, BinaryIO, Final, TypeVar
from urllib.parse import quote

from botocore.exceptions import ClientError

from rappro.adapters import codec
from rappro.adapters.s3.spool import spooled
from rappro.adapters.scope import (
    check_content,
    check_document_name,
    check_scope,
    check_sha256,
)
from rappro.adapters.sdk_errors import error_code, translated
from rappro.domain.ids import CompanyId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

D = TypeVar("D")

SOURCE_BYTES_MAX: Final = 256 * 1024 * 1024
LINK_SECONDS: Final = 300
_ALREADY_THERE: Final = "PreconditionFailed"


class S3Blobs:
    """Port Blobs. Links need a client that signs with version 4 at the bucket's own region."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def archive(self, tenant: TenantId, company: CompanyId, sha256: str, content: BinaryIO) -> str:
        """Keep the file; `content` is seekable. Raises InvalidRequest for another file's hash."""
        key = _source_key(tenant, company, sha256)
        check_content(content, sha256)
        with translated():
            self._put_once(key, sha256, content)
        return key

    def _put_once(self, key: str, sha256: str, content: BinaryIO) -> None:
        """Put the object unless it is there: what is archived is never written again."""
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=content,
                IfNoneMatch="*",
                ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode(),
            )
        except ClientError as error:
            if error_code(error) != _ALREADY_THERE:
                raise

    def open_source(self, tenant: TenantId, company: CompanyId, sha256: str) -> BinaryIO:
        key = _source_key(tenant, company, sha256)
        with translated():
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
            return spooled(answer["Body"], size_bytes_max=SOURCE_BYTES_MAX)

    def source_url(self, tenant: TenantId, company: CompanyId, sha256: str, name: str) -> str:
        """Return a link that downloads the file under its own name; signed here, not asked for."""
        key = _source_key(tenant, company, sha256)
        with translated():
            return self._client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self._bucket,
                    "Key": key,
                    "ResponseContentType": "application/octet-stream",
                    "ResponseContentDisposition": _attachment(name),
                },
                ExpiresIn=LINK_SECONDS,
            )

    def save_document(
        self, tenant: TenantId, company: CompanyId, name: str, kind: type[D], value: D
    ) -> None:
        key = _document_key(tenant, company, name)
        body = gzip.compress(codec.dump(value, kind), compresslevel=5, mtime=0)
        with translated():
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=body, ContentType="application/gzip"
            )

    def load_document(self, tenant: TenantId, company: CompanyId, name: str, kind: type[D]) -> D:
        return codec.load(kind, gzip.decompress(self._document(tenant, company, name)))

    def document_digest(self, tenant: TenantId, company: CompanyId, name: str) -> str:
        return hashlib.sha256(self._document(tenant, company, name)).hexdigest()

    def _document(self, tenant: str, company: str, name: str) -> bytes:
        key = _document_key(tenant, company, name)
        with translated():
            body: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return body


def _source_key(tenant: str, company: str, sha256: str) -> str:
    check_scope(tenant, company)
    check_sha256(sha256)
    return f"sources/{tenant}/{company}/{sha256}"


def _document_key(tenant: str, company: str, name: str) -> str:
    check_scope(tenant, company)
    check_document_name(name)
    return f"work/{tenant}/{company}/{name}.json.gz"


def _attachment(name: str) -> str:
    """Return a Content-Disposition (RFC 6266): a plain name, and the real one percent-encoded."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    return f"attachment; filename=\"{plain or 'file'}\"; filename*=UTF-8''{quote(name, safe='')}"
