from django.urls import path

from suone.desk.privacy import views

urlpatterns = [
    path("log/", views.audit_log, name="audit_log"),
    path("log/who-saw", views.who_saw, name="who_saw"),
    path("log/who-saw/export/<str:form>", views.export_who_saw, name="export_who_saw"),
    path("log/colleague", views.opened_by, name="opened_by"),
    path("log/colleague/export/<str:form>", views.export_opened_by, name="export_opened_by"),
    path("log/proof", views.log_proof, name="log_proof"),
]
