"""Every fact about a person has a data category, and whoever reaches one category alone is shown no other."""

import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.tests.factories import published
from suone.casework.assessments.services import decide_assessment
from suone.casework.assessments.tests.factories import finished
from suone.casework.cases import services
from suone.casework.cases.models import Background, Case
from suone.casework.cases.queries import background_counts
from suone.casework.cases.rules import NoteKind
from suone.casework.leading import services as leading
from suone.casework.leading.models import FactRemark, KnownFact, LevelChange, Passage, Triage
from suone.casework.leading.queries import every_fact
from suone.casework.leading.tests.factories import activate, do
from suone.casework.meetings.models import Reason
from suone.casework.meetings.services.convening import answer_invitation, cancel_meeting
from suone.casework.meetings.tests.factories import convene, invitee
from suone.casework.support.models import Service, ServiceText
from suone.casework.support.rules import Kind
from suone.casework.support.services import Order, order_service
from suone.ground.access.categories import DataCategory, Power, mask_of
from suone.ground.access.database import acting_as
from suone.ground.access.row_policies import RowPolicies, granted_all_of
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.tests.factories import acting, client_of
from suone.records.consents.services import withdraw_consent
from suone.records.consents.tests.factories import Cast, line, make_cast
from suone.records.inbox.models import Message

pytestmark = pytest.mark.django_db

WITHOUT_CATEGORY = {
    # Who a person is to the office that clears doubts, under a legal basis of its own.
    "persons.Joining": "for those alone who clear whether two files are about one person",
    "dossiers.Doubt": "for those alone who clear whether two files are about one person",
    "dossiers.Dossier": "the key alone: nothing can be read from it",
    "dossiers.NameEntry": "no row is read by anybody; the search checks the category itself",
    "dossiers.NamePart": "no row is read by anybody; the search checks the category itself",
    # What opens a case must be seen by those whom it opens it to: to read is enough for recording a withdrawal.
    "consents.Consent": "says what opens the case, to everybody to whom it opens something",
    "consents.Disclosure": "says what was passed on, to everybody who may have to inform the person",
    # Who sits around the table, and signs: a matter of institutions, needed by those who meet and sign.
    "plans.Signature": "who must sign is counted by everybody who signs",
    # One's own, before a case is opened or beside it.
    "cases.Draft": "its author's alone",
    "entrances.Draft": "its author's alone",
    "handovers.CooperationNotice": "for giver and receiver alone, whatever categories are open to others",
    "advice.Advice": "the advising institution's alone; there is no case",
    "youth.Notice": "the receiving institution's alone; there is no case",
    "inbox.Message": "its recipient's alone: which case, and which act where they may read its category",
    "register.Alert": "the asking institution's alone; there is no case",
    "access.User": "an account of a worker",
    "signin.Letter": "an address of a worker",
    "mail.Mail": "an address of a worker",
    "signin.AddressChange": "an address of a worker",
    # The log names persons by their number, for those who may read it.
    "audit.Entry": "read with its own permission",
}


def _personal_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if getattr(model, "personal_data", ())]


def _asks_a_category(model: type[models.Model]) -> bool:
    """Whether every way in which a row is read through a grant asks for the row's category."""
    rights = next((each for each in model._meta.constraints if isinstance(each, RowPolicies)), None)
    return rights is not None and "g.categories" in (rights.conditions["select"] or "")


def test_every_fact_about_a_person_has_a_category() -> None:
    without = {model._meta.label for model in _personal_models() if not _asks_a_category(model)}

    assert without == set(WITHOUT_CATEGORY), (
        "Let the model's select condition test a category, or name the model in WITHOUT_CATEGORY with the reason."
    )


def test_the_category_of_a_table_is_the_one_that_its_policy_asks_for() -> None:
    """Of a table with one category for all rows the declared one, of another the row's own, or the mask of a whole."""
    for model in _personal_models():
        if not _asks_a_category(model):
            continue
        rights = next(each for each in model._meta.constraints if isinstance(each, RowPolicies))
        asked = set(re.findall(r"1::bigint << ([^)]+)\)", rights.conditions["select"] or ""))
        names = {field.name for field in model._meta.concrete_fields}
        if getattr(model.objects.all(), "mask_column", ""):  # type: ignore[attr-defined]
            assert rights.conditions["select"] == granted_all_of(Power.READ, "{table}.categories"), model
            continue
        declared = getattr(model, "data_category", None)
        assert asked == ({"{table}.category"} if "category" in names else {str(getattr(declared, "value", ""))}), model


