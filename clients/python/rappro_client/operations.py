"""The operations of the API, one method each. Generated: python -m clients.generate."""

from __future__ import annotations

from datetime import date
from typing import Literal

from rappro_client import models
from rappro_client.transport import Transport, segment


class Operations(Transport):
    """Every operation. Path parameters first, then the body, the rest by keyword.

    `if_match` takes the ETag that a change starts from (see `Rappro.tagged`); `idempotency_key`
    replaces the key that every write is sent with. All raise ProblemError and NoAnswerError; one
    that is given `if_none_match` may raise NotModifiedError.
    """

    def accept_exchange(
        self, company: str, body: models.AcceptanceInput, *, idempotency_key: str | None = None
    ) -> models.ExchangeLinkOutput:
        """Accept an invitation.

        Accepts the invitation (invitation) of another tenant for this company, which has the same
        SIREN. The same code again, by the same company, changes nothing.
        """
        found: models.ExchangeLinkOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/exchange/acceptance",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def acknowledge_entry_changes(
        self, company: str, body: models.AcknowledgementInput, *, idempotency_key: str | None = None
    ) -> models.ConsumerOutput:
        """Acknowledge changes of entries.

        Says that all changes (écritures modifiées) up to a cursor are kept: they do not come again
        for this consumer. The same cursor again is harmless; an older one is refused.
        """
        found: models.ConsumerOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/entry-changes/acknowledgement",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def add_administrator(
        self, body: models.AdministratorInput, *, idempotency_key: str | None = None
    ) -> models.TenantOutput:
        """Add an administrator.

        Lets a user administer the tenant (administrateur): all that there is to do, in every
        company of it. Again: nothing happens.
        """
        found: models.TenantOutput = self.answer(
            "POST", "/v1/administrators", headers={"Idempotency-Key": idempotency_key}, json=body
        ).body
        return found

    def add_lines(
        self,
        company: str,
        statement: str,
        body: models.ManualLinesInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.StatementOutput:
        """Add lines to a statement made by hand.

        Adds lines (lignes de relevé) to a statement that was made by hand and is not validated; its
        totals and its balance are controlled again.
        """
        found: models.StatementOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/lines",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def apply_archives(
        self, company: str, body: models.ApplyInput, *, idempotency_key: str | None = None
    ) -> models.TaskOutput:
        """Apply archives.

        Applies archives that wait, in this order (intégration), as a long work: each as one change
        of the books, whole or not at all, master data first. One that is refused stops those after
        it.
        """
        found: models.TaskOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/exchange/applications",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def attach_document(
        self,
        company: str,
        entry: str,
        body: bytes,
        *,
        name: str,
        idempotency_key: str | None = None,
    ) -> models.DocumentOutput:
        """Attach a document.

        Attaches a document (pièce jointe) to an entry: the body is its bytes, up to 4 MB. The same
        bytes again change nothing.
        """
        found: models.DocumentOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/entries/{segment(entry)}/documents",
            query={"name": name},
            headers={"Idempotency-Key": idempotency_key},
            content=body,
        ).body
        return found

    def choose_bank(
        self,
        company: str,
        connection: str,
        body: models.BankChoiceInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.ConnectionOutput:
        """Choose the bank of a connection.

        Takes one of the banks (choisir la banque) that the test of a connection names, where its
        access opens several of them.
        """
        found: models.ConnectionOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/connections/{segment(connection)}/bank",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def close_line(
        self,
        company: str,
        statement: str,
        position: int,
        body: models.ClosingInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.LineOutput:
        """Close a line by hand.

        Closes a matched line that is not validated (clôture manuelle), with the other lines of its
        match: it was settled outside, nothing is posted for it. There is no way back.
        """
        found: models.LineOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/lines/{segment(position)}/closing",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def confirm_match(
        self, company: str, match: str, *, idempotency_key: str | None = None
    ) -> models.MatchOutput:
        """Confirm a match.

        Confirms a match (rapprochement) that waits for it.
        """
        found: models.MatchOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/matches/{segment(match)}/confirmation",
            headers={"Idempotency-Key": idempotency_key},
        ).body
        return found

    def confirm_matches(
        self,
        company: str,
        body: models.MatchBatchInput,
        *,
        prefer: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.MatchBatchOutput | models.TaskOutput:
        """Confirm many matches.

        Confirms matches (rapprochements) that wait for it, named by id or by lines, each for
        itself. More than 50 are a long work.
        """
        found: models.MatchBatchOutput | models.TaskOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/matches/confirmation",
            headers={"prefer": prefer, "Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def create_cash_movement(
        self,
        company: str,
        statement: str,
        position: int,
        body: models.CashMovementInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.MatchOutput:
        """Make a receipt or disbursement of a line.

        Makes the receipt (encaissement) or disbursement (décaissement) of the line's customer or
        supplier. A line that names an invoice pays it as far as its residual goes, the rest is on
        account. The match waits for confirmation.
        """
        found: models.MatchOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/lines/{segment(position)}/cash-movement",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def create_cash_movements(
        self, company: str, body: models.CashMovementsInput, *, idempotency_key: str | None = None
    ) -> models.BatchOutput:
        """Make the receipts and disbursements of many lines.

        Makes the receipt (encaissement) or disbursement (décaissement) of each line. One line
        without a third party refuses them all; else each line has its own result. Lines that name
        one invoice take from it while a residual remains, the earliest first.
        """
        found: models.BatchOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/cash-movements",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def create_statement(
        self, company: str, body: models.ManualStatementInput, *, idempotency_key: str | None = None
    ) -> models.StatementOutput:
        """Make a statement by hand.

        Takes in a statement (relevé) that a person enters, by the same way as a bank's file:
        controls, lines known from other statements, quarantine, trace and run. The same again is
        answered with the first statement.
        """
        found: models.StatementOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/statements",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def create_undefined_cash_movement(
        self,
        company: str,
        statement: str,
        body: models.UndefinedMovementInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.MatchOutput:
        """Make one receipt or disbursement of nobody known.

        Makes one entry of one or many lines without a third party (tiers non défini): a receipt
        when their total is money in, else a disbursement. The counterparts balance it to the cent.
        The match waits for confirmation.
        """
        found: models.MatchOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/undefined-cash-movements",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def delete_account(
        self,
        company: str,
        account: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Delete an account.

        Deletes a ledger account (compte comptable) that nothing names: no entry, open item or bank
        entry, no journal, third party, template, difference type, profile or setting.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/accounts/{segment(account)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def delete_common_template(
        self,
        template: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Delete a common template.

        Deletes an entry template (modèle d'écriture) common to all companies of the tenant.
        """
        self.answer(
            "DELETE",
            f"/v1/templates/{segment(template)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def delete_csv_profile(
        self,
        company: str,
        csv_profile: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Delete a CSV profile.

        Deletes a CSV profile (profil CSV). Refused while an import profile names it.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/csv-profiles/{segment(csv_profile)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def delete_difference_type(
        self,
        company: str,
        difference_type: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Delete a difference type.

        Deletes a difference type (type d'écart) of the company's own. Refused while a match was
        settled by it, and for a default.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/difference-types/{segment(difference_type)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def delete_entry(
        self,
        company: str,
        entry: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Delete a draft.

        Deletes a draft entry (écriture au brouillard) that a person made by an action and whose
        match was undone: its bank side goes, what it paid is open again. One that is in a match,
        validated, or came with the books is refused.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/entries/{segment(entry)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def delete_import_profile(
        self,
        company: str,
        import_profile: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Delete an import profile.

        Deletes an import profile (profil d'import). Refused while a journal names it.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/import-profiles/{segment(import_profile)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def delete_journal(
        self,
        company: str,
        journal: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Delete a journal.

        Deletes a journal (journal) that has no entry, no bank entry and no statement.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/journals/{segment(journal)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def delete_line(
        self,
        company: str,
        statement: str,
        position: int,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.StatementOutput:
        """Delete a line.

        Deletes an unmatched line (ligne de relevé) that was created twice; the statement's figures
        and the audit trail keep what it was.
        """
        found: models.StatementOutput = self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/lines/{segment(position)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        ).body
        return found

    def delete_statement(
        self,
        company: str,
        statement: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Delete a statement.

        Deletes a statement (relevé) that was created twice: none of its lines may be matched, and
        no connector made it. Its file may be dropped again; the trace and the audit trail stay.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def delete_template(
        self,
        company: str,
        template: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Delete a template.

        Deletes the company's own entry template (modèle d'écriture); a common one of the same id
        counts again. What was made with it stays.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/templates/{segment(template)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def delete_third_party(
        self,
        company: str,
        third_party: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Delete a third party.

        Deletes a third party (tiers) that no entry, open item, bank entry, payment, lesson or line
        names.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/third-parties/{segment(third_party)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def delete_waiting_archive(
        self, company: str, archive: str, *, idempotency_key: str | None = None
    ) -> None:
        """Delete an archive that waits.

        Takes the archive off the waiting list (suppression): it is not applied.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/exchange/waiting/{segment(archive)}",
            headers={"Idempotency-Key": idempotency_key},
        )

    def delete_webhook(
        self,
        webhook: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Delete a webhook.

        Deletes the webhook (notification sortante) and its secrets; what waits is not sent.
        """
        self.answer(
            "DELETE",
            f"/v1/webhooks/{segment(webhook)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def detach_document(
        self, company: str, entry: str, document: str, *, idempotency_key: str | None = None
    ) -> None:
        """Detach a document.

        Detaches a document (pièce jointe) from an entry; its bytes stay in the archive.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/entries/{segment(entry)}/documents/{segment(document)}",
            headers={"Idempotency-Key": idempotency_key},
        )

    def download_sent_books(self, *, token: str) -> None:
        """Download books by a mail's link.

        Where the link in a mail leads (téléchargement de l'envoi): to the file, by a link of some
        minutes. 404 when it has ended, by its time or before, or was never there.
        """
        self.answer("GET", "/v1/exchange-downloads", query={"token": token})

    def edit_bank_account(
        self,
        company: str,
        account: str,
        body: models.FeedAccountInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.FeedAccountOutput:
        """Choose and change a bank account.

        Ties the account to a treasury journal (journal de trésorerie), turns it on, sets its mode,
        start and name. The IBANs of both must be equal; where they cannot be compared,
        `iban_confirmed` says that they are the same account, which the audit trail keeps.
        """
        found: models.FeedAccountOutput = self.answer(
            "PATCH",
            f"/v1/companies/{segment(company)}/bank-accounts/{segment(account)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def edit_line(
        self,
        company: str,
        statement: str,
        position: int,
        body: models.LineEditInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.LineOutput:
        """Edit an unmatched line.

        Sets the third party (tiers), the invoice, the template (modèle d'écriture) or the nature of
        an unmatched line by hand, or takes it off; that survives every recomputation. Or marks the
        line as known from another statement (doublon), or releases it with null.
        """
        found: models.LineOutput = self.answer(
            "PATCH",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/lines/{segment(position)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def end_downloads(
        self, company: str, archive: str, *, idempotency_key: str | None = None
    ) -> None:
        """End the links in mails.

        Ends every link that a mail told to an archive that was sent (liens de téléchargement), at
        once.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/exchange/downloads/{segment(archive)}",
            headers={"Idempotency-Key": idempotency_key},
        )

    def erase_pointing(
        self,
        company: str,
        journal: str,
        body: models.PointingErasureInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.ErasedOutput:
        """Erase a manual pointing.

        Erases marks (effacer le pointage) of an account: all, from a day on, or some entries'.
        Balances that were validated on them go too.
        """
        found: models.ErasedOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/journals/{segment(journal)}/pointing/erasure",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def explain_line(self, company: str, statement: str, position: int) -> models.DecisionOutput:
        """Explain a line.

        What the last run (traitement) that decided the line said: the evidence, what else was
        thought of and why it lost, and the version of the engine. `not_found` when no run decided
        it or its decisions are not kept any more.
        """
        found: models.DecisionOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/lines/{segment(position)}/explanation",
        ).body
        return found

    def export_fec(self, company: str, *, fiscal_year: str | None = None) -> models.FecOutput:
        """Export the FEC of a fiscal year.

        Writes the validated entries of a fiscal year as a FEC (fichier des écritures comptables,
        LPF art. A47 A-1), checks it, and answers a link to it. The same books give the same bytes.
        The company needs its SIREN.
        """
        found: models.FecOutput = self.answer(
            "GET", f"/v1/companies/{segment(company)}/fec", query={"fiscal_year": fiscal_year}
        ).body
        return found

    def export_journal(
        self,
        company: str,
        *,
        journal: str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        drafts: bool | None = None,
    ) -> models.JournalExportOutput:
        """Export journals as CSV.

        Writes the entries (écritures) of a period, of one journal or of all, as CSV for a
        spreadsheet, and answers a link to it; by default the validated ones of the present fiscal
        year.
        """
        found: models.JournalExportOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/journal-export",
            query={"journal": journal, "from": from_, "to": to, "drafts": drafts},
        ).body
        return found

    def forget_lesson(
        self,
        company: str,
        lesson: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Forget a lesson.

        Removes what was learned (référence apprise); matches that were made with it stay.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/lessons/{segment(lesson)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def generate_entries(
        self, company: str, body: models.TemplateEntriesInput, *, idempotency_key: str | None = None
    ) -> models.BatchOutput:
        """Generate the entries of many lines from their templates.

        Generates the entry of each line from its template (génération d'écritures en lot). One line
        without a template, or with one of several accounts and no full split rule, refuses them
        all; else each line has its own result, and its match waits for confirmation.
        """
        found: models.BatchOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/template-entries",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def generate_entry(
        self,
        company: str,
        statement: str,
        position: int,
        body: models.TemplateEntryInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.MatchOutput:
        """Generate a line's entry from a template.

        Generates the entry of the line from its template (modèle d'écriture), or from the one
        named, with other counterparts when they are given; the line is matched with it at once. A
        template of several accounts without a full split rule needs counterparts.
        """
        found: models.MatchOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/lines/{segment(position)}/entry",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def get_account(
        self, company: str, account: str, *, if_none_match: str | None = None
    ) -> models.AccountOutput:
        """Get an account.

        One ledger account (compte comptable).
        """
        found: models.AccountOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/accounts/{segment(account)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_bank_account(
        self, company: str, account: str, *, if_none_match: str | None = None
    ) -> models.FeedAccountOutput:
        """Get a bank account.

        One bank account (compte bancaire) of a connection.
        """
        found: models.FeedAccountOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/bank-accounts/{segment(account)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_bank_entry(
        self, company: str, bank_entry: str, *, if_none_match: str | None = None
    ) -> models.BankEntryOutput:
        """Get an entry of a bank account.

        One entry on a bank account (écriture de trésorerie), or an existing payment.
        """
        found: models.BankEntryOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/bank-entries/{segment(bank_entry)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_cash_movement(
        self, company: str, cash_movement: str, *, if_none_match: str | None = None
    ) -> models.CashMovementOutput:
        """Get a cash movement.

        One receipt or disbursement (encaissement, décaissement).
        """
        found: models.CashMovementOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/cash-movements/{segment(cash_movement)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_common_template(
        self, template: str, *, if_none_match: str | None = None
    ) -> models.TemplateOutput:
        """Get a common template.

        One entry template (modèle d'écriture) common to all companies of the tenant.
        """
        found: models.TemplateOutput = self.answer(
            "GET", f"/v1/templates/{segment(template)}", headers={"If-None-Match": if_none_match}
        ).body
        return found

    def get_company(
        self, company: str, *, if_none_match: str | None = None
    ) -> models.CompanyOutput:
        """Get a company.

        One company (dossier) with its settings.
        """
        found: models.CompanyOutput = self.answer(
            "GET", f"/v1/companies/{segment(company)}", headers={"If-None-Match": if_none_match}
        ).body
        return found

    def get_connection(
        self, company: str, connection: str, *, if_none_match: str | None = None
    ) -> models.ConnectionOutput:
        """Get a bank connection.

        One bank connection (connexion bancaire), its schedule and state.
        """
        found: models.ConnectionOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/connections/{segment(connection)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_csv_profile(
        self, company: str, csv_profile: str, *, if_none_match: str | None = None
    ) -> models.CsvProfileOutput:
        """Get a CSV profile.

        One CSV profile (profil CSV).
        """
        found: models.CsvProfileOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/csv-profiles/{segment(csv_profile)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_difference_type(
        self, company: str, difference_type: str, *, if_none_match: str | None = None
    ) -> models.DifferenceTypeOutput:
        """Get a difference type.

        One difference type (type d'écart).
        """
        found: models.DifferenceTypeOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/difference-types/{segment(difference_type)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_docs(self) -> bytes:
        """Read the documentation as text/html.

        Everything the API offers. Needs no token.
        """
        return self.answer("GET", "/v1/docs").content

    def get_entry(
        self, company: str, entry: str, *, if_none_match: str | None = None
    ) -> models.EntryOutput:
        """Get an entry.

        One entry (écriture) with its lines.
        """
        found: models.EntryOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/entries/{segment(entry)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_frozen_report(self, company: str, report: str) -> models.FrozenReportContentOutput:
        """Get a frozen report.

        A report (état de rapprochement) as it was when its statement was validated, whatever was
        entered or matched since; with its hash, author and instant.
        """
        found: models.FrozenReportContentOutput = self.answer(
            "GET", f"/v1/companies/{segment(company)}/reconciliation-reports/{segment(report)}"
        ).body
        return found

    def get_frozen_report_csv(self, company: str, report: str) -> bytes:
        """Download a frozen report as CSV.

        A report (état de rapprochement) as it was when its statement was validated. Semicolons,
        decimal commas, UTF-8 with a byte order mark; a text that a spreadsheet would run as a
        formula is led by an apostrophe. Of each list a bounded number of rows is shown, the rest as
        one row with its sum: totals are always of all.
        """
        return self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/reconciliation-reports/{segment(report)}/report.csv",
        ).content

    def get_frozen_report_pdf(self, company: str, report: str) -> bytes:
        """Download a frozen report as PDF.

        A report (état de rapprochement) as it was when its statement was validated, to print and
        sign; each sheet names its hash, who validated and when. Of each list a bounded number of
        rows is shown, the rest as one row with its sum: totals are always of all.
        """
        return self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/reconciliation-reports/{segment(report)}/report.pdf",
        ).content

    def get_import_profile(
        self, company: str, import_profile: str, *, if_none_match: str | None = None
    ) -> models.ImportProfileOutput:
        """Get an import profile.

        One import profile (profil d'import).
        """
        found: models.ImportProfileOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/import-profiles/{segment(import_profile)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_journal(
        self, company: str, journal: str, *, if_none_match: str | None = None
    ) -> models.JournalOutput:
        """Get a journal.

        One journal (journal) with its import profile (profil d'import).
        """
        found: models.JournalOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/journals/{segment(journal)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_lesson(
        self, company: str, lesson: str, *, if_none_match: str | None = None
    ) -> models.LessonOutput:
        """Get a lesson.

        One text, IBAN or mandate that was learned (référence apprise).
        """
        found: models.LessonOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/lessons/{segment(lesson)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_line(
        self, company: str, statement: str, position: int, *, if_none_match: str | None = None
    ) -> models.LineOutput:
        """Get a line.

        One statement line (ligne de relevé).
        """
        found: models.LineOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/lines/{segment(position)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_match(
        self, company: str, match: str, *, if_none_match: str | None = None
    ) -> models.MatchOutput:
        """Get a match.

        One match (rapprochement), undone ones too.
        """
        found: models.MatchOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/matches/{segment(match)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_me(self, *, limit: int | None = None, cursor: str | None = None) -> models.MeOutput:
        """See who calls, and what he may do.

        The tenant and the user that the token names, whether he administers the tenant, and one
        page of his memberships (habilitations) that count now.
        """
        found: models.MeOutput = self.answer(
            "GET", "/v1/me", query={"limit": limit, "cursor": cursor}
        ).body
        return found

    def get_member(
        self, company: str, user: str, *, if_none_match: str | None = None
    ) -> models.MemberOutput:
        """Get a member.

        One member (collaborateur) of the company.
        """
        found: models.MemberOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/members/{segment(user)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_open_api(self) -> bytes:
        """Read the documentation as application/json.

        Everything the API offers. Needs no token.
        """
        return self.answer("GET", "/v1/openapi.json").content

    def get_open_item(
        self, company: str, open_item: str, *, if_none_match: str | None = None
    ) -> models.OpenItemOutput:
        """Get an open item.

        One open item (échéance), settled or not.
        """
        found: models.OpenItemOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/open-items/{segment(open_item)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_past_payment(
        self, company: str, past_payment: str, *, if_none_match: str | None = None
    ) -> models.PastPaymentOutput:
        """Get a payment that was reconciled before.

        One payment (paiement) that was reconciled before.
        """
        found: models.PastPaymentOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/past-payments/{segment(past_payment)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_pending_transactions(self, company: str, account: str) -> models.PendingOutput:
        """See what is announced on a bank account.

        Movements that are announced and not booked yet (opérations à venir): never on a statement,
        and replaced as a whole each time.
        """
        found: models.PendingOutput = self.answer(
            "GET", f"/v1/companies/{segment(company)}/bank-accounts/{segment(account)}/pending"
        ).body
        return found

    def get_reconciliation_report(
        self, company: str, journal: str, *, on: date | str | None = None
    ) -> models.ReportOutput:
        """Get the reconciliation report.

        The reconciliation report (état de rapprochement) of a treasury journal at a date: both
        balances, the entries that are not on the bank, the lines that are not in the books, and
        what neither explains.
        """
        found: models.ReportOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/journals/{segment(journal)}/reconciliation-report",
            query={"on": on},
        ).body
        return found

    def get_reconciliation_report_csv(
        self, company: str, journal: str, *, on: date | str | None = None
    ) -> bytes:
        """Download the reconciliation report as CSV.

        The reconciliation report (état de rapprochement) at a date for a spreadsheet. Semicolons,
        decimal commas, UTF-8 with a byte order mark; a text that a spreadsheet would run as a
        formula is led by an apostrophe. Of each list a bounded number of rows is shown, the rest as
        one row with its sum: totals are always of all.
        """
        return self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/journals/{segment(journal)}/reconciliation-report.csv",
            query={"on": on},
        ).content

    def get_reconciliation_report_pdf(
        self, company: str, journal: str, *, on: date | str | None = None
    ) -> bytes:
        """Download the reconciliation report as PDF.

        The reconciliation report (état de rapprochement) at a date, to print and sign: both
        balances, what each lacks with its age, their picture over a quarter. Of each list a bounded
        number of rows is shown, the rest as one row with its sum: totals are always of all.
        """
        return self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/journals/{segment(journal)}/reconciliation-report.pdf",
            query={"on": on},
        ).content

    def get_run(
        self, company: str, run: str, *, if_none_match: str | None = None
    ) -> models.RunOutput:
        """Get a run.

        One run (traitement) of the matching and how far it got.
        """
        found: models.RunOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/runs/{segment(run)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_statement(
        self, company: str, statement: str, *, if_none_match: str | None = None
    ) -> models.StatementOutput:
        """Get a statement.

        One statement (relevé) with its status, findings (constats) and counts by level.
        """
        found: models.StatementOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_statement_source(self, company: str, statement: str) -> models.SourceOutput:
        """Get a link to the source file.

        A short-lived link to the file that the statement was made from (fichier source), byte for
        byte. A link and no redirect: the token must not follow to the file store.
        """
        found: models.SourceOutput = self.answer(
            "GET", f"/v1/companies/{segment(company)}/statements/{segment(statement)}/source"
        ).body
        return found

    def get_task(self, company: str, task: str) -> models.TaskOutput:
        """Get a long work.

        One long work (tâche): how far it is, and its result or its problem once it ended. Poll it
        every few seconds.
        """
        found: models.TaskOutput = self.answer(
            "GET", f"/v1/companies/{segment(company)}/tasks/{segment(task)}"
        ).body
        return found

    def get_template(
        self, company: str, template: str, *, if_none_match: str | None = None
    ) -> models.TemplateOutput:
        """Get a template.

        The entry template (modèle d'écriture) that counts for the company under an id: its own, or
        else the common one.
        """
        found: models.TemplateOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/templates/{segment(template)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_tenant(self, *, if_none_match: str | None = None) -> models.TenantOutput:
        """Get the tenant.

        The tenant and its administrators (administrateurs).
        """
        found: models.TenantOutput = self.answer(
            "GET", "/v1/tenant", headers={"If-None-Match": if_none_match}
        ).body
        return found

    def get_third_party(
        self, company: str, third_party: str, *, if_none_match: str | None = None
    ) -> models.ThirdPartyOutput:
        """Get a third party.

        One customer or supplier (tiers).
        """
        found: models.ThirdPartyOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/third-parties/{segment(third_party)}",
            headers={"If-None-Match": if_none_match},
        ).body
        return found

    def get_webhook(
        self, webhook: str, *, if_none_match: str | None = None
    ) -> models.WebhookOutput:
        """Get a webhook.

        One webhook (notification sortante): whether it is on, and since when it fails.
        """
        found: models.WebhookOutput = self.answer(
            "GET", f"/v1/webhooks/{segment(webhook)}", headers={"If-None-Match": if_none_match}
        ).body
        return found

    def invite_to_exchange(
        self, company: str, body: models.InvitationInput, *, idempotency_key: str | None = None
    ) -> models.InvitedOutput:
        """Invite an accountant.

        Makes a link (lien) and tells, this once, the code by which the accountant's own tenant
        accepts it, within 14 days. Nothing goes over it before, or after either side ends it.
        """
        found: models.InvitedOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/exchange/links",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def list_accounts(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.AccountPage:
        """List the accounts.

        The company's ledger accounts (plan de comptes), by number.
        """
        found: models.AccountPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/accounts",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_audit_events(
        self,
        company: str,
        *,
        line: str | None = None,
        entry: str | None = None,
        subject: str | None = None,
        author: str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.AuditPage:
        """List the audit trail.

        Who did what, when, before and after (piste d'audit), newest first. A line's rows are its
        own and those of its matches, the undone ones too; an entry's are those of its match. At
        most one of `line`, `entry` and `subject` may be given. By author, and for an entry that is
        gone, a page may be short or empty and still have a cursor. What is asked by neither line,
        entry nor subject may lag a moment behind.
        """
        found: models.AuditPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/audit",
            query={
                "line": line,
                "entry": entry,
                "subject": subject,
                "author": author,
                "from": from_,
                "to": to,
                "limit": limit,
                "cursor": cursor,
            },
        ).body
        return found

    def list_bank_entries(
        self,
        company: str,
        journal: str,
        *,
        waiting: bool | None = None,
        source: Literal["payment", "entry"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.BankEntryPage:
        """List the entries of a bank account.

        Entries on the journal's bank account (écritures de trésorerie) and existing payments, by
        date: those that wait for the bank, those that are pointed, or all.
        """
        found: models.BankEntryPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/journals/{segment(journal)}/bank-entries",
            query={"waiting": waiting, "source": source, "limit": limit, "cursor": cursor},
        ).body
        return found

    def list_banks(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.BankPage:
        """List the banks.

        My banks (mes banques): each connection with its accounts, their journals, modes, last and
        next synchronisation and balance. A removed one is listed while it has accounts.
        """
        found: models.BankPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/banks",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_books_loads(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.BooksLoadPage:
        """List the loads of books.

        Loads of books (imports comptables), by API or from a dropped FEC, newest first.
        """
        found: models.BooksLoadPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/books",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_cash_movements(
        self,
        company: str,
        *,
        journal: str | None = None,
        direction: Literal["receipt", "disbursement"] | None = None,
        third_party: str | None = None,
        status: Literal["draft", "validated"] | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.CashMovementPage:
        """List the cash movements.

        Receipts and disbursements (encaissements, décaissements) on the bank accounts of the
        journals, drafts included, by account, then date: those that actions and runs made, and
        those of the books.
        """
        found: models.CashMovementPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/cash-movements",
            query={
                "journal": journal,
                "direction": direction,
                "third_party": third_party,
                "status": status,
                "from": from_,
                "to": to,
                "limit": limit,
                "cursor": cursor,
            },
        ).body
        return found

    def list_common_templates(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> models.TemplatePage:
        """List the common templates.

        The entry templates (modèles d'écriture) common to all companies of the tenant, by id.
        """
        found: models.TemplatePage = self.answer(
            "GET", "/v1/templates", query={"limit": limit, "cursor": cursor}
        ).body
        return found

    def list_companies(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> models.CompanyPage:
        """List the companies.

        The companies (dossiers) that the caller is a member of, by id; an administrator sees all of
        the tenant.
        """
        found: models.CompanyPage = self.answer(
            "GET", "/v1/companies", query={"limit": limit, "cursor": cursor}
        ).body
        return found

    def list_company_lines(
        self,
        company: str,
        *,
        journal: str | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        level: Literal["A", "AC", "AS", "AM", "AD", "B", "BC", "C"] | None = None,
        status: Literal[
            "not_validated", "partly_validated", "validated", "closed_manually", "reversed"
        ]
        | None = None,
        matched: bool | None = None,
        known: bool | None = None,
        third_party: str | None = None,
        nature: Literal[
            "transfer",
            "direct_debit",
            "cheque",
            "cheque_deposit",
            "card",
            "card_deposit",
            "cash",
            "bill",
            "fee",
            "interest",
            "loan",
            "tax",
            "return",
            "other",
        ]
        | None = None,
        text: str | None = None,
        amount: str | None = None,
        amount_min: str | None = None,
        amount_max: str | None = None,
        direction: Literal["in", "out"] | None = None,
        sort: Literal["date", "-date", "amount", "-amount"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.LinePage:
        """Search lines over all statements.

        Lines (lignes de relevé) of any statement of the company, the newest period first, then in
        position order. Filters go together. `matched=false` is the work list: the lines that wait,
        of statements that may still be matched; statements with nothing to do are not read. A page
        looks at 1,000 statements, and at 5,000 lines of 50 of them: it may hold fewer items than
        asked for, even none, and still have a next one. With `sort`, up to 5,000 lines of 100
        statements are put in order; beyond, the search is `too_large`. What is equal stays newest
        period first. The list may lag a moment behind.
        """
        found: models.LinePage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/lines",
            query={
                "journal": journal,
                "from": from_,
                "to": to,
                "level": level,
                "status": status,
                "matched": matched,
                "known": known,
                "third_party": third_party,
                "nature": nature,
                "text": text,
                "amount": amount,
                "amount_min": amount_min,
                "amount_max": amount_max,
                "direction": direction,
                "sort": sort,
                "limit": limit,
                "cursor": cursor,
            },
        ).body
        return found

    def list_company_runs(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.RunPage:
        """List the company's runs.

        Runs (traitements) of the matching over any statement of the company, newest first: their
        state, when they began and ended, how many lines they matched. The list may lag a moment
        behind.
        """
        found: models.RunPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/runs",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_connections(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.ConnectionPage:
        """List the bank connections.

        The company's bank connections (connexions bancaires), by id; removed ones are not shown.
        """
        found: models.ConnectionPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/connections",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_csv_profiles(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.CsvProfilePage:
        """List the CSV profiles.

        The company's own CSV profiles (profils CSV), by code; built-in ones are not listed.
        """
        found: models.CsvProfilePage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/csv-profiles",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_deliveries(
        self, webhook: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.DeliveryPage:
        """List the deliveries of a webhook.

        What became of the events sent there in 30 days (journal des envois), newest first.
        """
        found: models.DeliveryPage = self.answer(
            "GET",
            f"/v1/webhooks/{segment(webhook)}/deliveries",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_difference_types(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.DifferenceTypePage:
        """List the difference types.

        The company's difference types (types d'écart de règlement), by code: its own, and the
        defaults on the accounts of its settings.
        """
        found: models.DifferenceTypePage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/difference-types",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_documents(self, company: str, entry: str) -> models.DocumentPage:
        """List the documents of an entry.

        The documents attached to an entry (pièces jointes), each with a link to its bytes.
        """
        found: models.DocumentPage = self.answer(
            "GET", f"/v1/companies/{segment(company)}/entries/{segment(entry)}/documents"
        ).body
        return found

    def list_entries(
        self,
        company: str,
        *,
        journal: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.EntryPage:
        """List the entries.

        Entries (écritures), drafts (brouillard) included, by date; of one journal when named. The
        list may lag a moment behind.
        """
        found: models.EntryPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/entries",
            query={"journal": journal, "limit": limit, "cursor": cursor},
        ).body
        return found

    def list_entry_changes(
        self, company: str, *, consumer: str | None = None, limit: int | None = None
    ) -> models.EntryChangesOutput:
        """List the entries that changed.

        Entries (écritures) that Rappro drafted, validated, reversed or removed, in order, after
        what the consumer acknowledged. Reading changes nothing: what is not acknowledged comes
        again. A change that becomes visible late comes late, and is never left out.
        """
        found: models.EntryChangesOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/entry-changes",
            query={"consumer": consumer, "limit": limit},
        ).body
        return found

    def list_exchange_links(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.ExchangeLinkPage:
        """List the links with an accountant.

        The links of this company (liens avec l'expert-comptable), by name, and their state.
        """
        found: models.ExchangeLinkPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/exchange/links",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_feed_runs(
        self, company: str, connection: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.FeedRunPage:
        """List the runs of a bank connection.

        The connection's log (journal d'exécution), newest first.
        """
        found: models.FeedRunPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/connections/{segment(connection)}/runs",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_frozen_reports(
        self, company: str, journal: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.FrozenReportPage:
        """List the frozen reports of a journal.

        Reports that were frozen as statements were validated (états de rapprochement arrêtés),
        newest period first. A page may hold fewer items than asked for, even none, and still have a
        next one. The list may lag a moment behind.
        """
        found: models.FrozenReportPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/journals/{segment(journal)}/reconciliation-reports",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_import_profiles(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.ImportProfilePage:
        """List the import profiles.

        The company's import profiles (profils d'import), by code.
        """
        found: models.ImportProfilePage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/import-profiles",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_imports(
        self,
        company: str,
        *,
        object_version: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.ImportPage:
        """List the import trace.

        What came in, what became of it and why (trace d'import), newest first; one row a statement;
        of one dropped file when its version is named. The list may lag a moment behind.
        """
        found: models.ImportPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/imports",
            query={"object_version": object_version, "limit": limit, "cursor": cursor},
        ).body
        return found

    def list_journals(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.JournalPage:
        """List the journals.

        The company's journals (journaux), by code.
        """
        found: models.JournalPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/journals",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_lessons(
        self,
        company: str,
        *,
        third_party: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.LessonPage:
        """List what was learned.

        Texts, IBANs and mandates that confirmed matches taught about third parties (références
        apprises), with the matches that taught them. Undoing a match takes back what it taught.
        """
        found: models.LessonPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/lessons",
            query={"third_party": third_party, "limit": limit, "cursor": cursor},
        ).body
        return found

    def list_line_invoices(
        self,
        company: str,
        statement: str,
        position: int,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.OpenItemPage:
        """List the invoices that a line may name.

        The unsettled invoices (factures non soldées) of the line's third party, by due date; of
        everybody when it has none. The list may lag a moment behind.
        """
        found: models.OpenItemPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/lines/{segment(position)}/invoices",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_lines(
        self,
        company: str,
        statement: str,
        *,
        level: Literal["A", "AC", "AS", "AM", "AD", "B", "BC", "C"] | None = None,
        status: Literal[
            "not_validated", "partly_validated", "validated", "closed_manually", "reversed"
        ]
        | None = None,
        matched: bool | None = None,
        known: bool | None = None,
        third_party: str | None = None,
        nature: Literal[
            "transfer",
            "direct_debit",
            "cheque",
            "cheque_deposit",
            "card",
            "card_deposit",
            "cash",
            "bill",
            "fee",
            "interest",
            "loan",
            "tax",
            "return",
            "other",
        ]
        | None = None,
        text: str | None = None,
        amount_min: str | None = None,
        amount_max: str | None = None,
        direction: Literal["in", "out"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.LinePage:
        """List the lines of a statement.

        Lines (lignes de relevé) in position order, with their level (niveau de rapprochement),
        candidates and explanation. Filters go together. A page may hold fewer items than asked for,
        even none, and still have a next one.
        """
        found: models.LinePage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/lines",
            query={
                "level": level,
                "status": status,
                "matched": matched,
                "known": known,
                "third_party": third_party,
                "nature": nature,
                "text": text,
                "amount_min": amount_min,
                "amount_max": amount_max,
                "direction": direction,
                "limit": limit,
                "cursor": cursor,
            },
        ).body
        return found

    def list_matches(
        self, company: str, statement: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.MatchPage:
        """List the matches of a statement.

        Matches (rapprochements) that stand on the statement's lines, each once, in line order. A
        page may hold fewer items than asked for and still have a next one.
        """
        found: models.MatchPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/matches",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_members(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.MemberPage:
        """List the members of a company.

        The company's members (collaborateurs), by user; those whose time is over, too.
        """
        found: models.MemberPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/members",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_open_items(
        self,
        company: str,
        *,
        third_party: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.OpenItemPage:
        """List the unsettled open items.

        Unsettled invoices, credit notes and prepayments (échéances), by due date; of one third
        party (tiers) when named. The list may lag a moment behind.
        """
        found: models.OpenItemPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/open-items",
            query={"third_party": third_party, "limit": limit, "cursor": cursor},
        ).body
        return found

    def list_past_payments(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.PastPaymentPage:
        """List payments that were reconciled before.

        Payments (paiements) reconciled before, which the bank may still return, by id.
        """
        found: models.PastPaymentPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/past-payments",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_provider_users(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> models.ProviderUserPage:
        """List the tenant's users at the providers.

        The tenant has one user at each provider (agrégateur) that it connects banks through.
        """
        found: models.ProviderUserPage = self.answer(
            "GET", "/v1/provider-users", query={"limit": limit, "cursor": cursor}
        ).body
        return found

    def list_runs(
        self, company: str, statement: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.RunPage:
        """List a statement's runs.

        Runs (traitements) of the matching over the statement, newest first.
        """
        found: models.RunPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/runs",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_staged_transactions(
        self,
        company: str,
        account: str,
        *,
        state: Literal["waiting", "placed", "ignored", "suspected", "removed"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.StagedPage:
        """List the staged transactions of a bank account.

        What was fetched (opérations en attente), by booking day; of one state when asked. A page
        may hold fewer items than asked for, even none, and go on.
        """
        found: models.StagedPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/bank-accounts/{segment(account)}/transactions",
            query={"state": state, "limit": limit, "cursor": cursor},
        ).body
        return found

    def list_statements(
        self,
        company: str,
        *,
        journal: str | None = None,
        status: Literal[
            "imported",
            "partly_matched",
            "matched",
            "validating",
            "validated",
            "reconciled",
            "transferred",
            "quarantined",
            "run_failed",
            "deleting",
        ]
        | None = None,
        from_: date | str | None = None,
        to: date | str | None = None,
        text: str | None = None,
        amount: str | None = None,
        amount_min: str | None = None,
        amount_max: str | None = None,
        third_party: str | None = None,
        sort: Literal["-period", "period", "-imported", "imported", "-booked", "booked"]
        | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> models.StatementPage:
        """List the statements.

        Statements (relevés), newest period first. Filters go together. An amount is one of its
        totals: its opening or closing balance, or the sum of its booked lines. A third party is one
        of any of its lines; only then are lines read. A page looks at 1,000 statements, and at
        5,000 lines of 50 of them: it may hold fewer items than asked for, even none, and still have
        a next one. Any other order than `-period` is that of up to 1,000 statements, of 100 with
        5,000 lines where lines are read; beyond, the search is `too_large`. The list may lag a
        moment behind.
        """
        found: models.StatementPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/statements",
            query={
                "journal": journal,
                "status": status,
                "from": from_,
                "to": to,
                "text": text,
                "amount": amount,
                "amount_min": amount_min,
                "amount_max": amount_max,
                "third_party": third_party,
                "sort": sort,
                "limit": limit,
                "cursor": cursor,
            },
        ).body
        return found

    def list_tasks(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.TaskPage:
        """List the long works.

        Long works (tâches) of the company, newest first. The list may lag a moment behind.
        """
        found: models.TaskPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/tasks",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_templates(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.TemplatePage:
        """List the templates of a company.

        The entry templates (modèles d'écriture) that count for the company, by id: its own, and the
        common ones that it has not replaced.
        """
        found: models.TemplatePage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/templates",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_third_parties(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.ThirdPartyPage:
        """List the third parties.

        The company's customers and suppliers (tiers), by id.
        """
        found: models.ThirdPartyPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/third-parties",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_waiting_archives(
        self, company: str, *, limit: int | None = None, cursor: str | None = None
    ) -> models.WaitingPage:
        """List what waits.

        Archives that wait to be applied (mises à jour en attente), the oldest first: from the
        company's links, and those uploaded. `message` says plainly when nothing waits.
        """
        found: models.WaitingPage = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/exchange/waiting",
            query={"limit": limit, "cursor": cursor},
        ).body
        return found

    def list_webhooks(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> models.WebhookPage:
        """List the webhooks.

        Where the tenant's events are sent (notifications sortantes), by id; 20 at most.
        """
        found: models.WebhookPage = self.answer(
            "GET", "/v1/webhooks", query={"limit": limit, "cursor": cursor}
        ).body
        return found

    def load_books(
        self, company: str, body: models.BooksInput, *, idempotency_key: str | None = None
    ) -> models.BooksLoadOutput:
        """Load books.

        Loads accounts, journals, third parties (tiers), open items (échéances), bank entries, past
        payments, templates (modèles d'écriture) and card contracts. What is there already is kept;
        what the document says of the company and its settings replaces what is there. Larger books
        are uploaded as a file.
        """
        found: models.BooksLoadOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/books",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def make_bank_link(
        self,
        company: str,
        connection: str,
        body: models.LinkInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.LinkOutput:
        """Make a link to connect or repair a bank.

        Makes a page at the provider (lien à usage unique) that is opened or sent, once, within an
        hour: there the user connects the bank, or renews and repairs it. The link before is worth
        nothing from then on.
        """
        found: models.LinkOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/connections/{segment(connection)}/link",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def make_feed_statement(
        self,
        company: str,
        account: str,
        body: models.StatementWantedInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.StatementMadeOutput:
        """Make a statement of what waits.

        Makes a statement (relevé) by hand of the account's waiting transactions, up to a day when
        asked; it is taken in like a bank's file.
        """
        found: models.StatementMadeOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/bank-accounts/{segment(account)}/statements",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def match_by_hand(
        self, company: str, body: models.MatchInput, *, idempotency_key: str | None = None
    ) -> models.MatchOutput:
        """Match lines by hand.

        Matches lines with open items (échéances), bank entries, past payments, accounts or third
        parties (rapprochement manuel); both totals must be equal. All or nothing.
        """
        found: models.MatchOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/matches",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def open_tenant(self, *, idempotency_key: str | None = None) -> models.TenantOutput:
        """Open the tenant.

        Makes the caller the first administrator (administrateur) of the tenant that his token
        names. Refused once somebody else is one; again by an administrator: nothing happens.
        """
        found: models.TenantOutput = self.answer(
            "POST", "/v1/onboarding", headers={"Idempotency-Key": idempotency_key}
        ).body
        return found

    def override_quarantine(
        self,
        company: str,
        statement: str,
        body: models.OverrideInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.StatementOutput:
        """Take a quarantined statement in.

        Takes a quarantined statement (relevé en quarantaine) in all the same, for a reason that is
        kept with its author; the findings (constats) stay.
        """
        found: models.StatementOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/override",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def ping_webhook(
        self, webhook: str, *, idempotency_key: str | None = None
    ) -> models.PingOutput:
        """Send a test.

        Sends a test (essai) of the type webhook.ping, once, also to a webhook that is off; how it
        went is told among the deliveries.
        """
        found: models.PingOutput = self.answer(
            "POST",
            f"/v1/webhooks/{segment(webhook)}/ping",
            headers={"Idempotency-Key": idempotency_key},
        ).body
        return found

    def point_entries(
        self,
        company: str,
        journal: str,
        body: models.PointingInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.PointingOutput:
        """Point entries by hand.

        Marks entries of the account as on the bank (pointage manuel: X and the day), by id or by
        remittance number, or frees them; with neither, nothing changes. Refused while entries of
        the account and period are not validated. The sheet tells the difference that is left.
        """
        found: models.PointingOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/journals/{segment(journal)}/pointing",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def preview_archive(
        self, company: str, body: models.PreviewInput, *, idempotency_key: str | None = None
    ) -> models.TaskOutput:
        """Preview an archive.

        Tells as a long work what an archive holds (aperçu) and what applying it would add, change
        and delete, and which records stand against it. Nothing changes.
        """
        found: models.TaskOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/exchange/previews",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def receive_provider_webhook(
        self, provider: str, *, idempotency_key: str | None = None
    ) -> None:
        """Take in a provider's webhook.

        For the own servers of providers (agrégateurs). The signature over the bytes is verified;
        what is known of it asks for a synchronisation. Of anything else nothing is told. 256 KB at
        most.
        """
        self.answer(
            "POST",
            f"/v1/provider-webhooks/{segment(provider)}",
            headers={"Idempotency-Key": idempotency_key},
        )

    def remove_administrator(self, user: str, *, idempotency_key: str | None = None) -> None:
        """Remove an administrator.

        Takes the administration of the tenant from a user (administrateur); his memberships stay.
        Refused for the last one.
        """
        self.answer(
            "DELETE",
            f"/v1/administrators/{segment(user)}",
            headers={"Idempotency-Key": idempotency_key},
        )

    def remove_connection(
        self,
        company: str,
        connection: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """Remove a bank connection.

        Removes the bank (supprimer la banque) with all its accounts at the provider, the schedule
        and the credentials. What was fetched and the statements stay. A removed id is not used
        again.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/connections/{segment(connection)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def remove_member(
        self,
        company: str,
        user: str,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        """End a membership.

        Takes the company away from a member (collaborateur); what he did stays under his name.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/members/{segment(user)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
        )

    def remove_provider_user(
        self,
        provider: Literal["bridge", "powens", "saltedge", "ponto"],
        *,
        idempotency_key: str | None = None,
    ) -> None:
        """Remove the tenant's user at a provider.

        Removes the user at the provider (agrégateur) and its credentials. Refused while banks
        remain.
        """
        self.answer(
            "DELETE",
            f"/v1/provider-users/{segment(provider)}",
            headers={"Idempotency-Key": idempotency_key},
        )

    def replay_webhook(
        self, webhook: str, body: models.ReplayInput, *, idempotency_key: str | None = None
    ) -> models.ReplayOutput:
        """Send events again.

        Sends one delivery of the log again, or those of a company's events of a period that the
        webhook wants (renvoi); of a period 50 rows of the audit trail a call, newest first.
        """
        found: models.ReplayOutput = self.answer(
            "POST",
            f"/v1/webhooks/{segment(webhook)}/replay",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def request_upload(
        self, company: str, body: models.UploadInput, *, idempotency_key: str | None = None
    ) -> models.UploadOutput:
        """Ask where to post a file.

        Returns a ticket to post one file, a statement (relevé) or a FEC, alone or packed (zip,
        gzip), into the company's inbox. A format and an import profile (profil d'import) named here
        are bound to this ticket. The import begins by itself once the file is there; its outcome is
        in the import trace (trace d'import).
        """
        found: models.UploadOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/uploads",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def return_from_provider(self, provider: str) -> bytes:
        """Come back from a provider's page.

        Where the browser is sent after a bank was connected (retour de la banque). What it brings
        is a hint: the provider is asked. A link works once.
        """
        return self.answer("GET", f"/v1/provider-callbacks/{segment(provider)}").content

    def reverse_match(
        self,
        company: str,
        match: str,
        body: models.ReversalInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.MatchOutput:
        """Reverse a validated match.

        Takes the validated entries of a match back by reversal entries (contre-passation) in an
        open period: items are open again, lines are `reversed` and may be matched again, their
        statements are open until they are validated once more. Again: nothing more happens.
        """
        found: models.MatchOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/matches/{segment(match)}/reversal",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def revoke_exchange_link(
        self, company: str, link: str, *, idempotency_key: str | None = None
    ) -> None:
        """Revoke a link.

        Ends the link (révocation) for both sides: nothing goes over it any more, and what waits
        there cannot be applied.
        """
        self.answer(
            "DELETE",
            f"/v1/companies/{segment(company)}/exchange/links/{segment(link)}",
            headers={"Idempotency-Key": idempotency_key},
        )

    def rotate_webhook_secret(
        self, webhook: str, body: models.RotationInput, *, idempotency_key: str | None = None
    ) -> models.WebhookSavedOutput:
        """Make a new secret.

        Gives the webhook a new signing secret (clé de signature), which this answer alone tells.
        The one before signs too for some hours, 24 unless the body says otherwise.
        """
        found: models.WebhookSavedOutput = self.answer(
            "POST",
            f"/v1/webhooks/{segment(webhook)}/secret",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def save_account(
        self,
        company: str,
        account: str,
        body: models.AccountInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.AccountOutput:
        """Create or change an account.

        Creates the ledger account (compte comptable), or changes its label.
        """
        found: models.AccountOutput = self.answer(
            "PUT",
            f"/v1/companies/{segment(company)}/accounts/{segment(account)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def save_common_template(
        self,
        template: str,
        body: models.TemplateInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.TemplateOutput:
        """Create or change a common template.

        Creates an entry template (modèle d'écriture) common to all companies of the tenant, or
        changes what is given; fixed amounts are in EUR. Unmatched lines are worked out again.
        """
        found: models.TemplateOutput = self.answer(
            "PUT",
            f"/v1/templates/{segment(template)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def save_company(
        self,
        company: str,
        body: models.CompanyInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.CompanyOutput:
        """Create or change a company.

        Creates the company (dossier), or changes what is given; the id is the caller's choice and
        the prefix of its file drops. The currency is chosen once. Only an administrator of the
        tenant creates one, and is its manager from then on.
        """
        found: models.CompanyOutput = self.answer(
            "PUT",
            f"/v1/companies/{segment(company)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def save_connection(
        self,
        company: str,
        connection: str,
        body: models.ConnectionInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.ConnectionOutput:
        """Create or change a bank connection.

        Creates the bank connection (connexion bancaire) and its schedule, or changes what is given.
        Intervals are rounded up to whole minutes; below 21,600 seconds the answer warns. A schedule
        begins after the start delay and a part of its interval that is the connection's own.
        """
        found: models.ConnectionOutput = self.answer(
            "PUT",
            f"/v1/companies/{segment(company)}/connections/{segment(connection)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def save_csv_profile(
        self,
        company: str,
        csv_profile: str,
        body: models.CsvProfileInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.CsvProfileOutput:
        """Create or change a CSV profile.

        Creates the CSV profile (profil CSV), or changes the keys that are given. Files are tried
        with the company's own profiles, by code, before the built-in ones; the first whose header
        fits reads the file.
        """
        found: models.CsvProfileOutput = self.answer(
            "PUT",
            f"/v1/companies/{segment(company)}/csv-profiles/{segment(csv_profile)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def save_difference_type(
        self,
        company: str,
        difference_type: str,
        body: models.DifferenceTypeInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.DifferenceTypeOutput:
        """Create or change a difference type.

        Creates the difference type (type d'écart), or changes what is given; with the code of a
        default, it takes that one's place. Entries that were made with it keep their account.
        """
        found: models.DifferenceTypeOutput = self.answer(
            "PUT",
            f"/v1/companies/{segment(company)}/difference-types/{segment(difference_type)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def save_entries_in_bulk(
        self, company: str, body: models.BulkEntriesInput, *, idempotency_key: str | None = None
    ) -> models.BulkOutput:
        """Send entries in bulk.

        Creates entries (écritures) by the accounting package's ids and versions, or changes drafts;
        their lines on bank accounts wait for the bank. A validated entry is changed by nobody. Each
        item is for itself: created, updated, unchanged (that version is kept already), stale (a
        higher one is), or refused with its problem. Sending the same again changes nothing. Lines
        that wait are examined again.
        """
        found: models.BulkOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/bulk/entries",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def save_import_profile(
        self,
        company: str,
        import_profile: str,
        body: models.ImportProfileInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.ImportProfileOutput:
        """Create or change an import profile.

        Creates the import profile (profil d'import), or changes what is given. Journals and uploads
        name it by its code. Statements already imported keep the values they came with.
        """
        found: models.ImportProfileOutput = self.answer(
            "PUT",
            f"/v1/companies/{segment(company)}/import-profiles/{segment(import_profile)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def save_journal(
        self,
        company: str,
        journal: str,
        body: models.JournalInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.JournalOutput:
        """Create or change a journal.

        Creates the journal, or changes what is given. A treasury journal (journal de trésorerie)
        has a bank account and its ledger account (512…); statements are routed to it by IBAN.
        """
        found: models.JournalOutput = self.answer(
            "PUT",
            f"/v1/companies/{segment(company)}/journals/{segment(journal)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def save_member(
        self,
        company: str,
        user: str,
        body: models.MemberInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.MemberOutput:
        """Make a user a member, or change what he may do.

        Gives a user permissions (habilitations) in the company, by a role, by name or both, and
        says from when until when. Nobody gives or takes a permission that he lacks, or changes his
        own membership; administrators do both.
        """
        found: models.MemberOutput = self.answer(
            "PUT",
            f"/v1/companies/{segment(company)}/members/{segment(user)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def save_open_items_in_bulk(
        self, company: str, body: models.BulkOpenItemsInput, *, idempotency_key: str | None = None
    ) -> models.BulkOutput:
        """Send open items in bulk.

        Creates or changes open items (échéances) by the accounting package's ids and versions. An
        item that Rappro settled, in part or whole, keeps its amounts. Each item is for itself:
        created, updated, unchanged (that version is kept already), stale (a higher one is), or
        refused with its problem. Sending the same again changes nothing. Lines that wait are
        examined again.
        """
        found: models.BulkOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/bulk/open-items",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def save_template(
        self,
        company: str,
        template: str,
        body: models.TemplateInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.TemplateOutput:
        """Create or change a template.

        Creates the company's own entry template (modèle d'écriture), or changes what is given; with
        the id of a common one, it takes its place. Unmatched lines are worked out again.
        """
        found: models.TemplateOutput = self.answer(
            "PUT",
            f"/v1/companies/{segment(company)}/templates/{segment(template)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def save_third_parties_in_bulk(
        self,
        company: str,
        body: models.BulkThirdPartiesInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.BulkOutput:
        """Send third parties in bulk.

        Creates or changes third parties (tiers) by the accounting package's ids and versions. Each
        item is for itself: created, updated, unchanged (that version is kept already), stale (a
        higher one is), or refused with its problem. Sending the same again changes nothing. Lines
        that wait are examined again.
        """
        found: models.BulkOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/bulk/third-parties",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def save_third_party(
        self,
        company: str,
        third_party: str,
        body: models.ThirdPartyInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.ThirdPartyOutput:
        """Create or change a third party.

        Creates the third party (tiers), or changes what is given: its name, the texts it shows on
        statements (références sur relevé bancaire), IBANs, mandates, payers.
        """
        found: models.ThirdPartyOutput = self.answer(
            "PUT",
            f"/v1/companies/{segment(company)}/third-parties/{segment(third_party)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def save_webhook(
        self,
        webhook: str,
        body: models.WebhookInput,
        *,
        if_match: str | None = None,
        if_none_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.WebhookSavedOutput:
        """Create or change a webhook.

        Creates the webhook (notification sortante), or changes what is given. A new one gets a
        signing secret, which this answer alone tells. Turned on again, it starts afresh.
        """
        found: models.WebhookSavedOutput = self.answer(
            "PUT",
            f"/v1/webhooks/{segment(webhook)}",
            headers={
                "If-Match": if_match,
                "If-None-Match": if_none_match,
                "Idempotency-Key": idempotency_key,
            },
            json=body,
        ).body
        return found

    def send_books(
        self, company: str, body: models.SendInput, *, idempotency_key: str | None = None
    ) -> models.TaskOutput:
        """Send the books.

        Writes the books as one signed archive (envoi du dossier) as a long work: over a link into
        the other side's waiting list, or as a file to download. The task has the report.
        """
        found: models.TaskOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/exchange/sends",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def set_bank_reference(
        self,
        company: str,
        statement: str,
        position: int,
        body: models.BankReferenceInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.ThirdPartyOutput:
        """Make a line's text a bank reference.

        Adds a text of the line to a third party's bank references (référence sur relevé bancaire),
        or puts it in their place; the third parties of unmatched lines are worked out again, and
        what was set by hand stays.
        """
        found: models.ThirdPartyOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/lines/{segment(position)}/bank-reference",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def set_natures(
        self, company: str, body: models.NaturesInput, *, idempotency_key: str | None = None
    ) -> models.NaturesOutput:
        """Set the nature of many lines.

        Sets the nature (moyen de règlement) of many unmatched lines; what the bank said stays
        beside it. One line that is matched refuses them all.
        """
        found: models.NaturesOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/natures",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def set_transaction_aside(
        self,
        company: str,
        staged: str,
        body: models.AsideInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.StagedOutput:
        """Put a staged transaction aside, or take it back.

        A transaction that is put aside (écartée) never comes on a statement; taken back, or said to
        be no double, it waits for one. What stands on a statement stays there.
        """
        found: models.StagedOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/staged-transactions/{segment(staged)}/aside",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def settle_difference(
        self,
        company: str,
        statement: str,
        body: models.SettlementInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.MatchOutput:
        """Settle a difference through the ledger.

        Settles what selected lines and bank entries differ by (solder par la comptabilité
        générale): the bank account against the difference type's account, or against given
        counterparts with the type other. The bank leg is matched with them under the mark M and the
        statement's next letter; the match waits for confirmation.
        """
        found: models.MatchOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/differences",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def start_fec_export(
        self, company: str, body: models.FecInput, *, idempotency_key: str | None = None
    ) -> models.TaskOutput:
        """Export a large FEC.

        Writes the FEC of a fiscal year (fichier des écritures comptables) as a long work: up to two
        million lines. The task leads to the file.
        """
        found: models.TaskOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/fec",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def start_journal_export(
        self, company: str, body: models.JournalExportInput, *, idempotency_key: str | None = None
    ) -> models.TaskOutput:
        """Export many journal entries.

        Writes the entries (écritures) of a period as CSV as a long work: up to two million lines.
        The task leads to the file.
        """
        found: models.TaskOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/journal-export",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def start_run(
        self, company: str, statement: str, *, idempotency_key: str | None = None
    ) -> models.RunOutput:
        """Match a statement.

        Starts a run (traitement) of the matching over the statement's unmatched lines; what a
        person decided is never touched. Follow it by its id.
        """
        found: models.RunOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/runs",
            headers={"Idempotency-Key": idempotency_key},
        ).body
        return found

    def sync_now(
        self, company: str, connection: str, *, idempotency_key: str | None = None
    ) -> models.ConnectionOutput:
        """Synchronise a bank connection now.

        Asks for a synchronisation now (synchroniser maintenant); its outcome is one row of the
        connection's log.
        """
        found: models.ConnectionOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/connections/{segment(connection)}/sync",
            headers={"Idempotency-Key": idempotency_key},
        ).body
        return found

    def test_connection(
        self, company: str, connection: str, *, idempotency_key: str | None = None
    ) -> models.ProbeOutput:
        """Test a bank connection.

        Asks the provider for the connection's state now (tester la connexion); nothing changes.
        Where a link alone does not say which bank is meant, the banks to choose from are named.
        """
        found: models.ProbeOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/connections/{segment(connection)}/test",
            headers={"Idempotency-Key": idempotency_key},
        ).body
        return found

    def undo_archive(
        self, company: str, body: models.UndoInput, *, idempotency_key: str | None = None
    ) -> models.TaskOutput:
        """Take an archive back.

        Takes the archive that was applied last back (annulation), as a long work, as long as
        nothing of the books changed since.
        """
        found: models.TaskOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/exchange/undo",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def undo_match(
        self, company: str, match: str, *, idempotency_key: str | None = None
    ) -> models.MatchOutput:
        """Undo a match.

        Undoes a match (annulation du rapprochement) before the statement is validated: its lines
        wait again, the drafts made for it go, the pair is not matched again by itself. The draft of
        an action on a line stays, waits for the bank, and goes on paying its invoice, until it is
        deleted.
        """
        found: models.MatchOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/matches/{segment(match)}/undo",
            headers={"Idempotency-Key": idempotency_key},
        ).body
        return found

    def undo_matches(
        self,
        company: str,
        body: models.MatchBatchInput,
        *,
        prefer: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.MatchBatchOutput | models.TaskOutput:
        """Undo many matches.

        Undoes matches (annulation de rapprochements), named by id or by lines, each for itself: one
        that cannot be undone stops no other. More than 50 are a long work.
        """
        found: models.MatchBatchOutput | models.TaskOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/matches/undo",
            headers={"prefer": prefer, "Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def upload_archive(
        self, company: str, body: bytes, *, idempotency_key: str | None = None
    ) -> models.WaitingOutput:
        """Upload an archive.

        Takes an archive that came another way (mise à jour hors ligne): proven at once, it waits
        like those of a link. Its sender is the other side of one of the company's links.
        """
        found: models.WaitingOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/exchange/archives",
            headers={"Idempotency-Key": idempotency_key},
            content=body,
        ).body
        return found

    def upload_file(
        self,
        company: str,
        body: bytes,
        *,
        name: str,
        journal: str | None = None,
        import_profile: str | None = None,
        format: Literal[
            "camt.053",
            "camt.052",
            "camt.054",
            "cfonb120",
            "bai2",
            "coda",
            "ofx1",
            "ofx2",
            "qif",
            "mt940",
            "mt942",
            "csv",
        ]
        | None = None,
        idempotency_key: str | None = None,
    ) -> models.FileOutput:
        """Send a small file.

        Takes the bytes of one file, a statement (relevé) or a FEC, alone or packed (zip, gzip),
        into the company's inbox. The import goes on by itself, as that of a file posted by a
        ticket; its outcome is in the import trace (trace d'import), by `object_version`. Larger
        files take a ticket.
        """
        found: models.FileOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/files",
            query={
                "name": name,
                "journal": journal,
                "import_profile": import_profile,
                "format": format,
            },
            headers={"Idempotency-Key": idempotency_key},
            content=body,
        ).body
        return found

    def validate_pointing(
        self,
        company: str,
        journal: str,
        body: models.PointingValidationInput,
        *,
        idempotency_key: str | None = None,
    ) -> models.PointingOutput:
        """Validate a manual pointing.

        Validates the pointing (pointage) of the journal's account up to a day, once nothing is
        missing to the bank's balance; the reconciliation report starts from it.
        """
        found: models.PointingOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/journals/{segment(journal)}/pointing/validation",
            headers={"Idempotency-Key": idempotency_key},
            json=body,
        ).body
        return found

    def validate_statement(
        self,
        company: str,
        statement: str,
        *,
        prefer: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.StatementOutput | models.TaskOutput:
        """Validate a statement.

        Validates the whole statement (validation du relevé): numbers its entries without a gap,
        posts what is left to suspense (compte d'attente) unless skipped, then read-only. More than
        2,000 lines are a long work, answered by its task.
        """
        found: models.StatementOutput | models.TaskOutput = self.answer(
            "POST",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/validation",
            headers={"prefer": prefer, "Idempotency-Key": idempotency_key},
        ).body
        return found

    def view_statement(
        self, company: str, statement: str, *, limit: int | None = None
    ) -> models.StatementViewOutput:
        """Look at both sides of a statement.

        The reconciliation (rapprochement) of a statement in one answer: lines that wait, entries of
        its journal that wait, matched lines each with its entries, totals, and the difference that
        is left. Each list holds its first items.
        """
        found: models.StatementViewOutput = self.answer(
            "GET",
            f"/v1/companies/{segment(company)}/statements/{segment(statement)}/view",
            query={"limit": limit},
        ).body
        return found
