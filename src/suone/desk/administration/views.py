"""Who works here: the pages of an institution's administrator, and taking up an appointment."""

from typing import cast

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from suone.desk.administration import forms, queries, services
from suone.desk.administration.acts import Act
from suone.desk.administration.letters import send_invitation
from suone.ground.access.acting import acting_for_guest
from suone.ground.access.models import User
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, for_guests, reads
from suone.ground.web.pages import done, form_page, refusals_on, render
from suone.organisation.appointments import appointing
from suone.organisation.appointments.acts import Act as AppointmentAct
from suone.organisation.appointments.appointing import Post
from suone.organisation.appointments.models import Appointment
from suone.organisation.appointments.services import ContactAssignment, end_partner_system
from suone.organisation.appointments.services import change_contact_person as change_contact
from suone.organisation.appointments.services import enter_contact_person as enter_contact
from suone.organisation.appointments.services import remove_contact_person as remove_contact
from suone.organisation.institutions.models import Institution
from suone.organisation.signin.queries import is_paused


@reads(Permission.APPOINTMENT_ADMINISTER, act=AppointmentAct.APPOINTMENTS_READ)
def own(request: ActingRequest) -> HttpResponse:
    """Everybody of one's own institution."""
    return _list(request, queries.institution_for(request.acting, request.acting.own_institution_id))


@reads(Permission.APPOINTMENT_OVERSEE, act=AppointmentAct.APPOINTMENTS_READ)
def of_institution(request: ActingRequest, institution_id: int) -> HttpResponse:
    return _list(request, queries.institution_for(request.acting, institution_id))


def _list(request: ActingRequest, institution: Institution) -> HttpResponse:
    oversees = request.acting.may(Permission.APPOINTMENT_OVERSEE)
    context = {
        "institution": institution,
        "may_administer": appointing.may_administer_at(request.acting, institution.pk),
        "listed": queries.appointments_of(request.acting, institution),
        "waiting": queries.waiting_for(request.acting),
        "others": Institution.objects.exclude(pk=institution.pk).order_by("code") if oversees else [],
    }
    return render(request, "administration/appointments.html", context)


