"""Files of registrations: applied whole or not at all, compared with what is known, and refused with a sentence."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from suone.ground.access.errors import Refused
from suone.organisation.institutions.models import Office
from suone.records.consents.tests.factories import Cast
from suone.register.server import queries, services
from suone.register.server.tests.factories import DAY, deliver, do, row
from suone.register.server.tokens import EpochInfo


def delivered(cast: Cast) -> list[services.OwnRegistration]:
    """What the register contains for the worker's institution, past ones too, by reference."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT valid_from, valid_until, reference FROM register.registration WHERE institution = %s ORDER BY 3, 1",
            [cast.worker.institution_id],
        )
        return [services.OwnRegistration(*found) for found in cursor.fetchall()]


def test_whoever_is_missing_in_a_snapshot_has_ended_today(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, 1), row(epoch, 2)])

    applied = deliver(cast.worker, [row(epoch, 2)])

    assert (applied.ended, applied.unchanged) == (1, 1)
    assert [one.valid_until for one in delivered(cast)] == [timezone.localdate(), None]


def test_of_changes_nothing_is_concluded(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, 1), row(epoch, 2)])

    applied = deliver(cast.worker, [row(epoch, 3), row(epoch, 2, valid_until=DAY)], "changes")

    assert (applied.added, applied.changed, applied.ended) == (1, 1, 0)
    assert [one.valid_until for one in delivered(cast)] == [None, DAY, None]


def test_a_corrected_first_day_is_the_same_registration(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, 1)])

    applied = deliver(cast.worker, [row(epoch, 1, valid_from=DAY - timedelta(days=3))])

    assert (applied.added, applied.changed, applied.ended) == (0, 1, 0)
    assert [one.valid_from for one in delivered(cast)] == [DAY - timedelta(days=3)]


def test_a_past_registration_comes_back_as_a_new_one(cast: Cast, epoch: EpochInfo) -> None:
    again = DAY + timedelta(days=90)
    deliver(cast.worker, [row(epoch, 1, valid_until=DAY)])

    applied = deliver(cast.worker, [row(epoch, 1, valid_until=DAY), row(epoch, 1, valid_from=again)])

    assert (applied.added, applied.unchanged) == (1, 1)


def test_half_a_file_asks_first_and_changes_nothing(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, person) for person in range(10)])

    with pytest.raises(services.WouldEndMany) as many:
        deliver(cast.worker, [row(epoch, 1)], confirmed=False)

    assert (many.value.ended, many.value.open_before) == (9, 10)
    assert [one.valid_until for one in delivered(cast)] == [None] * 10


def test_with_a_part_missing_nothing_is_applied(cast: Cast, epoch: EpochInfo) -> None:
    def begin(who: Any) -> services.Delivery:
        found = services.open_delivery(who, epoch=epoch.number, kind="snapshot", rows=2, digest="d" * 20)
        services.add_part(who, delivery_id=found.id, number=1, rows=[row(epoch, 1)])
        return found

    begun = do(cast.worker, begin)

    with pytest.raises(Refused, match="missing"):
        do(cast.worker, services.apply_delivery, delivery_id=begun.id)
    assert delivered(cast) == []

    # The same file again goes on where it was; a part sent twice counts once.
    again = do(cast.worker, begin)
    assert (again.id, again.parts) == (begun.id, {1: 1})
    do(cast.worker, services.add_part, delivery_id=begun.id, number=2, rows=[row(epoch, 2)])
    assert do(cast.worker, services.apply_delivery, delivery_id=begun.id).added == 2


def test_the_same_person_twice_with_the_same_day_is_refused_whole(cast: Cast, epoch: EpochInfo) -> None:
    deliver(cast.worker, [row(epoch, 1)])

    with pytest.raises(Refused, match="twice"):
        deliver(cast.worker, [row(epoch, 1), row(epoch, 2), row(epoch, 2, reference="again")])

    assert [one.reference for one in delivered(cast)] == ["R-1"]


def test_wrong_rows_are_named_by_place_and_none_is_taken(cast: Cast, epoch: EpochInfo) -> None:
    rows = [
        row(epoch, 1),
        row(epoch, 2, office="999999", worker="nobody@example.org"),
        row(epoch, 3, valid_until=DAY - timedelta(days=1), referred_by="NONE"),
    ]

    with pytest.raises(services.RowsRefused) as refused:
        deliver(cast.worker, rows)

    assert [(place, field) for place, field, _sentence in refused.value.errors] == [
        (1, "office"),
        (1, "worker"),
        (2, "valid_until"),
        (2, "referred_by"),
    ]


def test_offices_of_another_institution_cannot_be_named(cast: Cast, epoch: EpochInfo) -> None:
    office = Office.objects.create(institution=cast.adviser.institution, name_de="Fremd", name_fr="Autre")

    with pytest.raises(services.RowsRefused):
        deliver(cast.worker, [row(epoch, 1, office=str(office.pk))])


def test_a_delivery_belongs_to_its_institution(cast: Cast, epoch: EpochInfo) -> None:
    begun = do(cast.worker, services.open_delivery, epoch=epoch.number, kind="snapshot", rows=0, digest="d" * 20)

    with pytest.raises(Http404):
        do(cast.adviser, services.add_part, delivery_id=begun.id, number=1, rows=[row(epoch, 1)])
    with pytest.raises(Refused):
        do(cast.adviser, services.apply_delivery, delivery_id=begun.id)
    with pytest.raises(Refused):
        do(cast.adviser, services.abandon_delivery, delivery_id=begun.id)


def test_an_abandoned_delivery_leaves_nothing(cast: Cast, epoch: EpochInfo) -> None:
    begun = do(cast.worker, services.open_delivery, epoch=epoch.number, kind="snapshot", rows=1, digest="d" * 20)
    do(cast.worker, services.add_part, delivery_id=begun.id, number=1, rows=[row(epoch, 1)])

    do(cast.worker, services.abandon_delivery, delivery_id=begun.id)

    assert delivered(cast) == []
    (past,) = do(cast.worker, queries.deliveries_of)
    assert past.state == "abandoned"


def test_weeks_are_kept_where_days_would_identify(cast: Cast, epoch: EpochInfo, settings: Any) -> None:
    settings.REGISTER_DATES = "week"

    deliver(cast.worker, [row(epoch, 1, valid_from=DAY + timedelta(days=2), valid_until=DAY + timedelta(days=9))])

    (kept,) = delivered(cast)
    assert (kept.valid_from.isoweekday(), kept.valid_until and kept.valid_until.isoweekday()) == (1, 7)


def test_an_institution_that_takes_no_part_is_refused_as_such(cast: Cast, epoch: EpochInfo) -> None:
    with pytest.raises(Refused, match="does not take part"):
        do(cast.physician, services.open_delivery, epoch=epoch.number, kind="snapshot", rows=0, digest="d" * 20)
