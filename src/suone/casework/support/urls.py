from django.urls import path

from suone.casework.support import views

_SERVICES = "dossiers/<int:dossier_id>/services"
_SERVICE = f"{_SERVICES}/<int:service_id>"

urlpatterns = [
    path(f"{_SERVICES}/order", views.choose_service, name="choose_service"),
    path(f"{_SERVICES}/order/<slug:offer>", views.order_service, name="order_service"),
    path(_SERVICE, views.service, name="service"),
    path(f"{_SERVICE}/start", views.start_service, name="start_service"),
    path(f"{_SERVICE}/complete", views.complete_service, name="complete_service"),
    path(f"{_SERVICE}/cancel", views.cancel_service, name="cancel_service"),
    path(f"{_SERVICE}/report", views.medical_report, name="medical_report"),
    path(f"{_SERVICE}/access", views.renew_mandate_access, name="renew_mandate_access"),
]
