from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from suone.desk.directory.queries import body_list
from suone.ground.access.acting import Acting, Kind
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Absence, Appointment, BodyMember, ContactPerson, HeldRole
from suone.organisation.appointments.tests.factories import acting, client_of, give, make_institution, make_staff
from suone.organisation.institutions.loading import load_directory
from suone.organisation.institutions.models import Body, Convention, Institution, Office, Region, ServiceOffer

pytestmark = pytest.mark.django_db
TABLES = (Region, Institution, Office, Body, Convention, ServiceOffer)


def test_reading_the_file_of_a_canton_again_changes_and_doubles_nothing() -> None:
    load_directory("vs")
    before = [list(table.objects.order_by("pk").values()) for table in TABLES]

    load_directory("vs")

    assert [list(table.objects.order_by("pk").values()) for table in TABLES] == before
    assert [table.objects.count() > 0 for table in TABLES] == [True] * len(TABLES)


@pytest.mark.parametrize(("role", "status"), [(Role.OFFICE_ADMINISTRATOR, 302), (Role.FRONT_LINE_WORKER, 403)])
def test_the_office_edits_an_entry_and_a_worker_does_not(role: Role, status: int) -> None:
    client = client_of(make_staff(make_institution("IIZ", is_iiz_office=True), role, last_name="Editor"))
    body = Body.objects.create(code="copil", name_de="COPIL", name_fr="COPIL", kind="steering")

    response = client.post(
        f"/directory/edit/body/{body.pk}",
        {"code": "copil", "kind": "steering", "name_de": "Lenkungsgruppe", "name_fr": "COPIL", "task": ""},
    )

    body.refresh_from_db()
    assert response.status_code == status
    assert (body.name_de == "Lenkungsgruppe") is (status == 302)
    assert Entry.objects.filter(act="directory.changed").exists() is (status == 302)


def test_a_default_of_the_product_that_the_office_changes_is_the_canton_s_own() -> None:
    client = client_of(
        make_staff(make_institution("IIZ", is_iiz_office=True), Role.OFFICE_ADMINISTRATOR, last_name="Editor")
    )
    body = Body.objects.create(code="copil", name_de="COPIL", name_fr="COPIL", kind="steering", is_default=True)
    typed = {"code": "copil", "kind": "steering", "name_de": "COPIL", "name_fr": "COPIL", "task": ""}

    client.post(f"/directory/edit/body/{body.pk}", typed)
    body.refresh_from_db()
    assert body.is_default

    client.post(f"/directory/edit/body/{body.pk}", typed | {"task": "Strategie"})
    body.refresh_from_db()
    assert not body.is_default


def test_pages_show_the_source_of_an_entry_or_that_it_is_a_default() -> None:
    load_directory("vs")
    client = client_of(make_staff(Institution.objects.get(code="SMZ"), Role.FRONT_LINE_WORKER, last_name="Reader"))

    bodies = client.get("/directory/bodies").content.decode()
    institutions = client.get("/directory/institutions").content.decode()

    assert "Jahresbericht 2024, Begriffe: COPIL" in bodies
    assert "Jahresbericht 2024, Begriffe: der 2. Kreis der IIZ" in institutions
    assert "default of this product" in institutions


def test_vs_report_2024_terms_case_management_a_pool_of_each_region_stands_in_the_directory() -> None:
    load_directory("vs")
    member = make_staff(Institution.objects.get(code="SMZ"), Role.FRONT_LINE_WORKER, last_name="Poolmember")
    BodyMember.objects.create(
        body=Body.objects.get(code="pool-siders"), staff=member, term_from=timezone.localdate(), function=""
    )

    page = client_of(member).get("/directory/bodies").content.decode()

    assert page.index("Pool for case management Sierre") < page.index('<th scope="row">Ada Poolmember')
    assert set(Body.objects.filter(kind="pool").values_list("region__code", flat=True)) == set(
        Region.objects.values_list("code", flat=True)
    )


@pytest.mark.parametrize(("kind", "has_region"), [("pool", False), ("steering", True)])
def test_a_pool_has_its_region_and_no_other_body_has_one(kind: str, has_region: bool) -> None:
    region = Region.objects.create(code="siders", name_de="Siders", name_fr="Sierre") if has_region else None

    with pytest.raises(IntegrityError, match="body_pool_has_its_region"), transaction.atomic():
        Body.objects.create(code="b", name_de="B", name_fr="B", kind=kind, region=region)


def test_a_convention_shows_its_start_as_exactly_as_it_is_known_and_unknown_reciprocity() -> None:
    load_directory("vs")
    shown = {one.title_de: (one.in_force_since, one.get_reciprocity_display()) for one in Convention.objects.all()}

    assert shown["Weisung zur Zusammenarbeit zwischen den RAV und den SMZ"] == ("November 2021", "unknown")
    assert shown["Verstärkte Zusammenarbeit zwischen BIP und RAV"] == ("2019", "unknown")


