"""Rappro: bank reconciliation for French accounting; docs/architecture.md names the rooms."""
