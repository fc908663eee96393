"""The schema of the legal bases, and what must hang together in them."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from suone.ground.schemafiles.checks import InLanguages, Many, Name, Text
from suone.ground.schemafiles.problems import Fault, not_among, twice
from suone.ground.schemafiles.reading import Entry, Kind

Article = Annotated[str, Text(200)]
Title = Annotated[dict[str, str], InLanguages(200)]


class Basis(Entry):
    code: Name = Field(description="For good: records point at it.")
    article: Article = Field(description="German, a stroke between spaces, French.")
    title: Title
    between: Title = Field(description="From whom to whom data may pass.")
    conditions: Annotated[list[str], Many(20, least=1)] = Field(description="What is checked or asked for.")
    oral: bool = False
    duty_to_inform: bool = False
    formal_law: Annotated[str, Text(200, least=0)] = Field("", description="The law in the formal sense; empty: none.")
    for_integration: bool = Field(description="Whether integration is among its purposes.")


class LegalBases(Entry):
    """On what ground data may pass from one institution to another."""

    conditions: Annotated[dict[Name, Annotated[dict[str, str], InLanguages(400)]], Many(100, least=1)]
    basis: Annotated[list[Basis], Many(100, least=1)]

    def faults(self) -> Iterator[Fault]:
        yield from twice([basis.code for basis in self.basis], "basis")
        for number, basis in enumerate(self.basis):
            yield from not_among(basis.conditions, self.conditions, "conditions", ("basis", number))


LEGAL_BASES = Kind(LegalBases, "the legal bases")
