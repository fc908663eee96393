from django.db import models
from django.utils.translation import gettext_lazy as _


class Act(models.TextChoices):
    REGISTERED = "person.registered", _("Person entered")
    CORRECTED = "person.corrected", _("Particulars of the person corrected")
    MERGED = "person.merged", _("Two records of one person merged")
    MERGE_UNDONE = "person.merge_undone", _("Merge undone")
    READ = "person.read", _("Particulars of the person read")
    DOUBTS_READ = "person.doubts_read", _("Doubtful records of persons read")
    SEARCHED = "person.searched", _("Person searched")
