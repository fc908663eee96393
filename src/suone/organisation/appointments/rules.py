"""Who gives and approves roles, when a role is in force, who is whose deputy, and the keys of partners' systems."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from suone.ground.access.permissions import Role

KEY_PREFIX = "suone_"  # so that a leaked key is recognised as one

# Roles that give wide access take effect when a second person has approved them.
NEED_APPROVAL = frozenset(
    {
        Role.DATA_PROTECTION_OFFICER,
        Role.MEDICAL_OFFICER,
        Role.LEGAL_COMMISSION,
        Role.OFFICE_ADMINISTRATOR,
        Role.INSTITUTION_ADMINISTRATOR,
        Role.CANTONAL_DELEGATE,
    }
)
# Roles of the collaboration as a whole: the office administers them, wherever their holder works.
OF_THE_COLLABORATION = frozenset(
    {
        Role.REGIONAL_COORDINATOR,
        Role.THEMATIC_COORDINATOR,
        Role.CANTONAL_DELEGATE,
        Role.OFFICE_ADMINISTRATOR,
        Role.DATA_PROTECTION_OFFICER,
        Role.LEGAL_COMMISSION,
        Role.STEERING,
    }
)
# Roles that open the whole canton: held at the office only.
AT_THE_OFFICE = frozenset(
    {Role.REGIONAL_COORDINATOR, Role.CANTONAL_DELEGATE, Role.OFFICE_ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER}
)
# The two with whom an installation begins, approved by nobody.
BEGINNINGS = frozenset({Role.OFFICE_ADMINISTRATOR, Role.CANTONAL_DELEGATE})


@dataclass(frozen=True, slots=True)
class Colleague:
    """An appointment in force, for the rules on roles; ``account`` is None until the invitation is accepted."""

    appointment: int
    account: int | None
    institution: int
    at_office: bool = False
    roles: frozenset[Role] = frozenset()

    @property
    def administers_own_institution(self) -> bool:
        """Whether they administer the appointments of their own institution."""
        return Role.INSTITUTION_ADMINISTRATOR in self.roles or self.administers_the_office

    @property
    def administers_the_office(self) -> bool:
        """Whether they administer the roles of the collaboration, as administrator of the IIZ office."""
        return self.at_office and Role.OFFICE_ADMINISTRATOR in self.roles

    @property
    def is_delegate(self) -> bool:
        """Whether they are the cantonal delegate, a role of the IIZ office alone."""
        return self.at_office and Role.CANTONAL_DELEGATE in self.roles

    def is_same_human_as(self, other: "Colleague") -> bool:
        """Whether both are the same person: one account may have several appointments."""
        return self.appointment == other.appointment or (self.account is not None and self.account == other.account)


def in_force(
    *,
    on: date,
    valid_from: date,
    valid_until: date | None,
    is_ended: bool,
    needs_approval: bool,
    is_approved: bool,
    is_beginning: bool,
) -> bool:
    """Whether a role is in force on this day: within its days, not ended, and approved if it needs approval."""
    in_period = valid_from <= on and (valid_until is None or valid_until >= on)
    return in_period and not is_ended and (is_approved or is_beginning or not needs_approval)


def administrators_of(role: Role, holder: Colleague, working: Collection[Colleague]) -> list[Colleague]:
    """Who administers this role for this holder: the office for roles of the collaboration, else the holder's institution."""
    if role in OF_THE_COLLABORATION:
        return [who for who in working if who.administers_the_office]
    return [who for who in working if who.institution == holder.institution and who.administers_own_institution]


def may_give(giver: Colleague, role: Role, holder: Colleague, working: Collection[Colleague]) -> bool:
    """Whether somebody may give a role: nobody edits their own, nobody gives what they do not administer.

    The delegate appoints an institution's first administrator, or the next where none is left, and gives for an
    institution where one person works alone.
    """
    if giver.account is None or giver.is_same_human_as(holder) or (role in AT_THE_OFFICE and not holder.at_office):
        return False
    administrators = administrators_of(role, holder, working)
    if giver in administrators:
        return True
    if not giver.is_delegate:
        return False
    if role in (Role.INSTITUTION_ADMINISTRATOR, Role.OFFICE_ADMINISTRATOR):
        return not administrators
    if role in OF_THE_COLLABORATION:
        return False
    others = [who for who in working if who.institution == holder.institution and not who.is_same_human_as(holder)]
    return not others


def may_approve(
    approver: Colleague, role: Role, holder: Colleague, giver_account: int, working: Collection[Colleague]
) -> bool:
    """Whether somebody may approve a role that another gave: giver, approver and holder are three different accounts.

    Another administrator of the institution does; where there is none, the office's administrator or the delegate.
    """
    if approver.account is None or approver.account == giver_account or approver.is_same_human_as(holder):
        return False
    others = [
        who
        for who in administrators_of(role, holder, working)
        if who.account not in (None, giver_account) and not who.is_same_human_as(holder)
    ]
    return approver in others if others else approver.administers_the_office or approver.is_delegate


def may_end(ender: Colleague, role: Role, holder: Colleague, working: Collection[Colleague]) -> bool:
    """Whether somebody may take a role away: who administers it; an administrator's also the office and the delegate."""
    if ender.account is None or ender.is_same_human_as(holder):
        return False
    if ender in administrators_of(role, holder, working):
        return True
    above = ender.administers_the_office or ender.is_delegate
    return above and (
        role in (Role.INSTITUTION_ADMINISTRATOR, Role.OFFICE_ADMINISTRATOR)
        or not administrators_of(role, holder, working)
    )


def may_administer(administrator: Colleague, institution: int, working: Collection[Colleague]) -> bool:
    """Whether somebody may appoint at an institution, and end appointments there."""
    if administrator.account is None:
        return False
    if administrator.institution == institution and administrator.administers_own_institution:
        return True
    own = [who for who in working if who.institution == institution]
    is_without = not any(who.administers_own_institution for who in own)
    return administrator.is_delegate and (is_without or len({who.account or -who.appointment for who in own}) <= 1)


def standing_in(away: int, *, deputies: Mapping[int, Collection[int]], absent: Collection[int]) -> list[int]:
    """Who covers somebody who is away: the deputy, or if that one is away, the deputy's deputy, and so on.

    ``deputies`` maps each appointment to its deputies. Cycles end the chain, so that two absent people who name each other
    have nobody to cover them, which the case page then says.
    """
    found: list[int] = []
    met = {away}
    waiting = list(deputies.get(away, ()))
    while waiting:
        deputy = waiting.pop(0)
        if deputy in met:
            continue
        met.add(deputy)
        if deputy in absent:
            waiting.extend(deputies.get(deputy, ()))
        else:
            found.append(deputy)
    return found


def hash_of_key(key: str) -> str:
    """The hash stored in place of a key or link; plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()
