from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from suone.ground.access.acting import Kind as ActorKind
from suone.ground.access.row_policies import RowPolicies, Stamp, job

_OVERSEERS = "(SELECT actor_kind()) = 'staff' AND (SELECT actor_may('mail.oversee'))"
_INVITERS = "(SELECT actor_kind()) = 'staff' AND (SELECT actor_may('appointment.administer'))"


class Kind(models.TextChoices):
    DIGEST = "digest", _("daily mail")
    INVITATION = "invitation", _("invitation to work with the product")
    RESET = "reset", _("link for a new password")
    CONFIRM = "confirm", _("confirmation of an address")
    TAKEN = "taken", _("notice that an address is in use")
    MOVED = "moved", _("notice of a changed address")
    PAUSED = "paused", _("notice of failed log-ins")
    FACTOR_GONE = "factor_gone", _("notice of a reset second factor")


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being handed over")
    HANDED_OVER = "handed_over", _("handed over")
    NOT_WRITTEN = "not_written", _("could not be written")
    REFUSED = "refused", _("refused")
    UNCLEAR = "unclear", _("unclear")
    TOO_LATE = "too_late", _("not sent in time")
    LEFT = "left", _("left as it is")


# Somebody decides what becomes of these: nothing that may have arrived is sent again by itself.
UNDECIDED = (State.NOT_WRITTEN, State.REFUSED, State.UNCLEAR, State.TOO_LATE)


class Mail(models.Model):
    """A mail to one address. Its text is composed when it is sent, from its kind, language, link and number.

    ``not_written``: that failed; the reason stands in the program's log, under the word in ``fault``.
    ``refused``: the mail server said so, with ``code`` (RFC 5321, 4.2). ``unclear``: the connection or the worker died
    after the mail server may have taken it. A mail server that cannot be reached leaves mails waiting, until ``expires_at``.
    """

    kind = models.CharField(max_length=20, choices=Kind.choices)
    address = models.CharField(max_length=320)
    language = models.CharField(max_length=2)
    link = models.CharField(max_length=200, blank=True)
    number = models.PositiveIntegerField(null=True)
    institution_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    code = models.PositiveSmallIntegerField(null=True)
    fault = models.CharField(max_length=8, blank=True, db_default="")
    tried_at = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)

    personal_data: ClassVar[tuple[str, ...]] = ("address",)

    class Meta:
        indexes: ClassVar = [
            models.Index(name="mail_not_handed_over", fields=["at"], condition=~Q(state__in=["handed_over", "left"]))
        ]
        constraints: ClassVar = [
            RowPolicies(
                name="mail_mail_row_policies",
                select=f"{job()} OR ({_OVERSEERS} AND link = '')",
                insert=f"{job()} OR ({_INVITERS} AND kind = 'invitation' AND state = 'waiting')",
                update=f"{job()} OR state IN ('not_written', 'refused', 'unclear', 'too_late', 'waiting', 'left')",
                before=f"{job()} OR state IN ('not_written', 'refused', 'unclear', 'too_late')",
                updates=("state", "attempts", "code", "fault", "tried_at", "retry_at", "expires_at", "link"),
                delete=job(),
                kinds=(ActorKind.STAFF, ActorKind.JOB),
            ),
            # It follows the product's own address in a mail: "@elsewhere/" or ".elsewhere/" would make that another one.
            models.CheckConstraint(name="mail_leads_to_the_product", condition=Q(link="") | Q(link__regex=r"^/(?!/)")),
            models.CheckConstraint(
                name="mail_invitation_leads_to_joining",
                condition=~Q(kind=Kind.INVITATION) | Q(link="") | Q(link__startswith="/join/"),
            ),
            # A link may open an account: it is kept until the mail server has answered, whatever the answer.
            models.CheckConstraint(
                name="mail_link_until_answered", condition=Q(link="") | Q(state__in=[State.WAITING, State.SENDING])
            ),
            models.CheckConstraint(name="mail_state_known", condition=Q(state__in=State.values)),
            Stamp(name="mail_posted", at="at"),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"
