from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from suone.ground.access.row_policies import TableRights

_LOG_INS = "suone.ground.access.log_ins"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create an account that logs in with this address; without a password it cannot be logged in to yet."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account of a person who works with the product; what it may do follows from its appointments.

    Without row policies: an account must be found before anybody acts, and it holds nothing about a person concerned.
    """

    email = models.EmailField(_("E-mail"), unique=True)
    first_name = models.CharField(_("First name"), max_length=100)
    last_name = models.CharField(_("Last name"), max_length=100)
    language = models.CharField(_("Language"), max_length=2, choices=settings.LANGUAGES, default="de")
    is_active = models.BooleanField(_("Active"), default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    log_in_round = models.PositiveIntegerField(default=0)  # raising it ends all existing sessions

    objects = UserManager()

    personal_data: ClassVar[tuple[str, ...]] = ("email", "first_name", "last_name")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["first_name", "last_name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints: ClassVar = [
            TableRights(
                name="access_user_rights",
                allows=("select", "insert"),
                updates=(
                    "password",
                    "last_login",
                    "log_in_round",
                    "email",
                    "first_name",
                    "last_name",
                    "language",
                    "is_active",
                ),
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_for_each_address",
                violation_error_message=_("There is an account with this address already."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """The hash against which each request checks its session: a new password or log-in round ends the session."""
        return salted_hmac(
            _LOG_INS, f"{self.password}|{self.log_in_round}", secret=secret, algorithm="sha256"
        ).hexdigest()

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name
