"""The demo canton with its cases behind the real server, and one of everything that a page shows."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Browser

from tests.conftest import ROOT, Site, Visitor
from tests.journeys.registers import open_register

# The site has its directory and cast already; absences would lie there twice.
_FILL_IN = """
import django; django.setup()
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from suone.casework.cases.models import Case, Draft, Participant, ParticipantState
from suone.records.consents.models import Disclosure
from suone.casework.corrections.models import Correction
from suone.records.decisions.models import Decision, RequestText
from suone.demo.seed import as_owner, fill_in
from suone.records.dossiers.models import Dossier, Doubt, Particulars
from suone.organisation.appointments.models import Absence, Appointment, HeldRole, Invitation
from suone.organisation.appointments.rules import hash_of_key
from suone.organisation.institutions.models import Institution
from suone.records.persons.models import Joining, Person
from suone.casework.plans.models import Plan, Signature
from suone.organisation.signin.models import FactorReset
from suone.records.workitems.models import WorkItem
with as_owner(), transaction.atomic():
    Absence.objects.all().delete()
    fill_in()
    today = timezone.localdate()
    case = Case.objects.filter(state="active").order_by("pk")[0]
    dossier = Dossier.objects.get(pk=case.pk)
    asker = Appointment.objects.get(email="stefan.imsand@example.org")
    social = Institution.objects.get(code="SMZ")
    worker = Appointment.objects.get(email="rahel.kalbermatten@example.org")
    WorkItem.objects.filter(dossier=dossier, state="open").update(about_type="question", details="Welche Ärztin?")
    Draft.objects.create(staff=worker, data={"last_name": "Muster"})
    FactorReset.objects.create(
        institution_id=worker.institution_id, holder=worker, holder_account=worker.user, asked_by=asker,
        asked_account=asker.user,
    )
    Draft.objects.create(staff=worker, kind="handover", data={"last_name": "Muster", "message": "Sucht Arbeit"})
    decision = Decision.objects.create(
        dossier=dossier, case_number=dossier.number, kind="participation", asked_institution=asker.institution,
        asked_by=asker, addressed=social, due_on=today + timedelta(days=3), remind_on=today,
    )
    RequestText.objects.create(dossier=dossier, decision=decision, part="question", text="Wer begleitet?")
    other = Dossier.objects.create(number="anderes", person=Person.objects.create())
    Particulars.objects.create(dossier=other, last_name="Muster", first_name="Eva", language="de")
    Doubt.objects.create(one=dossier, other=other, because="likeness")
    Joining.objects.create(kept=dossier.person, joined=other.person, reason="Dieselbe Person")
    Correction.objects.create(
        dossier=dossier, offered={"last_name": "Imhof", "birth_year": 1990}, institution=social, offered_by=worker
    )
    Disclosure.objects.create(
        dossier=dossier, basis="avig-85f-3", purpose="Abklärung", form="oral", giver=asker.institution,
        giver_staff=asker, recipient=Institution.objects.get(code="RAV"), categories=1,
        inform_until=today + timedelta(days=5),
    )
    signed = Plan.objects.create(
        dossier=dossier, kind="target_agreement", number=1, state="in_signing", round=1, language="de", begun_by=asker,
        put_up_on=today, put_up_by=asker,
    )
    Signature.objects.create(plan=signed, dossier=dossier, round=1)
    delegate = Appointment.objects.get(email="eliane.zurwerra@example.org")
    invited = Appointment.objects.create(institution=asker.institution, first_name="Nina", last_name="Neu", percentage=20)
    HeldRole.objects.create(
        appointment=invited, role="medical_officer", valid_from=today, given_by=delegate, given_by_account=delegate.user
    )
    Invitation.objects.create(
        appointment=invited, institution=asker.institution, address="nina.neu@example.org",
        token_hash=hash_of_key("for-one-look"), expires_at=timezone.now() + timedelta(days=1),
    )
    Absence.objects.create(staff=asker, first_day=today + timedelta(days=20), last_day=today + timedelta(days=30))
"""

# Both follow one person, so that each page of the register has something to show.
_MEET = """
import django; django.setup()
from django.utils import timezone
from suone.ground.access.database import acting_as
from suone.organisation.appointments.acting import acting_of
from suone.organisation.appointments.models import Appointment
from suone.register.server.services import Registering, register_person
from tests.journeys.registers import number_of
for email in ("rahel.kalbermatten@example.org", "thomas.pfammatter@example.org"):
    who = acting_of(Appointment.objects.select_related("institution").get(email=email))
    with acting_as(who):
        worker = Appointment.objects.select_related("office").get(email=email)
        one = Registering(number_of(9), timezone.localdate(), office=worker.office, worker=worker, reference="F-9")
        register_person(who, registering=one)
"""


@pytest.fixture(scope="session")
def canton(site: Site) -> Site:
    """The site, with cases in every state."""
    environment = os.environ | {
        "DATABASE_URL": site.owner_url.replace("suone_owner", "suone_app", 1),
        "DATABASE_OWNER_URL": site.owner_url,
        "SUONE_VAR": str(settings.VAR),
        "SUONE_REGISTER_KEYS": site.keys,
        "SUONE_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "suone.config.settings",
    }
    subprocess.run([sys.executable, "-c", _FILL_IN], check=True, env=environment, cwd=ROOT)
    with override_settings(REGISTER_KEYS_FOLDER=site.keys):
        open_register(site, "RAV", "SMZ")
    subprocess.run([sys.executable, "-c", _MEET], check=True, env=environment, cwd=ROOT)
    return site


@pytest.fixture(scope="session")
def enter(browser: Browser, canton: Site) -> Iterator[Callable[..., Visitor]]:
    """``enter(email, language)``: the same visitor each time, so that nobody logs in twice; no e-mail, no log-in."""
    visitors: dict[tuple[Any, ...], Visitor] = {}

    def visitor(email: str, language: str) -> Visitor:
        if (email, language) not in visitors:
            fresh = visitors[email, language] = Visitor(browser, canton, language)
            if email:
                fresh.log_in(email)
        return visitors[email, language]

    yield visitor
    for left in visitors.values():
        left.close()