@reads(Permission.APPOINTMENT_ADMINISTER, act=AppointmentAct.APPOINTMENTS_READ)
def one(request: ActingRequest, staff_id: int) -> HttpResponse:
    appointment = queries.appointment_for(request.acting, staff_id)
    [listed] = queries.appointments_of(request.acting, appointment.institution, staff_id=staff_id)
    context = {
        "listed": listed,
        "institution": appointment.institution,
        "may_administer": appointing.may_administer(request.acting, appointment),
        "may_give": bool(queries.roles_to_give(request.acting, appointment)),
        "passed": queries.passed_on(appointment),
        "is_paused": appointment.user is not None and is_paused(appointment.user),
    }
    return render(request, "administration/appointment.html", context)


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def appoint(request: ActingRequest, institution_id: int) -> HttpResponse:
    """Appoint somebody and send the link; roles follow on the page of the appointment."""
    institution = queries.institution_for(request.acting, institution_id)
    form = forms.AppointForm(request.POST or None, institution=institution, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            typed = dict(form.cleaned_data)
            address, language = typed.pop("address"), typed.pop("language")
            appointment, token = appointing.appoint(
                request.acting, institution=institution, post=Post(**typed), address=address, language=language
            )
            _send(appointment, appointing.one_spelling(address), token, language)
            return done(request, _("The invitation is on its way."), "appointment", appointment.pk)
    return form_page(
        request, form, title=_("Appoint somebody"), submit=_("Invite"), back=_back(request, institution_id)
    )


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def invite_again(request: ActingRequest, staff_id: int) -> HttpResponse:
    appointment = queries.appointment_for(request.acting, staff_id)
    if request.method == "POST":
        appointing.check_may_administer(request.acting, appointment)
        last = appointment.invitations.first()
        # Never the address of the directory, which others correct: the link goes where the first one went.
        address, language = (last.address, last.language) if last else (appointment.email, "de")
        if last is None or not last.is_open:
            token = appointing.invite(request.acting, appointment=appointment, address=address, language=language)
        else:
            token = appointing.renew_invitation(request.acting, invitation=last)
        _send(appointment, address, token, language)
        return done(request, _("The invitation is on its way."), "appointment", appointment.pk)
    return redirect("appointment", staff_id)


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def change_post(request: ActingRequest, staff_id: int) -> HttpResponse:
    """Another office, region or percentage; another institution is another appointment."""
    appointment = queries.appointment_for(request.acting, staff_id)
    now = {"office": appointment.office_id, "region": appointment.region_id, "percentage": appointment.percentage}
    form = forms.PostForm(request.POST or None, institution=appointment.institution, initial=now)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            appointing.change_post(request.acting, appointment=appointment, **form.cleaned_data)
            return done(request, _("The change is saved."), "appointment", staff_id)
    back = reverse("appointment", args=[staff_id])
    return form_page(request, form, title=_("Change office, region, percentage"), submit=_("Save"), back=back)


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def change_log_in(request: ActingRequest, staff_id: int) -> HttpResponse:
    """Another address to log in with, for a colleague who cannot read the old one any more."""
    appointment = queries.appointment_for(request.acting, staff_id)
    form = forms.AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.change_log_in_address(request.acting, appointment=appointment, **form.cleaned_data)
            return done(request, _("The address of the log-in is changed."), "appointment", staff_id)
    return form_page(
        request,
        form,
        title=_("Change the address of the log-in"),
        submit=_("Change it"),
        back=reverse("appointment", args=[staff_id]),
        intro=_(
            "Make sure that the address is theirs: a link to set a new password is sent to it. The old address is notified."
        ),
    )


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def unlock_log_in(request: ActingRequest, staff_id: int) -> HttpResponse:
    appointment = queries.appointment_for(request.acting, staff_id)
    if request.method == "POST":
        services.unlock_log_in(request.acting, appointment=appointment)
        return done(request, _("The log-in is unlocked."), "appointment", staff_id)
    return redirect("appointment", staff_id)


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def give_role(request: ActingRequest, staff_id: int) -> HttpResponse:
    appointment = queries.appointment_for(request.acting, staff_id)
    roles = queries.roles_to_give(request.acting, appointment)
    form = forms.RoleForm(request.POST or None, roles=roles, initial={"valid_from": request.acting.today})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            held = services.give_role(request.acting, appointment=appointment, **form.cleaned_data)
            said = (
                _("The role waits for a second person's approval.") if held.needs_approval else _("The role is given.")
            )
            return done(request, said, "appointment", staff_id)
    intro = "" if roles else _("None of the roles of this appointment is yours to give.")
    return form_page(
        request,
        form,
        title=_("Give a role"),
        submit=_("Give"),
        back=reverse("appointment", args=[staff_id]),
        intro=intro,
    )


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def approve_role(request: ActingRequest, held_id: int) -> HttpResponse:
    held = queries.role_for(request.acting, held_id)
    if request.method == "POST":
        appointing.approve_role(request.acting, held=held)
        return done(request, _("The role is approved and takes effect."), "appointment", held.appointment_id)
    return redirect("appointment", held.appointment_id)


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def end_role(request: ActingRequest, held_id: int) -> HttpResponse:
    held = queries.role_for(request.acting, held_id)
    form = forms.EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            appointing.end_role(request.acting, held=held, **form.cleaned_data)
            return done(request, _("The role is ended."), "appointment", held.appointment_id)
    back = reverse("appointment", args=[held.appointment_id])
    return form_page(request, form, title=_("End a role"), submit=_("End it"), back=back)


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def end(request: ActingRequest, staff_id: int) -> HttpResponse:
    appointment = queries.appointment_for(request.acting, staff_id)
    form = forms.EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.end_appointment(request.acting, appointment=appointment, **form.cleaned_data)
            return done(request, _("The end is entered."), "appointment", staff_id)
    return form_page(
        request,
        form,
        title=_("End an appointment"),
        submit=_("End it"),
        back=reverse("appointment", args=[staff_id]),
        intro=_(
            "Pass the caseload on first: work items that remain open become unassigned, and the office is notified."
        ),
    )


@acts(Permission.APPOINTMENT_ADMINISTER, act=Act.CASELOAD_READ, sensitive=True)
def pass_on(request: ActingRequest, staff_id: int) -> HttpResponse:
    """A look at what passes and what never does; then the act."""
    leaver = queries.appointment_for(request.acting, staff_id)
    appointing.check_may_administer(request.acting, leaver)
    form = forms.SuccessorForm(request.POST or None, acting=request.acting, leaver=leaver)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.pass_on(request.acting, leaver=leaver, successor=form.cleaned_data["successor"])
            return done(request, _("The caseload has been passed on."), "appointment", staff_id)
    context = {"form": form, "leaver": leaver, "caseload": queries.caseload_of(leaver)}
    return render(request, "administration/pass_on.html", context, status=422 if form.errors else 200)


@reads(Permission.APPOINTMENT_ADMINISTER, act=AppointmentAct.CONTACTS_READ)
def contact_persons(request: ActingRequest, institution_id: int) -> HttpResponse:
    """Who answers for the institution, leavers among them: here they are replaced."""
    institution = queries.institution_for(request.acting, institution_id)
    context = {
        "institution": institution,
        "entries": queries.contact_entries(institution),
        "may_administer": appointing.may_administer_at(request.acting, institution.pk),
    }
    return render(request, "administration/contact_persons.html", context)


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def enter_contact_person(request: ActingRequest, institution_id: int) -> HttpResponse:
    institution = queries.institution_for(request.acting, institution_id)
    form = forms.ContactPersonForm(request.POST or None, acting=request.acting, institution=institution)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            assignment = ContactAssignment(**form.cleaned_data)
            enter_contact(request.acting, institution=institution, assignment=assignment)
            return done(request, _("The entry is saved."), "contact_persons", institution_id)
    back = reverse("contact_persons", args=[institution_id])
    return form_page(request, form, title=_("Enter a contact person"), submit=_("Save"), back=back)


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def change_contact_person(request: ActingRequest, contact_id: int) -> HttpResponse:
    entry = queries.contact_entry(request.acting, contact_id)
    form = forms.ContactPersonForm(
        request.POST or None, acting=request.acting, institution=entry.institution, entry=entry
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            change_contact(request.acting, entry=entry, assignment=ContactAssignment(**form.cleaned_data))
            return done(request, _("The entry is saved."), "contact_persons", entry.institution_id)
    back = reverse("contact_persons", args=[entry.institution_id])
    return form_page(request, form, title=_("Change a contact person"), submit=_("Save"), back=back)


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def remove_contact_person(request: ActingRequest, contact_id: int) -> HttpResponse:
    entry = queries.contact_entry(request.acting, contact_id)
    if request.method == "POST":
        remove_contact(request.acting, entry=entry)
        return done(request, _("The entry is removed."), "contact_persons", entry.institution_id)
    return redirect("contact_persons", entry.institution_id)


@reads(Permission.APPOINTMENT_ADMINISTER, act=AppointmentAct.PARTNERS_READ)
def partner_systems(request: ActingRequest, institution_id: int) -> HttpResponse:
    """The keys with which the institution's own systems use the API, ended ones too; never a key itself."""
    institution = queries.institution_for(request.acting, institution_id)
    context = {
        "institution": institution,
        "systems": queries.systems_of(institution),
        "may_administer": appointing.may_administer_at(request.acting, institution.pk),
    }
    return render(request, "administration/partner_systems.html", context)


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def create_key(request: ActingRequest, institution_id: int) -> HttpResponse:
    """Create a key, and show it on the response alone: only its hash is stored."""
    institution = queries.institution_for(request.acting, institution_id)
    form = forms.PartnerSystemForm(request.POST or None, acting=request.acting, institution=institution)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            system, key = services.create_key(request.acting, institution=institution, **form.cleaned_data)
            return render(request, "administration/partner_key.html", {"system": system, "key": key})
    return form_page(
        request,
        form,
        title=_("Create a key for a partner's system"),
        submit=_("Create the key"),
        back=reverse("partner_systems", args=[institution_id]),
        intro=_("With it the system uses the register for your institution, without anybody logging in."),
    )


@acts(Permission.APPOINTMENT_ADMINISTER, sensitive=True)
def end_key(request: ActingRequest, system_id: int) -> HttpResponse:
    system = queries.system_for(request.acting, system_id)
    if request.method == "POST":
        end_partner_system(request.acting, system=system)
        return done(request, _("The key opens nothing any more."), "partner_systems", system.institution_id)
    return redirect("partner_systems", system.institution_id)


@for_guests
def join(request: ActingRequest, token: str) -> HttpResponse:
    """Take up an appointment: with the account of the invited address, or with a new one."""
    opened = appointing.open_invitation(token)
    if opened is None:
        return render(request, "administration/join_over.html", {}, status=404)
    if opened.account_id is not None:
        return _join_with_account(request, token, opened)
    form = forms.JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        with refusals_on(form):
            account = User.objects.create_user(
                opened.address,
                typed["password"],
                first_name=typed["first_name"],
                last_name=typed["last_name"],
                language=(get_language() or "de")[:2],
            )
            appointing.accept_invitation(acting_for_guest(), token=token, account=account)
            return done(request, _("Welcome: log in with your address and your password."), "account_login")
    context = {"form": form, "opened": opened}
    return render(request, "administration/join.html", context, status=422 if form.errors else 200)


def _join_with_account(request: ActingRequest, token: str, opened: appointing.Opened) -> HttpResponse:
    is_own = request.user.is_authenticated and request.user.pk == opened.account_id
    if request.method == "POST" and is_own:
        appointing.accept_invitation(acting_for_guest(), token=token, account=cast(User, request.user))
        return done(
            request, _("You now also work for %(institution)s.") % {"institution": opened.institution.name}, "/"
        )
    log_in = f"{reverse('account_login')}?next={reverse('join', args=[token])}"
    return render(
        request, "administration/join.html", {"opened": opened, "is_own": is_own, "log_in": log_in, "form": None}
    )


def _send(appointment: Appointment, address: str, token: str, language: str) -> None:
    send_invitation(address=address, institution=appointment.institution, token=token, language=language)


def _back(request: ActingRequest, institution_id: int) -> str:
    if institution_id == request.acting.institution_id:
        return reverse("appointments")
    return reverse("appointments_of", args=[institution_id])