def test_reciprocity_is_entered_with_its_source_alone() -> None:
    client = client_of(
        make_staff(make_institution("IIZ", is_iiz_office=True), Role.OFFICE_ADMINISTRATOR, last_name="Editor")
    )
    parties = [make_institution("SMZ").pk, make_institution("RAV").pk]
    typed = {
        "title_de": "Weisung",
        "title_fr": "Directive",
        "kind": "directive",
        "parties": parties,
        "since": "2021-11",
    }

    refused = client.post("/directory/edit/convention/add", typed | {"reciprocity": "given"})
    no_day = client.post("/directory/edit/convention/add", typed | {"reciprocity": "unknown", "since": "2021-02-30"})
    kept = client.post(
        "/directory/edit/convention/add", typed | {"reciprocity": "given", "reciprocity_source": "Ziff. 4"}
    )

    assert (refused.status_code, no_day.status_code, kept.status_code) == (422, 422, 302)
    assert Convention.objects.get().reciprocity == "given"


def test_the_office_alone_says_for_which_regions_an_institution_works() -> None:
    office, smz = make_institution("IIZ", is_iiz_office=True), make_institution("SMZ")
    region = Region.objects.create(code="monthey", name_de="Monthey", name_fr="Monthey")

    with acting_as(acting(make_staff(office, Role.OFFICE_ADMINISTRATOR, last_name="Editor"))):
        smz.regions.add(region)
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        acting_as(acting(make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Worker"))),
    ):
        office.regions.add(region)

    assert list(smz.regions.all()) == [region]


def test_a_wrong_entry_keeps_what_was_typed() -> None:
    client = client_of(make_staff(make_institution("IIZ"), Role.OFFICE_ADMINISTRATOR, last_name="Editor"))

    response = client.post("/directory/edit/body/add", {"code": "no slug!", "name_de": "Typed"})

    assert response.status_code == 422
    assert "Typed" in response.content.decode()
    assert not Body.objects.exists()


def test_an_entry_that_others_point_at_is_not_removed() -> None:
    office = make_institution("IIZ")
    client = client_of(make_staff(office, Role.OFFICE_ADMINISTRATOR, last_name="Editor"))

    response = client.post(f"/directory/edit/institution/{office.pk}/remove")

    assert response.status_code == 422
    assert Institution.objects.filter(pk=office.pk).exists()


def test_an_entry_that_nothing_refers_to_is_removed_and_logged() -> None:
    client = client_of(make_staff(make_institution("IIZ"), Role.OFFICE_ADMINISTRATOR, last_name="Editor"))
    body = Body.objects.create(code="copil", name_de="COPIL", name_fr="COPIL", kind="steering")

    client.post(f"/directory/edit/body/{body.pk}/remove")

    assert not Body.objects.exists()
    assert Entry.objects.get(act="directory.changed").kind == "delete"


def test_the_database_keeps_the_directory_from_whoever_may_not_edit_it() -> None:
    worker = make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker")

    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(acting(worker)):
        Region.objects.create(code="x", name_de="x", name_fr="x")
    with acting_as(acting(worker)):
        assert Institution.objects.update(name_de="x") == 0
        assert Institution.objects.count() == 1


def test_nobody_in_particular_reads_no_body() -> None:
    Body.objects.create(code="copil", name_de="COPIL", name_fr="COPIL", kind="steering")
    worker = make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker")

    with acting_as(acting(worker)):
        assert Body.objects.count() == 1
    with acting_as(Acting(kind=Kind.STAFF, today=date(2026, 1, 1))):
        assert Body.objects.count() == 1
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE suone_app")
        cursor.execute("SELECT count(*) FROM institutions_body")
        assert cursor.fetchone() == (0,)
        cursor.execute("RESET ROLE")


def test_members_of_a_body_are_shown_while_their_term_runs() -> None:
    body = Body.objects.create(code="copil", name_de="COPIL", name_fr="COPIL", kind="steering")
    smz, today = make_institution("SMZ"), date(2026, 11, 23)
    for name, begins, ends in [
        ("Running", -10, None), ("Last day", -10, 0), ("Over", -10, -1), ("To come", 1, None),
    ]:  # fmt: skip
        BodyMember.objects.create(
            body=body,
            staff=Appointment.objects.create(institution=smz, first_name="A", last_name=name),
            term_from=today + timedelta(days=begins),
            term_until=None if ends is None else today + timedelta(days=ends),
        )

    [shown] = body_list(on=today)

    assert {member.staff.last_name for member in shown.members.all()} == {"Running", "Last day"}


def test_absences_of_one_person_do_not_overlap_and_run_forward() -> None:
    staff = make_staff(make_institution("SMZ"), last_name="Away")
    Absence.objects.create(staff=staff, first_day=date(2026, 1, 5), last_day=date(2026, 1, 9))

    for first, last, constraint in [(9, 12, "absence_no_overlap"), (20, 19, "absence")]:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Absence.objects.create(staff=staff, first_day=date(2026, 1, first), last_day=date(2026, 1, last))


def test_everybody_enters_their_own_absence_and_a_contact_person_those_of_the_institution() -> None:
    smz = make_institution("SMZ")
    worker = make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Worker")
    contact = make_staff(smz, Role.CONTACT_PERSON, last_name="Contact")
    stranger = make_staff(make_institution("RAV"), Role.CONTACT_PERSON, last_name="Stranger")
    tomorrow = timezone.localdate() + timedelta(days=1)
    days = {"first_day": tomorrow, "last_day": tomorrow}

    client_of(worker).post("/directory/absences", {"staff": worker.pk} | days)
    client_of(contact).post(
        "/directory/absences",
        {"staff": worker.pk, "first_day": tomorrow + timedelta(days=7), "last_day": tomorrow + timedelta(days=8)},
    )
    refused = client_of(worker).post("/directory/absences", {"staff": contact.pk} | days)
    foreign = client_of(stranger).post("/directory/absences", {"staff": worker.pk} | days)

    assert Absence.objects.filter(staff=worker).count() == 2
    assert (refused.status_code, foreign.status_code) == (422, 422)
    mine = Absence.objects.earliest("pk")
    assert client_of(stranger).post(f"/directory/absences/{mine.pk}/remove").status_code == 404
    assert client_of(worker).post(f"/directory/absences/{mine.pk}/remove").status_code == 302
    assert Absence.objects.count() == 1


def test_whoever_works_for_two_institutions_acts_for_one_at_a_time() -> None:
    smz, rav = make_institution("SMZ"), make_institution("RAV")
    first = make_staff(smz, Role.FRONT_LINE_WORKER, last_name="Both")
    second = Appointment.objects.create(user=first.user, institution=rav, first_name="Ada", last_name="Both")
    give(second, Role.STEERING)
    client = client_of(first)

    before = client.get("/cases/").status_code
    client.post("/acting", {"staff": second.pk})
    after = client.get("/cases/").status_code

    assert (before, after) == (200, 403)  # steering opens no cases
    entry = Entry.objects.get(act="acting.switched")
    assert (entry.staff_id, entry.object_id) == (first.pk, second.pk)


def test_nobody_acts_for_an_institution_they_do_not_work_for() -> None:
    worker = make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker")
    other = make_staff(make_institution("RAV"), Role.FRONT_LINE_WORKER, last_name="Other")

    assert client_of(worker).post("/acting", {"staff": other.pk}).status_code == 422


@pytest.mark.parametrize(
    ("from_days", "until_days", "status"), [(None, None, 200), (-5, 0, 200), (-5, -1, 403), (1, None, 403)]
)
def test_an_account_works_while_its_staff_entry_runs(
    from_days: int | None, until_days: int | None, status: int
) -> None:
    staff = make_staff(make_institution("SMZ"), Role.FRONT_LINE_WORKER, last_name="Worker")
    today = timezone.localdate()
    Appointment.objects.filter(pk=staff.pk).update(
        active_from=None if from_days is None else today + timedelta(days=from_days),
        active_until=None if until_days is None else today + timedelta(days=until_days),
    )

    assert client_of(staff).get("/").status_code == status


def test_a_contact_person_is_entered_once_for_a_region() -> None:
    staff = make_staff(make_institution("SMZ"), last_name="Contact")

    with pytest.raises(IntegrityError), transaction.atomic():
        ContactPerson.objects.create(institution=staff.institution, staff=staff)


def test_the_directory_gives_nobody_another_institution_office_or_role() -> None:
    office = make_institution("IIZ", is_iiz_office=True)
    editor = make_staff(office, Role.OFFICE_ADMINISTRATOR, last_name="Editor")
    smz = make_institution("SMZ")
    names = {"first_name": "Ada", "last_name": "Editor", "phone": "027 1"}

    client_of(editor).post(
        f"/directory/edit/staff/{editor.pk}", names | {"institution": smz.pk, "roles": ["data_protection_officer"]}
    )
    kept = Appointment.objects.get(pk=editor.pk)

    assert (kept.institution, kept.phone) == (office, "027 1")
    assert kept.roles_on(timezone.localdate()) == {Role.OFFICE_ADMINISTRATOR}
    assert client_of(editor).get("/directory/edit/staff/add").status_code == 404
    assert client_of(editor).post(f"/directory/edit/staff/{editor.pk}/remove").status_code == 404


def test_nobody_is_given_the_role_of_a_system() -> None:
    assert set(HeldRole._meta.get_field("role").choices or ()) == {
        (role.value, role.label) for role in Role if role is not Role.PARTNER_SYSTEM
    }
