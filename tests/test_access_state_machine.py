"""Who reads what, under any order of events: the product against a small model of what the law of consent says.

The model knows no table, no policy and no query. After every event each actor reads every case three times: through
application and policies together, through the policies alone, and through the application alone; all three must equal
the model. ``SUONE_SWEEP=full`` runs 150 stories of 40 events, the usual run 20.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from suone.demo.cast import load_cast
from suone.ground.access.acting import Acting
from suone.ground.access.categories import ALL_BUT_HEALTH, ALL_CATEGORIES, HEALTH_BIT, DataCategory, Power
from suone.ground.access.database import acting_as
from suone.ground.access.errors import Refused
from suone.ground.access.tests.worlds import kept
from suone.organisation.appointments.acting import acting_of
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.loading import load_directory
from suone.records.consents import services as consents
from suone.records.consents.legal_bases import legal_basis
from suone.records.consents.models import Consent, DisclosureForm, SignatureForm
from suone.records.consents.terms import ConsentTerms, ScopeLine
from suone.records.dossiers.models import CaseBoundQuerySet, Dossier, Event, Grant
from suone.records.dossiers.services import break_glass, open_dossier

_ACTORS = {
    "smz": "rahel.kalbermatten@example.org",
    "rav": "thomas.pfammatter@example.org",
    "iv": "andrea.truffer@example.org",
    "office": "stefan.imsand@example.org",
    "physician": "helena.wyssen@example.org",
    "asylum": "mathieu.praplan@example.org",
}
_FULL = os.environ.get("SUONE_SWEEP") == "full"
_STORIES = settings(
    max_examples=150 if _FULL else 20,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
# Enough to find a planted fault, and no time spent on making the story shorter.
_SEARCH = settings(
    _STORIES, max_examples=150, phases=[Phase.generate], derandomize=True, database=None, report_multiple_bugs=False
)

# The acts go back with their grants.
_DAYS = ("valid_from", "valid_until", "access_until")
_TIMES = {
    "consents_consent": ("valid_from", "valid_until"),
    "consents_disclosure": ("at", "access_until"),
    "dossiers_emergency": ("at", "until"),
    "dossiers_dossier": ("opened_at",),
}
actors = st.sampled_from(sorted(_ACTORS))
masks = st.integers(1, ALL_BUT_HEALTH).map(lambda mask: mask & ALL_BUT_HEALTH).filter(bool)


@dataclass(frozen=True)
class Access:
    """In the model: who may reach which categories of a case, in days counted from the beginning."""

    dossier: int
    principal: tuple[str, int]
    mask: int
    power: Power
    first_day: int
    last_day: int
    because: tuple[str, int]

    def holds(self, day: int) -> bool:
        return bool(self.mask) and self.first_day <= day <= self.last_day


@dataclass
class SignedConsent:
    """In the model: a consent, and what each recipient still has of it."""

    row: Consent
    dossier: int
    last_day: int
    renews: "SignedConsent | None" = None
    lines: dict[int, int] = field(default_factory=dict)
    withdrawn: bool = False


class World:
    """The fictional cast, and what happens to it in one story."""

    def __init__(self) -> None:
        today = timezone.localdate()
        load_cast(load_directory("vs"), today=today)
        self.staff = {
            key: Appointment.objects.select_related("institution").filter(email=email).order_by("pk")[0]
            for key, email in _ACTORS.items()
        }
        self.acting: dict[str, Acting] = {key: acting_of(entry) for key, entry in self.staff.items()}


class AccessStories(RuleBasedStateMachine):
    """Cases are opened, consents signed, narrowed, renewed and withdrawn, data disclosed, glass broken, days pass."""

    world: World
    questions: "Questions"

    def __init__(self) -> None:
        super().__init__()
        self.day = 0
        self.access: list[Access] = []
        self.consents: list[SignedConsent] = []
        self.dossiers: dict[int, Dossier] = {}
        self.canaries: dict[int, tuple[int, DataCategory]] = {}  # an event's number: its case and category
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    # What the model says.

    def principals(self, actor: str) -> set[tuple[str, int]]:
        acting = self.world.acting[actor]
        return {("institution", acting.own_institution_id), ("staff", acting.own_staff_id)}

    def mask_of(self, actor: str, dossier: int, power: Power = Power.READ) -> int:
        mask = 0
        for access in self.access:
            if access.dossier == dossier and access.power >= power and access.principal in self.principals(actor):
                mask |= access.mask if access.holds(self.day) else 0
        return mask

    def chain_of(self, signed: SignedConsent) -> list[SignedConsent]:
        """For the person a consent and its renewals are one."""
        first = signed
        while first.renews is not None:
            first = first.renews
        chain = [first]
        for other in self.consents:  # in the order in which they were signed
            if other.renews is not None and any(other.renews is one for one in chain):
                chain.append(other)
        return chain

    def readable_events(self, actor: str) -> set[int]:
        return {pk for pk, (dossier, category) in self.canaries.items() if self.mask_of(actor, dossier) & category.bit}

    def readable_dossiers(self, actor: str) -> set[int]:
        return {dossier for dossier in self.dossiers if self.mask_of(actor, dossier)}

    # What happens.

    @initialize(mask=masks, lasts=st.integers(0, 4))
    def begin(self, mask: int, lasts: int) -> None:
        """Every story begins with a case and a consent, so that there is something to take back."""
        self.open_a_case(actor="smz")
        self.sign_a_consent(
            actor="smz", which=0, to=["rav", "office"], mask=mask, starts=0, lasts=lasts,
            named=False, to_physician=True, renews=False,
        )  # fmt: skip

    @rule(actor=actors)
    @precondition(lambda self: len(self.dossiers) < 3)
    def open_a_case(self, actor: str) -> None:
        acting = self.world.acting[actor]
        if actor == "physician":  # a medical officer does not notify
            self.refused(actor, lambda: self._open(acting))
            return
        with acting_as(acting):
            dossier = self._open(acting)
        self.dossiers[dossier.pk] = dossier
        for category in DataCategory:
            canary = Event.objects.create(dossier=dossier, act="canary", category=category)
            self.canaries[canary.pk] = (dossier.pk, category)
        self.access.append(
            Access(
                dossier.pk, ("institution", acting.own_institution_id), ALL_BUT_HEALTH, Power.LEAD,
                self.day, 10**6, ("notification", dossier.pk),
            )
        )  # fmt: skip

    def _open(self, acting: Acting) -> Dossier:
        return open_dossier(
            acting,
            ahv_number="",
            ahv_missing_reason="not yet registered",
            last_name="Muster",
            first_name=f"Number {len(self.dossiers)}",
            birth=None,
            language="de",
        )

    @rule(
        actor=actors,
        which=st.integers(0, 2),
        to=st.lists(actors.filter(lambda key: key != "physician"), min_size=1, max_size=3, unique=True),
        mask=masks,
        starts=st.integers(0, 2),
        lasts=st.integers(0, 4),
        named=st.booleans(),
        to_physician=st.booleans(),
        renews=st.booleans(),
    )
    @precondition(lambda self: self.dossiers)
    def sign_a_consent(
        self, actor: str, which: int, to: list[str], mask: int, starts: int, lasts: int,
        named: bool, to_physician: bool, renews: bool,
    ) -> None:  # fmt: skip
        dossier, acting = self._dossier(which), self.world.acting[actor]
        scope = []
        for position, key in enumerate(to):
            staff = self.world.staff[key]
            scope.append(ScopeLine(staff.institution, mask, staff if named and position == 0 else None))
        if to_physician:
            physician = self.world.staff["physician"]
            scope.append(ScopeLine(physician.institution, mask | HEALTH_BIT, physician))
        terms = ConsentTerms(
            purpose="Finding measures",
            valid_from=acting.today + timedelta(days=starts),
            valid_until=acting.today + timedelta(days=starts + lasts),
            signed_on=acting.today,
            signature_form=SignatureForm.PAPER,
            language="de",
        )
        earlier = [signed.row for signed in self.consents if signed.dossier == dossier.pk]
        renewed = earlier[0] if renews and earlier else None

        def sign() -> Consent:
            return consents.sign_consent(acting, dossier=dossier, terms=terms, scope=scope, renews=renewed)

        if not self.mask_of(actor, dossier.pk, Power.LEAD):
            self.refused(actor, sign)
            return
        with acting_as(acting):
            consent = sign()
        before = next((signed for signed in self.consents if renewed is not None and signed.row == renewed), None)
        signed = SignedConsent(consent, dossier.pk, self.day + starts + lasts, before)
        for line in scope:
            recipient = consent.recipients.get(institution=line.institution, staff=line.staff)
            signed.lines[recipient.pk] = line.categories
            self.access.append(
                Access(
                    dossier.pk,
                    ("staff", line.staff.pk) if line.staff else ("institution", line.institution.pk),
                    line.categories,
                    Power.LEAD if line.institution.is_iiz_office else Power.WRITE,
                    self.day + starts,
                    self.day + starts + lasts,
                    ("consent", consent.pk),
                )
            )
        self.consents.append(signed)

    @rule(actor=actors, which=st.integers(0, 9))
    @precondition(lambda self: self.consents)
    def withdraw_a_consent(self, actor: str, which: int) -> None:
        signed, acting = self.consents[which % len(self.consents)], self.world.acting[actor]

        def withdraw() -> None:
            consents.withdraw_consent(acting, consent=Consent.objects.get(pk=signed.row.pk))

        ending = [
            other
            for other in self.chain_of(signed)
            if not other.withdrawn and (other is signed or other.last_day >= self.day)
        ]
        if not ending or not self.mask_of(actor, signed.dossier):
            self.refused(actor, withdraw)
            return
        with acting_as(acting):
            withdraw()
        for other in ending:
            other.withdrawn = True
        ended = {("consent", other.row.pk) for other in ending}
        self.access = [access for access in self.access if access.because not in ended]

    @rule(actor=actors, which=st.integers(0, 9), line=st.integers(0, 3), keep=st.integers(0, ALL_CATEGORIES))
    @precondition(lambda self: self.consents)
    def narrow_a_consent(self, actor: str, which: int, line: int, keep: int) -> None:
        signed, acting = self.consents[which % len(self.consents)], self.world.acting[actor]
        pk = sorted(signed.lines)[line % len(signed.lines)]
        then = signed.lines[pk] & keep

        def narrow() -> None:
            recipient = Consent.objects.get(pk=signed.row.pk).recipients.get(pk=pk)
            consents.narrow_consent(acting, recipient=recipient, categories=then)

        over = signed.withdrawn or signed.last_day < self.day
        if over or then == signed.lines[pk] or not self.mask_of(actor, signed.dossier):
            self.refused(actor, narrow)
            return
        recipient = signed.row.recipients.get(pk=pk)
        with acting_as(acting):
            narrow()
        taken = signed.lines[pk] & ~then
        for other in self.chain_of(signed):
            same = other.row.recipients.filter(institution=recipient.institution_id, staff=recipient.staff_id).first()
            if same is not None:
                other.lines[same.pk] &= ~taken
        principal = ("staff", recipient.staff_id) if recipient.staff_id else ("institution", recipient.institution_id)
        narrowed = {("consent", other.row.pk) for other in self.chain_of(signed)}
        self.access = [
            replace(access, mask=access.mask & ~taken)
            if access.because in narrowed and access.principal == principal
            else access
            for access in self.access
        ]

    @rule(actor=actors, which=st.integers(0, 2), to=actors, mask=masks, lasts=st.integers(0, 3))
    @precondition(lambda self: self.dossiers)
    def disclose_without_consent(self, actor: str, which: int, to: str, mask: int, lasts: int) -> None:
        dossier, acting, recipient = self._dossier(which), self.world.acting[actor], self.world.staff[to].institution
        basis = legal_basis("avig-85f-3")
        assert basis is not None

        def disclose() -> Any:
            return consents.record_disclosure(
                acting,
                dossier=dossier,
                basis="avig-85f-3",
                purpose="Clarifying claims",
                form=DisclosureForm.ACCESS,
                recipient=recipient,
                categories=mask,
                confirmed=[condition.code for condition in basis.conditions],
                access_until=acting.today + timedelta(days=lasts),
            )

        if not self.mask_of(actor, dossier.pk, Power.LEAD) or mask & ~self.mask_of(actor, dossier.pk):
            self.refused(actor, disclose)  # people pass on what is open to them
            return
        with acting_as(acting):
            disclosure = disclose()
        self.access.append(
            Access(
                dossier.pk, ("institution", recipient.pk), mask, Power.READ,
                self.day, self.day + lasts, ("disclosure", disclosure.pk),
            )
        )  # fmt: skip

    @rule(actor=actors, which=st.integers(0, 2))
    @precondition(lambda self: self.dossiers)
    def break_the_glass(self, actor: str, which: int) -> None:
        dossier, acting = self._dossier(which), self.world.acting[actor]

        def break_it() -> Dossier:
            return break_glass(acting, number=dossier.number, reason="Danger to life, nobody else reached")

        if actor not in ("office", "physician", "iv"):  # coordinator, medical officer, case manager
            self.refused(actor, break_it)
            return
        with acting_as(acting):
            break_it()
        mask = ALL_CATEGORIES if actor == "physician" else ALL_BUT_HEALTH
        number = -len(self.access)
        self.access.append(
            Access(
                dossier.pk, ("staff", acting.own_staff_id), mask, Power.WRITE,
                self.day, self.day, ("glass", number),
            )
        )  # fmt: skip

    @rule(days=st.integers(1, 3))
    def days_pass(self, days: int) -> None:
        """The clock is the database's own: instead of it going forward, every period goes back."""
        self.day += days
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM dossiers_grant WHERE valid_from < '9000-01-01' ORDER BY valid_from, id")
            for (pk,) in cursor.fetchall():  # one after the other, or two periods of one act would overlap for a moment
                cursor.execute(
                    """
                    UPDATE dossiers_grant SET
                        valid_from = (valid_from AT TIME ZONE 'Europe/Zurich' - %(days)s) AT TIME ZONE 'Europe/Zurich',
                        valid_until = (valid_until AT TIME ZONE 'Europe/Zurich' - %(days)s) AT TIME ZONE 'Europe/Zurich'
                    WHERE id = %(pk)s
                    """,
                    {"days": timedelta(days=days), "pk": pk},
                )
            for table, moments in _TIMES.items():
                changes = ", ".join(
                    f"{name} = {name} - %(days)s"
                    if name in _DAYS
                    else f"{name} = ({name} AT TIME ZONE 'Europe/Zurich' - %(days)s * interval '1 day')"
                    " AT TIME ZONE 'Europe/Zurich'"
                    for name in moments
                )
                cursor.execute(f"UPDATE {table} SET {changes}", {"days": days})

    @rule(actor=actors, to=actors, which=st.integers(0, 2))
    @precondition(lambda self: self.dossiers)
    def help_oneself(self, actor: str, to: str, which: int) -> None:
        """Nobody writes a grant past the functions that ask for the power to do so, leading or not."""
        dossier = self._dossier(which)

        def write() -> None:
            Grant.objects.create(
                dossier=dossier, staff=self.world.staff[to], categories=ALL_CATEGORIES,
                power=Power.LEAD, valid_from=timezone.now(), because="consent", because_id=0, legal_basis="none",
            )  # fmt: skip

        self.refused(actor, write)
        self.refused(actor, lambda: Grant.objects.update(categories=ALL_CATEGORIES))

    # What must hold after every event.

    @invariant()
    def everybody_reads_what_the_model_says(self) -> None:
        alone = self.questions.of_application()
        for place, (actor, acting) in enumerate(self.world.acting.items()):
            events, dossiers = self.readable_events(actor), self.readable_dossiers(actor)
            with acting_as(acting, read_only=True):
                filtered, by_policies, cases_by_policies = self.questions.of_both[actor]()
            assert filtered == events, actor
            assert by_policies == events, f"{actor}, policies alone"
            assert cases_by_policies == dossiers, f"{actor}, policies alone"
            assert alone[2 * place] == events, f"{actor}, application alone"
            assert alone[2 * place + 1] == dossiers, f"{actor}, application alone"

    def refused(self, actor: str, act: Callable[[], Any]) -> None:
        """An act that is not this actor's leaves nothing behind."""
        refusals = (Refused, ProgrammingError, Dossier.DoesNotExist, Consent.DoesNotExist)
        with pytest.raises(refusals), transaction.atomic(), acting_as(self.world.acting[actor]):
            act()

    def _dossier(self, which: int) -> Dossier:
        return self.dossiers[sorted(self.dossiers)[which % len(self.dossiers)]]


