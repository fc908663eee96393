"""The schema of a canton's directory file, and its consistency checks."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field

from suone.ground.schemafiles.checks import Between, Day, Many, OneOf, Pattern, Text
from suone.ground.schemafiles.problems import Fault, not_among, twice
from suone.ground.schemafiles.reading import Entry, Kind
from suone.organisation.institutions.kinds import InstitutionKind
from suone.organisation.institutions.models import BodyKind, Circle, Reciprocity
from suone.organisation.institutions.rules import as_exact_as_known

CONVENTION_KINDS = ("contract", "directive", "agreement", "practice")

# The lengths are those of the tables that the file fills.
Called = Annotated[str, Text(150)]
CalledElsewhere = Annotated[str, Text(150, least=0)]
Slug = Annotated[str, Pattern("[a-z0-9_-]{1,30}", "may have small letters, digits, - and _ only, at most 30")]
Code = Annotated[str, Text(20)]
Mail = Annotated[str, Pattern(r"[^@\s]{1,100}@[^@\s]{1,140}\.[^@\s.]{2,12}", "is no e-mail address")]


_Place = Annotated[str, Text(200, least=0)]


class Sourced(Entry):
    """What a public paper says, with the place, or what the product proposes where none does."""

    source: _Place = Field("", description="Where a public paper says it: paper and page or chapter.")
    default: bool = Field(False, description="No paper says it: a default of the product, shown as such.")

    def faults(self) -> Iterator[Fault]:
        if self.source and self.default:
            yield Fault("default and source exclude each other: either a paper says it, or the product proposes it")
        if not self.source and not self.default:
            yield Fault("give its source (paper and page or chapter), or default = true where no paper says it")


class Named(Sourced):
    name_de: Called
    name_fr: Called
    name_it: CalledElsewhere = ""
    name_en: CalledElsewhere = ""


class Region(Named):
    code: Slug
    position: Annotated[int, Between(0, 10_000)] = 0


class Institution(Named):
    code: Code = Field(description="Its short name, such as RAV.")
    short_name_fr: Annotated[str, Text(20, least=0)] = ""
    kind: Annotated[str, OneOf(InstitutionKind.values)] = Field(description="What it is for, whatever it is called.")
    circle: Annotated[str, OneOf(Circle.values)]
    parent_service: Annotated[str, Text(60, least=0)] = ""
    regions: Annotated[list[Slug], Many(200)] = Field([], description="Left out, it works for the whole canton.")
    is_iiz_office: bool = False


class Office(Named):
    key: Slug = Field(description="What other files point at.")
    institution: Code
    region: Annotated[str, Text(30)] = Field("", description="Left out, it works for the whole canton.")
    address: Annotated[str, Text(200, least=0)] = ""
    phone: Annotated[str, Text(40, least=0)] = ""
    email: Mail = ""


class Body(Named):
    code: Slug
    kind: Annotated[str, OneOf(BodyKind.values)]
    region: Annotated[str, Text(30, least=0)] = Field("", description="Of a pool for case management.")
    task: Annotated[str, Text(300, least=0)] = ""


class Seat(Sourced):
    body: Slug
    number: Annotated[int, Between(1, 200)] = Field(description="How many members come from there.")
    function_de: Annotated[str, Text(100)]
    function_fr: Annotated[str, Text(100)]
    institution: Code = ""
    parent_service: Annotated[str, Text(60)] = ""


class Convention(Sourced):
    key: Slug
    title_de: Annotated[str, Text(200)]
    title_fr: Annotated[str, Text(200)]
    kind: Annotated[str, OneOf(CONVENTION_KINDS)]
    parties: Annotated[list[Code], Many(100, least=2)]
    since: Annotated[str, Text(10, least=0)] = Field(
        "", description="As exactly as it is known: 2019, 2021-11 or 2021-11-15."
    )
    ends_on: Day | None = None
    reciprocity: Annotated[str, OneOf(Reciprocity.values)] = Reciprocity.UNKNOWN.value
    reciprocity_source: Annotated[str, Text(200, least=0)] = Field(
        "", description="What says whether the other side does the same."
    )

    def faults(self) -> Iterator[Fault]:
        yield from super().faults()
        begins = as_exact_as_known(self.since) if self.since else None
        if self.since and begins is None:
            yield Fault(f"since {self.since!r} must be a year, a month or a day such as 2021-11", ("since",))
        if begins and self.ends_on and self.ends_on < begins:
            yield Fault("ends_on lies before since", ("ends_on",))
        if self.reciprocity != Reciprocity.UNKNOWN and not self.reciprocity_source:
            yield Fault("whether reciprocity is given needs reciprocity_source", ("reciprocity",))


class Service(Named):
    institution: Code
    for_whom_de: Annotated[str, Text(300, least=0)] = ""
    for_whom_fr: Annotated[str, Text(300, least=0)] = ""
    who_pays_de: Annotated[str, Text(200, least=0)] = ""
    who_pays_fr: Annotated[str, Text(200, least=0)] = ""


class Directory(Entry):
    """The institutions of a canton with offices, bodies, conventions and services."""

    canton: Annotated[str, Pattern("[A-Z]{2}", "must be the two letters of the canton")]
    region: Annotated[list[Region], Many(200)] = []
    institution: Annotated[list[Institution], Many(1000, least=1)]
    office: Annotated[list[Office], Many(5000)] = []
    body: Annotated[list[Body], Many(200)] = []
    seat: Annotated[list[Seat], Many(500)] = []
    convention: Annotated[list[Convention], Many(500)] = []
    service: Annotated[list[Service], Many(5000)] = []

    def faults(self) -> Iterator[Fault]:
        regions = [one.code for one in self.region]
        institutions = [one.code for one in self.institution]
        bodies = [one.code for one in self.body]
        for what, names in (("region", regions), ("institution", institutions), ("body", bodies)):
            yield from twice(names, what)
        yield from twice([one.key for one in self.office], "office")
        yield from twice([one.title_de for one in self.convention], "convention")
        for number, office in enumerate(self.office):
            yield from not_among([office.institution], institutions, "institution", ("office", number))
            yield from not_among([office.region] if office.region else [], regions, "region", ("office", number))
        for number, body in enumerate(self.body):
            if bool(body.region) != (body.kind == BodyKind.POOL):
                yield Fault("a pool for case management has a region, and no other body has one", ("body", number))
            yield from not_among([body.region] if body.region else [], regions, "region", ("body", number))
        for number, institution in enumerate(self.institution):
            yield from not_among(institution.regions, regions, "regions", ("institution", number))
        for number, convention in enumerate(self.convention):
            yield from not_among(convention.parties, institutions, "parties", ("convention", number))
        for number, service in enumerate(self.service):
            yield from not_among([service.institution], institutions, "institution", ("service", number))
        yield from self._faults_of_seats(institutions, bodies)
        offices = [one.code for one in self.institution if one.is_iiz_office]
        if len(offices) != 1:
            named = f"now {', '.join(offices)}" if offices else "now none"
            yield Fault(f"exactly one institution has is_iiz_office = true; {named}", ("institution",))

    def _faults_of_seats(self, institutions: Sequence[str], bodies: Sequence[str]) -> Iterator[Fault]:
        services = [one.parent_service for one in self.institution]
        for number, seat in enumerate(self.seat):
            at = ("seat", number)
            yield from not_among([seat.body], bodies, "body", at)
            yield from not_among([seat.institution] if seat.institution else [], institutions, "institution", at)
            yield from not_among([seat.parent_service] if seat.parent_service else [], services, "parent_service", at)


DIRECTORIES = Kind(Directory, "the directory")
