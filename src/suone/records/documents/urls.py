from django.urls import path

from suone.records.documents import views

_DOCUMENTS = "dossiers/<int:dossier_id>/documents"

urlpatterns = [
    path(f"{_DOCUMENTS}/add", views.upload, name="upload_document"),
    path(f"{_DOCUMENTS}/<int:document_id>", views.document, name="document"),
    path(f"{_DOCUMENTS}/<int:document_id>/pages", views.pages, name="document_pages"),
    path(f"{_DOCUMENTS}/<int:document_id>/pages/<int:page>", views.page, name="document_page"),
    path(f"{_DOCUMENTS}/<int:document_id>/remove", views.remove, name="remove_document"),
]
