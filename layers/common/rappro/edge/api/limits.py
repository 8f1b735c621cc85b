"""The bounds of the HTTP API. Bounds of the product itself live with the use cases."""

from __future__ import annotations

from typing import Final

BODY_BYTES_MAX: Final = 512 * 1024
"""A manual match of a thousand lines and a thousand targets takes about 200 KB."""
BOOKS_BODY_BYTES_MAX: Final = 5 * 1024 * 1024
"""Under Lambda's 6 MB of a synchronous call; larger books are uploaded as a file."""
FILE_BODY_BYTES_MAX: Final = 4 * 1024 * 1024
"""Bytes come as base64 and so take a third more of the same 6 MB; larger files take a ticket."""
ANSWER_BYTES_MAX: Final = 4_000_000
PAGE_BYTES_MAX: Final = 3_500_000
"""A page is read again with fewer items until it fits."""
PAGE_ITEMS_MAX: Final = 200
PAGE_ITEMS_DEFAULT: Final = 50
CURSOR_CHARS_MAX: Final = 4_000
PATH_ID_CHARS_MAX: Final = 200
NAME_CHARS_MAX: Final = 200
TEXT_CHARS_MAX: Final = 1_000
USER_CHARS_MAX: Final = 128
PERMISSIONS_MAX: Final = 30
POSITION_MAX: Final = 9_999_999
"""A line's key has at most seven digits."""
MATCH_LINES_MAX: Final = 1_000
MATCH_TARGETS_MAX: Final = 1_000
REPORT_ROWS_MAX: Final = 5_000
"""Rows of one list of a reconciliation report; its counts and totals are always of all of them."""
REPORT_CSV_ROWS_MAX: Final = 20_000
"""The same for a spreadsheet, whose rows are shorter."""
JSON_DEPTH_MAX: Final = 32
PLAIN_BYTES_MAX: Final = 1_024
"""Answers beyond it are compressed for who accepts that; below, it costs more than it saves."""
REPLY_KEPT_HOURS: Final = 24
REPLY_INLINE_BYTES_MAX: Final = 32 * 1024
"""Compressed; a larger answer is kept as a document, and its item only names it."""
REPLY_WAIT_SECONDS_MAX: Final = 10.0
"""How long a repeated write waits for the answer to the first one."""
CLAIM_MARGIN_SECONDS: Final = 1.0
FUNCTION_SECONDS: Final = 29.0
"""What a function has when its context does not say; template.yaml says the same."""
