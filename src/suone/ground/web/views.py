"""Error pages, choice of language, health check."""

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import loader
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST
from structlog.contextvars import get_contextvars

from suone.ground.access.services import set_account_language
from suone.ground.web.bound import opened
from suone.ground.web.pages import page_before, render, session_ended_page


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Show pages in another language and stay on the page; the choice is saved with the account."""
    language = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    response = HttpResponseRedirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "/")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        translation.activate(language)
        if request.user.is_authenticated:
            set_account_language(request.user, language=language)
    return response


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """For the load balancer: whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@require_GET
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/error.html", {"code": 400}, status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(page_before(request))  # the session has ended meanwhile
    page = opened(request)
    if page is not None and page.user_id == request.user.pk:
        return session_ended_page(request)  # … and the same account has logged in again
    return render(request, "web/error.html", {"code": 400}, status=403)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/error.html", {"code": 403}, status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "web/error.html", {"code": 404}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Does not use the base page, in which the same error might occur again. Its number is how the log names the request."""
    number = str(get_contextvars().get("request_id", ""))[:8]
    return HttpResponse(loader.get_template("web/broken.html").render({"number": number}), status=500)
