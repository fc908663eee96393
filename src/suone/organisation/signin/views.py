"""One's own address for the log-in, and lost second factors."""

from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts
from suone.ground.web.pages import done, form_page, refusals_on, render
from suone.ground.web.sent import in_form
from suone.organisation.signin import queries, services
from suone.organisation.signin.acts import Act
from suone.organisation.signin.forms import AddressForm, FactorResetForm
from suone.organisation.signin.models import FactorReset


@acts(Permission.ACCOUNT_KEEP, sensitive=True)
def change_address(request: ActingRequest) -> HttpResponse:
    """Request another address; a link is sent there."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.ask_for_address(request.acting, address=form.cleaned_data["address"])
            message = _("A link is on its way to the new address. Follow it within a day, in this browser.")
            return done(request, message, "account_email")
    return form_page(
        request,
        form,
        title=_("Change the address of the log-in"),
        submit=_("Send the link"),
        back="/",
        intro=_("You log in with %(address)s.") % {"address": queries.own_address(request.acting)},
    )


@acts(Permission.ACCOUNT_KEEP, sensitive=True)
def confirm_address(request: ActingRequest, secret: str) -> HttpResponse:
    """Opening the link only shows a button, so that a mail scanner that follows it changes nothing."""
    if request.method == "POST":
        user = services.confirm_address(request.acting, secret=secret)
        update_session_auth_hash(request, user)
        return done(request, _("From now on you log in with the new address."), "account_email")
    return render(request, "signin/confirm_address.html")


@acts(Permission.FACTOR_RESET, act=Act.FACTOR_RESETS_READ, sensitive=True)
def factor_resets(request: ActingRequest) -> HttpResponse:
    """Request a reset, and see those that await approval."""
    form = FactorResetForm(request.POST or None, colleagues=queries.colleagues_with_accounts(request.acting))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.ask_for_factor_reset(request.acting, holder=form.cleaned_data["holder"])
            return done(
                request, _("The reset has been requested. Another administrator must approve it."), "factor_resets"
            )
    waiting = [
        {"reset": reset, "may_approve": services.may_approve(request.acting, reset)}
        for reset in queries.open_factor_resets()
    ]
    context = {"form": form, "waiting": waiting}
    return render(request, "signin/factor_resets.html", context, status=422 if form.errors else 200)


@acts(Permission.FACTOR_RESET, sensitive=True)
def decide_factor_reset(request: ActingRequest, reset_id: int) -> HttpResponse:
    reset = get_object_or_404(FactorReset.objects.select_related("holder__institution"), pk=reset_id)
    if request.method != "POST":
        return redirect("factor_resets")
    if in_form(request).has("approve"):
        services.approve_factor_reset(request.acting, reset=reset)
        return done(
            request, _("The second factor has been reset: a new one is set up at the next log-in."), "factor_resets"
        )
    services.decline_factor_reset(request.acting, reset=reset)
    return done(request, _("The reset has been declined."), "factor_resets")
