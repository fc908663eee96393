"""Every address of the product, and what the sweep may ask it. A new address must be entered here."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import PathView

from suone.ground.access.permissions import Role

# Everything of the libraries for log-ins lies below; they know accounts, no case.
LIBRARIES = ("accounts/",)

# Without an object of somebody's: whatever comes back, it may hold nothing foreign.
PLAIN = frozenset(
    """
    who_saw export_who_saw opened_by export_opened_by
    set_language healthz robots drafts worklist several contacts institutions bodies absences switch_acting doubts pass_on_corrections inbox
    confirm_address factor_resets
    mark_read inbox_preferences break_glass legal_bases alive cases export_cases find_case notify keep_draft audit_log log_proof
    steering appointments meetings convene_session requests hand_over_person referrals advice_list give_advice advice_figures
    young_people notify_young_person
    register register_person end_registration register_alerts register_overlaps register_deliveries register_settings
    register_figures register_participants register_use
    overdue_reassessments mails
    """.split()  # noqa: SIM905 - a list of forty lines would hide what it says
)
# The directory belongs to everybody: its entries are nobody's secret.
DIRECTORY = frozenset(
    """
    directory_entries add_directory_entry directory_entry remove_directory_entry remove_absence procedures procedure
    enrol_institution end_enrolment send_mail_again leave_mail
    appointments_of contact_persons enter_contact_person change_contact_person remove_contact_person
    partner_systems create_partner_key end_partner_key
    appoint appointment invite_again change_post change_log_in unlock_log_in give_role end_appointment pass_on approve_role end_role
    instruments instrument
    """.split()  # noqa: SIM905 - a list of forty lines would hide what it says
)
# With a case, or something of somebody's, in the address: for a stranger it does not exist.
FOREIGN = frozenset(
    """
    person correct_person correct_residence change_ahv_number clear_doubt part_keys decide_factor_reset upload_document document document_pages
    document_page remove_document
    add_workitem complete_workitem reopen_workitem cancel_workitem reassign_workitem postpone_workitem consents
    representatives end_representation offer_correction answer_correction sign_consent renew_consent withdraw_consent narrow_consent
    choose_basis record_disclosure
    record_person_informed alive_case notify_draft keep_draft_again drop_draft case case_access triage reject
    withdraw_notification notify_on ask_notifier answer_question ask_participant withdraw_request leave answer_participation
    name_lead name_case_manager write_note correct_note redact_note particulars suspend resume close reopen
    course advance record_fact correct_fact take_back_fact choose_version move_over inform choose_service order_service service start_service
    complete_service cancel_service medical_report renew_mandate_access
    plans begin_plan plan edit_plan review_plan add_plan_entry change_plan_entry remove_plan_entry add_measure
    change_measure remove_measure measure_progress put_up_plan withdraw_plan remind_plan drop_plan new_plan_version
    sign_plan decline_plan plan_differences plan_pdf plan_booklet
    convene meeting answer_invitation answer_dates propose_dates fix_date meeting_particulars invite uninvite
    invite_guest revoke_guest add_point remove_point contribute nothing_to_add minutes print_minutes finish_minutes
    remind_request hand_over hand_over_draft answer_handover withdraw_handover stop_without_handover end_handover_access report_missed
    keep_placement_request print_placement_request advisers remove_adviser
    report_missed_on change_level advice correct_advice notify_from_advice hand_over_from_advice
    take_up_young_person discard_young_person
    correct_entry remove_entry entry_into_plan order_from_mandate hold_meeting cancel_meeting meeting_calendar
    answer_alert ask_register
    assessments start_assessment assessment assessment_section keep_section finish_assessment decide_assessment
    drop_assessment compare_assessments export_assessments
    """.split()  # noqa: SIM905 - a list of forty lines would hide what it says
)
# For partners' systems, which come with a key; whatever comes back to others, it may hold nothing foreign.
MACHINES = frozenset(
    """
    api:openapi-json api:api-root api:epochs api:directory api:evaluate api:open_delivery api:delivery api:add_part
    api:abandon_delivery api:apply_delivery api:look_up api:alerts
    """.split()  # noqa: SIM905 - a list of ten lines would hide what it says
)
# For whoever holds a link, without a log-in: a forged one opens nothing.
LINKED = frozenset({"invitation", "invitation_calendar", "join"})
# Doubts and joined keys are for those who clear them, whatever the case (docs/architecture.md, "Persons"); lost second
# factors are overseen by the office.
OPEN_TO_ROLES = {
    name: frozenset({Role.CANTONAL_DELEGATE, Role.OFFICE_ADMINISTRATOR})
    for name in ("doubts", "clear_doubt", "pass_on_corrections", "part_keys", "decide_factor_reset")
}


@dataclass(frozen=True)
class Address:
    """One address of the resolver: its name, its pattern, the names of its parameters, what answers there."""

    name: str
    pattern: str
    parameters: tuple[str, ...]
    views: tuple[Any, ...]

    def is_listed(self) -> bool:
        return self.pattern.startswith(LIBRARIES) or self.name in PLAIN | DIRECTORY | FOREIGN | LINKED | MACHINES

    def is_decorated(self) -> bool:
        return all(hasattr(view, "permission") for view in self.views)


def all_addresses() -> list[Address]:
    return sorted(_walk(get_resolver(), ""), key=lambda address: address.pattern)


def swept_addresses() -> list[Address]:
    return [address for address in all_addresses() if not address.pattern.startswith(LIBRARIES)]


def _walk(resolver: Any, before: str, spaces: str = "") -> Iterator[Address]:
    for entry in resolver.url_patterns:
        pattern = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, pattern, f"{spaces}{entry.namespace}:" if entry.namespace else spaces)
        elif isinstance(entry, URLPattern):
            name = spaces + (entry.name or "")
            yield Address(name, pattern, tuple(entry.pattern.converters), _views_behind(entry.callback))


def _views_behind(callback: Any) -> tuple[Any, ...]:
    """The view; of an address for machines, what answers each of its methods."""
    inside = [cell.cell_contents for cell in getattr(callback, "__closure__", None) or ()]
    handlers = [view for view in inside if isinstance(view, PathView)]
    return tuple(operation.view_func for operation in handlers[0].operations) if handlers else (callback,)


_OF_THE_LOG = frozenset({"audit_log", "who_saw", "export_who_saw", "opened_by", "export_opened_by"})


def canary_for(visitor: str, address: Address) -> str:
    """What this visitor may not find at this address, as a pattern: texts about persons, and numbers of cases."""
    # Data protection reads in the log which case an act was about, and nothing of its content.
    reads_the_log = visitor == Role.DATA_PROTECTION_OFFICER and address.name in _OF_THE_LOG
    return r"canary-\w+-\d+" if reads_the_log else r"canary-\w+-\d+|CNY-\d+"
