"""The one tree of errors; class names are the contract of the state machine.

RapproError(code, retryable)
├── InputError                  somebody's input is wrong; never retried
│   ├── UnknownFormat           no parser recognises the file
│   ├── AmbiguousFormat         more than one parser does
│   ├── ArchiveInArchive        a packed file holds another packed file
│   ├── EncryptedFile           a file of an archive needs a password
│   ├── MalformedStatement      a statement file breaks its format, at a position
│   ├── MalformedBooks          a FEC or books document breaks its format, at a position
│   ├── BalanceMismatch         opening + lines is not closing
│   ├── UnsupportedCurrency     not an ISO 4217 code with a known exponent
│   ├── InvalidRequest          a request field is wrong, at a pointer
│   ├── ArchiveRefused          an exchanged archive is not as docs/exchange-format.md says
│   │   ├── ArchiveBroken       no zip, or a manifest or record that cannot be read
│   │   ├── ArchivePartMissing  a part that the manifest names is not there
│   │   ├── ArchivePartAltered  a part is not the bytes that the manifest says
│   │   ├── ArchivePartUnknown  a part that the manifest does not name
│   │   ├── ArchivePartDoubled  a part is there twice
│   │   ├── ArchivePathRefused  a name that leads elsewhere
│   │   ├── ArchiveOversized    more bytes, or more when unpacked, than may be
│   │   ├── ArchiveUnsigned     no signature, or not one of this manifest
│   │   ├── ArchiveSignerUnknown  signed by somebody else than the link names
│   │   └── ArchiveOfAnother    it is of another company
│   └── TooLarge                a named bound is exceeded
├── RuleViolation               the books refuse; never retried
│   ├── UnbalancedEntry         debits are not credits
│   ├── OpenItemAlreadySettled  the residual does not hold the amount (already_settled)
│   ├── PeriodClosed            the date lies in a locked period
│   ├── StatementReadOnly       the statement is validated, quarantined or transferred
│   ├── TotalsDiffer            both sides of a match are not equal
│   ├── ArchiveAlreadyApplied   the same archive, or an older one, comes again
│   ├── ArchiveConflicts        both sides changed the same records, or the base is not known
│   ├── LinkNotInForce          the link between two companies is not accepted, or was revoked
│   └── NotAllowedInState       the action does not fit the present status
├── Forbidden                   the user lacks the permission; never retried
├── NotFound                    nothing of that id for this tenant
├── WebhookRefused              a provider's webhook is not proven to be its own; never retried
└── ExternalError               something outside failed
    ├── AggregatorUnavailable   retried
    ├── RateLimited             a provider or bank allows no more for now; retried later
    ├── ConsentExpired          a person has to act
    ├── AggregatorRejected      not retried
    ├── StoreThrottled          retried
    ├── StoreUnavailable        retried
    ├── StoreConflict           a version moved or a fence was passed; read again, then retried
    ├── LeaseHeld               another writer works on the company; retried
    └── BooksLoading            the company's books are being loaded; retried
"""

from __future__ import annotations

from typing import ClassVar


class RapproError(Exception):
    """Base of every error that Rappro raises on purpose.

    `code` is stable and machine-readable, `detail` is a sentence for a person, `position` locates
    it (a line or byte of a file, or a JSON pointer). `is_retryable` says whether the same call may
    succeed later without anybody changing anything.
    """

    code: ClassVar[str] = "error"
    is_retryable: ClassVar[bool] = False

    def __init__(self, detail: str, *, position: str | None = None) -> None:
        super().__init__(detail if position is None else f"{detail} (at {position})")
        self.detail = detail
        self.position = position


class InputError(RapproError):
    code = "invalid_input"


class UnknownFormat(InputError):
    code = "unknown_format"


class AmbiguousFormat(InputError):
    code = "ambiguous_format"


class ArchiveInArchive(InputError):
    code = "archive_in_archive"


class EncryptedFile(InputError):
    code = "encrypted_file"


class MalformedStatement(InputError):
    code = "malformed_statement"


class MalformedBooks(InputError):
    code = "malformed_books"


class BalanceMismatch(InputError):
    code = "balance_mismatch"


class UnsupportedCurrency(InputError):
    code = "unsupported_currency"


class InvalidRequest(InputError):
    code = "invalid_request"


class TooLarge(InputError):
    code = "too_large"


class ArchiveRefused(InputError):
    code = "archive_refused"


class ArchiveBroken(ArchiveRefused):
    code = "archive_broken"


class ArchivePartMissing(ArchiveRefused):
    code = "archive_part_missing"


class ArchivePartAltered(ArchiveRefused):
    code = "archive_part_altered"


class ArchivePartUnknown(ArchiveRefused):
    code = "archive_part_unknown"


class ArchivePartDoubled(ArchiveRefused):
    code = "archive_part_doubled"


class ArchivePathRefused(ArchiveRefused):
    code = "archive_path_refused"


class ArchiveOversized(ArchiveRefused):
    code = "archive_oversized"


class ArchiveUnsigned(ArchiveRefused):
    code = "archive_unsigned"


class ArchiveSignerUnknown(ArchiveRefused):
    code = "archive_signer_unknown"


class ArchiveOfAnother(ArchiveRefused):
    code = "archive_of_another"


class RuleViolation(RapproError):
    code = "rule_violation"


class UnbalancedEntry(RuleViolation):
    code = "unbalanced_entry"


class OpenItemAlreadySettled(RuleViolation):
    code = "already_settled"


class PeriodClosed(RuleViolation):
    code = "period_closed"


class StatementReadOnly(RuleViolation):
    code = "statement_read_only"


class TotalsDiffer(RuleViolation):
    code = "totals_differ"


class NotAllowedInState(RuleViolation):
    code = "not_allowed_in_state"


class ArchiveAlreadyApplied(RuleViolation):
    code = "archive_already_applied"


class ArchiveConflicts(RuleViolation):
    code = "archive_conflicts"


class LinkNotInForce(RuleViolation):
    code = "link_not_in_force"


class Forbidden(RapproError):
    code = "forbidden"


class NotFound(RapproError):
    code = "not_found"


class WebhookRefused(RapproError):
    code = "webhook_refused"


class ExternalError(RapproError):
    code = "external_error"


class AggregatorUnavailable(ExternalError):
    code = "aggregator_unavailable"
    is_retryable = True


class RateLimited(ExternalError):
    """A provider or a bank allows no more; `retry_after_seconds` is what it says, if it says."""

    code = "provider_rate_limited"
    is_retryable = True

    def __init__(
        self, detail: str, *, position: str | None = None, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(detail, position=position)
        self.retry_after_seconds = retry_after_seconds


class ConsentExpired(ExternalError):
    code = "consent_expired"


class AggregatorRejected(ExternalError):
    code = "aggregator_rejected"


class StoreThrottled(ExternalError):
    code = "store_throttled"
    is_retryable = True


class StoreUnavailable(ExternalError):
    code = "store_unavailable"
    is_retryable = True


class StoreConflict(ExternalError):
    code = "store_conflict"
    is_retryable = True


class LeaseHeld(ExternalError):
    code = "lease_held"
    is_retryable = True


class BooksLoading(ExternalError):
    code = "books_loading"
    is_retryable = True
