"""A third party's bank reference, set from a statement's line (SPEC ACT-5)."""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.books import ThirdParty
from rappro.domain.errors import InvalidRequest, NotFound, TooLarge
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, StatementId, TenantId, ThirdPartyId
from rappro.domain.records import LineRecord
from rappro.domain.writes import change
from rappro.ports import Ports
from rappro.use_cases.audit import audit
from rappro.use_cases.recomputing import recompute_lines

REFERENCES_MAX = 500
REFERENCE_CHARS_MIN = 3


@dataclass(frozen=True, slots=True)
class BankReference:
    """Whose reference it is, and the text; without one, the line's label.

    It is added beside the others, or takes their place.
    """

    third_party: ThirdPartyId
    text: str | None = None
    replaces: bool = False


def set_bank_reference(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId, position: int,
    wanted: BankReference, author: str,
) -> ThirdParty:  # fmt: skip
    """Set a third party's reference and work out the third parties of unmatched lines again.

    Raises NotFound, InvalidRequest for a text too short to tell anybody, TooLarge.
    """
    key = f"{statement_id}/{position}"
    line = ports.store.get(tenant, company, LineRecord, key)
    if line is None:
        raise NotFound(f"no line {key}")
    party = ports.store.get(tenant, company, ThirdParty, wanted.third_party)
    if party is None:
        raise NotFound(f"no third party {wanted.third_party}")
    text = " ".join((wanted.text or line.line.label).split())
    if len(text) < REFERENCE_CHARS_MIN:
        raise InvalidRequest("a reference of 3 characters or more", position="/reference")
    references = (text,) if wanted.replaces else _beside(party, text)
    if len(references) > REFERENCES_MAX:
        raise TooLarge(f"more than {REFERENCES_MAX} references of {party.id}")
    after = replace(party, bank_references=references)
    log = audit(
        ports.clock.now(), author, "set_bank_reference", party.id, revision=party.version,
        before={"bank_references": list(party.bank_references)},
        after={"bank_references": list(references), "line": key},
    )  # fmt: skip
    ports.store.commit(tenant, company, [change(party, after), log])
    recompute_lines(ports, tenant, company, author)
    return replace(after, version=party.version + 1)


def _beside(party: ThirdParty, text: str) -> tuple[str, ...]:
    """Return the references with one more; the call name serves only where there is none."""
    there = party.bank_references or ((party.call_name,) if party.call_name else ())
    known = {" ".join(one.casefold().split()) for one in there}
    return there if text.casefold() in known else (*there, text)
