"""The URLs of all packages."""

from django.urls import include, path

from suone.config.api import api

urlpatterns = [
    path("", include("suone.ground.web.urls")),
    path("", include("suone.ground.entrances.urls")),
    path("", include("suone.ground.mail.urls")),
    path("", include("suone.organisation.signin.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("suone.desk.worklist.urls")),
    path("", include("suone.organisation.appointments.urls")),
    path("", include("suone.desk.directory.urls")),
    path("", include("suone.desk.administration.urls")),
    path("", include("suone.records.dossiers.urls")),
    path("", include("suone.records.representation.urls")),
    path("", include("suone.casework.corrections.urls")),
    path("", include("suone.records.documents.urls")),
    path("", include("suone.records.workitems.urls")),
    path("", include("suone.records.inbox.urls")),
    path("", include("suone.records.consents.urls")),
    path("", include("suone.register.server.urls")),
    path("", include("suone.canton.procedures.urls")),
    path("", include("suone.casework.cases.urls")),
    path("", include("suone.casework.leading.urls")),
    path("", include("suone.casework.assessments.urls")),
    path("", include("suone.canton.instruments.urls")),
    path("", include("suone.casework.support.urls")),
    path("", include("suone.casework.plans.urls")),
    path("", include("suone.casework.meetings.urls")),
    path("", include("suone.records.decisions.urls")),
    path("", include("suone.casework.handovers.urls")),
    path("", include("suone.casework.advice.urls")),
    path("", include("suone.casework.youth.urls")),
    path("", include("suone.casework.casepage.urls")),
    path("", include("suone.desk.privacy.urls")),
    path("api/v1/", api.urls),
]

handler400 = "suone.ground.web.views.bad_request"
handler403 = "suone.ground.web.views.permission_denied"
handler404 = "suone.config.api.nothing_here"
handler500 = "suone.ground.web.views.server_error"
