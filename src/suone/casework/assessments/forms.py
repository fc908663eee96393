"""Input forms for instruments; which answers are valid is defined in the instrument file."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suone.canton.instruments.rules import Instrument, Item, text_in
from suone.casework.assessments.queries import reader_language
from suone.ground.web.fields import DayNear, NumberField, TextField, VersionField


class SectionForm(forms.Form):
    """The questions of one section, none of them mandatory."""

    version = VersionField()

    def __init__(
        self, *args: Any, instrument: Instrument, section: str, answers: Mapping[str, str], **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"version": kwargs.pop("version"), **{f"item_{k}": v for k, v in answers.items()}}
        super().__init__(*args, **kwargs)
        self.items = [item for item in instrument.items_of(section) if item.is_asked]
        for item in self.items:
            self.fields[f"item_{item.id}"] = _field(item)

    def answers(self) -> dict[str, str]:
        """Return the answers by item id, as the instrument expects them."""
        typed = {item.id: self.cleaned_data.get(f"item_{item.id}") for item in self.items}
        return {name: _as_answer(value) for name, value in typed.items() if value not in (None, "")}

    def answers_so_far(self) -> dict[str, str]:
        """Return the answers while somebody is still typing, leaving out invalid ones."""
        self.full_clean()
        return self.answers() if hasattr(self, "cleaned_data") else {}


class DecisionForm(forms.Form):
    band = forms.ChoiceField(label=gettext_lazy("Decided"), widget=forms.RadioSelect)
    reason = TextField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Required if your decision differs from the proposal."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, instrument: Instrument, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["band"].choices = [  # type: ignore[attr-defined]
            (band.code, _choice(text_in(band.title, reader_language()), text_in(band.strategy, reader_language())))
            for band in instrument.bands
        ]


def _choice(title: str, strategy: str) -> str:
    return f"{title} – {strategy}" if strategy else title


def _as_answer(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _field(item: Item) -> forms.Field:
    language = reader_language()
    common: dict[str, Any] = {
        "label": text_in(item.text, language),
        "help_text": text_in(item.hint, language),
        "required": False,
    }
    if item.kind == "number":
        bounds = _("From %(least)s to %(most)s.") % {"least": item.least, "most": item.most}
        common["help_text"] = f"{common['help_text']} {bounds}".strip()
        return NumberField(least=item.least, most=item.most, **common)
    if item.kind == "day":
        return DayNear(years_back=80, **common)
    if item.kind == "text":
        return TextField(widget=forms.Textarea(attrs={"rows": 3}), max_length=4000, **common)
    return forms.ChoiceField(widget=forms.RadioSelect, choices=[*_choices(item), ("", _("not known"))], **common)


def _choices(item: Item) -> list[tuple[str, str]]:
    language = reader_language()
    if item.kind == "yes_no":
        return [("yes", _("yes")), ("no", _("no"))]
    if item.kind == "choice":
        return [(option.code, text_in(option.text, language)) for option in item.options]
    lowest, highest = (text_in(texts, language) for texts in item.ends)
    names = {item.codes[0]: lowest, item.codes[-1]: highest}
    return [(code, f"{code} – {names[code]}" if names.get(code) else code) for code in item.codes]
