"""Rappro: bank reconciliation for French accounting. The rooms are named in docs/architecture.md."""
