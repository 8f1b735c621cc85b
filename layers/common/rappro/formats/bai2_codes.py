"""BAI2 type codes: direction, level and nature of what an amount or a transaction is.

The first digits say the direction: 100-399 credit, 400-699 debit, 700-799 loans, 900-999 codes of
one bank alone. Codes below 100 are states of the account, as balances, and have no direction.

Source: BAI "Cash Management Balance Reporting Specifications", version 2, appendix A.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from rappro.domain.bank import Nature


class Level(StrEnum):
    """What an amount of a code stands for."""

    STATUS = "status"  # a balance or float
    SUMMARY = "summary"  # a total of transactions
    DETAIL = "detail"  # one transaction
    NON_MONETARY = "non_monetary"  # a message


class TypeCode(NamedTuple):
    """What a type code says. `direction` is +1 for money in, -1 for money out, 0 for neither."""

    direction: int
    level: Level
    nature: Nature | None = None
    is_reversal: bool = False
    is_listed: bool = True


OPENING_LEDGER: Final = "010"
CLOSING_LEDGER: Final = "015"
CURRENT_LEDGER: Final = "030"
TOTAL_CREDITS: Final = "100"
TOTAL_DEBITS: Final = "400"
NON_MONETARY: Final = "890"

_STATUS: Final = (
    "010 011 012 015 020 021 022 024 025 030 037 039 040 041 042 043 044 045 050 051 054 055"
    " 056 057 059 060 061 062 063 065 066 067 068 070 072 073 074 075 076 077 078 079 080 081"
    " 082 083 084 085 086 701 703 705 707 709"
)
_SUMMARY: Final = (
    "100 101 105 106 107 109 110 120 130 131 140 146 150 160 162 163 167 170 178 180 182 185"
    " 186 188 190 200 205 207 210 215 230 231 239 245 250 251 256 260 270 271 280 285 294 302"
    " 303 304 305 307 309 310 315 316 318 319 320 321 324 325 326 327 328 329 330 332 336 338"
    " 340 341 343 350 352 355 356 360 361 370 385 389 390 400 401 403 405 406 410 412 416 420"
    " 430 446 450 463 465 467 470 471 478 480 482 486 490 500 505 507 510 515 530 532 534 536"
    " 537 539 550 551 556 560 570 580 583 584 585 586 587 588 590 594 596 601 602 610 611 612"
    " 613 614 615 617 618 621 623 625 626 628 630 632 640 646 650 655 665 670 685 689 690 720"
    " 760"
)
_ANY_TYPE: Final = "108 399 409 699"  # banks put everything here, so that it says no nature
_BY_NATURE: Final[dict[Nature, str]] = {
    Nature.TRANSFER: (
        "121 122 135 136 142 143 145 164 165 169 191 195 196 201 206 208 227 274 275 276 277"
        " 278 373 391 421 422 445 447 452 462 464 466 485 491 493 495 496 501 506 508 527 574"
        " 575 577 578 673 691"
    ),
    Nature.DIRECT_DEBIT: "155 156 166 451 455 469",
    Nature.CHEQUE: "395 472 474 475 476 479 487 489 522 597",
    Nature.CHEQUE_DEPOSIT: "115 116 118 172 173 175 176 187 189 221 222 301 694 695",
    Nature.CARD_DEPOSIT: "147",
    Nature.CASH: "295 353 366 595 629 666",
    Nature.BILL: "184 435 484",
    Nature.FEE: "224 398 524 564 567 661 698",
    Nature.INTEREST: "242 244 346 354 359 544 654 659",
    Nature.LOAN: "171 349 364 481 658 664 721 722 723 724 725 726 727 728",
    Nature.TAX: "377 677",
    Nature.RETURN: "123 168 255 257 258 261 266 268 423 468 555 557 558 561 566 568",
    Nature.OTHER: (
        "174 198 202 212 213 214 216 218 226 229 232 233 234 235 236 237 238 240 241 243 246"
        " 247 248 249 252 254 263 281 286 306 308 331 342 344 345 347 348 351 357 358 362 363"
        " 367 368 369 372 374 376 378 379 381 382 383 384 386 387 388 392 393 394 397 408 415"
        " 477 498 502 512 513 514 516 518 526 529 531 533 535 538 540 541 542 543 546 547 548"
        " 549 552 554 563 581 616 622 627 631 633 634 641 644 651 656 657 662 663 667 668 669"
        " 672 674 676 678 679 681 682 683 684 686 687 688 692 693 696 697"
    ),
}
_REVERSALS: Final = frozenset(("252", "258", "395", "552", "558", "694"))
"""The one who started the transaction cancels it; a return or a correction is no reversal."""

_CREDIT_RANGES: Final = (range(100, 400), range(720, 729), range(920, 960))
_DEBIT_RANGES: Final = (range(400, 700), range(760, 761), range(960, 1000))


def _direction(code: str) -> int:
    number = int(code)
    if any(number in codes for codes in _CREDIT_RANGES):
        return 1
    return -1 if any(number in codes for codes in _DEBIT_RANGES) else 0


def _table() -> dict[str, TypeCode]:
    table = {code: TypeCode(0, Level.STATUS) for code in _STATUS.split()}
    table[NON_MONETARY] = TypeCode(0, Level.NON_MONETARY)
    for code in _SUMMARY.split():
        table[code] = TypeCode(_direction(code), Level.SUMMARY)
    for code in _ANY_TYPE.split():
        table[code] = TypeCode(_direction(code), Level.DETAIL)
    for nature, codes in _BY_NATURE.items():
        for code in codes.split():
            table[code] = TypeCode(_direction(code), Level.DETAIL, nature, code in _REVERSALS)
    return table


TYPE_CODES: Final = _table()
"""All codes that the specification lists."""


def type_code(code: str) -> TypeCode | None:
    """Return what a code of three digits says; None when the text is no such code.

    A code that is not listed is taken for a transaction, in the direction of its range.
    """
    known = TYPE_CODES.get(code)
    if known is None and len(code) == 3 and code.isdigit() and code.isascii():
        return TypeCode(_direction(code), Level.DETAIL, is_listed=False)
    return known
