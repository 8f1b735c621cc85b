"""What comes in bulk and what each kind may change: third parties, open items, entries.

The accounting package owns what it sends; what Rappro did with it stays. An open item that Rappro
settled, in part or whole, keeps its amounts; an entry that is validated is changed by none; a bank
entry that is pointed keeps what the bank confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from rappro.domain.books import (
    BankEntry,
    Company,
    EntryStatus,
    Journal,
    JournalEntry,
    LedgerAccount,
    OpenItem,
    ThirdParty,
)
from rappro.domain.errors import (
    InvalidRequest,
    NotAllowedInState,
    OpenItemAlreadySettled,
    PeriodClosed,
    RuleViolation,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, EntryId, TenantId, ThirdPartyId, derive_id
from rappro.domain.writes import Write, change, create, put, remove
from rappro.ports import Ports
from rappro.use_cases.acting import Actor
from rappro.use_cases.bulk import Ask, Planned, R

_OF_SETTLED: Final = (
    "type", "third_party", "account", "currency", "amount_minor", "company_amount_minor",
    "residual_minor", "company_residual_minor",
)  # fmt: skip
"""What of an open item may not change once Rappro settled a part of it."""
_OF_POINTED: Final = ("account", "date", "amount_minor", "currency")


def entry_id_of(external_id: str) -> EntryId:
    """Return the id of the entry that the accounting package calls so."""
    return EntryId(derive_id("en", "external", external_id))


def side_id(entry: EntryId, line: int) -> str:
    """Return the id of the bank entry that a line of an entry is."""
    return derive_id("be", entry, line)


@dataclass(frozen=True, slots=True)
class References:
    """What the items of a call refer to, as far as it exists."""

    third_parties: dict[str, ThirdParty]
    journals: dict[str, Journal]
    accounts: frozenset[str]


def read_references(
    ports: Ports, tenant: TenantId, company: CompanyId, *, third_parties: Iterable[str],
    accounts: Iterable[str] = (),
) -> References:  # fmt: skip
    """Read the third parties and accounts that items name, and the journals."""
    store = ports.store
    parties = sorted(set(third_parties))
    numbers = sorted(set(accounts))
    return References(
        store.get_many(tenant, company, ThirdParty, parties) if parties else {},
        {journal.code: journal for journal in store.all(tenant, company, Journal)},
        frozenset(store.get_many(tenant, company, LedgerAccount, numbers) if numbers else ()),
    )


class ThirdParties:
    """Third parties; the external id is the id. Letters that were given are kept."""

    name = "third_parties"

    def kept(self, actor: Actor, asks: Sequence[Ask[ThirdParty]]) -> Mapping[str, ThirdParty]:
        ids = [ask.external_id for ask in asks]
        return actor.ports.store.get_many(actor.tenant, actor.company, ThirdParty, ids)

    def writes(
        self,
        actor: Actor,  # noqa: ARG002 - other kinds read more
        changes: Sequence[tuple[ThirdParty | None, ThirdParty]],
    ) -> Iterator[Planned[ThirdParty]]:
        for before, wanted in changes:
            after = replace(wanted, letter_count=before.letter_count if before else 0)
            yield _saved(before, after)


class OpenItems:
    """Open items; the external id is the id."""

    name = "open_items"

    def kept(self, actor: Actor, asks: Sequence[Ask[OpenItem]]) -> Mapping[str, OpenItem]:
        ids = [ask.external_id for ask in asks]
        return actor.ports.store.get_many(actor.tenant, actor.company, OpenItem, ids)

    def writes(
        self,
        actor: Actor,  # noqa: ARG002 - other kinds read more
        changes: Sequence[tuple[OpenItem | None, OpenItem]],
    ) -> Iterator[Planned[OpenItem]]:
        for before, wanted in changes:
            if before is None:
                yield _saved(before, wanted)
                continue
            after = replace(
                wanted,
                letter=before.letter,
                settled_by=before.settled_by,
                sources=before.sources,
                entry_id=wanted.entry_id or before.entry_id,
                entry_line=before.entry_line if wanted.entry_id is None else wanted.entry_line,
            )
            if before.settled_by and (names := _differing(before, after, _OF_SETTLED)):
                detail = f"open item {before.number}: settled by Rappro, {', '.join(names)} stay"
                yield Planned(before, after, error=OpenItemAlreadySettled(detail))
            else:
                yield _saved(before, after)


@dataclass(frozen=True, slots=True)
class Entries:
    """Entries, with the bank entries that their lines are; `sides` by entry, as wanted."""

    company: Company
    references: References
    sides: dict[str, Sequence[BankEntry]]
    name: str = "entries"

    def kept(self, actor: Actor, asks: Sequence[Ask[JournalEntry]]) -> Mapping[str, JournalEntry]:
        ids = {entry_id_of(ask.external_id): ask.external_id for ask in asks}
        found = actor.ports.store.get_many(actor.tenant, actor.company, JournalEntry, list(ids))
        return {ids[EntryId(key)]: entry for key, entry in found.items()}

    def writes(
        self, actor: Actor, changes: Sequence[tuple[JournalEntry | None, JournalEntry]]
    ) -> Iterator[Planned[JournalEntry]]:
        wanted = {
            side_id(entry.id, line)
            for before, after in changes
            for entry in (before, after)
            if entry is not None
            for line in range(len(entry.lines))
            if before is not None
        }
        store = actor.ports.store
        kept = store.get_many(actor.tenant, actor.company, BankEntry, sorted(wanted))
        for before, after in changes:
            try:
                self._check(before, after)
                sides = list(self._side_writes(before, after, kept))
            except RuleViolation as error:
                yield Planned(before, after, error=error)
            else:
                saved = _saved(before, after)
                yield replace(saved, writes=(*saved.writes, *sides))

    def _check(self, before: JournalEntry | None, after: JournalEntry) -> None:
        if before is not None and before.status is EntryStatus.VALIDATED:
            raise NotAllowedInState(f"entry {before.piece_ref} is validated: reverse it instead")
        closed = self.company.closed_until
        for entry in (before, after):
            if entry is not None and closed is not None and entry.date <= closed:
                raise PeriodClosed(f"entry {entry.piece_ref}: closed until {closed}")
        if after.journal not in self.references.journals:
            raise RuleViolation(f"entry {after.piece_ref}: no journal {after.journal}")
        for line in after.lines:
            if line.account not in self.references.accounts:
                raise RuleViolation(f"entry {after.piece_ref}: no account {line.account}")

    def _side_writes(
        self, before: JournalEntry | None, after: JournalEntry, kept: Mapping[str, BankEntry]
    ) -> Iterator[Write]:
        sides = {side.id: side for side in self.sides.get(after.id, ())}
        old = [] if before is None else [side_id(before.id, n) for n in range(len(before.lines))]
        for key in dict.fromkeys((*old, *sides)):
            was, side = kept.get(key), sides.get(key)
            is_pointed = was is not None and (was.match_id is not None or was.marked_on is not None)
            if was is not None and is_pointed:
                if side is None or _differing(was, side, _OF_POINTED):
                    raise NotAllowedInState(f"bank entry {key} is pointed: it keeps its amount")
                side = replace(
                    side, match_id=was.match_id, pointed_on=was.pointed_on, marked_on=was.marked_on
                )
            if side is None:
                if was is not None:
                    yield remove(was)
            elif was is None:
                yield create(side)
            elif replace(side, version=was.version) != was:
                yield change(was, side)


def party_of(references: References, third_party: str | None) -> ThirdPartyId | None:
    """Return the third party of that id. Raises InvalidRequest."""
    if third_party is None:
        return None
    if third_party not in references.third_parties:
        raise InvalidRequest(f"no third party has the id {third_party[:60]!r}")
    return ThirdPartyId(third_party)


def _saved(before: R | None, after: R) -> Planned[R]:
    return Planned(before, after, (put(before, after),))


def _differing(before: object, after: object, names: Sequence[str]) -> list[str]:
    return [name for name in names if getattr(before, name) != getattr(after, name)]