class Questions:
    """What each actor asks after every event: put together once, since Django takes longer for it than PostgreSQL answers."""

    def __init__(self, acting: dict[str, Acting]) -> None:
        canaries = Event.objects.filter(act="canary")
        filtered = {
            key: (canaries.readable_by(who, category_column="category"), Dossier.objects.readable_by(who))
            for key, who in acting.items()
        }
        self.of_application = _asked(*(question for pair in filtered.values() for question in pair))
        self.of_both = {key: _asked(events, canaries, Dossier.objects.all()) for key, (events, _) in filtered.items()}


def _asked(*questions: QuerySet[Any]) -> Callable[[], list[set[int]]]:
    """The keys that each question finds, all asked in one statement."""
    compiled = [question.order_by().values_list("pk").query.sql_with_params() for question in questions]
    statement = "SELECT " + ", ".join(f"ARRAY({text})" for text, _ in compiled)
    values = [value for _, given in compiled for value in given]

    def ask() -> list[set[int]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return [set(found) for found in cursor.fetchone()]

    return ask


def _run(world: World, stories: settings) -> None:
    machine = type("Stories", (AccessStories,), {"world": world, "questions": Questions(world.acting)})
    run_state_machine_as_test(machine, settings=stories)


@kept
def world() -> World:
    return World()


def test_access_follows_the_model_under_any_order_of_events(world: World) -> None:
    _run(world, _STORIES)


def test_a_withdrawal_that_ends_no_grant_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consents, "end_unfounded_grants", lambda *args, **kwargs: frozenset())

    with pytest.raises(IntegrityError, match="exceeds its act"):
        _run(world, _SEARCH)


def test_a_policy_that_forgets_the_category_is_found(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            ALTER POLICY dossiers_event_select ON dossiers_event USING (EXISTS (
                SELECT 1 FROM dossiers_grant g WHERE g.dossier_id = dossiers_event.dossier_id
                AND g.valid_from <= statement_timestamp() AND g.valid_until > statement_timestamp()))
            """
        )

    with pytest.raises(AssertionError, match="policies alone"):
        _run(world, _SEARCH)


def test_a_filter_that_forgets_the_end_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(self: Any, acting: Acting, *, category_column: str = "") -> Any:
        mine = Grant.objects.filter(institution_id=acting.own_institution_id) | Grant.objects.filter(
            staff_id=acting.own_staff_id
        )
        return self.filter(**{f"{self.case_column}__in": mine.values("dossier_id")})

    monkeypatch.setattr(CaseBoundQuerySet, "readable_by", forgetful)

    with pytest.raises(AssertionError, match="application alone"):
        _run(world, _SEARCH)
