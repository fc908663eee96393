"""Opening a case file, opening and ending access to it, and recording what happens in it."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, models
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Conflict, Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import Statement, record
from suone.organisation.appointments.queries import stands_in_for
from suone.records.dossiers.acts import Act
from suone.records.dossiers.audience import audience_of
from suone.records.dossiers.models import (
    ContactDetail,
    Dossier,
    Event,
    OtherName,
    Particulars,
    Residence,
    Visit,
)
from suone.records.dossiers.queries import grants_in_force, institutions_of
from suone.records.dossiers.rules import Birth, check_birth, check_death, check_name
from suone.records.persons import ahv
from suone.records.persons.models import Number

M = TypeVar("M", bound=models.Model)

_BIRTH = ("birth_year", "birth_month", "birth_day")


def start_of(day: date) -> datetime:
    """The first moment of a day in Switzerland."""
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of(day: date) -> datetime:
    """The first moment after a day in Switzerland: where a period that includes the day ends."""
    return start_of(day + timedelta(days=1))


def open_dossier(
    acting: Acting,
    *,
    ahv_number: str,
    ahv_missing_reason: str,
    last_name: str,
    first_name: str,
    birth: Birth | None,
    language: str,
    sex: str = "",
) -> Dossier:
    """Open a case file about a person; the acting institution leads it and may open it to others.

    Raises ``Refused`` for an invalid AHV number, a missing number without a reason, no name, or an impossible birth.
    Nothing reveals whether another file has the same number.
    """
    digits = _digits(ahv_number) if ahv_number.strip() else None
    if digits is None and not ahv_missing_reason.strip():
        raise Refused(_("Enter the AHV number, or the reason why it is missing."))
    check_name(last_name, first_name)
    check_birth(birth, on=acting.today)
    dossier_id = call(
        "dossiers_open",
        digits,
        ahv_missing_reason.strip(),
        last_name.strip(),
        first_name.strip(),
        birth.year if birth else None,
        birth.month if birth else None,
        birth.day if birth else None,
        language,
        sex,
    )
    dossier = Dossier.objects.get(pk=dossier_id)
    record_event(acting, dossier=dossier, kind=RecordKind.STORE, act=Act.OPENED, legal_basis="own-notification")
    return dossier


def correct_particulars(
    acting: Acting,
    *,
    particulars: Particulars,
    version: int,
    changes: Mapping[str, Any],
    other_names: Mapping[OtherName.Kind, Sequence[str]] | None = None,
    contact_details: Mapping[ContactDetail.Kind, Sequence[str]] | None = None,
) -> None:
    """Correct the particulars in this file only; files of other institutions keep theirs.

    ``version`` is the one that was shown. ``changes`` maps fields to values, ``birth`` to a ``Birth`` or None; other names
    and contact details replace all of their kind. Raises ``Refused`` for impossible dates or without a name, and
    ``Conflict`` with both texts if somebody else saved first.
    """
    fields = dict(changes)
    if "birth" in fields:
        birth = fields.pop("birth")
        fields |= {name: getattr(birth, name.removeprefix("birth_"), None) for name in _BIRTH}
    corrected = replace_in(particulars, fields)
    check_name(corrected.last_name, corrected.first_name)
    check_birth(corrected.birth, on=acting.today)
    check_death(corrected.died_on, corrected.birth, on=acting.today)
    _keep_version(Particulars, particulars, version, fields, changes)
    for name_kind, names in (other_names or {}).items():
        _keep_other_names(particulars.dossier_id, name_kind, names)
    for kind, values in (contact_details or {}).items():
        _keep_contact_details(particulars.dossier_id, kind, values)
    changed = sorted([*changes, *(str(kind) for kind in [*(other_names or {}), *(contact_details or {})])])
    _log_correction(acting, particulars.dossier, DataCategory.IDENTITY, changed)


def correct_residence(acting: Acting, *, residence: Residence, version: int, changes: Mapping[str, Any]) -> None:
    """Correct permit and status; raises ``Conflict`` with both texts if somebody else saved first."""
    _keep_version(Residence, residence, version, changes, changes)
    _log_correction(acting, residence.dossier, DataCategory.MIGRATION, sorted(changes))


def change_number(acting: Acting, *, dossier: Dossier, ahv_number: str, reason: str) -> None:
    """Add a missing AHV number, or correct one; the former number stays in the history and still leads to this file.

    Raises ``Refused`` for an invalid number, or for a correction without a reason. Nothing reveals whether another file
    has the same number.
    """
    digits = _digits(ahv_number)
    held = Number.objects.filter(dossier_id=dossier.pk, until=None).first()
    if held is not None and held.digits and not reason.strip():
        raise Refused(_("Say why the number is corrected, so that others can understand it."))
    call("dossiers_change_number", dossier.pk, digits, reason.strip())
    dossier.refresh_from_db(fields=["person_id"])
    _log_correction(acting, dossier, DataCategory.IDENTITY, ["ahv_number"])


def replace_in(row: M, changes: Mapping[str, Any]) -> M:
    """A copy of the row with these changes, not saved."""
    copied = copy(row)
    for name, value in changes.items():
        setattr(copied, name, value)
    return copied


def _digits(typed: str) -> str:
    digits = ahv.compact(typed)
    if digits is None:
        raise Refused(_("This AHV number does not exist: check the 13 digits and type it again."))
    return digits


def _keep_version(
    model: type[models.Model], row: Any, version: int, fields: Mapping[str, Any], typed: Mapping[str, Any]
) -> None:
    kept = model._default_manager.filter(pk=row.pk, version=version).update(**fields, version=version + 1)
    if not kept:
        now = model._default_manager.get(pk=row.pk)
        labels = {name: _label_of(model, name) for name in typed}
        raise Conflict(
            current={labels[name]: str(getattr(now, name) or "") for name in typed},
            submitted={labels[name]: str(value or "") for name, value in typed.items()},
        )


def _label_of(model: type[models.Model], name: str) -> str:
    return _("Date of birth") if name == "birth" else str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _keep_other_names(dossier_id: int, kind: OtherName.Kind, names: Sequence[str]) -> None:
    there = OtherName.objects.filter(dossier_id=dossier_id, kind=kind)
    there.exclude(name__in=names).delete()
    known = set(there.values_list("name", flat=True))
    OtherName.objects.bulk_create(
        OtherName(dossier_id=dossier_id, kind=kind, name=name) for name in names if name not in known
    )


def _keep_contact_details(dossier_id: int, kind: ContactDetail.Kind, values: Sequence[str]) -> None:
    ContactDetail.objects.filter(dossier_id=dossier_id, kind=kind).delete()
    ContactDetail.objects.bulk_create(
        ContactDetail(dossier_id=dossier_id, kind=kind, place=place, value=value) for place, value in enumerate(values)
    )


def _log_correction(acting: Acting, dossier: Dossier, category: DataCategory, fields: Sequence[str]) -> None:
    record(
        acting,
        kind=RecordKind.CHANGE,
        act=Act.CORRECTED,
        dossier_id=dossier.pk,
        person_id=dossier.person_id,
        details={"fields": list(fields), "category": int(category)},
    )


def open_grants(acting: Acting, *, dossier: Dossier, act: str, act_id: int) -> None:
    """Open the grants that a recorded act justifies: recipients, categories, power and period follow from the act alone.

    ``act`` is an ``OpeningAct`` and ``act_id`` the number of its row. The database refuses actors who do not lead the
    case. Each grant is logged as a disclosure.
    """
    for change in _changes("dossiers_open_for", str(act), act_id):
        record(
            acting,
            kind=RecordKind.DISCLOSE,
            act=Act.GRANTED,
            dossier_id=dossier.pk,
            person_id=dossier.person_id,
            about=(change.act, change.act_id),
            recipients=change.recipients,
            legal_basis=change.legal_basis,
            details={"categories": change.categories, "power": change.power, "staff": change.staff_id},
        )


def end_unfounded_grants(acting: Acting, *, dossier: Dossier) -> set[int]:
    """End or narrow every grant that no recorded act of the case justifies any longer.

    Any actor who may open the case may call it, since the acts alone decide what remains. Returns the institutions that
    lost access; the grants are read beforehand, since the acting institution may be among them.
    """
    before = grants_in_force(dossier)
    ended = set()
    for change in _changes("dossiers_close_beyond", dossier.pk):
        if not change.categories:
            ended.add((change.act, change.act_id, change.institution_id, change.staff_id))
        record(
            acting,
            kind=RecordKind.CHANGE,
            act=Act.GRANT_ENDED,
            dossier_id=dossier.pk,
            person_id=dossier.person_id,
            about=(change.act, change.act_id),
            recipients=change.recipients,
            details={"categories": change.categories, "staff": change.staff_id},
        )
    left = [g for g in before if (g.because, g.because_id, g.institution_id, g.staff_id) not in ended]
    return institutions_of(before) - institutions_of(left)


@dataclass(frozen=True, slots=True)
class _Change:
    """A grant that the database opened, narrowed or ended: ``categories`` is the mask that is open now, 0 if none."""

    act: str
    act_id: int
    institution_id: int | None
    staff_id: int | None
    categories: int
    power: int
    legal_basis: str

    @property
    def recipients(self) -> list[int]:
        """The institution as the log names recipients; empty for a named person."""
        return [self.institution_id] if self.institution_id else []


def _changes(function: str, *arguments: int | str) -> list[_Change]:
    places = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT word, act_id, institution, staff, mask, with_power, basis FROM {function}({places})",  # noqa: S608
            arguments,
        )
        return [_Change(*row) for row in cursor.fetchall()]


def break_glass(acting: Acting, *, number: str, reason: str) -> Dossier:
    """Open a case for three hours in an emergency.

    Raises ``Refused`` for an unknown case number, or a reason of fewer than ten characters.
    """
    if len(reason.strip()) < 10:
        raise Refused(_("Give the reason in a full sentence: it is shown to the lead and to data protection."))
    dossier_id = call("dossiers_break_glass", number.strip(), reason.strip())
    if dossier_id is None:
        raise Refused(_("There is no case with this number. Check the number and try again."))
    dossier = Dossier.objects.get(pk=dossier_id)
    record_event(acting, dossier=dossier, kind=RecordKind.DISCLOSE, act=Act.GLASS_BROKEN, legal_basis="break-glass")
    return dossier


def lock(dossier_id: int, *, version: int | None = None) -> Dossier:
    """Lock the row of a case until the end of the transaction, so that concurrent acts run one after the other.

    Raises ``Conflict`` if ``version`` is given and somebody else has changed the case since.
    """
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier_id)
    if version is not None and version != dossier.version:
        raise Conflict(current={}, submitted={})
    return dossier


def record_event(
    acting: Acting,
    *,
    dossier: Dossier,
    kind: RecordKind,
    act: str,
    category: DataCategory = DataCategory.ADMINISTRATIVE,
    about: tuple[str, int | None] = ("", None),
    text: str = "",
    text_language: str | None = None,
    texts: Mapping[str, str] | None = None,
    recipients: Sequence[int] = (),
    legal_basis: str = "",
    details: Mapping[str, Any] | None = None,
    on_behalf_of: int | None = None,
) -> None:
    """Record an act in the audit log and on the timeline of the case.

    ``text`` appears on the timeline only. ``text_language`` is the actor's language by default; ``""`` marks a message
    that is translated for each reader, and ``texts`` holds a text that a file provides, by language. If a deputy acts,
    both records name the absent colleague: ``on_behalf_of``, or else whoever follows the case.
    """
    on_behalf_of = on_behalf_of or absent_follower(acting, dossier.pk)
    event = Event(
        dossier=dossier,
        at=timezone.now(),
        act=str(act),
        category=category,
        staff_id=acting.staff_id,
        institution_id=acting.institution_id,
        on_behalf_of_id=on_behalf_of,
        object_type=about[0],
        object_id=about[1],
        text=text[:300],
        text_language=_language_of(text) if text_language is None else text_language,
        texts=dict(texts) if texts else None,
    )
    record(
        acting,
        kind=kind,
        act=act,
        dossier_id=dossier.pk,
        person_id=dossier.person_id,
        about=about,
        recipients=recipients,
        legal_basis=legal_basis,
        details=details,
        on_behalf_of=on_behalf_of,
        along=_insertion(event),
    )


def absent_follower(acting: Acting, dossier_id: int) -> int | None:
    """The absent colleague who follows this case and whom the acting person covers; None if the actor follows it too."""
    if acting.staff_id is None:
        return None
    if not acting.covers:
        acting.covers.append(tuple(stands_in_for(acting.staff_id, on=acting.today)))
    [covered] = acting.covers
    if not covered:
        return None
    followers = audience_of(dossier_id).staff_ids
    return None if acting.staff_id in followers else next((away for away in covered if away in followers), None)


def in_each_language(say: Callable[[], str]) -> dict[str, str]:
    """A translated message in every language, for ``texts`` of ``record_event``."""
    texts = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts[code] = say()
    return texts


def _language_of(text: str) -> str:
    return (translation.get_language() or "de")[:2] if text else ""


def note_visit(acting: Acting, *, dossier_id: int, **_others: Any) -> None:
    """Remember when this staff member last opened the case, so that the timeline can mark what is new."""
    if not Dossier.objects.readable_by(acting).filter(pk=dossier_id).exists():
        return  # A visit here would distinguish a case of others from one that does not exist.
    now = timezone.now()
    visit, created = Visit.objects.get_or_create(
        staff_id=acting.own_staff_id, dossier_id=dossier_id, defaults={"at": now, "before": None}
    )
    if not created and visit.is_over(at=now):
        Visit.objects.filter(pk=visit.pk).update(at=now, before=visit.at)


def insert_without_returning(row: M) -> M:
    """Insert a row without ``RETURNING``: contributors may write into a category that they may not read."""
    meta = row._meta
    assert meta.pk is not None
    columns, values = _columns_of(row)
    places = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH new AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence(%s, %s)) AS id),"  # noqa: S608
            f' kept AS (INSERT INTO "{meta.db_table}" ("{meta.pk.column}", {columns}) SELECT new.id, {places} FROM new)'
            " SELECT id FROM new",
            [meta.db_table, meta.pk.column, *values],
        )
        row.pk = cursor.fetchone()[0]
    row._state.adding = False
    return row


def _insertion(row: models.Model) -> Statement:
    """The statement that inserts a row without returning anything, not even its primary key."""
    columns, values = _columns_of(row)
    places = ", ".join(["%s"] * len(values))
    return f'INSERT INTO "{row._meta.db_table}" ({columns}) VALUES ({places})', values  # noqa: S608


def _columns_of(row: models.Model) -> tuple[str, list[Any]]:
    """The columns of a new row and their values, without the primary key."""
    fields = [field for field in row._meta.local_concrete_fields if not field.primary_key and not field.generated]
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    return ", ".join(f'"{field.column}"' for field in fields), values


def call(function: str, *arguments: int | str | datetime | None) -> Any:
    """Call a database function and return its value; it runs with the owner's rights and checks the actor itself."""
    places = ", ".join(["%s"] * len(arguments))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({places})", arguments)
        return cursor.fetchone()[0]