EDUCATION = mask_of([DataCategory.IDENTITY, DataCategory.EDUCATION])
SECRETS = {
    "question": "Reicht die Stelle in der Küche?",
    "reason of a triage": "Drei Stellen sind dran",
    "note": "Raucht auf dem Balkon",
    "remark": "Attest von Frau Doktor",
    "question of the mandate": "Wie weit trägt der Rücken?",
    "level": "Jetzt zu zweit",
}
# In a page's own words: risk factors, the mandate, facts of the procedure.
LABELS = ("uncertain health", "debts", "isolation", "edical mandate", "mandate", "physician attests")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@kept
def case(cast: Cast) -> Case:
    """A case with something in every category, of which one institution may read education alone."""
    everything = mask_of(category for category in DataCategory if category != DataCategory.HEALTH)
    case = activate(
        cast,
        scope=[
            line(cast.adviser, EDUCATION),
            line(cast.coordinator, everything),
            line(cast.physician, everything | DataCategory.HEALTH.bit, named=True),
        ],
        question=SECRETS["question"],
        risk_factors=["health", "finances", "isolation", "illiteracy"],
        procedure=published("vs-complex"),
    )
    do(
        cast.coordinator,
        leading.change_level,
        case=case,
        level="network",
        reason=SECRETS["level"],
    )
    do(
        cast.coordinator,
        leading.triage_case,
        case=case,
        answers={},
        level="complex",
        reason=SECRETS["reason of a triage"],
    )
    for who in (cast.physician, cast.adviser):
        decision = do(
            cast.coordinator,
            services.ask_to_take_part,
            case=case,
            institution=who.institution,
            due_on=timezone.localdate() + timedelta(days=3),
            question="",
        )
        do(who, services.answer_participation, decision=decision, accept=True)
    do(
        cast.worker,
        services.write_note,
        dossier=case.dossier,
        text=SECRETS["note"],
        category=DataCategory.ADDICTION,
        kind=NoteKind.NOTE,
    )
    do(
        cast.coordinator,
        leading.record_fact,
        case=case,
        fact=Fact.HEALTH_ATTESTED,
        value=True,
        remark=SECRETS["remark"],
    )
    order = Order(kind=Kind.MEDICAL_MANDATE, staff=cast.physician, question=SECRETS["question of the mandate"])
    do(cast.coordinator, order_service, dossier=case.dossier, order=order)
    return Case.objects.get(pk=case.pk)


def _pages(client: Client, case: Case) -> dict[str, str]:
    """The case's page, and every page of the case to which it or one of these leads."""
    base = f"/dossiers/{case.pk}/"
    found: dict[str, str] = {}
    left = [base]
    while left:
        path = left.pop()
        answer = client.get(path)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            found[path] = ""
            continue
        found[path] = answer.content.decode()
        links = set(re.findall(rf'href="({base}[^"#?]*)', found[path]))
        left += sorted(links - found.keys() - set(left))
    return found


