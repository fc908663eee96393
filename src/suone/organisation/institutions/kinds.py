"""What an institution is for: rules, agreements and procedures name kinds, since codes differ and change."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InstitutionKind(models.TextChoices):
    """What an institution is for, whatever it is called: rules, agreements and procedures name kinds."""

    UNEMPLOYMENT_INSURANCE = "unemployment_insurance", _("unemployment insurance")
    DISABILITY_INSURANCE = "disability_insurance", _("disability insurance")
    SOCIAL_ASSISTANCE = "social_assistance", _("social assistance")
    ASYLUM = "asylum", _("asylum")
    BENEFIT_COORDINATION = "benefit_coordination", _("coordination of social benefits")
    COORDINATION_OFFICE = "coordination_office", _("coordination office")
    CAREER_GUIDANCE = "career_guidance", _("career guidance")
    YOUTH_TRANSITION = "youth_transition", _("transition of youth into training")
    MEDICAL_SERVICE = "medical_service", _("medical service")
    INTEGRATION_OFFICE = "integration_office", _("integration of migrants")
    JUSTICE = "justice", _("justice")
    ACCIDENT_INSURANCE = "accident_insurance", _("accident insurance")
    SCHOOL = "school", _("school")
    CHILD_AND_YOUTH = "child_and_youth", _("protection and therapy of children")
    PSYCHIATRY = "psychiatry", _("psychiatry")
    COMMUNE = "commune", _("commune")
    PRIVATE = "private", _("private notifiers")
    OTHER = "other", _("another kind")
