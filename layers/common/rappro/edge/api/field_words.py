"""What is wrong with a field, in French and in English, by the type of the schema's error.

A check of our own (`value_error`) has its own words, in English; French tells that they follow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from rappro.edge.problem_words import Language

_OWN: Final = "value_error"
_OWN_PREFIX: Final = "Value error, "

ENGLISH: Final = {
    "extra_forbidden": "unknown field",
    "missing": "this field is required",
}
"""Where the schema's own words would not do."""

FRENCH: Final = {
    "bool_parsing": "vrai ou faux (true, false) est attendu",
    "bool_type": "vrai ou faux (true, false) est attendu",
    "date_from_datetime_inexact": "une date sans heure est attendue (AAAA-MM-JJ)",
    "date_from_datetime_parsing": "une date est attendue (AAAA-MM-JJ)",
    "date_parsing": "une date est attendue (AAAA-MM-JJ)",
    "date_type": "une date est attendue (AAAA-MM-JJ)",
    "decimal_parsing": "un nombre décimal est attendu",
    "dict_type": "un objet est attendu",
    "enum": "une de ces valeurs est attendue : {expected}",
    "extra_forbidden": "champ inconnu",
    "finite_number": "un nombre fini est attendu",
    "float_parsing": "un nombre est attendu",
    "float_type": "un nombre est attendu",
    "frozen_field": "ce champ ne se modifie pas",
    "greater_than": "doit être supérieur à {gt}",
    "greater_than_equal": "doit être au moins {ge}",
    "int_from_float": "un nombre entier est attendu",
    "int_parsing": "un nombre entier est attendu",
    "int_parsing_size": "ce nombre est trop grand",
    "int_type": "un nombre entier est attendu",
    "json_invalid": "ce n'est pas du JSON",
    "less_than": "doit être inférieur à {lt}",
    "less_than_equal": "doit être au plus {le}",
    "list_type": "une liste est attendue",
    "literal_error": "une de ces valeurs est attendue : {expected}",
    "missing": "ce champ est obligatoire",
    "model_attributes_type": "un objet est attendu",
    "model_type": "un objet est attendu",
    "none_required": "seul null est admis ici",
    "string_pattern_mismatch": "doit être de la forme {pattern}",
    "string_too_long": "au plus {max_length} caractère(s)",
    "string_too_short": "au moins {min_length} caractère(s)",
    "string_type": "un texte est attendu",
    "string_unicode": "ce texte contient des caractères qui n'en sont pas",
    "too_long": "au plus {max_length} élément(s)",
    "too_short": "au moins {min_length} élément(s)",
    "tuple_type": "une liste est attendue",
    "union_tag_invalid": "une de ces valeurs est attendue : {expected_tags}",
    "union_tag_not_found": "il manque le champ {discriminator}, qui dit de quoi il s'agit",
    "url_parsing": "une adresse (URL) est attendue",
    "url_scheme": "l'adresse doit commencer par {expected_schemes}",
    "url_too_long": "au plus {max_length} caractère(s)",
    "url_type": "une adresse (URL) est attendue",
    _OWN: "valeur refusée : {error}",
}  # fmt: skip


def sentence(error: Mapping[str, Any], language: Language) -> str:
    """Return what is wrong, in a language; `error` is one of pydantic's list."""
    kind, message = str(error["type"]), str(error["msg"]).removeprefix(_OWN_PREFIX)
    if language == "en":
        return ENGLISH.get(kind, message)
    words = FRENCH.get(kind)
    if words is None:
        return f"valeur refusée : {message}"
    given = {name: str(value) for name, value in (error.get("ctx") or {}).items()}
    return words.format_map(defaultdict(lambda: "?", given, error=message))
