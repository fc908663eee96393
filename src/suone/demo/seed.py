"""Filling in the demo canton: the directory, the cast, and cases carried through the same services as by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connections, transaction
from django.db.models import OuterRef
from django.utils import timezone, translation

from suone.canton.procedures.facts import Fact
from suone.canton.procedures.loading import FOLDER
from suone.canton.procedures.queries import version_in_force
from suone.canton.procedures.services import publish
from suone.casework.cases import services as cases
from suone.casework.cases.models import Case
from suone.casework.cases.rules import ClosingReason, Education, NoteKind, Outcome, RiskFactor
from suone.casework.leading import services as leading
from suone.casework.leading.queries import applying_fact
from suone.casework.support.rules import MANDATE_CATEGORIES
from suone.demo.assessment_story import play_assessments, play_overdue
from suone.demo.cast import Cast, cast_file, load_cast
from suone.demo.handover_story import play_advice, play_handovers
from suone.demo.meeting_story import Table, play_meetings, play_session
from suone.demo.pictures import signature_png
from suone.demo.plan_story import draft_the_plan
from suone.demo.support_story import play_services
from suone.ground.access.acting import Acting, acting_for_job
from suone.ground.access.categories import ALL_BUT_HEALTH, DataCategory
from suone.ground.access.database import acting_as
from suone.ground.access.permissions import Role
from suone.organisation.appointments.acting import acting_of
from suone.organisation.appointments.models import Appointment
from suone.organisation.institutions.loading import Directory, load_directory
from suone.organisation.institutions.models import Institution
from suone.records.consents.models import Consent, SignatureForm
from suone.records.consents.terms import ConsentTerms, ScopeLine
from suone.records.documents.uploads import Upload
from suone.records.dossiers.models import ContactDetail, Dossier, Particulars, Residence
from suone.records.dossiers.rules import Birth
from suone.records.dossiers.services import correct_particulars, correct_residence
from suone.records.inbox.models import Message
from suone.records.workitems.models import State as ItemState
from suone.records.workitems.models import WorkItem
from suone.records.workitems.services import add_work_item, complete

_CANTON = "vs"
_UNREAD = 3
_RISKS = list(RiskFactor)


def is_seeded() -> bool:
    """Whether the demo canton is there already."""
    with as_owner():
        return Institution.objects.filter(is_iiz_office=True).exists()


def seed() -> None:
    """Directory and cast as the database's owner, then cases as the people of the cast, each act with its log.

    All in one transaction: a start that is broken off leaves nothing behind.
    """
    with as_owner(), transaction.atomic():
        fill_in()


def fill_in() -> None:
    """Directory and cast as whoever is connected, then the cases, through the default connection."""
    directory = load_directory(_CANTON)
    cast = load_cast(directory, today=timezone.localdate())
    publish_shipped()
    play_stories(directory, cast)
    _read_all_but_the_latest_messages()


def play_stories(directory: Directory, cast: Cast) -> None:
    """The cases, in the order in which they happen."""
    _Story(directory, cast).play()


def _read_all_but_the_latest_messages() -> None:
    """Nobody comes back to thirty unread messages on an ordinary day."""
    latest = Message.objects.filter(staff=OuterRef("staff")).order_by("-pk").values("pk")[:_UNREAD]
    Message.objects.exclude(pk__in=latest).update(read_at=timezone.now())


def publish_shipped() -> None:
    """Every procedure that comes with the product, so that each canton's way can be tried."""
    acting = acting_for_job("demo: publish the procedures")
    with acting_as(acting):
        for path in sorted(FOLDER.glob("*.toml")):
            publish(acting, text=path.read_text(), source=path.name)


@contextmanager
def as_owner() -> Iterator[None]:
    """Through the owner's connection, which becomes the app's role wherever somebody acts."""
    app = connections["default"]
    connections["default"] = connections["owner"]
    try:
        yield
    finally:
        connections["default"] = app


