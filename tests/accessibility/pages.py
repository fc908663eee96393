"""Every address of the product: who opens it and with which example, or why it is no page."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

COORDINATOR = "stefan.imsand@example.org"
ADVISER = "thomas.pfammatter@example.org"
SOCIAL_WORKER = "rahel.kalbermatten@example.org"
OF_THE_IV = "andrea.truffer@example.org"
OF_THE_YOUTH = "lea.fumeaux@example.org"
ADMINISTRATOR = "romaine.bonvin-praz@example.org"
MEDICAL_OFFICER = "helena.wyssen@example.org"
DATA_PROTECTION = "judith.andenmatten@example.org"
NOBODY = ""

_ACTIVE = "SELECT min(dossier_id) FROM cases_case WHERE state = 'active'"
_NOTIFIED = "SELECT min(dossier_id) FROM cases_case WHERE state = 'notified'"
_BY_SOCIAL_WORKER = (
    "SELECT min(dossier_id) FROM cases_case c JOIN appointments_appointment s ON s.id = c.notified_by_id"
    f" WHERE c.state = 'notified' AND s.email = '{SOCIAL_WORKER}'"
)
_PLAN = "SELECT min(id) FROM plans_plan WHERE state = 'draft'"
_MEETING = f"SELECT min(id) FROM meetings_meeting WHERE dossier_id = ({_ACTIVE}) AND"
_ASKED = "SELECT max(id) FROM decisions_decision WHERE state = 'pending' AND kind = 'handover'"
_BOTH_FOLLOW = (
    "FROM cases_participant iv JOIN appointments_appointment s ON s.id = iv.staff_id"
    f" AND s.email = '{OF_THE_IV}' AND iv.state = 'taking_part' JOIN cases_participant smz"
    " ON smz.dossier_id = iv.dossier_id AND smz.state = 'taking_part' AND smz.staff_id IS NOT NULL"
    " JOIN institutions_institution i ON i.id = smz.institution_id AND i.kind = 'social_assistance'"
)
_STATED = (
    f"SELECT max(f.id) FROM leading_knownfact f WHERE f.is_stated AND f.dossier_id = ({_ACTIVE})"
    " AND NOT EXISTS (SELECT 1 FROM leading_knownfact r WHERE r.replaces_id = f.id)"
)
_CLOSED = "SELECT min(dossier_id) FROM cases_case WHERE state = 'closed'"

# What stands in an address, as a question to the database.
PARTS = {
    "active": _ACTIVE,
    "notified": _NOTIFIED,
    "own": _BY_SOCIAL_WORKER,
    "closed": _CLOSED,
    "consent": f"SELECT min(id) FROM consents_consent WHERE dossier_id = ({_ACTIVE})",
    "recipient": f"SELECT min(id) FROM consents_consentrecipient WHERE dossier_id = ({_ACTIVE})",
    "correction": f"SELECT min(id) FROM corrections_correction WHERE dossier_id = ({_ACTIVE})",
    "document": f"SELECT min(id) FROM documents_document WHERE dossier_id = ({_ACTIVE})",
    "item": f"SELECT min(id) FROM workitems_workitem WHERE state = 'open' AND dossier_id = ({_ACTIVE})",
    "note": f"SELECT min(id) FROM cases_note WHERE dossier_id = ({_ACTIVE})",
    "participant": f"SELECT min(id) FROM cases_participant WHERE dossier_id = ({_ACTIVE})",
    "service": f"SELECT max(id) FROM support_service WHERE dossier_id = ({_ACTIVE})",
    "mandate": f"SELECT max(id) FROM support_service WHERE kind = 'medical_mandate' AND dossier_id = ({_ACTIVE})",
    "draft": "SELECT min(id) FROM cases_draft",
    "decision": "SELECT max(id) FROM decisions_decision WHERE state = 'pending' AND kind = 'participation'"
    " AND addressed_id = (SELECT id FROM institutions_institution WHERE code = 'SMZ')",
    "asked": _ASKED,
    "asked_case": f"SELECT dossier_id FROM decisions_decision WHERE id = ({_ASKED})",
    "handover": f"SELECT id FROM handovers_handover WHERE decision_id = ({_ASKED})",
    "office": "SELECT id FROM institutions_institution WHERE is_iiz_office",
    "asker": f"SELECT id FROM appointments_appointment WHERE email = '{COORDINATOR}'",
    "contact": "SELECT min(c.id) FROM appointments_contactperson c JOIN institutions_institution i"
    " ON i.id = c.institution_id AND i.is_iiz_office",
    "invited": "SELECT max(appointment_id) FROM appointments_invitation",
    "waiting_role": "SELECT max(id) FROM appointments_heldrole WHERE needs_approval AND approved_at IS NULL AND NOT is_beginning",
    "social": "SELECT id FROM institutions_institution WHERE code = 'SMZ'",
    "asks_to_be_placed": "SELECT min(c.dossier_id) FROM cases_case c JOIN leading_course l ON l.dossier_id = c.dossier_id"
    " JOIN procedures_procedureversion v ON v.id = l.version_id AND v.identifier = 'vs-smz-iv'"
    f" JOIN appointments_appointment s ON s.id = c.notified_by_id AND s.email = '{SOCIAL_WORKER}'",
    "both_follow": f"SELECT min(iv.dossier_id) {_BOTH_FOLLOW}",
    "social_worker": f"SELECT smz.staff_id {_BOTH_FOLLOW} ORDER BY iv.dossier_id, smz.id LIMIT 1",
    "advice": "SELECT min(id) FROM advice_advice",
    "notice": "SELECT min(id) FROM youth_notice",
    "handover_draft": "SELECT min(id) FROM cases_draft WHERE kind = 'handover'",
    "plan": _PLAN,
    "of_plan": f"SELECT dossier_id FROM plans_plan WHERE id = ({_PLAN})",
    "plan_entry": f"SELECT min(id) FROM plans_entry WHERE plan_id = ({_PLAN})",
    "measure": f"SELECT min(id) FROM plans_measure WHERE plan_id = ({_PLAN})",
    "signed_plan": "SELECT min(id) FROM plans_plan WHERE state = 'in_signing'",
    "of_signed_plan": "SELECT min(dossier_id) FROM plans_plan WHERE state = 'in_signing'",
    "signature": "SELECT min(id) FROM plans_signature WHERE institution_id IS NULL AND state = 'waiting'",
    "doubt": "SELECT min(id) FROM dossiers_doubt WHERE cleared_at IS NULL",
    "joining": "SELECT min(id) FROM persons_joining WHERE parted_at IS NULL",
    "stated": _STATED,
    "draft_assessment": f"SELECT min(id) FROM assessments_assessment WHERE state = 'draft' AND dossier_id = ({_ACTIVE})",
    "undecided": f"SELECT min(id) FROM assessments_assessment WHERE instrument = 'segmentation' AND dossier_id = ({_ACTIVE})",
    "severity_index": "SELECT max(id) FROM instruments_instrumentversion WHERE identifier = 'severity-index'",
    "procedure": "SELECT min(id) FROM procedures_procedureversion",
    "institution": "SELECT min(id) FROM institutions_institution",
    "meeting": f"{_MEETING} state = 'planning'",
    "held": f"{_MEETING} state = 'held'",
    "session": "SELECT min(id) FROM meetings_meeting WHERE dossier_id IS NULL",
    "entry": f"SELECT min(id) FROM meetings_entry WHERE meeting_id = ({_MEETING} state = 'held')",
    "mandated": f"SELECT min(id) FROM meetings_entry WHERE kind = 'mandate' AND meeting_id = ({_MEETING} state = 'held')",
    # Of a guest's link the database keeps the hash alone: the guest of the demo gets a link that the test knows.
    "token": "UPDATE meetings_guest SET token_hash = encode(sha256('known-link'), 'hex') WHERE id ="
    " (SELECT min(id) FROM meetings_guest) RETURNING 'known-link'",
}

_AUTHOR_OF_NOTE = f"SELECT s.email FROM cases_note n JOIN appointments_appointment s ON s.id = n.staff_id WHERE n.id = ({PARTS['note']})"
# Who stands here instead of an e-mail is asked of the database too.
WHO = {"author": _AUTHOR_OF_NOTE}

# Name of the address → who opens it, and the address with its parts.
PAGES: dict[str, tuple[str, str]] = {
    "worklist": (SOCIAL_WORKER, "/"),
    "contacts": (COORDINATOR, "/directory/"),
    "institutions": (ADMINISTRATOR, "/directory/institutions"),
    "bodies": (ADMINISTRATOR, "/directory/bodies"),
    "absences": (COORDINATOR, "/directory/absences"),
    "directory_entries": (ADMINISTRATOR, "/directory/edit/staff/"),
    "add_directory_entry": (ADMINISTRATOR, "/directory/edit/institution/add"),
    "directory_entry": (ADMINISTRATOR, "/directory/edit/institution/{institution}"),
    "appointments": (ADMINISTRATOR, "/appointments/"),
    "appointments_of": (ADMINISTRATOR, "/appointments/of/{social}"),
    "contact_persons": (ADMINISTRATOR, "/appointments/of/{office}/contact-persons"),
    "enter_contact_person": (ADMINISTRATOR, "/appointments/of/{office}/contact-persons/add"),
    "change_contact_person": (ADMINISTRATOR, "/appointments/contact-persons/{contact}"),
    "partner_systems": (ADMINISTRATOR, "/appointments/of/{office}/systems"),
    "create_partner_key": (ADMINISTRATOR, "/appointments/of/{office}/systems/add"),
    "appoint": (ADMINISTRATOR, "/appointments/of/{office}/add"),
    "appointment": (ADMINISTRATOR, "/appointments/{invited}"),
    "give_role": (ADMINISTRATOR, "/appointments/{invited}/role"),
    "end_role": (ADMINISTRATOR, "/appointments/roles/{waiting_role}/end"),
    "change_post": (ADMINISTRATOR, "/appointments/{asker}/change"),
    "change_log_in": (ADMINISTRATOR, "/appointments/{asker}/log-in"),
    "end_appointment": (ADMINISTRATOR, "/appointments/{asker}/end"),
    "pass_on": (ADMINISTRATOR, "/appointments/{asker}/pass-on"),
    "join": (NOBODY, "/join/for-one-look"),
    "person": (COORDINATOR, "/dossiers/{active}/person"),
    "representatives": (COORDINATOR, "/dossiers/{active}/representatives"),
    "offer_correction": (COORDINATOR, "/dossiers/{active}/person/offer"),
    "answer_correction": (COORDINATOR, "/dossiers/{active}/person/corrections/{correction}"),
    "correct_person": (COORDINATOR, "/dossiers/{active}/person/correct"),
    "correct_residence": (COORDINATOR, "/dossiers/{active}/person/residence"),
    "change_ahv_number": (COORDINATOR, "/dossiers/{active}/person/number"),
    "part_keys": (ADMINISTRATOR, "/persons/joinings/{joining}/part"),
    "mails": (ADMINISTRATOR, "/mails/"),
    "doubts": (ADMINISTRATOR, "/persons/doubts/"),
    "pass_on_corrections": (ADMINISTRATOR, "/persons/doubts/corrections"),
    "clear_doubt": (ADMINISTRATOR, "/persons/doubts/{doubt}"),
    "upload_document": (COORDINATOR, "/dossiers/{active}/documents/add"),
    "document_pages": (COORDINATOR, "/dossiers/{active}/documents/{document}/pages"),
    "remove_document": (COORDINATOR, "/dossiers/{active}/documents/{document}/remove"),
    "add_workitem": (COORDINATOR, "/dossiers/{active}/work-items/add"),
    "reassign_workitem": (COORDINATOR, "/dossiers/{active}/work-items/{item}/hand-on"),
    "postpone_workitem": (COORDINATOR, "/dossiers/{active}/work-items/{item}/postpone"),
    "inbox": (COORDINATOR, "/messages/"),
    "inbox_preferences": (COORDINATOR, "/messages/preferences"),
    "break_glass": (COORDINATOR, "/emergency"),
    "consents": (COORDINATOR, "/dossiers/{active}/consents/"),
    "sign_consent": (COORDINATOR, "/dossiers/{active}/consents/sign"),
    "renew_consent": (COORDINATOR, "/dossiers/{active}/consents/{consent}/renew"),
    "withdraw_consent": (COORDINATOR, "/dossiers/{active}/consents/{consent}/withdraw"),
    "narrow_consent": (COORDINATOR, "/dossiers/{active}/consents/{consent}/recipients/{recipient}/narrow"),
    "choose_basis": (COORDINATOR, "/dossiers/{active}/disclosures/new"),
    "record_disclosure": (COORDINATOR, "/dossiers/{active}/disclosures/new/avig-85f-3"),
    "legal_bases": (COORDINATOR, "/legal-bases"),
    "cases": (COORDINATOR, "/cases/"),
    "notify": (SOCIAL_WORKER, "/cases/notify"),
    "notify_draft": (SOCIAL_WORKER, "/cases/drafts/{draft}"),
    "case": (COORDINATOR, "/dossiers/{active}/"),
    "procedures": (COORDINATOR, "/procedures/"),
    "procedure": (COORDINATOR, "/procedures/{procedure}"),
    "steering": (COORDINATOR, "/cases/mine"),
    "course": (COORDINATOR, "/dossiers/{active}/course"),
    "advance": (COORDINATOR, "/dossiers/{active}/course/advance/implementation"),
    "record_fact": (COORDINATOR, "/dossiers/{active}/course/facts/health_attested"),
    "correct_fact": (COORDINATOR, "/dossiers/{active}/course/facts/{stated}/correct"),
    "take_back_fact": (COORDINATOR, "/dossiers/{active}/course/facts/{stated}/take-back"),
    "choose_version": (COORDINATOR, "/dossiers/{active}/course/over"),
    "move_over": (COORDINATOR, "/dossiers/{active}/course/over/{procedure}"),
    "inform": (COORDINATOR, "/dossiers/{active}/inform"),
    "case_access": (COORDINATOR, "/dossiers/{active}/access"),
    "triage": (COORDINATOR, "/dossiers/{notified}/triage"),
    "reject": (COORDINATOR, "/dossiers/{notified}/reject"),
    "withdraw_notification": (SOCIAL_WORKER, "/dossiers/{own}/withdraw"),
    "ask_notifier": (COORDINATOR, "/dossiers/{notified}/question"),
    "answer_question": (COORDINATOR, "/dossiers/{active}/question/{item}/answer"),
    "ask_participant": (COORDINATOR, "/dossiers/{active}/participants"),
    "answer_participation": (SOCIAL_WORKER, "/requests/{decision}"),
    "requests": (ADVISER, "/requests/"),
    "hand_over_person": (SOCIAL_WORKER, "/handovers/new"),
    "hand_over_draft": (SOCIAL_WORKER, "/handovers/drafts/{handover_draft}"),
    "hand_over": (SOCIAL_WORKER, "/dossiers/{asked_case}/handovers/propose"),
    "answer_handover": (ADVISER, "/handovers/requests/{asked}"),
    "end_handover_access": (SOCIAL_WORKER, "/dossiers/{asked_case}/handovers/{handover}/end"),
    "referrals": (COORDINATOR, "/handovers/referrals"),
    "advisers": (OF_THE_IV, "/dossiers/{both_follow}/advisers"),
    "keep_placement_request": (SOCIAL_WORKER, "/dossiers/{asks_to_be_placed}/placement-request"),
    "report_missed": (OF_THE_IV, "/dossiers/{both_follow}/missed-appointments?choose=1"),
    "report_missed_on": (OF_THE_IV, "/dossiers/{both_follow}/missed-appointments/{social_worker}/ivg-68bis-3"),
    "change_level": (COORDINATOR, "/dossiers/{active}/level"),
    "register": (SOCIAL_WORKER, "/register/"),
    "register_person": (SOCIAL_WORKER, "/register/persons/add"),
    "end_registration": (SOCIAL_WORKER, "/register/persons/end"),
    "register_alerts": (SOCIAL_WORKER, "/register/alerts?whose=all"),
    "register_overlaps": (SOCIAL_WORKER, "/register/overlaps"),
    "register_deliveries": (SOCIAL_WORKER, "/register/deliveries"),
    "register_settings": (ADMINISTRATOR, "/register/settings"),
    "register_figures": (COORDINATOR, "/register/figures"),
    "register_participants": (ADMINISTRATOR, "/register/participants"),
    "enrol_institution": (ADMINISTRATOR, "/register/participants/{institution}/enrol"),
    "register_use": (ADMINISTRATOR, "/register/use"),
    "assessments": (COORDINATOR, "/dossiers/{active}/assessments/"),
    "assessment": (COORDINATOR, "/dossiers/{active}/assessments/{undecided}"),
    "assessment_section": (COORDINATOR, "/dossiers/{active}/assessments/{draft_assessment}/sections/work"),
    "decide_assessment": (COORDINATOR, "/dossiers/{active}/assessments/{undecided}/decide"),
    "compare_assessments": (COORDINATOR, "/dossiers/{active}/assessments/compare/severity-index"),
    "overdue_reassessments": (COORDINATOR, "/assessments/overdue"),
    "instruments": (COORDINATOR, "/instruments/"),
    "instrument": (COORDINATOR, "/instruments/{severity_index}"),
    "advice_list": (COORDINATOR, "/advice/"),
    "give_advice": (COORDINATOR, "/advice/give"),
    "advice": (COORDINATOR, "/advice/{advice}"),
    "correct_advice": (COORDINATOR, "/advice/{advice}/correct"),
    "advice_figures": (COORDINATOR, "/advice/figures"),
    "young_people": (OF_THE_YOUTH, "/notices/"),
    "notify_young_person": (COORDINATOR, "/notices/notify"),
    "discard_young_person": (OF_THE_YOUTH, "/notices/{notice}/discard"),
    "name_lead": (COORDINATOR, "/dossiers/{active}/lead"),
    "name_case_manager": (COORDINATOR, "/dossiers/{active}/case-manager"),
    "write_note": (COORDINATOR, "/dossiers/{active}/notes"),
    "correct_note": ("author", "/dossiers/{active}/notes/{note}/correct"),
    "redact_note": (COORDINATOR, "/dossiers/{active}/notes/{note}/redact"),
    "particulars": (COORDINATOR, "/dossiers/{active}/particulars"),
    "suspend": (COORDINATOR, "/dossiers/{active}/suspend"),
    "close": (COORDINATOR, "/dossiers/{active}/close"),
    "reopen": (COORDINATOR, "/dossiers/{closed}/reopen"),
    "choose_service": (COORDINATOR, "/dossiers/{active}/services/order"),
    "order_service": (COORDINATOR, "/dossiers/{active}/services/order/coaching"),
    "service": (MEDICAL_OFFICER, "/dossiers/{active}/services/{mandate}"),
    "complete_service": (COORDINATOR, "/dossiers/{active}/services/{service}/complete"),
    "cancel_service": (COORDINATOR, "/dossiers/{active}/services/{service}/cancel"),
    "medical_report": (MEDICAL_OFFICER, "/dossiers/{active}/services/{mandate}/report"),
    "plans": (COORDINATOR, "/dossiers/{of_plan}/plans/"),
    "begin_plan": (COORDINATOR, "/dossiers/{of_plan}/plans/begin"),
    "plan": (COORDINATOR, "/dossiers/{of_plan}/plans/{plan}/"),
    "edit_plan": (COORDINATOR, "/dossiers/{of_plan}/plans/{plan}/edit"),
    "review_plan": (COORDINATOR, "/dossiers/{of_plan}/plans/{plan}/review"),
    "add_plan_entry": (COORDINATOR, "/dossiers/{of_plan}/plans/{plan}/entries/add"),
    "change_plan_entry": (COORDINATOR, "/dossiers/{of_plan}/plans/{plan}/entries/{plan_entry}/change"),
    "add_measure": (COORDINATOR, "/dossiers/{of_plan}/plans/{plan}/measures/add"),
    "change_measure": (COORDINATOR, "/dossiers/{of_plan}/plans/{plan}/measures/{measure}/change"),
    "measure_progress": (COORDINATOR, "/dossiers/{of_plan}/plans/{plan}/measures/{measure}/progress"),
    "withdraw_plan": (COORDINATOR, "/dossiers/{of_plan}/plans/{plan}/withdraw"),
    "sign_plan": (COORDINATOR, "/dossiers/{of_signed_plan}/plans/{signed_plan}/signatures/{signature}/sign"),
    "decline_plan": (COORDINATOR, "/dossiers/{of_signed_plan}/plans/{signed_plan}/signatures/{signature}/decline"),
    "plan_differences": (COORDINATOR, "/dossiers/{of_plan}/plans/{plan}/differences"),
    "meetings": (COORDINATOR, "/meetings/"),
    "convene_session": (COORDINATOR, "/meetings/convene"),
    "convene": (COORDINATOR, "/dossiers/{active}/meetings/convene"),
    "meeting": (COORDINATOR, "/meetings/{meeting}/"),
    "answer_invitation": (COORDINATOR, "/meetings/{meeting}/answer"),
    "answer_dates": (COORDINATOR, "/meetings/{meeting}/dates"),
    "propose_dates": (COORDINATOR, "/meetings/{meeting}/dates/propose"),
    "fix_date": (COORDINATOR, "/meetings/{meeting}/dates/fix"),
    "meeting_particulars": (COORDINATOR, "/meetings/{meeting}/particulars"),
    "invite": (COORDINATOR, "/meetings/{meeting}/invite"),
    "invite_guest": (COORDINATOR, "/meetings/{meeting}/guests"),
    "add_point": (COORDINATOR, "/meetings/{session}/agenda"),
    "contribute": (COORDINATOR, "/meetings/{meeting}/contribute"),
    "minutes": (OF_THE_YOUTH, "/meetings/{session}/minutes"),
    "correct_entry": (COORDINATOR, "/meetings/{held}/entries/{entry}/correct"),
    "entry_into_plan": (COORDINATOR, "/meetings/{held}/entries/{mandated}/plan"),
    "order_from_mandate": (COORDINATOR, "/meetings/{held}/entries/{mandated}/service"),
    "hold_meeting": (COORDINATOR, "/meetings/{meeting}/hold"),
    "cancel_meeting": (COORDINATOR, "/meetings/{meeting}/cancel"),
    "invitation": (NOBODY, "/invitations/{token}"),
    "audit_log": (DATA_PROTECTION, "/log/"),
    "who_saw": (DATA_PROTECTION, "/log/who-saw"),
    "opened_by": (DATA_PROTECTION, "/log/colleague"),
    "log_proof": (DATA_PROTECTION, "/log/proof"),
    "account_login": (NOBODY, "/accounts/login/"),
    "account_logout": (COORDINATOR, "/accounts/logout/"),
    "account_inactive": (NOBODY, "/accounts/inactive/"),
    "account_signup": (NOBODY, "/accounts/signup/"),
    "account_reauthenticate": (COORDINATOR, "/accounts/reauthenticate/"),
    "account_change_password": (COORDINATOR, "/accounts/password/change/"),
    "account_email": (COORDINATOR, "/accounts/email/"),
    "confirm_address": (COORDINATOR, "/account/address/no-such-secret"),
    "factor_resets": (ADMINISTRATOR, "/account/second-factors"),
    "account_reset_password": (NOBODY, "/accounts/password/reset/"),
    "account_reset_password_done": (NOBODY, "/accounts/password/reset/done/"),
    "account_reset_password_from_key": (NOBODY, "/accounts/password/reset/key/1-no-such-key/"),
    "account_reset_password_from_key_done": (NOBODY, "/accounts/password/reset/key/done/"),
    "mfa_index": (COORDINATOR, "/accounts/2fa/"),
    "mfa_activate_totp": (COORDINATOR, "/accounts/2fa/totp/activate/"),
    "mfa_list_webauthn": (COORDINATOR, "/accounts/2fa/webauthn/"),
    "mfa_add_webauthn": (COORDINATOR, "/accounts/2fa/webauthn/add/"),
    "socialaccount_login_cancelled": (NOBODY, "/accounts/3rdparty/login/cancelled/"),
    "socialaccount_login_error": (NOBODY, "/accounts/3rdparty/login/error/"),
}

# An answer other than 200 that is a page nevertheless.
STATUS = {"socialaccount_login_error": 401}

# What a GET of these answers is no page of its own.
NO_PAGES = {
    "set_language": "an act", "healthz": "a word for machines", "robots": "a word for machines", "several": "an act",
    "switch_acting": "an act", "remove_absence": "an act", "remove_directory_entry": "an act",
    "remove_contact_person": "an act", "send_mail_again": "an act", "leave_mail": "an act", "end_partner_key": "an act",
    "document": "a file", "document_page": "a picture", "complete_workitem": "an act", "reopen_workitem": "an act", "cancel_workitem": "an act",
    "decide_factor_reset": "an act", "invite_again": "an act", "unlock_log_in": "an act", "approve_role": "an act",
    "mark_read": "an act", "drafts": "a word for the page", "record_person_informed": "an act", "alive": "a word for the page",
    "alive_case": "a word for the page", "find_case": "an act; its answer is looked at below", "keep_draft": "an act",
    "keep_draft_again": "an act", "drop_draft": "an act", "withdraw_request": "an act", "leave": "an act",
    "resume": "an act", "start_service": "an act", "renew_mandate_access": "an act",
    "remove_plan_entry": "an act", "remove_measure": "an act", "put_up_plan": "an act",
    "remind_plan": "an act", "drop_plan": "an act", "new_plan_version": "an act", "plan_pdf": "a file",
    "plan_booklet": "a file", "print_placement_request": "a file", "remove_adviser": "an act",
    "uninvite": "an act", "revoke_guest": "an act", "remove_point": "an act",
    "remind_request": "an act", "withdraw_handover": "an act", "stop_without_handover": "an act", "notify_from_advice": "an act",
    "hand_over_from_advice": "an act", "take_up_young_person": "an act",
    "answer_alert": "an act", "end_enrolment": "an act", "ask_register": "an act", "notify_on": "an act",
    "start_assessment": "an act", "keep_section": "an act", "finish_assessment": "an act", "drop_assessment": "an act",
    "export_assessments": "a file", "export_cases": "a file", "export_who_saw": "a file", "export_opened_by": "a file", "end_representation": "an act",
    "nothing_to_add": "an act", "finish_minutes": "an act", "remove_entry": "an act", "print_minutes": "a file",
    "meeting_calendar": "a file", "invitation_calendar": "a file",
}  # fmt: skip
# Of the libraries for log-ins: addresses that lead on to another page, or that this installation does not open.
LEADING_ON = frozenset(
    """
    account_email_verification_sent account_set_password account_confirm_login_code
    account_confirm_email mfa_authenticate mfa_reauthenticate mfa_deactivate_totp mfa_view_recovery_codes
    mfa_generate_recovery_codes mfa_download_recovery_codes mfa_reauthenticate_webauthn mfa_remove_webauthn
    mfa_edit_webauthn mfa_login_webauthn socialaccount_signup socialaccount_connections openid_connect_login
    openid_connect_callback
    """.split()  # noqa: SIM905 - a list of nineteen lines would hide what it says
)

# Forms that are sent with nothing in them, so that they say what is wrong.
FORMS_WITH_ERRORS = (
    "account_login", "account_change_password", "notify", "sign_consent", "add_workitem", "upload_document",
    "ask_participant", "answer_participation", "correct_person", "record_disclosure", "absences",
    "add_directory_entry", "break_glass", "close", "write_note", "order_service", "complete_service", "medical_report",
    "hand_over_person", "answer_handover", "give_advice", "notify_young_person", "change_level",
    "add_measure", "convene", "appoint", "give_role", "pass_on", "join", "answer_dates", "minutes",
    "enter_contact_person", "create_partner_key", "register", "register_person", "enrol_institution",
)  # fmt: skip


def named_addresses() -> list[str]:
    """Every address of the resolver by its name; nameless ones of the libraries are their old ways to the same pages."""
    return sorted({name for name in _names(get_resolver()) if name})


def _names(resolver: Any) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            # What answers machines is no page.
            yield from _names(entry) if entry.namespace != "api" else ()
        elif isinstance(entry, URLPattern):
            yield entry.name or ""
