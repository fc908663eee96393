from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    SIGNED = "consent.signed", _("Consent signed")
    NARROWED = "consent.narrowed", _("Consent narrowed")
    WITHDRAWN = "consent.withdrawn", _("Consent withdrawn")
    ENDED_BY_DEATH = "consent.ended_by_death", _("Consent ended: the person has died")
    LEAD_SHUT_OUT = (
        "consent.lead_shut_out",
        _("A consent has ended or was narrowed: you lead this case and can no longer open it"),
    )
    PARTNER_SHUT_OUT = (
        "consent.partner_shut_out",
        _("A consent has ended or was narrowed: an institution named in the case you lead can no longer open it"),
    )
    NOTIFIER_INFORMED = (
        "consent.notifier_informed",
        _("A consent has ended or was narrowed: an institution named in the case you notified can no longer open it"),
    )
    RENEWED = "consent.renewed", _("Consent renewed")
    EXPIRED = "consent.expired", _("Consent expired")
    EXPIRES_SOON = "consent.expires_soon", _("Consent expires soon")
    FORM_PRINTED = "consent.form_printed", _("Consent form printed")
    DISCLOSED = "disclosure.recorded", _("Disclosure recorded")
    PERSON_INFORMED = "disclosure.person_informed", _("Person informed of the disclosure")
    READ = "consent.read", _("Consents and disclosures read")
    BASES_READ = "legal_bases.read", _("Legal bases read")
    GRANTS_COMPARED = "grants.compared", _("Access compared with the acts behind it")
