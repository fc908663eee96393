"""Pages: asking, entering, alerts, overlaps, settings, figures, and who takes part."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from suone.ground.access.permissions import Role
from suone.ground.audit.models import Entry
from suone.organisation.appointments.models import Absence, ContactPerson
from suone.organisation.appointments.tests.factories import client_of, make_staff
from suone.records.consents.tests.factories import Cast, make_cast
from suone.register.server import queries, services
from suone.register.server.models import Alert, AlertPreference, AlertState, Enrolment
from suone.register.server.rules import ends_before, shown
from suone.register.server.tests.factories import DAY, as_job, deliver, do, number_of, row
from suone.register.server.tokens import EpochInfo


@pytest.fixture
def closed(db: None, tmp_path: Any, settings: Any) -> Cast:
    """Nobody has opened the register yet."""
    settings.REGISTER_KEYS_FOLDER = str(tmp_path / "keys")
    return make_cast()


@pytest.fixture
def worker(cast: Cast) -> Client:
    return client_of(cast.worker)


@pytest.fixture
def administrator(cast: Cast) -> Client:
    return client_of(make_staff(cast.coordinator.institution, Role.OFFICE_ADMINISTRATOR, last_name="Administrator"))


def ask(client: Client, person: int = 1, purpose: str = "first_talk") -> str:
    response = client.post("/register/", {"number": number_of(person), "purpose": purpose})
    assert response.status_code == 200
    return str(response.content.decode())


def enter(client: Client, person: int = 1, **changes: Any) -> Any:
    typed = {"number": number_of(person), "valid_from": DAY.isoformat(), "purpose": "first_talk"} | changes
    return client.post("/register/persons/add", typed)


def met(cast: Cast, epoch: EpochInfo, *, worker: str = "") -> Alert:
    """The alert of the worker's institution, after the adviser's delivered the same person."""
    deliver(cast.worker, [row(epoch, 1, worker=worker)])
    deliver(cast.adviser, [row(epoch, 2)])
    deliver(cast.adviser, [row(epoch, 1), row(epoch, 2)])
    as_job(services.notify_of_new_overlaps)
    return Alert.objects.get(institution=cast.worker.institution)


# ---- asking and entering


def test_while_the_register_is_closed_every_page_says_so(closed: Cast) -> None:
    client = client_of(closed.worker)

    for path in ("", "persons/add", "persons/end", "alerts", "overlaps", "deliveries"):
        assert "The register is not open yet" in client.get(f"/register/{path}").content.decode()


def test_an_institution_that_takes_no_part_is_shown_what_to_do(cast: Cast) -> None:
    page = client_of(cast.stranger).post("/register/", {"number": number_of(1), "purpose": "first_talk"})

    assert "ask the IIZ office to let it take part" in page.content.decode()
    assert not Entry.objects.filter(act="register.looked_up").exists()


def test_a_person_of_ones_own_is_answered_with_whom_to_call(cast: Cast, epoch: EpochInfo, worker: Client) -> None:
    met(cast, epoch)

    page = ask(worker)

    assert "RAV de" in page
    assert "Ada Adviser" in page
    assert 'href="tel:0270000000"' in page
    assert "R-1" in page
    assert f"/cases/notify?with={cast.adviser.institution_id}" in page
    assert "first talk with the person" in page  # who asked


def test_whoever_is_away_is_shown_with_the_deputy(cast: Cast, epoch: EpochInfo, worker: Client) -> None:
    met(cast, epoch)
    deputy = make_staff(cast.adviser.institution, Role.FRONT_LINE_WORKER, first_name="Bea", last_name="Deputy")
    ContactPerson.objects.filter(staff=deputy).delete()
    ContactPerson.objects.filter(staff=cast.adviser).update(deputy=deputy)
    Absence.objects.create(
        staff=cast.adviser, first_day=timezone.localdate(), last_day=timezone.localdate() + timedelta(days=3)
    )

    page = ask(worker)

    assert "Away until" in page
    assert "Bea Deputy" in page


def test_a_former_registration_is_listed_below(cast: Cast, epoch: EpochInfo, worker: Client) -> None:
    met(cast, epoch)
    do(cast.adviser, services.end_registration, number=number_of(1), last_day=timezone.localdate() - timedelta(days=1))

    page = ask(worker)

    assert "Nobody else follows this person now." in page
    assert page.index("Followed formerly by") < page.index("RAV de")


def test_the_number_is_shown_masked_and_is_in_no_address(cast: Cast, epoch: EpochInfo, worker: Client) -> None:
    met(cast, epoch)

    page = ask(worker)

    digits = number_of(1)
    assert f"756.••••.••••.{digits[11:]}" in page
    assert not re.search(rf'(?:href|action)="[^"]*{digits}', page)
    assert digits not in re.sub(r'<input type="hidden"[^>]*>', "", page)


def test_a_person_who_is_not_entered_is_offered_for_entering_and_nothing_is_disclosed(
    cast: Cast, epoch: EpochInfo, worker: Client
) -> None:
    deliver(cast.adviser, [row(epoch, 1)])

    page = ask(worker)

    assert "Your institution has not entered this person yet" in page
    assert "Ada Adviser" not in page
    assert "Who asked about this person" not in page
    assert f'value="{number_of(1)}"' in page


def test_a_wrong_number_stays_on_the_form(worker: Client) -> None:
    response = worker.post("/register/", {"number": "756.0000.0000.01", "purpose": "first_talk"})

    assert response.status_code == 422
    assert "check the 13 digits" in response.content.decode()


def test_entering_a_person_says_at_once_who_else_follows_them(cast: Cast, epoch: EpochInfo, worker: Client) -> None:
    deliver(cast.adviser, [row(epoch, 1)])

    page = enter(worker, reference="S-44").content.decode()

    assert "1 other institution also follows this person, and is notified." in page
    assert "S-44" in page
    assert "Ada Adviser" in page
    assert Alert.objects.filter(
        institution=cast.adviser.institution, other_institution=cast.worker.institution
    ).exists()


def test_entering_shows_when_nobody_else_follows_the_person(worker: Client) -> None:
    assert "you will be notified if that changes" in enter(worker).content.decode()


@pytest.mark.parametrize("changes", [{"valid_from": "2999-01-01"}, {"number": "756"}])
def test_what_cannot_be_entered_is_explained(worker: Client, changes: dict[str, str]) -> None:
    assert enter(worker, **changes).status_code == 422


def test_a_registration_is_ended(worker: Client) -> None:
    enter(worker)

    future = worker.post(
        "/register/persons/end",
        {"number": number_of(1), "last_day": (timezone.localdate() + timedelta(days=1)).isoformat()},
    )
    ended = worker.post("/register/persons/end", {"number": number_of(1), "last_day": timezone.localdate().isoformat()})

    assert (future.status_code, ended.status_code) == (422, 302)
    assert "Your institution has not entered this person yet" in ask(worker)


def test_ending_what_is_not_there_is_refused(worker: Client) -> None:
    response = worker.post(
        "/register/persons/end", {"number": number_of(9), "last_day": timezone.localdate().isoformat()}
    )

    assert response.status_code == 422
    assert "no open registration of this person" in response.content.decode()


# ---- alerts, overlaps, deliveries


def test_an_alert_is_on_the_list_with_its_next_steps(cast: Cast, epoch: EpochInfo, worker: Client) -> None:
    alert = met(cast, epoch)

    page = worker.get("/register/alerts").content.decode()

    assert "R-1" in page
    assert "RAV de" in page
    assert f"/cases/notify?with={cast.adviser.institution_id}&amp;alert={alert.pk}" in page
    assert f"/register/alerts/{alert.pk}/answer" in page


@pytest.mark.parametrize("state", ["in_touch", "set_aside"])
def test_an_alert_is_dealt_with(cast: Cast, epoch: EpochInfo, worker: Client, state: str) -> None:
    alert = met(cast, epoch)

    assert worker.post(f"/register/alerts/{alert.pk}/answer", {"state": state}).status_code == 302

    alert.refresh_from_db()
    assert (alert.state, alert.answered_by_id) == (state, cast.worker.pk)
    assert "R-1" not in worker.get("/register/alerts").content.decode()
    assert "R-1" in worker.get("/register/alerts?show=done").content.decode()


def test_an_alert_without_a_state_stays_as_it_is(cast: Cast, epoch: EpochInfo, worker: Client) -> None:
    alert = met(cast, epoch)

    assert worker.post(f"/register/alerts/{alert.pk}/answer", {"state": "new"}).status_code == 302

    alert.refresh_from_db()
    assert alert.state == AlertState.NEW


def test_an_alert_of_another_institution_does_not_exist(cast: Cast, epoch: EpochInfo) -> None:
    alert = met(cast, epoch)

    response = client_of(cast.adviser).post(f"/register/alerts/{alert.pk}/answer", {"state": "in_touch"})

    assert response.status_code == 404


def test_a_quiet_alert_is_on_a_list_of_its_own(cast: Cast, epoch: EpochInfo, worker: Client) -> None:
    Alert.objects.filter(pk=met(cast, epoch).pk).update(is_quiet=True)

    assert "R-1" not in worker.get("/register/alerts").content.decode()
    assert "R-1" in worker.get("/register/alerts?show=quiet").content.decode()


def test_a_colleagues_alert_shows_in_the_list_of_the_whole_institution(
    cast: Cast, epoch: EpochInfo, worker: Client
) -> None:
    colleague = make_staff(cast.worker.institution, Role.FRONT_LINE_WORKER, last_name="Colleague")
    Alert.objects.filter(pk=met(cast, epoch).pk).update(worker=colleague)

    assert "R-1" not in worker.get("/register/alerts").content.decode()
    assert "R-1" in worker.get("/register/alerts?whose=all").content.decode()
    assert do(cast.worker, queries.my_new_alerts) == 0
    assert do(colleague, queries.my_new_alerts) == 1


def test_overlaps_go_on_behind_a_cursor_that_holds_no_token(
    cast: Cast, epoch: EpochInfo, worker: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    persons = range(1, 6)
    deliver(cast.worker, [row(epoch, person) for person in persons])
    deliver(cast.adviser, [row(epoch, person) for person in persons])
    tokens = [str(one.place) for one in do(cast.worker, queries.overlaps)]

    seen, path = [], "/register/overlaps"
    while path:
        page = worker.get(path).content.decode()
        seen += re.findall(r"<th scope=\"row\">(R-\d)", page)
        following = re.search(r'<p class="pager"><a href="([^"]+)', page)
        path = "/register/overlaps" + following.group(1).replace("&amp;", "&") if following else ""
        assert not [token for token in tokens if token in page or token.replace("-", "") in page]

    assert sorted(seen) == [f"R-{person}" for person in persons]


def test_a_forged_cursor_begins_at_the_beginning(cast: Cast, epoch: EpochInfo, worker: Client) -> None:
    met(cast, epoch)

    assert "R-1" in worker.get("/register/overlaps?after=forged").content.decode()


def test_overlaps_of_another_office_are_filtered_out(cast: Cast, epoch: EpochInfo, worker: Client) -> None:
    met(cast, epoch)

    page = worker.get(f"/register/overlaps?office={cast.worker.office_id}").content.decode()

    assert "Nobody of yours is followed elsewhere too." in page


def test_deliveries_say_what_they_changed(cast: Cast, epoch: EpochInfo, worker: Client) -> None:
    deliver(cast.worker, [row(epoch, person) for person in range(3)])

    page = worker.get("/register/deliveries").content.decode()

    assert "Snapshot" in page
    assert 'data-label="Added">3<' in page


def test_thirty_lines_ask_the_database_no_more_often_than_three(cast: Cast, epoch: EpochInfo, worker: Client) -> None:
    def queries_for(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert worker.get(path).status_code == 200
        return len(asked)

    deliver(cast.worker, [row(epoch, person) for person in range(40)])
    deliver(cast.adviser, [row(epoch, 99)])
    paths = ("/register/alerts", "/register/overlaps")
    deliver(cast.adviser, [row(epoch, person) for person in (99, 1, 2, 3)])
    worker.get("/register/alerts")
    few = [queries_for(path) for path in paths]
    deliver(cast.adviser, [row(epoch, person) for person in (99, *range(1, 31))])

    assert [queries_for(path) for path in paths] == few
    assert max(few) <= 29


def test_the_message_about_an_alert_leads_to_the_list(cast: Cast, epoch: EpochInfo, worker: Client) -> None:
    met(cast, epoch, worker="")

    page = worker.get("/messages/").content.decode()

    assert '<a href="/register/alerts">Register</a>' in page


# ---- settings


def test_an_office_chooses_who_is_notified(cast: Cast) -> None:
    contact = client_of(make_staff(cast.worker.institution, Role.CONTACT_PERSON, last_name="Contact"))

    assert "SMZ Siders" in contact.get("/register/settings").content.decode()
    answer = contact.post("/register/settings", {"office": cast.worker.office_id, "notifies": "nobody"})

    assert answer.status_code == 302
    assert AlertPreference.objects.get().notifies == "nobody"


def test_the_setting_of_a_foreign_office_is_not_touched(cast: Cast) -> None:
    contact = client_of(make_staff(cast.adviser.institution, Role.CONTACT_PERSON, last_name="Contact"))

    answer = contact.post("/register/settings", {"office": cast.worker.office_id, "notifies": "nobody"})

    assert answer.status_code == 422
    assert not AlertPreference.objects.exists()


def test_a_worker_does_not_choose_who_is_notified(worker: Client) -> None:
    assert worker.get("/register/settings").status_code == 403


# ---- figures


def test_figures_show_shares_pairs_and_the_years_without_persons(cast: Cast, epoch: EpochInfo) -> None:
    long_ago = date(timezone.localdate().year - 1, 3, 1)
    deliver(cast.worker, [row(epoch, person, valid_from=long_ago) for person in range(10)])
    deliver(cast.adviser, [row(epoch, person, valid_from=long_ago, referred_by="SMZ") for person in range(4, 16)])

    page = client_of(cast.coordinator).get("/register/figures").content.decode()

    assert "<strong>16</strong>" in page
    assert "<strong>6</strong> (38\u00a0%)" in page  # 6 of 16
    assert 'data-label="RAV">6<' in page
    assert "60\u00a0%" in page  # 6 of the SMZ's 10
    past = (
        client_of(cast.coordinator)
        .get(f"/register/figures?year={timezone.localdate().year - 1}&by=quarter")
        .content.decode()
    )
    assert "SMZ → RAV" in past
    assert 'data-label="Persons">12<' in past
    assert "R-" not in page + past


def test_counts_so_low_that_somebody_could_be_recognised_are_merged(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, person) for person in range(10)])
    deliver(cast.adviser, [row(epoch, person) for person in range(8, 20)])

    page = client_of(cast.coordinator).get("/register/figures").content.decode()

    assert 'data-label="RAV">1–4<' in page
    assert "20\u00a0%" not in page


def test_figures_of_a_closed_register_say_so(closed: Cast) -> None:
    assert "not open yet" in client_of(closed.coordinator).get("/register/figures").content.decode()


def test_a_worker_sees_no_figures(worker: Client) -> None:
    assert worker.get("/register/figures").status_code == 403


@pytest.mark.parametrize(
    ("day", "months", "ends"),
    [
        (date(2026, 11, 25), 12, [date(2024, 12, 31), date(2025, 12, 31)]),
        (date(2026, 12, 31), 12, [date(2024, 12, 31), date(2025, 12, 31)]),
        (date(2026, 2, 5), 3, [date(2025, 9, 30), date(2025, 12, 31)]),
        (date(2026, 8, 31), 3, [date(2026, 3, 31), date(2026, 6, 30)]),
    ],
)
def test_the_ends_of_periods_before_a_day(day: date, months: int, ends: list[date]) -> None:
    assert ends_before(day, months=months, count=2) == ends


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (1, "1–4"), (4, "1–4"), (5, "5"), (6887, "6'887")])
def test_counts_as_pages_show_them(count: int, text: str) -> None:
    assert shown(count) == text


# ---- taking part, and use


def test_the_office_lets_an_institution_take_part_and_ends_it(cast: Cast, administrator: Client) -> None:
    there = f"/register/participants/{cast.stranger.institution_id}"

    nameless = administrator.post(f"{there}/enrol", {"legal_basis": "", "began_on": timezone.localdate().isoformat()})
    begun = administrator.post(
        f"{there}/enrol",
        {"legal_basis": "IVG Art. 68bis", "responsible": cast.stranger.pk, "began_on": timezone.localdate()},
    )
    page = administrator.get("/register/participants").content.decode()
    ended = administrator.post(f"{there}/end")

    assert (nameless.status_code, begun.status_code, ended.status_code) == (422, 302, 302)
    assert "IVG Art. 68bis" in page
    assert "Ada Stranger" in page
    assert Enrolment.objects.get(institution=cast.stranger.institution).ended_on == timezone.localdate()
    assert 'value="IVG Art. 68bis"' in administrator.get(f"{there}/enrol").content.decode()


def test_the_use_of_a_day_is_shown_beside_each_institution(
    cast: Cast, epoch: EpochInfo, worker: Client, administrator: Client
) -> None:
    deliver(cast.worker, [row(epoch, 1)])
    ask(worker, 1)
    ask(worker, 7)

    page = administrator.get("/register/use").content.decode()
    before = administrator.get(f"/register/use?day={timezone.localdate() - timedelta(days=1)}").content.decode()

    assert 'data-label="Questions">2<' in page
    assert 'data-label="of them not answered">1<' in page
    assert 'data-label="Questions">2<' not in before
    assert administrator.get("/register/use?day=2026-99-99").status_code == 200


def test_a_worker_neither_enrols_nor_oversees(worker: Client, cast: Cast) -> None:
    for path in ("participants", "use", f"participants/{cast.worker.institution_id}/enrol"):
        assert worker.get(f"/register/{path}").status_code == 403


def test_whoever_may_not_ask_is_led_to_the_figures(administrator: Client, worker: Client) -> None:
    assert 'href="/register/figures"' in administrator.get("/directory/").content.decode()
    assert 'href="/register/"' in worker.get("/directory/").content.decode()
    assert 'href="/register/figures"' not in worker.get("/directory/").content.decode()
