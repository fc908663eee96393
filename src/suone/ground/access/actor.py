"""Who acts, as the database knows it: defaults for columns that the app's role may not write."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ActorKind(models.Func):
    """In what capacity somebody acts; NULL while nobody does."""

    function = "actor_kind"
    output_field = models.CharField()


class ActorUser(models.Func):
    """The account of whoever acts."""

    function = "actor_user"
    output_field = models.BigIntegerField()


class ActorStaff(models.Func):
    """The staff member who acts."""

    function = "actor_staff"
    output_field = models.BigIntegerField()


class ActorInstitution(models.Func):
    """The institution for which somebody acts."""

    function = "actor_institution"
    output_field = models.BigIntegerField()


class ActorSystem(models.Func):
    """The partner's system that acts."""

    function = "actor_system"
    output_field = models.BigIntegerField()


class ActorRoles(models.Func):
    """The roles with which somebody acts."""

    function = "actor_roles"
    output_field = ArrayField(models.CharField())


class ClockTime(models.Func):
    """The current time, which advances within a statement and a transaction, unlike ``Now``."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class RandomSalt(models.Func):
    """Sixteen unpredictable bytes (122 random bits)."""

    function = "uuid_send"
    output_field = models.BinaryField()

    def __init__(self) -> None:
        super().__init__(models.Func(function="gen_random_uuid"))
