"""The columns of a file of registrations, by any of the names they go by in German, French and English."""

import unicodedata
from collections.abc import Sequence

from suone.register.client.language import gettext as _
from suone.register.client.trouble import Trouble

AHV_NUMBER, OFFICE, WORKER, FROM, UNTIL, REFERENCE, REFERRED_BY, ERROR = COLUMNS = (
    *("ahv_number", "office", "worker", "from", "until", "reference", "referred_by", "error"),
)
NEEDED = (AHV_NUMBER, FROM)
_NAMES = {
    AHV_NUMBER: """
        ahv number|ahv|ahv-nummer|ahv-nr|ahv nr.|ahvn13|ahvn|versichertennummer|sozialversicherungsnummer|sv-nummer
        numéro avs|no avs|n° avs|nº avs|nr avs|avs|navs13|navs|navs 13|ssn
    """,
    OFFICE: """
        office|office number|stelle|stellennummer|stelle nr|dienststelle|amtsstelle|büro|büronummer
        bureau|numéro de bureau|no de bureau|antenne|numéro de l'office|no de l'office|office no
    """,
    WORKER: """
        worker|responsible|e-mail|email|zuständig|zuständige person|bearbeiter|bearbeiterin|sachbearbeiter
        sachbearbeiterin|sachbearbeitung|berater|beraterin|e-mail der zuständigen person|collaborateur|collaboratrice
        gestionnaire|conseiller|conseillère|personne responsable|responsable|courriel
    """,
    FROM: """
        from|since|valid from|start|von|ab|seit|beginn|datum von|anmeldung|angemeldet am|eintritt
        de|dès|depuis|du|début|date de début|inscription|inscrit le|entrée
    """,
    UNTIL: """
        until|to|valid until|end|bis|ende|datum bis|abmeldung|abgemeldet am|austritt
        à|jusqu'au|jusqu'à|au|fin|date de fin|désinscription|sortie
    """,
    REFERENCE: """
        reference|referenz|dossier|dossiernummer|dossier-nr|aktenzeichen|geschäftsnummer|fallnummer
        référence|numéro de dossier|no de dossier|n° de dossier|dossier no
    """,
    REFERRED_BY: """
        referred by|zugewiesen von|zugewiesen durch|zuweiser|überwiesen von|überwiesen durch|angemeldet durch
        adressé par|orienté par|envoyé par|référé par|provenance
    """,
    ERROR: "error|fehler|erreur",
}


def _plain(name: str) -> str:
    """Letters and digits alone, without accents: ``N° AVS`` and ``no avs`` are one name."""
    spelt = unicodedata.normalize("NFKD", name.replace("°", "o").replace("º", "o").replace("ß", "ss").casefold())
    return "".join(sign for sign in spelt if sign.isalnum())


_COLUMN_OF = {
    _plain(name): column for column, names in _NAMES.items() for line in names.split("\n") for name in line.split("|")
} | {_plain(column): column for column in COLUMNS}
del _COLUMN_OF[""]


def find_columns(header: Sequence[str]) -> dict[str, int]:
    """The index of each known column; other columns are ignored and never sent.

    Raises ``Trouble`` if a required column is missing, or two columns mean the same.
    """
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        column = _COLUMN_OF.get(_plain(name))
        if column in places:
            raise Trouble(
                _("The columns “%(first)s” and “%(second)s” mean the same: remove one of them.")
                % {"first": header[places[column]], "second": name}
            )
        if column is not None:
            places[column] = place
    missing = [column for column in NEEDED if column not in places]
    if missing:
        raise Trouble(
            _("The file has no column %(missing)s: the first line must name the columns.")
            % {"missing": ", ".join(missing)}
        )
    return places
