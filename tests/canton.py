"""The demo canton with cases in every state, one of everything that a page shows, and a register that is open.

``clone`` gives a database of its own that holds it: it is filled in once for each state of the code and each day, in a
process of its own, ``python -m tests.canton``, whose environment names the database.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings
from django.utils import timezone

from suone.config.tests import databases

ROOT = Path(__file__).resolve().parents[1]


def clone(name: str) -> dict[str, str]:
    """A database of this name that holds the canton; returns the environment of whatever is to work with it."""
    digest = _digest()
    keys = settings.VAR / "keys" / f"filled_{digest}"

    def fill(template: str) -> None:
        shutil.rmtree(keys, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "tests.canton"], check=True, env=_environment(template, keys), cwd=ROOT)

    databases.make_filled(name, digest=digest, fill=fill)
    own_keys = settings.VAR / "keys" / name
    shutil.copytree(keys, own_keys)  # of its register: one that is opened later gets keys too
    return _environment(name, own_keys)


def _environment(name: str, keys: Path) -> dict[str, str]:
    base = settings.DATABASES["owner"]
    address = f"postgres://%s@/{name}?host={base['HOST']}" + (f"&port={base['PORT']}" if base["PORT"] else "")
    return os.environ | {
        "DATABASE_URL": address % "suone_app",
        "DATABASE_OWNER_URL": address % "suone_owner",
        "SUONE_VAR": str(settings.VAR),
        "SUONE_REGISTER_KEYS": str(keys),
        "SUONE_LOG_LEVEL": "ERROR",
        "SUONE_CONFIRM_MINUTES": "60",  # a log-in serves many tests
        "SUONE_YOUTH_NOTICE_LAW": "kantonales Gesetz",
        "SUONE_DOUBTS_LAW": "kantonales Gesetz",  # without a law nobody clears doubts
        "DJANGO_SETTINGS_MODULE": "suone.config.settings",
    }


def _digest() -> str:
    """A word for all that the canton follows from: the day, the migrations, the product's code and words, and this file."""
    source = ROOT / "src" / "suone"
    files = [file for ending in ("py", "toml", "sql") for file in source.rglob(f"*.{ending}")]
    files = [file for file in files if "tests" not in file.parts] + [*ROOT.glob("locale/*/*/*.po"), Path(__file__)]
    hashed = hashlib.sha256(f"{timezone.localdate()} {databases.digest_of_migrations()}".encode())
    for file in sorted([*files, ROOT / "tests" / "journeys" / "registers.py"]):
        hashed.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return hashed.hexdigest()[:16]


def _fill() -> None:
    from django.db import transaction

    from suone.casework.youth.services import keep_law
    from suone.demo.seed import as_owner, fill_in
    from tests.journeys.registers import open_register
    from tests.site import Site

    with as_owner(), transaction.atomic():
        keep_law(using="default")  # the template was migrated without one
        fill_in()
        _add_one_of_everything()
    open_register(Site("", os.environ["DATABASE_OWNER_URL"], settings.REGISTER_KEYS_FOLDER), "RAV", "SMZ")
    _let_both_follow_one_person()


def _add_one_of_everything() -> None:
    from suone.casework.cases.models import Case, Draft
    from suone.casework.corrections.models import Correction
    from suone.casework.plans.models import Plan, Signature
    from suone.casework.youth.models import Notice
    from suone.organisation.appointments.models import Absence, Appointment, HeldRole, Invitation
    from suone.organisation.appointments.rules import hash_of_key
    from suone.organisation.institutions.models import Institution
    from suone.organisation.signin.models import FactorReset
    from suone.records.consents.models import Disclosure
    from suone.records.decisions.models import Decision, RequestText
    from suone.records.dossiers.models import Dossier, Doubt, Particulars
    from suone.records.persons.models import Joining, Person
    from suone.records.workitems.models import WorkItem

    today = timezone.localdate()
    case = Case.objects.filter(state="active").order_by("pk")[0]
    dossier = Dossier.objects.get(pk=case.pk)
    asker = Appointment.objects.get(email="stefan.imsand@example.org")
    social = Institution.objects.get(code="SMZ")
    worker = Appointment.objects.get(email="rahel.kalbermatten@example.org")
    WorkItem.objects.filter(dossier=dossier, state="open").update(about_type="question", details="Welche Ärztin?")
    Draft.objects.create(staff=worker, data={"last_name": "Muster"})
    FactorReset.objects.create(
        institution_id=worker.institution_id,
        holder=worker,
        holder_account=worker.user,
        asked_by=asker,
        asked_account=asker.user,
    )
    Draft.objects.create(staff=worker, kind="handover", data={"last_name": "Muster", "message": "Sucht Arbeit"})
    decision = Decision.objects.create(
        dossier=dossier,
        case_number=dossier.number,
        kind="participation",
        asked_institution=asker.institution,
        asked_by=asker,
        addressed=social,
        due_on=today + timedelta(days=3),
        remind_on=today,
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
        dossier=dossier,
        basis="avig-85f-3",
        purpose="Abklärung",
        form="oral",
        giver=asker.institution,
        giver_staff=asker,
        recipient=Institution.objects.get(code="RAV"),
        categories=1,
        inform_until=today + timedelta(days=5),
    )
    signed = Plan.objects.create(
        dossier=dossier,
        kind="target_agreement",
        number=1,
        state="in_signing",
        round=1,
        language="de",
        begun_by=asker,
        put_up_on=today,
        put_up_by=asker,
    )
    Signature.objects.create(plan=signed, dossier=dossier, round=1)
    delegate = Appointment.objects.get(email="eliane.zurwerra@example.org")
    invited = Appointment.objects.create(
        institution=asker.institution, first_name="Nina", last_name="Neu", percentage=20
    )
    HeldRole.objects.create(
        appointment=invited, role="medical_officer", valid_from=today, given_by=delegate, given_by_account=delegate.user
    )
    Invitation.objects.create(
        appointment=invited,
        institution=asker.institution,
        address="nina.neu@example.org",
        token_hash=hash_of_key("for-one-look"),
        expires_at=timezone.now() + timedelta(days=1),
    )
    Notice.objects.create(
        receiver=Institution.objects.get(code="T1"),
        institution=social,
        staff=worker,
        first_name="Léa",
        last_name="Muster",
        birth_year=2008,
        contact="079 000 00 00",
        concern="Bleibt der Lehre fern",
        language="de",
        law="kantonales Gesetz",
        kept_until=today + timedelta(days=20),
    )
    Absence.objects.create(staff=asker, first_day=today + timedelta(days=20), last_day=today + timedelta(days=30))


def _let_both_follow_one_person() -> None:
    """So that each page of the register has something to show."""
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


if __name__ == "__main__":
    django.setup()
    _fill()
