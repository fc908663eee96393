"""The schema of the demo's cast, and what must hang together in it."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from suone.ground.access.permissions import Role
from suone.ground.schemafiles.checks import Between, Day, Many, OneOf, Pattern, Text
from suone.ground.schemafiles.problems import Fault, not_among, twice
from suone.ground.schemafiles.reading import Entry, Kind
from suone.organisation.institutions.schema import Code, Mail, Slug
from suone.records.dossiers.models import Permit, Sex, Status

Short = Annotated[str, Text(100)]
Key = Annotated[str, Pattern("[a-z][a-z0-9-]{0,59}", "may have small letters, digits and - only, at most 60")]
Words = Annotated[str, Text(2000)]
Language = Annotated[str, OneOf(("de", "fr", "it", "en"))]
Phone = Annotated[str, Text(40)]


class Staff(Entry):
    key: Key
    first_name: Short
    last_name: Short
    institution: Code
    office: Slug
    function: Short
    phone: Phone
    email: Mail
    language: Annotated[str, OneOf(("de", "fr"))] = Field(description="The language of their pages.")
    roles: Annotated[list[Annotated[str, OneOf(Role.values)]], Many(20)]
    percentage: Annotated[int, Between(1, 100)] = Field(100, description="Of a full post, where it is known.")
    has_account: bool = Field(False, description="Whether they can log in.")


class LogIn(Entry):
    role: Annotated[str, OneOf(Role.values)]
    staff: Key


class ContactPerson(Entry):
    institution: Code
    region: Slug = ""
    staff: Key
    deputy: Key = ""
    topics: Annotated[str, Text(200)] = ""


class Absence(Entry):
    staff: Key
    starts_in_days: Annotated[int, Between(-365, 365)]
    lasts_days: Annotated[int, Between(1, 365)]


class BodyMember(Entry):
    body: Slug
    staff: Key
    function: Short = ""
    term_from: Day
    term_until: Day | None = None


class Person(Entry):
    key: Key
    ahv_number: Annotated[str, Pattern(r"756(\.\d{4}){2}\.\d{2}", "is no AHV number")] = ""
    ahv_missing_reason: Annotated[str, Text(200)] = ""
    last_name: Short
    first_name: Short
    date_of_birth: Day
    sex: Annotated[str, OneOf(Sex.values)]
    language: Language
    interpreter_language: Short = ""
    commune: Short
    telephone: Annotated[list[Phone], Many(10)]
    email: Annotated[list[Mail], Many(10)] = []
    permit: Annotated[str, OneOf(Permit.values)]
    permit_expires_on: Day | None = None
    status: Annotated[str, OneOf(Status.values)] = ""
    region: Slug = Field(description="Where a case of theirs would be coordinated.")


class PeterStory(Entry):
    person: Key
    region: Slug
    social_worker: Key
    rav_adviser: Key
    career_counsellor: Key
    coordinator: Key


class BusInspectorStory(Entry):
    person: Key
    region: Slug
    social_worker: Key
    rav_adviser: Key
    case_manager: Key
    medical_officer: Key
    coordinator: Key


class YouthStory(Entry):
    person: Key
    region: Slug
    notifier: Key
    youth_worker: Key


class Stories(Entry):
    peter: PeterStory
    youth: YouthStory
    bus_inspector: BusInspectorStory


class HandOver(Entry):
    person: Key
    sender: Key
    receiver: Key
    message: Words
    answer: Annotated[str, OneOf(("accepted", "declined"))] = ""
    reason: Words = ""


class FormerlyFollowed(Entry):
    institution: Code
    person: Key


class NewlyFollowed(Entry):
    institution: Code
    person: Key
    worker: Key


class Cast(Entry):
    """Who works in the demo's canton, and the persons concerned: everybody is invented."""

    staff: Annotated[list[Staff], Many(500, least=1)]
    log_in: Annotated[list[LogIn], Many(50)]
    contact_person: Annotated[list[ContactPerson], Many(500)]
    absence: Annotated[list[Absence], Many(100)]
    body_member: Annotated[list[BodyMember], Many(500)]
    person: Annotated[list[Person], Many(1000, least=1)]
    story: Stories
    handover: Annotated[list[HandOver], Many(100)]
    formerly_followed: Annotated[list[FormerlyFollowed], Many(100)]
    newly_followed: Annotated[list[NewlyFollowed], Many(100)]

    def faults(self) -> Iterator[Fault]:
        staff, persons = [one.key for one in self.staff], [one.key for one in self.person]
        yield from twice(staff, "staff")
        yield from twice(persons, "person")
        pointing = {
            "staff": staff,
            "deputy": staff,
            "sender": staff,
            "receiver": staff,
            "worker": staff,
            "person": persons,
        }
        lists = (
            "log_in",
            "contact_person",
            "absence",
            "body_member",
            "handover",
            "formerly_followed",
            "newly_followed",
        )
        for name in lists:
            for number, entry in enumerate(getattr(self, name)):
                for key in entry.model_fields_set & set(pointing):
                    yield from not_among([getattr(entry, key)], pointing[key], key, (name, number))
        for name in ("peter", "bus_inspector", "youth"):
            for key, value in getattr(self.story, name).model_dump(exclude={"region"}).items():
                yield from not_among([value], persons if key == "person" else staff, key, ("story", name))


CASTS = Kind(Cast, "the cast")
