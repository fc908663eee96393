"""Consents and disclosures of a case, and their legal bases."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from suone.ground.access.acting import Acting
from suone.ground.access.categories import ALL_BUT_HEALTH, DataCategory, Power
from suone.ground.access.errors import Refused
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, form_page, printed, refusals_on, render
from suone.ground.web.sent import in_form, in_query
from suone.records.consents import forms, queries, services
from suone.records.consents.acts import Act
from suone.records.consents.legal_bases import legal_bases, legal_basis
from suone.records.consents.models import Consent, DisclosureForm
from suone.records.documents.services import keep_document
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import has_power, language_of_person, readable_dossier
from suone.records.representation.queries import signers_of


@reads(Permission.CASE_READ, act=Act.READ)
def consents(request: ActingRequest, dossier_id: int) -> HttpResponse:
    acting = request.acting
    dossier = readable_dossier(acting, dossier_id)
    language = (get_language() or "de")[:2]
    context = {
        "dossier": dossier,
        "consents": [(consent, consent.state(acting.today)) for consent in queries.consents_of(acting, dossier)],
        "disclosures": [
            (disclosure, basis.title(language) if (basis := legal_basis(disclosure.basis)) else disclosure.basis)
            for disclosure in queries.disclosures_of(acting, dossier)
        ],
        "all_but_health": ALL_BUT_HEALTH,
        "may_lead": has_power(acting, dossier, Power.LEAD) and acting.may(Permission.CONSENT_SIGN),
        "may_sign": acting.may(Permission.CONSENT_SIGN),
        "may_disclose": acting.may(Permission.DISCLOSURE_RECORD) and has_power(acting, dossier, Power.LEAD),
    }
    return render(request, "consents/consents.html", context)


@acts(Permission.CONSENT_SIGN)
def sign(request: ActingRequest, dossier_id: int) -> HttpResponse:
    dossier = readable_dossier(request.acting, dossier_id)
    return _sign(request, dossier, renewing=None)


@acts(Permission.CONSENT_SIGN)
def renew(request: ActingRequest, dossier_id: int, consent_id: int) -> HttpResponse:
    consent = queries.readable_consent(request.acting, dossier_id, consent_id)
    return _sign(request, consent.dossier, renewing=consent)


@acts(Permission.CONSENT_SIGN)
def narrow(request: ActingRequest, dossier_id: int, consent_id: int, recipient_id: int) -> HttpResponse:
    consent = queries.readable_consent(request.acting, dossier_id, consent_id)
    recipient = next((r for r in consent.recipients.all() if r.pk == recipient_id), None)
    if recipient is None:
        raise Http404
    form = forms.NarrowForm(request.POST or None, recipient=recipient)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.narrow_consent(request.acting, recipient=recipient, categories=form.mask())
            return done(request, _("The consent is narrowed; it works at once."), "case", dossier_id)
    name = recipient.staff.full_name if recipient.staff else recipient.institution.name
    return form_page(
        request,
        form,
        title=f"{_('Narrow the consent')} · {consent.dossier.number}",
        submit=_("Narrow"),
        back=reverse("consents", args=[dossier_id]),
        intro=name,
    )


@acts(Permission.CONSENT_SIGN, act=Act.READ)
def withdraw(request: ActingRequest, dossier_id: int, consent_id: int) -> HttpResponse:
    consent = queries.readable_consent(request.acting, dossier_id, consent_id)
    chain = queries.chain_of(request.acting, consent)
    others = queries.other_live_consents(request.acting, chain)
    if request.method == "POST":
        services.withdraw_consent(request.acting, consent=consent)
        message = _("The consent is withdrawn; every access it opened has ended.")
        if others:
            message = f"{message} {_('Another consent for this case is still in force.')}"
        if has_power(request.acting, consent.dossier, Power.READ):
            return done(request, message, "consents", dossier_id)
        return done(request, message, "worklist")
    context = {"chain": chain, "dossier": consent.dossier, "others": others}
    return render(request, "consents/withdraw.html", context)


@reads(Permission.DIRECTORY_READ, act=Act.BASES_READ)
def bases(request: ActingRequest) -> HttpResponse:
    return render(request, "consents/legal_bases.html", {"bases": legal_bases()})


@acts(Permission.DISCLOSURE_RECORD)
def choose_basis(request: ActingRequest, dossier_id: int) -> HttpResponse:
    dossier = readable_dossier(request.acting, dossier_id)
    form = forms.BasisForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("record_disclosure", dossier_id, form.cleaned_data["basis"])
    return form_page(
        request,
        form,
        title=f"{_('Record a disclosure')} · {dossier.number}",
        submit=_("Next"),
        back=reverse("consents", args=[dossier_id]),
        intro=_("On which legal basis are the data disclosed? With a consent, the record is made automatically."),
    )


@acts(Permission.DISCLOSURE_RECORD)
def record_disclosure(request: ActingRequest, dossier_id: int, basis: str) -> HttpResponse:
    dossier = readable_dossier(request.acting, dossier_id)
    ground = legal_basis(basis)
    if ground is None:
        raise Http404
    form = forms.DisclosureRecordForm(request.POST or None, basis=ground, acting=request.acting)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            typed = form.cleaned_data
            services.record_disclosure(
                request.acting,
                dossier=dossier,
                basis=basis,
                purpose=typed["purpose"],
                form=DisclosureForm(typed["form"]),
                recipient=typed["recipient"],
                categories=form.mask(),
                confirmed=typed["conditions"],
                access_until=typed["access_until"],
            )
            return done(request, _("The disclosure is recorded."), "consents", dossier_id)
    language = (get_language() or "de")[:2]
    return form_page(
        request,
        form,
        title=f"{_('Record a disclosure')} · {dossier.number}",
        submit=_("Record"),
        back=reverse("consents", args=[dossier_id]),
        intro=f"{ground.title(language)} ({ground.article_in(language)})",
    )


@acts(Permission.DISCLOSURE_RECORD)
def record_person_informed(request: ActingRequest, dossier_id: int, disclosure_id: int) -> HttpResponse:
    disclosure = queries.readable_disclosure(request.acting, dossier_id, disclosure_id)
    if request.method == "POST":
        services.record_person_informed(request.acting, disclosure=disclosure)
        return done(request, _("It is noted that the person has been informed."), "consents", dossier_id)
    return redirect("consents", dossier_id)


def _sign(request: ActingRequest, dossier: Dossier, *, renewing: Consent | None) -> HttpResponse:
    """Record a signed consent, or print the form with what is typed so far, in the person's language."""
    acting = request.acting
    if request.method != "POST":
        who = signers_of(acting, dossier, on=acting.today)
        others = in_query(request).numbers("with")
        values = forms.SignForm.starting_values(
            acting,
            who=who,
            language=language_of_person(acting, dossier.pk),
            receiver_id=dossier.receiver_id,
            others=others,
            renewing=renewing,
        )
        form = forms.SignForm(initial=values, before=renewing)
    else:
        form = forms.SignForm(request.POST, request.FILES, before=renewing)
        if in_form(request).has("add"):
            form = forms.SignForm(initial=form.as_typed(), before=renewing)
        elif form.is_valid():
            with refusals_on(form):
                if in_form(request).has("print"):
                    pdf = services.print_form(acting, dossier=dossier, terms=form.terms(), scope=form.scope())
                    return printed(pdf, dossier.number)
                _record(acting, form, dossier, renewing)
                return done(request, _("The consent is recorded; it works from its first day on."), "case", dossier.pk)
    title = _("Renew the consent") if renewing else _("Record a consent")
    context = {"form": form, "dossier": dossier, "title": f"{title} · {dossier.number}"}
    return render(request, "consents/sign.html", context, status=422 if form.errors else 200)


def _record(acting: Acting, form: forms.SignForm, dossier: Dossier, renewing: Consent | None) -> None:
    upload = form.upload()
    if upload is None:
        raise Refused(_("Add the signed form as a scan, or let the person sign on the screen."))
    document = keep_document(
        acting,
        dossier=dossier,
        name=upload.name,
        data=upload.data,
        title=gettext_noop("Signed consent"),
        category=DataCategory.ADMINISTRATIVE,
        is_own_words=False,
    )
    services.sign_consent(
        acting,
        dossier=dossier,
        terms=form.terms(),
        scope=form.scope(),
        document=document,
        renews=renewing,
        authority=form.cleaned_data["authority"],
    )
