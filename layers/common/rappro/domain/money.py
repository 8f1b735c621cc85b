"""Amounts: integers in minor units of an ISO 4217 currency, and decimal strings at the border.

Never float. Positive is money in for the account holder; debit and credit are words of ledger code.
"""

from __future__ import annotations

import re
from typing import Final

from rappro.domain.errors import InputError, UnsupportedCurrency

# ISO 4217 list one: currencies whose exponent is not 2.
_EXPONENTS: Final = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
         "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}  # fmt: skip
_TWO_DECIMALS: Final = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN"
    " BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP"
    " GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT"
    " LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO"
    " NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS"
    " SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD"
    " XCG YER ZAR ZMW ZWG ZWL"
    " FRF DEM BEF NLG ITL LUF ESP PTE ATS FIM GRD IEP EEK LTL LVL MTL SIT SKK CYP".split()
)
_DECIMAL = re.compile(r"([+-]?)(\d+)(?:\.(\d*))?|([+-]?)\.(\d+)", re.ASCII)
AMOUNT_DIGITS_MAX: Final = 18
"""ISO 20022 allows 18 digits; more is a broken file, not an amount."""


def exponent(currency: str) -> int:
    """Return how many decimals the currency's minor unit has (EUR 2, JPY 0, TND 3).

    Raises UnsupportedCurrency when the code is not a known ISO 4217 currency.
    """
    if currency in _TWO_DECIMALS:
        return 2
    try:
        return _EXPONENTS[currency]
    except KeyError:
        raise UnsupportedCurrency(f"unknown currency {currency[:12]!r}") from None


def parse_amount(text: str, currency: str) -> int:
    """Return the minor units that a decimal string with a point says, exactly.

    Zeros beyond the currency's exponent are accepted; any other digit there is refused, never
    rounded. Raises InputError and UnsupportedCurrency.
    """
    decimals = exponent(currency)
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise InputError(f"not a decimal amount: {text[:40]!r}")
    sign, whole, fraction, dot_sign, dot_fraction = found.groups()
    sign, whole = sign or dot_sign or "", whole or "0"
    fraction = (fraction or dot_fraction or "").rstrip("0")
    if len(fraction) > decimals:
        raise InputError(f"more decimals than {currency} has: {text[:40]!r}")
    digits = whole.lstrip("0") + fraction.ljust(decimals, "0")
    if len(digits) > AMOUNT_DIGITS_MAX:
        raise InputError(f"amount of more than {AMOUNT_DIGITS_MAX} digits: {text[:40]!r}")
    value = int(digits or "0")
    return -value if sign == "-" else value


def format_amount(amount_minor: int, currency: str) -> str:
    """Return the decimal string of an amount in its currency's own precision ("-12.30", "500")."""
    decimals = exponent(currency)
    sign, magnitude = ("-", -amount_minor) if amount_minor < 0 else ("", amount_minor)
    if decimals == 0:
        return f"{sign}{magnitude}"
    digits = str(magnitude).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"
