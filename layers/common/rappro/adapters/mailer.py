"""Mails by SES (port Mailer): plain text, one sender, nothing of a mail in errors or logs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from botocore.exceptions import ClientError

from rappro.adapters.sdk_errors import error_code, translated
from rappro.domain.errors import AggregatorRejected, StoreUnavailable

RECIPIENTS_MAX: Final = 50
"""What SES takes in one mail."""
_REFUSED: Final = frozenset({"BadRequestException", "MessageRejected", "NotFoundException"})


class NoMailer:
    """Port Mailer, of a deployment without an address that mails come from: they wait in vain."""

    def send(self, to: Sequence[str], subject: str, text: str, *, key: str) -> None:
        """Raise StoreUnavailable."""
        del to, subject, text, key
        raise StoreUnavailable("no address that mails come from")


class SesMailer:
    """Port Mailer. SES knows no key of a mail: what is sent again is received again."""

    def __init__(
        self, client: Callable[[], Any], sender: str, *, configuration: str | None = None
    ) -> None:
        """Take a maker of SES's client, the address mails come from, and a configuration set."""
        self._client = client
        self._sender = sender
        self._configuration = configuration

    def send(self, to: Sequence[str], subject: str, text: str, *, key: str) -> None:
        more = {} if not self._configuration else {"ConfigurationSetName": self._configuration}
        with translated():
            try:
                self._client().send_email(
                    FromEmailAddress=self._sender,
                    Destination={"ToAddresses": list(to[:RECIPIENTS_MAX])},
                    Content={"Simple": {
                        "Subject": {"Data": subject, "Charset": "UTF-8"},
                        "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
                        "Headers": [{"Name": "X-Rappro-Mail", "Value": key}],
                    }},
                    **more,
                )  # fmt: skip
            except ClientError as error:
                if error_code(error) in _REFUSED:
                    raise AggregatorRejected(f"the mail is refused: {error_code(error)}") from None
                raise
