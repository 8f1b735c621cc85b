"""What the attributes of an item are called."""

from __future__ import annotations

from typing import Final

GSI: Final = "by_list"
PK, SK, LIST_PK, LIST_SK = "pk", "sk", "list_pk", "list_sk"
KIND, VERSION, DOC, POINTS_TO = "k", "v", "doc", "ref"
TOKEN, HOLDER = "token", "holder"  # of the lease, for the fence's condition
CLOSING = "closing"  # of the marker of a block whose lines are being cleared
