"""Notes carry a category: who may read it reads the text, and what does not belong there is taken out traceably."""

from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.http import Http404
from django.utils import timezone

from suone.casework.cases import services
from suone.casework.cases.models import Case, Note
from suone.casework.cases.queries import readable_note, timeline_of
from suone.casework.cases.rules import NoteKind
from suone.casework.leading.tests.factories import activate, do
from suone.ground.access.categories import HEALTH_BIT, DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Conflict, Refused
from suone.ground.access.permissions import Role
from suone.ground.access.tests.worlds import kept
from suone.ground.audit.models import Entry, RecordKind
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, make_staff
from suone.records.consents.services import withdraw_consent
from suone.records.consents.tests.factories import WORK, Cast, line
from suone.records.dossiers.models import Event

EMPLOYMENT, HEALTH, FINANCES = DataCategory.EMPLOYMENT, DataCategory.HEALTH, DataCategory.FINANCES


@kept
def case(cast: Cast) -> Case:
    """Open to the adviser for work, to the physician by name for health."""
    return activate(cast, line(cast.adviser), line(cast.physician, WORK | HEALTH_BIT, named=True))


def write(by: Appointment, case: Case, text: str, category: DataCategory = EMPLOYMENT) -> Note:
    note: Note = do(by, services.write_note, dossier=case.dossier, text=text, category=category, kind=NoteKind.MEETING)
    return note


def texts(by: Appointment, case: Case) -> list[str]:
    """What the timeline shows."""
    who = acting(by)
    with acting_as(who):
        lines, _following = timeline_of(who, case.dossier, before_id=None)
        return [entry.note.text for entry in lines if entry.note]


def act_on(by: Appointment, service: Any, note: Note, **arguments: Any) -> None:
    do(by, service, note=Note.objects.select_related("dossier").get(pk=note.pk), **arguments)


def test_a_note_is_kept_with_author_category_and_kind(cast: Cast, case: Case) -> None:
    note = write(cast.adviser, case, "Works slowly but with care")

    assert (note.staff_id, note.institution_id) == (cast.adviser.pk, cast.adviser.institution_id)
    assert (note.category, note.kind, note.version) == (EMPLOYMENT, NoteKind.MEETING, 1)
    entry = Entry.objects.get(act="case.note_written")
    assert (entry.kind, entry.object_id, entry.details) == (RecordKind.STORE, note.pk, {})
    assert "slowly" not in str(vars(entry))


@pytest.mark.parametrize(
    ("category", "readers"),
    [
        (EMPLOYMENT, {"worker", "coordinator", "adviser", "physician"}),
        (HEALTH, {"physician"}),
        # The consent does not cover it: the notifier reads all but health, and whoever wrote it their own.
        (FINANCES, {"worker", "physician"}),
    ],
)
def test_whoever_may_read_the_category_reads_the_text(
    cast: Cast, case: Case, category: DataCategory, readers: set[str]
) -> None:
    note = write(cast.physician, case, "a secret", category)

    for name in ("worker", "coordinator", "adviser", "physician"):
        staff = getattr(cast, name)
        who = acting(staff)
        assert (texts(staff, case) == ["a secret"]) is (name in readers), name
        with acting_as(who):
            if name in readers:
                assert readable_note(who, case.pk, note.pk).text == "a secret"
            else:
                with pytest.raises(Http404):
                    readable_note(who, case.pk, note.pk)


def test_the_policies_alone_keep_a_health_note_from_everybody_else(cast: Cast, case: Case) -> None:
    write(cast.physician, case, "a secret", HEALTH)

    for staff, count in ((cast.physician, 1), (cast.worker, 0), (cast.coordinator, 0), (cast.stranger, 0)):
        with acting_as(acting(staff)):
            assert Note.objects.count() == count
            assert Event.objects.filter(act="case.note_written").count() == count


def test_the_applications_filter_alone_keeps_it_too(cast: Cast, case: Case) -> None:
    note = write(cast.physician, case, "a secret", HEALTH)

    # Outside acting_as no policy is in force: what is hidden here is hidden by the queries themselves.
    for staff in (cast.worker, cast.coordinator, cast.stranger):
        who = acting(staff)
        with pytest.raises(Http404):
            readable_note(who, case.pk, note.pk)
        lines, _following = timeline_of(who, case.dossier, before_id=None)
        assert [entry.note for entry in lines if entry.note] == []
    assert readable_note(acting(cast.physician), case.pk, note.pk) == note


def test_whoever_wrote_a_note_reads_it_whatever_its_category_as_long_as_the_case_is_open_to_them(
    cast: Cast, case: Case
) -> None:
    note = write(cast.adviser, case, "for the physician", HEALTH)

    assert texts(cast.adviser, case) == texts(cast.physician, case) == ["for the physician"]
    assert texts(cast.worker, case) == []
    do(cast.worker, withdraw_consent, consent=case.dossier.consents.get())
    with acting_as(acting(cast.adviser)):
        assert not Note.objects.filter(pk=note.pk).exists()


def test_the_author_corrects_a_note_and_its_version_grows(cast: Cast, case: Case) -> None:
    note = write(cast.adviser, case, "old")

    act_on(cast.adviser, services.correct_note, note, text="new", version=1)

    note.refresh_from_db()
    assert (note.text, note.version) == ("new", 2)
    assert note.changed_at is not None
    assert Entry.objects.get(act="case.note_corrected").object_id == note.pk