def _said(page: str) -> str:
    """What is on a page, without what it offers to choose from."""
    page = re.sub(r"<(select|script|style|template)\b.*?</\1>", " ", page, flags=re.DOTALL)
    page = re.sub(r"<(fieldset|form)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_education_alone(cast: Cast, case: Case) -> None:
    pages = _pages(client_of(cast.adviser), case)

    assert len(pages) > 3
    for path, page in pages.items():
        for secret in SECRETS.values():
            assert secret not in page, path
        for label in LABELS:
            said = _said(page)
            for phase in published("vs-complex").procedure.phases:
                said = said.replace(phase.about.get("en", "-"), "")  # the canton's words about every case
            at = said.find(label)
            assert at < 0, (path, said[max(0, at - 200) : at + 60])
    assert "reading and writing" in pages[f"/dossiers/{case.pk}/"]  # the one risk factor of education

    whole = " ".join(_pages(client_of(cast.coordinator), case).values())
    for name in ("question", "reason of a triage", "note", "level"):
        assert SECRETS[name] in whole, name
    for label in LABELS:
        assert label in whole, label


def test_education_alone_in_sql(cast: Cast, case: Case) -> None:
    tables: tuple[type[models.Model], ...] = (Triage, LevelChange, Passage, FactRemark, Service, ServiceText)

    def seen(staff: Appointment) -> dict[str, int]:
        with acting_as(acting(staff)):
            return {model.__name__: model._default_manager.count() for model in tables}

    assert set(seen(cast.adviser).values()) == {0}
    # A remark about a certificate is health: its author reads it, and the medical officer.
    assert seen(cast.coordinator)["FactRemark"] == seen(cast.physician)["FactRemark"] == 1
    assert seen(cast.worker)["FactRemark"] == 0
    assert all(count for name, count in seen(cast.worker).items() if name != "FactRemark")
    with acting_as(acting(cast.adviser)), connection.cursor() as cursor:
        assert list(Background.objects.values_list("risk_factor", flat=True)) == ["illiteracy"]
        assert not KnownFact.objects.exists()
        cursor.execute("SELECT DISTINCT staff_id FROM dossiers_event WHERE category NOT IN (0, 2)")
        assert cursor.fetchall() == [(cast.adviser.pk,)]  # what they did themselves


def test_why_a_meeting_falls_through_is_read_with_its_category_or_by_whoever_is_invited(cast: Cast, case: Case) -> None:
    """With education alone one sees the meeting, and neither why it does not take place nor why somebody does not come."""
    meeting = convene(cast, case, cast.physician, cast.stranger)
    absent = invitee(meeting, cast.physician)
    do(cast.physician, answer_invitation, invitee=absent, accept=False, reason="She is at the clinic")
    do(cast.coordinator, cancel_meeting, meeting=meeting, reason="He was admitted yesterday")

    seen = {
        staff: client_of(staff).get(f"/meetings/{meeting.pk}/").content.decode()
        for staff in (cast.coordinator, cast.physician, cast.stranger, cast.adviser)
    }

    for staff, page in seen.items():
        assert "This meeting does not take place." in page
        assert ("He was admitted yesterday" in page) is (staff != cast.adviser)
        assert ("She is at the clinic" in page) is (staff in (cast.coordinator, cast.physician))
    assert "The reason is closed to you." in seen[cast.adviser]
    with acting_as(acting(cast.adviser)):
        assert not Reason.objects.exists()
    with acting_as(acting(cast.stranger)):
        assert list(Reason.objects.values_list("part", flat=True)) == ["cancelled"]


def test_a_message_to_everybody_says_what_was_done_to_those_alone_who_may_read_it(cast: Cast, case: Case) -> None:
    """The others learn that there is something new: on the page, and in the row that is kept for them."""
    Message.objects.all().delete()
    do(cast.coordinator, leading.suspend_case, case=case, reason="Waits for the end of the cure")
    instrument = finished(cast.worker, case)
    do(cast.worker, decide_assessment, assessment=instrument, band=instrument.score.proposed)

    notified = {
        staff: list(Message.objects.filter(staff=staff).order_by("pk").values_list("act", flat=True))
        for staff in (cast.physician, cast.adviser)
    }

    assert notified[cast.physician] == ["case.suspended", "assessment.decided"]
    assert notified[cast.adviser] == ["inbox.something_new"] * 2
    page = client_of(cast.adviser).get("/messages/").content.decode()
    assert page.count("Something new, in a data category that is closed to you") == 2
    assert case.dossier.number in page


def test_whoever_recorded_a_fact_reads_it_as_long_as_the_case_is_open_to_their_institution(
    cast: Cast, case: Case
) -> None:
    with acting_as(acting(cast.coordinator)):
        assert FactRemark.objects.get().category == DataCategory.HEALTH

    consent = case.dossier.consents.get()
    do(cast.worker, withdraw_consent, consent=consent)

    with acting_as(acting(cast.coordinator)):
        assert not FactRemark.objects.exists()


def test_the_case_goes_on_the_same_way_whoever_does_the_next_step(cast: Cast, case: Case) -> None:
    """What the procedure asks is counted over all categories, for whoever has the case open."""
    for staff in (cast.adviser, cast.worker):
        with acting_as(acting(staff)):
            assert every_fact(case.pk)[Fact.HEALTH_ATTESTED] is True
            assert (background_counts(case.pk).has_question, background_counts(case.pk).risk_factors) == (True, 4)
    with acting_as(acting(cast.stranger)):
        assert every_fact(case.pk) == {}
        assert (background_counts(case.pk).has_question, background_counts(case.pk).risk_factors) == (False, 0)
