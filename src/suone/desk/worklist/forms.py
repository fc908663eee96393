"""The shapes of what is typed on the worklist."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from suone.desk.worklist.queries import colleagues_of
from suone.ground.access.acting import Acting
from suone.organisation.appointments.fields import StaffField, offer


class HandOnForm(forms.Form):
    """To whom the ticked items go."""

    use_required_attribute = False  # the other buttons of the list go without a colleague

    staff = StaffField(
        label=gettext_lazy("Colleague"), error_messages={"required": gettext_lazy("Choose a colleague.")}
    )

    def __init__(self, *args: Any, acting: Acting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "staff", colleagues_of(acting))