class _Story:
    """The cases of the demo, played in the order in which they happen."""

    def __init__(self, directory: Directory, cast: Cast) -> None:
        self.directory = directory
        self.staff = cast.staff
        self.today = timezone.localdate()
        self.persons: dict[str, dict[str, Any]] = {entry["key"]: entry for entry in cast_file()["person"]}

    def play(self) -> None:
        stories = cast_file()["story"]
        handovers = cast_file()["handover"]
        with_a_story = {stories["peter"]["person"], stories["bus_inspector"]["person"]}
        with_a_story |= {entry["person"] for entry in handovers}
        young = stories["youth"]
        self._bus_inspector(stories["bus_inspector"])
        self._peter(stories["peter"])
        others = [entry for key, entry in self.persons.items() if key not in with_a_story]
        for number, entry in enumerate(others):
            if entry["key"] == young["person"]:
                self._young_person(young)
            else:
                self._other_case(entry, number)
        self._typed_otherwise(next(entry for entry in others if entry.get("ahv_number")))
        play_handovers(self._act, handovers, self.persons, self.staff, self.directory.regions)
        office = self.staff[stories["peter"]["coordinator"]]
        play_advice(self._act, office, self.directory.regions[stories["peter"]["region"]])

    def _bus_inspector(self, story: dict[str, str]) -> None:
        officer = self.staff[story["medical_officer"]]
        case = self._notify(
            self.staff[story["social_worker"]],
            self.persons[story["person"]],
            question="Kann die Anstellung von 25 Prozent ausgebaut werden, ohne sie zu gefährden?"
            if self.persons[story["person"]]["language"] == "de"
            else "Le poste à 25 % peut-il être complété sans le mettre en danger ?",
            risks=[RiskFactor.HEALTH, RiskFactor.ISOLATION, RiskFactor.EDUCATION, RiskFactor.FINANCES],
            with_institutions=("RAV", "IV", "BSL"),
            officer=officer,
        )
        coordinator = self.staff[story["coordinator"]]
        self._triage(coordinator, case, "complex")
        self._state_and_correct(self.staff[story["social_worker"]], case)
        for answering in (story["rav_adviser"], story["case_manager"]):
            self._take_part(coordinator, case, self.staff[answering])
        manager = self.staff[story["case_manager"]]
        self._act(coordinator, lambda acting: cases.name_case_manager(acting, case=case, staff=manager))
        self._note(
            self.staff[story["rav_adviser"]],
            case,
            "Elle travaille dans le contrôle des bus pendant l’année scolaire ; les vacances ne sont pas payées.",
            DataCategory.EMPLOYMENT,
        )
        self._note(
            self.staff[story["social_worker"]],
            case,
            "Constat du tandem\u202f: un emploi supplémentaire pourrait mettre le poste actuel en danger\u202f; la santé doit être"
            " clarifiée à fond et un soutien psychologique est nécessaire. Le tandem recommande une table ronde.",
            DataCategory.EMPLOYMENT,
        )
        self._ask(coordinator, case, "Préparer la table ronde", "IIZ", coordinator, days=-2)
        self._ask(coordinator, case, "Rapport sur l’emploi actuel", "RAV", self.staff[story["rav_adviser"]], days=0)
        self._ask(manager, case, "Fixer la séance d’orientation", "BSL", None, days=4)
        play_services(self._act, case, coordinator=coordinator, officer=officer, manager=manager)
        institutions = self.directory.institutions
        self._act(
            manager,
            lambda acting: draft_the_plan(acting, dossier=self._dossier(case), institutions=institutions),
        )
        play_meetings(
            Table(
                act=self._act,
                institutions=self.directory.institutions,
                coordinator=coordinator,
                rav_adviser=self.staff[story["rav_adviser"]],
                social_worker=self.staff[story["social_worker"]],
                case_manager=manager,
            ),
            case,
            region=self.directory.regions[self.persons[story["person"]]["region"]],
        )
        play_assessments(self._act, case, leader=coordinator, today=self.today)

    def _young_person(self, story: dict[str, str]) -> None:
        """Notified to Plattform T1, which triages the case and puts it on the agenda of its next fixed session."""
        youth_worker = self.staff[story["youth_worker"]]
        case = self._notify(
            self.staff[story["notifier"]],
            self.persons[story["person"]],
            question="Quel dispositif pour la suite, après l’arrêt de l’apprentissage\u202f?",
            risks=[RiskFactor.EDUCATION, RiskFactor.FAMILY],
            with_institutions=("BSL", "RAV"),
            procedure="vs-youth",
            receiver="T1",
        )
        self._triage(youth_worker, case, "network")
        self._act(youth_worker, lambda acting: leading.advance_case(acting, case=case, to="session"))
        play_session(
            self._act,
            case,
            youth_worker=youth_worker,
            guest=self._worker("BSL", story["region"]),
            institutions=self.directory.institutions,
        )

    def _peter(self, story: dict[str, str]) -> None:
        """A young man between three institutions, at the point where the case manager begins to plan."""
        worker, coordinator = self.staff[story["social_worker"]], self.staff[story["coordinator"]]
        counsellor, adviser = self.staff[story["career_counsellor"]], self.staff[story["rav_adviser"]]
        case = self._notify(
            worker,
            self.persons[story["person"]],
            question="Braucht es eine berufliche Abklärung, und wer führt den Fall?",
            risks=[RiskFactor.HEALTH, RiskFactor.FINANCES, RiskFactor.LONG_UNEMPLOYMENT],
            with_institutions=("RAV", "IV"),
        )
        self._triage(coordinator, case, "complex")
        for answering in (counsellor, adviser):
            self._take_part(coordinator, case, answering)
        self._act(coordinator, lambda acting: cases.name_case_manager(acting, case=case, staff=counsellor))
        self._note(
            worker,
            case,
            "Er wünscht, dass sein Psychotherapeut am Gespräch teilnimmt.",
            DataCategory.ADMINISTRATIVE,
        )
        self._note(
            counsellor, case, "Drei Monate berufliche Abklärung, danach Arbeitstraining.", DataCategory.EMPLOYMENT
        )
        self._ask(coordinator, case, "Abklärungsplatz suchen", "IV", counsellor, days=0)
        self._ask(counsellor, case, "Bewerbungsunterlagen schicken", "RAV", adviser, days=3)
        self._ask(coordinator, case, "Budget für den Lebensunterhalt prüfen", "SMZ", worker, days=5)
        play_overdue(self._act, case, leader=worker, today=self.today)

    def _other_case(self, entry: dict[str, Any], number: int) -> None:
        """Cases in every state, so that every list and filter has something to show."""
        region = entry["region"]
        notifier = self._worker(("SMZ", "RAV", "AfAw")[number % 3], region)
        case = self._notify(
            notifier,
            entry,
            question={"de": "Welche Massnahme passt, und wer trägt die Kosten?"}.get(
                entry["language"], "Quelle mesure convient, et qui en assume les coûts ?"
            ),
            risks=[_RISKS[(number + step) % len(_RISKS)] for step in range(2 + number % 4)],
            with_institutions=("RAV", "SMZ", "IV") if number % 2 else ("RAV", "SMZ"),
        )
        if number % 5 == 0:
            return  # waits for its triage
        coordinator = self._coordinator(region)
        if number % 7 == 0:
            self._act(coordinator, lambda acting: leading.reject_notification(acting, case=case, reason=_REJECTED))
            return
        closes = number % 6 == 4  # from the network, where it needs no service
        self._triage(coordinator, case, "complex" if number % 3 and not closes else "network")
        partner = self._worker("RAV" if number % 3 != 1 else "SMZ", region)
        self._take_part(coordinator, case, partner)
        self._note(partner, case, _NOTES[entry["language"] == "de"], DataCategory.EMPLOYMENT)
        self._ask(coordinator, case, _STEPS[number % len(_STEPS)], partner, partner, days=number % 9 - 3)
        self._ask(partner, case, "Lebenslauf aktualisieren", notifier, notifier, days=number % 6)
        if closes:
            self._close(coordinator, case)
        elif number % 6 == 5:
            self._act(coordinator, lambda acting: leading.suspend_case(acting, case=case, reason=_RESTS))
        if number % 4 == 3:
            self._expire_soon(case, days=(5, 25, 0)[number % 3])

    def _typed_otherwise(self, entry: dict[str, Any]) -> None:
        """The number of somebody known, under another name: the office has to find out whether it is one person."""
        worker = self._worker("RAV", entry["region"])
        self._notify(
            worker,
            entry | {"last_name": f"{entry['last_name']}-Walpen"},
            question="Welche Massnahme passt, und wer trägt die Kosten?",
            risks=[RiskFactor.FINANCES, RiskFactor.LONG_UNEMPLOYMENT],
            with_institutions=("SMZ",),
        )

    def _notify(
        self,
        worker: Appointment,
        entry: dict[str, Any],
        *,
        question: str,
        risks: list[RiskFactor],
        with_institutions: tuple[str, ...],
        officer: Appointment | None = None,
        procedure: str = "vs-complex",
        receiver: str = "IIZ",
    ) -> Case:
        read_by = [self.directory.institutions[code] for code in (receiver, *with_institutions)]
        notification = leading.Notification(
            ahv_number=entry.get("ahv_number", ""),
            ahv_missing_reason=entry.get("ahv_missing_reason", ""),
            last_name=entry["last_name"],
            first_name=entry["first_name"],
            date_of_birth=Birth.on(entry["date_of_birth"]),
            language=entry["language"],
            sex=entry["sex"],
            education=_EDUCATION[len(entry["last_name"]) % len(_EDUCATION)],
            region=self.directory.regions[entry["region"]],
            question=question,
            risk_factors=[risk.value for risk in risks],
            first_contact_on=self.today - timedelta(days=90),
            procedure=version_in_force(procedure, on=self.today),
            terms=ConsentTerms(
                purpose="Interinstitutionelle Zusammenarbeit in diesem Fall"
                if entry["language"] == "de"
                else "Collaboration interinstitutionnelle dans ce cas",
                valid_from=self.today,
                valid_until=self.today + timedelta(days=365),
                signed_on=self.today,
                signature_form=SignatureForm.SCREEN,
                language=entry["language"],
            ),
            scope=[
                *(ScopeLine(reader, ALL_BUT_HEALTH) for reader in dict.fromkeys([worker.institution, *read_by])),
                *([ScopeLine(officer.institution, MANDATE_CATEGORIES, officer)] if officer else []),
            ],
            signature=Upload("signature.png", signature_png()),
        )
        case: Case = self._act(worker, lambda acting: leading.notify_case(acting, notification=notification))
        self._complete_particulars(worker, case, entry)
        return case

    def _complete_particulars(self, worker: Appointment, case: Case, entry: dict[str, Any]) -> None:
        def known(*names: str) -> dict[str, Any]:
            return {name: entry[name] for name in names if entry.get(name)}

        def correct(acting: Acting) -> None:
            particulars = Particulars.objects.select_related("dossier").get(pk=case.pk)
            correct_particulars(
                acting,
                particulars=particulars,
                version=particulars.version,
                changes=known("commune", "interpreter_language"),
                contact_details={
                    kind: entry[name]
                    for kind, name in ((ContactDetail.Kind.TELEPHONE, "telephone"), (ContactDetail.Kind.EMAIL, "email"))
                    if entry.get(name)
                },
            )
            residence = Residence.objects.select_related("dossier").get(pk=case.pk)
            changes = known("permit", "permit_expires_on", "status")
            correct_residence(acting, residence=residence, version=residence.version, changes=changes)

        self._act(worker, correct)

    def _triage(self, coordinator: Appointment, case: Case, level: str) -> None:
        answers = {"several_institutions": "yes", "difficulties_accumulate": "yes" if level == "complex" else "no"}
        answers |= {"complex_risks": "yes" if level == "complex" else "no", "claims_clear": "yes"}
        self._act(
            coordinator, lambda acting: leading.triage_case(acting, case=case, answers=answers, level=level, reason="")
        )

    def _state_and_correct(self, worker: Appointment, case: Case) -> None:
        """Whether the person was asked who else supports them: recorded, and corrected the same day."""

        def state_and_correct(acting: Acting) -> None:
            leading.record_fact(acting, case=case, fact=Fact.PERSON_ASKED, value=False)
            known = applying_fact(case.pk, Fact.PERSON_ASKED)
            assert known is not None
            leading.correct_fact(acting, known=known, value=True, reason="Demandé au téléphone, à midi.")

        self._act(worker, state_and_correct)

    def _take_part(self, coordinator: Appointment, case: Case, answering: Appointment) -> None:
        institution = answering.institution
        decision = self._act(
            coordinator,
            lambda acting: cases.ask_to_take_part(
                acting, case=case, institution=institution, due_on=self.today + timedelta(days=10), question=""
            ),
        )
        self._act(answering, lambda acting: cases.answer_participation(acting, decision=decision, accept=True))

    def _note(self, author: Appointment, case: Case, text: str, category: DataCategory) -> None:
        self._act(
            author,
            lambda acting: cases.write_note(
                acting, dossier=self._dossier(case), text=text, category=category, kind=NoteKind.CALL
            ),
        )

    def _ask(
        self,
        asker: Appointment,
        case: Case,
        title: str,
        whom: str | Appointment,
        assigned: Appointment | None,
        *,
        days: int,
    ) -> None:
        addressed = self.directory.institutions[whom] if isinstance(whom, str) else whom.institution
        self._act(
            asker,
            lambda acting: add_work_item(
                acting,
                dossier=self._dossier(case),
                title=title,
                due_on=self.today + timedelta(days=days),
                addressed_id=addressed.pk,
                assigned=assigned,
            ),
        )

    def _close(self, coordinator: Appointment, case: Case) -> None:
        def close(acting: Acting) -> None:
            by_hand = WorkItem.objects.filter(dossier_id=case.pk, state=ItemState.OPEN, settled_by="")
            for item in by_hand.select_related("dossier", "addressed"):
                complete(acting, item=item, reason=_SETTLED)
            leading.close_case(
                acting, case=case, outcome=Outcome.PRIMARY_MARKET, closing_reason=ClosingReason.GOALS_REACHED
            )

        self._act(coordinator, lambda acting: cases.name_lead(acting, case=case, staff=coordinator))
        self._act(coordinator, close)

    def _expire_soon(self, case: Case, *, days: int) -> None:
        # No service can let time pass.
        until = self.today + timedelta(days=days)
        with (
            transaction.atomic(),
            connections["default"].cursor() as cursor,
        ):  # what opened is checked against its consent
            Consent.objects.filter(dossier_id=case.pk).update(valid_until=until)
            cursor.execute(
                "UPDATE dossiers_grant SET valid_until = (%s::date + 1)::timestamp AT TIME ZONE 'Europe/Zurich'"
                " WHERE dossier_id = %s AND because = 'consent'",
                [until, case.pk],
            )

    def _worker(self, code: str, region: str) -> Appointment:
        institution = self.directory.institutions[code]
        there = [s for s in self._holding(Role.FRONT_LINE_WORKER) if s.institution_id == institution.pk]
        in_region = [s for s in there if s.office and s.office.region_id == self.directory.regions[region].pk]
        return sorted(in_region or there, key=lambda s: (s.user_id is None, s.pk))[0]

    def _coordinator(self, region: str) -> Appointment:
        name = self.directory.regions[region]
        staff = self._holding(Role.REGIONAL_COORDINATOR)
        own = [s for s in staff if name.name_de in s.function or name.name_fr in s.function]
        return (own or staff)[0]

    def _holding(self, role: Role) -> list[Appointment]:
        keys = {entry["key"] for entry in cast_file()["staff"] if role in entry["roles"]}
        return [staff for key, staff in self.staff.items() if key in keys]

    def _dossier(self, case: Case) -> Dossier:
        return Dossier.objects.get(pk=case.pk)

    def _act(self, staff: Appointment, do: Any) -> Any:
        """Do something as this staff member, in the language of their account."""
        acting = acting_of(staff)
        with translation.override(staff.user.language if staff.user else "de"), acting_as(acting):
            return do(acting)


_EDUCATION = (Education.NONE, Education.UPPER_SECONDARY, Education.NONE, Education.UPPER_SECONDARY, Education.TERTIARY)
_SETTLED = "mit der Stelle, die Arbeit gibt, erledigt"
_REJECTED = "die Sache ist zwischen zwei Stellen lösbar."
_RESTS = "Spitalaufenthalt / séjour à l’hôpital"
_NOTES = ("Motivé·e, cherche un stage dans la région.", "Motiviert, sucht einen Einsatzplatz in der Region.")
_STEPS = (
    "Standortgespräch vorbereiten",
    "Préparer le bilan de situation",
    "Arbeitsversuch organisieren",
    "Clarifier le droit aux prestations",
)
