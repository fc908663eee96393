"""Meetings: dates, invitations, agenda and minutes."""

from suone.casework.meetings.models.meetings import (
    DateAnswer,
    DateProposal,
    Guest,
    Invitee,
    InviteeQuerySet,
    InviteeRole,
    Meeting,
    MeetingQuerySet,
    Reason,
    ReasonQuerySet,
)
from suone.casework.meetings.models.minutes import AgendaPoint, AgendaQuerySet, Entry, EntryQuerySet

__all__ = [
    "AgendaPoint",
    "AgendaQuerySet",
    "DateAnswer",
    "DateProposal",
    "Entry",
    "EntryQuerySet",
    "Guest",
    "Invitee",
    "InviteeQuerySet",
    "InviteeRole",
    "Meeting",
    "MeetingQuerySet",
    "Reason",
    "ReasonQuerySet",
]
