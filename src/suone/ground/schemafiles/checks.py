"""Checks of values, used as annotations in schemas: ``version: Annotated[str, Text(20)]``.

Checks apply when a file is published. A version that was already published is only checked for its shape, so that no running
case is affected by a limit introduced later (docs/decisions/0022). Each check also appears in the JSON Schema.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, PlainValidator, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

from suone.ground.schemafiles.problems import Fault, cut, unknown

KEPT = {"kept": True}  # the validation context for a version that was already published
LANGUAGES = ("de", "fr", "en")
FURTHER_LANGUAGES = ("it",)


class Check(ABC):
    """One check; the sentences that ``faults`` yields continue after the name of the key."""

    @abstractmethod
    def faults(self, value: Any) -> Iterator[Fault]: ...

    @abstractmethod
    def in_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The JSON Schema of the bare type, extended by this check."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return self.in_schema(dict(handler(schema)))

    def _checked(self, value: Any, info: ValidationInfo) -> Any:
        found = [] if info.context == KEPT else list(self.faults(value))
        if found:
            raise PydanticCustomError("value", "unfit", {"faults": found})
        return value


@dataclass(frozen=True, slots=True)
class Text(Check):
    """At most so many characters, and not empty unless ``least`` is 0."""

    most: int
    least: int = 1

    def faults(self, value: str) -> Iterator[Fault]:
        if len(value.strip()) < self.least:
            yield Fault("is missing")
        elif len(value) > self.most:
            yield Fault(f"has {len(value)} characters; at most {self.most} are allowed")
        elif any(ord(sign) < 32 and sign not in "\n\t" for sign in value):
            yield Fault("has control characters: type it again")

    def in_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema | ({"minLength": self.least} if self.least else {}) | {"maxLength": self.most}


@dataclass(frozen=True, slots=True)
class Pattern(Check):
    """Matches this pattern as a whole; ``like`` describes it in words."""

    pattern: str
    like: str

    def faults(self, value: str) -> Iterator[Fault]:
        if not value.strip():
            yield Fault("is missing")
        elif not re.fullmatch(self.pattern, value):
            yield Fault(f"{cut(value)} {self.like}")

    def in_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema | {"pattern": f"^{self.pattern}$"}


@dataclass(frozen=True, slots=True)
class Between(Check):
    """A number within these limits, both included, with at most so many decimals."""

    least: int
    most: int
    decimals: int = 0

    def faults(self, value: int | Decimal) -> Iterator[Fault]:
        kind = "a number" if self.decimals else "a whole number"
        if not self.least <= value <= self.most:
            yield Fault(f"must be {kind} from {self.least} to {self.most}")
        elif isinstance(value, Decimal) and int(value.as_tuple().exponent) < -self.decimals:
            yield Fault(f"may have {self.decimals} decimals at most")

    def in_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema | {"minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Many(Check):
    """A list or table of at most so many entries."""

    most: int
    least: int = 0

    def faults(self, value: list[Any] | dict[str, Any]) -> Iterator[Fault]:
        if len(value) < self.least:
            yield Fault("is missing" if not value else f"needs {self.least} entries at least")
        elif len(value) > self.most:
            yield Fault(f"has {len(value)} entries; at most {self.most} are allowed")

    def in_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        what = "Items" if schema.get("type") == "array" else "Properties"
        least = {f"min{what}": self.least} if self.least else {}
        return schema | least | {f"max{what}": self.most}


@dataclass(frozen=True, slots=True, eq=False)
class OneOf(Check):
    """One of these words; a callable is for words known only once all packages are loaded."""

    words: Iterable[str] | Callable[[], Iterable[str]]

    def possible(self) -> list[str]:
        return list(self.words() if callable(self.words) else self.words)

    def faults(self, value: str) -> Iterator[Fault]:
        if value not in self.possible():
            yield unknown(value, self.possible())

    def in_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema | {"enum": self.possible()}


@dataclass(frozen=True, slots=True)
class InLanguages(Check):
    """One text per language: German, French and English are required, Italian is optional."""

    most: int
    optional: bool = False  # whether it may be missing altogether

    def faults(self, value: dict[str, str]) -> Iterator[Fault]:
        if self.optional and not value:
            return
        lacking = [language for language in LANGUAGES if not value.get(language, "").strip()]
        if lacking:
            yield Fault(f"is missing in {', '.join(lacking)}")
        other = sorted(set(value) - {*LANGUAGES, *FURTHER_LANGUAGES})
        if other:
            named = ", ".join(cut(language) for language in other[:5]).replace("'", "")
            yield Fault(f"has unknown languages {named}; known are de, fr, it, en", at=(other[0],))
        for language, text in value.items():
            if language not in other and text:
                for fault in Text(self.most).faults(text):
                    yield Fault(f"in {language} {fault.sentence}", at=(language,))

    def in_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        text = {"type": "string", "minLength": 1, "maxLength": self.most}
        return {
            "type": "object",
            "properties": dict.fromkeys((*LANGUAGES, *FURTHER_LANGUAGES), text),
            "required": list(LANGUAGES),
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True)
class InOurTime(Check):
    """A plausible day."""

    def faults(self, value: date) -> Iterator[Fault]:
        if not 1900 <= value.year <= 2199:
            yield Fault("must be a day between 1900-01-01 and 2199-12-31")

    def in_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return schema


def _number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        raise PydanticCustomError("number_type", "no number")
    return Decimal(value)


def _day(value: object) -> date:
    if type(value) is not date:  # datetime is a subclass of date
        raise PydanticCustomError("date_type", "no day")
    return value


Name = Annotated[str, Pattern("[a-z][a-z0-9_-]{0,39}", "may have small letters, digits, - and _ only, at most 40")]
Day = Annotated[
    date,
    PlainValidator(_day),
    # Editors treat a TOML date as a string of this format.
    WithJsonSchema({"type": "string", "format": "date"}),
    InOurTime(),
]
Number = Annotated[Decimal, PlainValidator(_number), WithJsonSchema({"type": "number"})]
