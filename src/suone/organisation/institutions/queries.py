"""What is asked about institutions."""

from suone.organisation.institutions.models import Institution


def iiz_office() -> Institution:
    """The office that coordinates: every installation has exactly one."""
    return Institution.objects.get(is_iiz_office=True)
