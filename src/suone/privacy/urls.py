from django.urls import path

from suone.privacy import views

urlpatterns = [
    path("log/", views.audit_log, name="audit_log"),
    path("log/proof", views.log_proof, name="log_proof"),
]
