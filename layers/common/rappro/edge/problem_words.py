"""What a problem says to a person, in French and in English, by its code and nothing else.

The English title stands with the kind (problem.py). Words of one request are no business of this
table: they are the problem's `detail`, in English.
"""

from __future__ import annotations

from typing import Final, Literal

from rappro.domain.frozen import dataclass

Language = Literal["en", "fr"]
LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr")
DEFAULT_LANGUAGE: Final[Language] = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """The French title of a kind, and its sentence in both languages."""

    titre: str
    message: str
    phrase: str


WORDS: Final[dict[str, Words]] = {
    "ambiguous_format": Words(
        "Format de fichier ambigu",
        "Several formats read this file; say which one it is.",
        "Plusieurs formats lisent ce fichier ; précisez lequel.",
    ),
    "archive_in_archive": Words(
        "Une archive dans une archive",
        "The archive holds another archive; unpack that one first.",
        "L'archive en contient une autre ; décompressez-la d'abord.",
    ),
    "archive_refused": Words(
        "Archive d'échange refusée",
        "The archive is not one that can be exchanged.",
        "L'archive n'est pas une archive d'échange utilisable.",
    ),
    "archive_broken": Words(
        "Archive d'échange abîmée",
        "The archive cannot be read; ask for it again.",
        "L'archive ne se lit pas ; redemandez-la.",
    ),
    "archive_part_missing": Words(
        "Partie manquante dans l'archive",
        "A part of the archive is missing; ask for it again.",
        "Une partie de l'archive manque ; redemandez-la.",
    ),
    "archive_part_altered": Words(
        "Partie modifiée dans l'archive",
        "A part of the archive was altered since it was sent; ask for it again.",
        "Une partie de l'archive a été modifiée depuis l'envoi ; redemandez-la.",
    ),
    "archive_part_unknown": Words(
        "Partie inconnue dans l'archive",
        "The archive holds something that its list does not name.",
        "L'archive contient un élément que sa liste ne nomme pas.",
    ),
    "archive_part_doubled": Words(
        "Partie en double dans l'archive",
        "The archive holds a part twice.",
        "L'archive contient deux fois la même partie.",
    ),
    "archive_path_refused": Words(
        "Nom de partie refusé",
        "A part of the archive has a name that leads elsewhere.",
        "Une partie de l'archive porte un nom qui mène ailleurs.",
    ),
    "archive_oversized": Words(
        "Archive d'échange trop grande",
        "The archive is larger than what is taken.",
        "L'archive dépasse la taille acceptée.",
    ),
    "archive_unsigned": Words(
        "Signature de l'archive non valable",
        "The archive is not signed, or the signature is not its own.",
        "L'archive n'est pas signée, ou la signature n'est pas la sienne.",
    ),
    "archive_signer_unknown": Words(
        "Expéditeur de l'archive inconnu",
        "The archive does not come from the other side of a link of this company.",
        "L'archive ne vient pas de l'autre côté d'un lien de ce dossier.",
    ),
    "archive_of_another": Words(
        "Archive d'un autre dossier",
        "The archive is of another company.",
        "L'archive est celle d'un autre dossier.",
    ),
    "archive_already_applied": Words(
        "Archive déjà intégrée",
        "This archive, or a later one, was applied already.",
        "Cette archive, ou une plus récente, est déjà intégrée.",
    ),
    "archive_conflicts": Words(
        "Modifications des deux côtés",
        "Both sides changed the same records; settle them, then send again.",
        "Les deux côtés ont modifié les mêmes éléments ; accordez-vous, puis renvoyez.",
    ),
    "link_not_in_force": Words(
        "Lien non en vigueur",
        "The link with the other side is not accepted yet, or was revoked.",
        "Le lien avec l'autre partie n'est pas encore accepté, ou a été révoqué.",
    ),
    "balance_mismatch": Words(
        "Solde initial et mouvements ne donnent pas le solde final",
        "The statement's balances and its lines do not agree; ask the bank for the file again.",
        "Les soldes du relevé et ses lignes ne concordent pas ; redemandez le fichier à la banque.",
    ),
    "encrypted_file": Words(
        "Le fichier demande un mot de passe",
        "The file is protected by a password; send it without.",
        "Le fichier est protégé par un mot de passe ; envoyez-le sans.",
    ),
    "invalid_input": Words(
        "Donnée erronée",
        "What was sent cannot be used as it is.",
        "Ce qui a été envoyé n'est pas utilisable en l'état.",
    ),
    "invalid_json": Words(
        "Le corps n'est pas du JSON",
        "The request's body cannot be read as JSON.",
        "Le corps de la requête ne se lit pas comme du JSON.",
    ),
    "malformed_statement": Words(
        "Relevé mal formé",
        "The statement's file is damaged or incomplete.",
        "Le fichier du relevé est abîmé ou incomplet.",
    ),
    "unknown_format": Words(
        "Format de fichier inconnu",
        "The file is in no format that is read here.",
        "Le fichier n'est dans aucun des formats lus ici.",
    ),
    "unsupported_currency": Words(
        "Devise non prise en charge",
        "The currency is not known.",
        "La devise n'est pas connue.",
    ),
    "unauthorized": Words(
        "Identité non vérifiée",
        "Sign in, then try again.",
        "Connectez-vous, puis réessayez.",
    ),
    "forbidden": Words(
        "Droit manquant",
        "You have no permission for this; ask whoever administers the company.",
        "Vous n'avez pas ce droit ; demandez-le à l'administrateur du dossier.",
    ),
    "no_such_route": Words(
        "Adresse inconnue",
        "There is nothing at this address.",
        "Il n'y a rien à cette adresse.",
    ),
    "not_found": Words(
        "Rien sous cet identifiant",
        "What was asked for does not exist, or not any more.",
        "L'objet demandé n'existe pas, ou n'existe plus.",
    ),
    "method_not_allowed": Words(
        "Méthode non permise",
        "That cannot be done at this address.",
        "Cette opération n'est pas possible à cette adresse.",
    ),
    "already_settled": Words(
        "L'échéance est déjà soldée",
        "The open item has been settled meanwhile; choose another one.",
        "L'échéance a été soldée entre-temps ; choisissez-en une autre.",
    ),
    "consent_expired": Words(
        "Le consentement bancaire a expiré",
        "The bank's consent has expired; renew it to go on.",
        "Le consentement donné à la banque a expiré ; renouvelez-le pour continuer.",
    ),
    "idempotency_in_progress": Words(
        "La même requête est en cours",
        "The first request with this key is still being worked on; ask again in a moment.",
        "La première requête portant cette clé est encore en cours ; redemandez dans un instant.",
    ),
    "not_allowed_in_state": Words(
        "Impossible dans l'état actuel",
        "That cannot be done in the present state.",
        "Cette opération n'est pas possible dans l'état actuel.",
    ),
    "period_closed": Words(
        "La période est clôturée",
        "The period is closed; choose a date in an open one.",
        "La période est clôturée ; choisissez une date dans une période ouverte.",
    ),
    "rule_violation": Words(
        "La comptabilité s'y oppose",
        "A rule of the books does not allow that.",
        "Une règle de tenue des comptes ne le permet pas.",
    ),
    "statement_read_only": Words(
        "Le relevé n'est plus modifiable",
        "The statement has been validated and cannot be changed any more.",
        "Le relevé a été validé et ne peut plus être modifié.",
    ),
    "store_conflict": Words(
        "Quelqu'un l'a modifié entre-temps",
        "Somebody else changed it meanwhile; read it again, then try again.",
        "Quelqu'un d'autre l'a modifié entre-temps ; relisez, puis réessayez.",
    ),
    "totals_differ": Words(
        "Les deux côtés du rapprochement diffèrent",
        "The lines and what they are matched with do not add up to the same amount.",
        "Les lignes et ce dont elles sont rapprochées n'ont pas le même total.",
    ),
    "unbalanced_entry": Words(
        "Les débits n'égalent pas les crédits",
        "The entry's debits and credits are not equal.",
        "Les débits et les crédits de l'écriture ne sont pas égaux.",
    ),
    "precondition_failed": Words(
        "Une autre version est en place",
        "It is not as you read it any more; read it again before you change it.",
        "L'objet n'est plus tel que vous l'avez lu ; relisez-le avant de le modifier.",
    ),
    "too_large": Words(
        "Une limite est dépassée",
        "That is more than is taken in at once; send less.",
        "C'est plus que ce qui est accepté en une fois ; envoyez-en moins.",
    ),
    "unsupported_media_type": Words(
        "Un autre type de contenu est attendu",
        "The request's body is not of a type that is read here.",
        "Le corps de la requête n'est pas d'un type lu ici.",
    ),
    "idempotency_key_reused": Words(
        "La clé a servi à une autre requête",
        "The idempotency key belongs to another request; take a new one.",
        "La clé d'idempotence appartient à une autre requête ; prenez-en une nouvelle.",
    ),
    "invalid_request": Words(
        "La requête ne suit pas son schéma",
        "Some of what was sent is wrong; see the fields that are named.",
        "Une partie de ce qui a été envoyé est erronée ; voyez les champs signalés.",
    ),
    "malformed_books": Words(
        "Comptabilité mal formée",
        "The books that were sent are damaged, incomplete or do not fit together.",
        "La comptabilité envoyée est abîmée, incomplète ou incohérente.",
    ),
    "rate_limited": Words(
        "Trop de requêtes",
        "Too many requests in a short time; wait a moment.",
        "Trop de requêtes en peu de temps ; patientez un instant.",
    ),
    "answer_too_large": Words(
        "La réponse serait trop volumineuse",
        "The answer would be too large; ask for a smaller part.",
        "La réponse serait trop volumineuse ; demandez-en une partie.",
    ),
    "internal_error": Words(
        "Erreur inattendue",
        "Something went wrong on our side.",
        "Une erreur s'est produite de notre côté.",
    ),
    "aggregator_rejected": Words(
        "Le service bancaire a refusé",
        "The bank's service refused the request.",
        "Le service bancaire a refusé la demande.",
    ),
    "aggregator_unavailable": Words(
        "Le service bancaire ne répond pas",
        "The bank's service does not answer; try again later.",
        "Le service bancaire ne répond pas ; réessayez plus tard.",
    ),
    "provider_rate_limited": Words(
        "Le service bancaire n'en permet pas plus pour le moment",
        "The bank or its service allows no more requests for now; it goes on later by itself.",
        "La banque ou son service ne permet plus de demande pour le moment ; la suite viendra.",
    ),
    "webhook_refused": Words(
        "Notification non authentifiée",
        "The notification is not proven to be from who it says it is.",
        "Rien ne prouve que la notification vient de qui elle dit venir.",
    ),
    "books_loading": Words(
        "La comptabilité est en cours de chargement",
        "The books are being loaded; try again in a moment.",
        "La comptabilité est en cours de chargement ; réessayez dans un instant.",
    ),
    "lease_held": Words(
        "Un autre traitement occupe le dossier",
        "Another process works on the company; try again in a moment.",
        "Un autre traitement travaille sur le dossier ; réessayez dans un instant.",
    ),
    "store_throttled": Words(
        "Trop de demandes à la fois",
        "Too much is going on at once; try again in a moment.",
        "Il y a trop de demandes à la fois ; réessayez dans un instant.",
    ),
    "store_unavailable": Words(
        "Le stockage ne répond pas",
        "The store does not answer; try again in a moment.",
        "Le stockage ne répond pas ; réessayez dans un instant.",
    ),
}  # fmt: skip


def title_in(language: Language, code: str, english: str) -> str:
    """Return the title of a problem's kind."""
    words = WORDS.get(code)
    return english if language == "en" or words is None else words.titre


def message_in(language: Language, code: str, english: str) -> str:
    """Return the sentence of a problem's kind; of one that has none, its title."""
    words = WORDS.get(code)
    if words is None:
        return english
    return words.message if language == "en" else words.phrase
