from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    REGISTERED = "person.registered", _("entered a person")
    CORRECTED = "person.corrected", _("corrected a person's particulars")
    MERGED = "person.merged", _("merged two records of one person")
    MERGE_UNDONE = "person.merge_undone", _("undid a merge")
    READ = "person.read", _("read a person's particulars")
    SEARCHED = "person.searched", _("searched for a person")
