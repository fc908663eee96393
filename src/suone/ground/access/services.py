"""Changes to an account."""

from django.db.models import F

from suone.ground.access.models import User


def set_account_language(user: User, *, language: str) -> None:
    """Show pages and mails in this language from now on, on every device."""
    User.objects.filter(pk=user.pk).update(language=language)


def end_log_ins(user: User) -> None:
    """End every session of this account with its next request; refreshes ``user``, so that its own session can be kept."""
    User.objects.filter(pk=user.pk).update(log_in_round=F("log_in_round") + 1)
    user.refresh_from_db(fields=["log_in_round"])
