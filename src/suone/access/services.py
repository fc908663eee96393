"""What people do with their own account."""

from suone.access.models import User


def keep_language(user: User, *, language: str) -> None:
    """Show pages and mails in this language from now on, on whatever machine."""
    User.objects.filter(pk=user.pk).update(language=language)
