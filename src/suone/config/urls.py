"""The addresses of pages, gathered from the packages."""

from django.urls import include, path

from suone.config.api import api

urlpatterns = [
    path("", include("suone.web.urls")),
    path("", include("suone.signin.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("suone.worklist.urls")),
    path("", include("suone.appointments.urls")),
    path("", include("suone.directory.urls")),
    path("", include("suone.administration.urls")),
    path("", include("suone.dossiers.urls")),
    path("", include("suone.representation.urls")),
    path("", include("suone.corrections.urls")),
    path("", include("suone.documents.urls")),
    path("", include("suone.workitems.urls")),
    path("", include("suone.inbox.urls")),
    path("", include("suone.consents.urls")),
    path("", include("suone.register.urls")),
    path("", include("suone.procedures.urls")),
    path("", include("suone.cases.urls")),
    path("", include("suone.assessments.urls")),
    path("", include("suone.instruments.urls")),
    path("", include("suone.support.urls")),
    path("", include("suone.plans.urls")),
    path("", include("suone.meetings.urls")),
    path("", include("suone.decisions.urls")),
    path("", include("suone.handovers.urls")),
    path("", include("suone.advice.urls")),
    path("", include("suone.course.urls")),
    path("", include("suone.privacy.urls")),
    path("api/v1/", api.urls),
]

handler400 = "suone.web.views.bad_request"
handler403 = "suone.web.views.permission_denied"
handler404 = "suone.config.api.nothing_here"
handler500 = "suone.web.views.server_error"
