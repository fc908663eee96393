"""What is done with the register: turn numbers into tokens unseen, deliver, register, ask, deal with alerts."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from suone import oprf
from suone.access.acting import Acting
from suone.access.errors import Refused
from suone.access.permissions import Role
from suone.audit.models import RecordKind
from suone.audit.services import record
from suone.dossiers.models import Dossier
from suone.inbox.services import tell_staff
from suone.institutions.models import Institution, Office, Staff
from suone.institutions.queries import staff_to_tell
from suone.register import keys, rules
from suone.register.acts import Act
from suone.register.meetings_of_two import common_cases
from suone.register.models import PLACES, Alert, AlertPreference, AlertState, Enrolment, Tells
from suone.register.rules import Purpose
from suone.register.tokens import HMAC, TOKEN_BYTES, VOPRF, EpochInfo, live_epochs, stored, tokens_here

MOST_ROWS = 5_000  # in one part of a delivery
MOST_NUMBERS = 1_000  # in one question to the token service
