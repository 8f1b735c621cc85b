"""Rappro: bank reconciliation for French accounting; docs/architecture.md names the rooms."""

import gc

# A container makes a few hundred thousand objects as it starts, and hardly any is garbage. At
# Python's own bound (700) a tenth to a sixth of that time goes into looking for some.
gc.set_threshold(50_000)