def test_a_correction_of_an_older_version_is_a_conflict_with_both_texts(cast: Cast, case: Case) -> None:
    note = write(cast.adviser, case, "old")
    act_on(cast.adviser, services.correct_note, note, text="first", version=1)

    with pytest.raises(Conflict) as conflict:
        act_on(cast.adviser, services.correct_note, note, text="second", version=1)

    assert conflict.value.current == {"Text": "first"}
    assert conflict.value.submitted == {"Text": "second"}


def test_nobody_corrects_another_persons_note(cast: Cast, case: Case) -> None:
    note = write(cast.adviser, case, "old")

    for staff in (cast.worker, cast.coordinator):
        with pytest.raises(Refused, match="Only its author"):
            act_on(staff, services.correct_note, note, text="new", version=1)


@pytest.mark.parametrize("by", ["adviser", "coordinator", "worker"])
def test_its_institution_or_the_lead_redacts_a_note(cast: Cast, case: Case, by: str) -> None:
    note = write(cast.adviser, case, "a diagnosis")

    act_on(getattr(cast, by), services.redact_note, note, reason="A diagnosis does not belong here")

    note.refresh_from_db()
    assert note.text == ""
    assert (note.redacted_by_id, note.redaction_reason) == (getattr(cast, by).pk, "A diagnosis does not belong here")
    assert note.redacted_at is not None
    entry = Entry.objects.get(act="case.note_redacted")
    assert (entry.kind, entry.object_id) == (RecordKind.DELETE, note.pk)


def test_another_recipient_redacts_nothing(cast: Cast) -> None:
    case = activate(cast, line(cast.adviser), line(cast.stranger))
    note = write(cast.adviser, case, "a diagnosis")

    with pytest.raises(Refused, match="Only its institution or the lead"):
        act_on(cast.stranger, services.redact_note, note, reason="I do not like it")

    note.refresh_from_db()
    assert note.text == "a diagnosis"


def test_a_note_closed_to_the_lead_is_not_redacted_and_not_logged(cast: Cast, case: Case) -> None:
    note = write(cast.physician, case, "a diagnosis", HEALTH)

    with pytest.raises(Refused, match="Only its institution or the lead"):
        act_on(cast.coordinator, services.redact_note, note, reason="I may not read it")

    note.refresh_from_db()
    assert note.text == "a diagnosis"
    assert not Entry.objects.filter(act="case.note_redacted").exists()


def test_redacting_needs_a_reason_and_happens_once(cast: Cast, case: Case) -> None:
    note = write(cast.adviser, case, "a diagnosis")

    with pytest.raises(Refused, match="Give a reason"):
        act_on(cast.adviser, services.redact_note, note, reason=" ")
    act_on(cast.adviser, services.redact_note, note, reason="Does not belong here")
    with pytest.raises(Refused, match="already been redacted"):
        act_on(cast.adviser, services.redact_note, note, reason="Again")


def test_a_redacted_note_is_corrected_by_nobody(cast: Cast, case: Case) -> None:
    note = write(cast.adviser, case, "a diagnosis")
    act_on(cast.adviser, services.redact_note, note, reason="Does not belong here")

    with pytest.raises(Refused, match="Only its author"):
        act_on(cast.adviser, services.correct_note, note, text="the diagnosis again", version=2)


def test_the_database_keeps_no_text_in_a_redacted_note(cast: Cast, case: Case) -> None:
    note = write(cast.adviser, case, "a diagnosis")

    with pytest.raises(IntegrityError, match="note_redacted_whole"), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(redacted_at=timezone.now(), redaction_reason="why")


def test_when_the_log_cannot_be_written_the_text_stays(cast: Cast, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*args: object, **kwargs: object) -> None:
        raise OSError("no space left")

    note = write(cast.adviser, case, "a diagnosis")
    monkeypatch.setattr(services, "record_event", full_disk)

    with pytest.raises(OSError, match="no space left"), transaction.atomic():
        act_on(cast.adviser, services.redact_note, note, reason="Does not belong here")

    note.refresh_from_db()
    assert note.text == "a diagnosis"


def test_the_text_of_a_note_is_changed_by_its_author_alone_in_sql_too(cast: Cast, case: Case) -> None:
    """A colleague of the author and the lead see it, and may redact it; neither puts a word in."""
    note = write(cast.adviser, case, "Works slowly but with care")
    colleague = make_staff(cast.adviser.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    mine = Note.objects.filter(pk=note.pk)

    for staff in (colleague, cast.coordinator):
        with (
            pytest.raises(ProgrammingError, match="its author alone"),
            transaction.atomic(),
            acting_as(acting(staff)),
        ):
            mine.update(text="Works fast")
    out = {"text": "", "redacted_at": timezone.now(), "redaction_reason": "Out"}
    with (
        pytest.raises(ProgrammingError, match="in another's name"),
        transaction.atomic(),
        acting_as(acting(cast.coordinator)),
    ):
        mine.update(**out, redacted_by=cast.worker)
    with acting_as(acting(cast.coordinator)):
        mine.update(**out, redacted_by=cast.coordinator)
    with pytest.raises(ProgrammingError, match="redacted"), transaction.atomic(), acting_as(acting(cast.adviser)):
        mine.update(text="Back again", redacted_at=None)

    note.refresh_from_db()
    assert (note.text, note.redacted_by) == ("", cast.coordinator)
