"""Lookups of institutions."""

from suone.ground.access.errors import Refused
from suone.organisation.institutions.models import Institution


def iiz_office() -> Institution:
    """The coordinating office of the canton; every installation has exactly one."""
    return Institution.objects.get(is_iiz_office=True)


def institution_by_code(code: str) -> Institution:
    """The institution that a command names by its code; raises ``Refused``, with all codes, where there is none."""
    institution = Institution.objects.filter(code=code).first()
    if institution is None:
        codes = ", ".join(Institution.objects.order_by("code").values_list("code", flat=True))
        raise Refused(f"There is no institution {code}: give one of {codes}.")
    return institution
