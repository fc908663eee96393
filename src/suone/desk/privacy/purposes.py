"""Purposes of jobs and commands in the reader's language: the log stores them as they are in the code."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_PURPOSES: dict[str, Promise] = {
    "accounts: change address": _("Accounts: another address"),
    "accounts: invite": _("Accounts: invitation"),
    "accounts: link for a new password": _("Accounts: link for a new password"),
    "accounts: list": _("Accounts: list"),
    "accounts: lock": _("Accounts: locking"),
    "accounts: unlock": _("Accounts: unlocking"),
    "anchoring the log": _("Anchoring the log"),
    "appointments: last days": _("Appointments: last days"),
    "assessments: what is due again": _("Assessments: what is due again"),
    "compare grants with acts": _("Comparing access with the acts behind it"),
    "consents: warnings and expiry": _("Consents: warnings and expiry"),
    "copying the log": _("Copying the log"),
    "declaring that a backup was restored": _("Declaring that a backup was restored"),
    "demo: figures of the register": _("Demo: figures of the register"),
    "demo: files for the register": _("Demo: files for the register"),
    "demo: is the register open": _("Demo: whether the register is open"),
    "demo: let institutions take part in the register": _("Demo: institutions take part in the register"),
    "demo: let the institutions' systems in": _("Demo: keys for the systems of institutions"),
    "demo: publish the procedures": _("Demo: publishing the procedures"),
    "documents: warnings and expiry": _("Documents: warnings and expiry"),
    "documents: files without a document": _("Documents: files without a document"),
    "dossiers: clearing of doubts": _("Case files: clearing of doubts"),
    "dossiers: names of expired grants": _("Case files: names removed from the search index"),
    "hand-overs: overlaps that end": _("Hand-overs: overlaps that end"),
    "inbox: daily mail": _("Messages: daily mail"),
    "instruments: publish": _("Instruments: publishing"),
    "instruments: retire": _("Instruments: taking out of force"),
    "partner systems: create": _("Partner systems: a new key"),
    "partner systems: end": _("Partner systems: ending a key"),
    "partner systems: list": _("Partner systems: list of keys"),
    "plans: reminders to sign": _("Plans: reminders to sign"),
    "procedures: publish": _("Procedures: publishing"),
    "procedures: the clock": _("Procedures: what has come due"),
    "proving an entry": _("Proving an entry of the log"),
    "proving how the log has grown": _("Proving how the log has grown"),
    "proving that the log is whole": _("Proving that the log is whole"),
    "young people: destroying notices": _("Young people: destroying notices without a consent"),
    "register: canary": _("Register: canary"),
    "register: enrol": _("Register: an institution takes part"),
    "register: epochs": _("Register: epochs"),
    "register: renew": _("Register: renewing"),
    "register: notify of new overlaps": _("Register: notification of new overlaps"),
    "register: yesterday's use": _("Register: yesterday's use"),
    "requests: reminders and expiry": _("Requests: reminders and expiry"),
    "sealing the log": _("Sealing the log"),
    "signin: letters": _("Log-in: letters"),
    "signin: links": _("Log-in: links"),
    "entrances: drafts": _("Forms: old drafts"),
    "watching the sealing": _("Watching the sealing of the log"),
    "suone init": _("Beginning of the installation"),
}


def purpose_in_words(purpose: str) -> str:
    """In the reader's language; what somebody typed, as they typed it."""
    return str(_PURPOSES.get(purpose, purpose))
