from django.urls import path

from suone.desk.directory import views

_EDIT = "directory/edit/<slug:kind>"

urlpatterns = [
    path("directory/", views.contacts, name="contacts"),
    path("directory/institutions", views.institutions, name="institutions"),
    path("directory/bodies", views.bodies, name="bodies"),
    path(f"{_EDIT}/", views.entries, name="directory_entries"),
    path(f"{_EDIT}/add", views.entry, name="add_directory_entry"),
    path(f"{_EDIT}/<int:entry_id>", views.entry, name="directory_entry"),
    path(f"{_EDIT}/<int:entry_id>/remove", views.remove_entry, name="remove_directory_entry"),
]
