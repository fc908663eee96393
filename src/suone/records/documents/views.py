"""Adding, opening and removing files of a case."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.ground.access.categories import DataCategory
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, form_page, refusals_on
from suone.ground.web.sent import in_query
from suone.records.documents import forms, services
from suone.records.documents.acts import Act
from suone.records.documents.queries import readable_document, renewable_documents
from suone.records.dossiers.queries import readable_categories, readable_dossier


@acts(Permission.CASE_WORK)
def upload(request: ActingRequest, dossier_id: int) -> HttpResponse:
    dossier = readable_dossier(request.acting, dossier_id)
    form = forms.UploadForm(
        request.POST or None,
        request.FILES or None,
        readable=readable_categories(request.acting, dossier),
        renewable=renewable_documents(request.acting, dossier),
        initial={"replaces": in_query(request).number("replaces")},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            file = form.cleaned_data["file"]
            services.keep_document(
                request.acting,
                dossier=dossier,
                name=file.name,
                data=file.read(),
                title=form.cleaned_data["title"],
                category=DataCategory(form.cleaned_data["category"]),
                valid_until=form.cleaned_data["valid_until"],
                replaces=form.cleaned_data.get("replaces"),
            )
            return done(request, _("The document is added."), "case", dossier_id)
    return form_page(
        request,
        form,
        title=f"{_('Add a document')} · {dossier.number}",
        submit=_("Add"),
        back=reverse("case", args=[dossier_id]),
        upload=True,
    )


@reads(Permission.CASE_READ, act=Act.READ)
def document(request: ActingRequest, dossier_id: int, document_id: int) -> HttpResponse:
    """The file as a download, sandboxed so that no browser executes it."""
    kept = readable_document(request.acting, dossier_id, document_id)
    response = HttpResponse(services.bytes_of(kept), content_type=kept.media_type)
    ending = kept.stored_as.rsplit(".", 1)[-1]
    # Number and kind only: a file's own name may name the person.
    response["Content-Disposition"] = f'attachment; filename="{kept.dossier.number}-{kept.pk}.{ending}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@acts(Permission.CASE_WORK)
def remove(request: ActingRequest, dossier_id: int, document_id: int) -> HttpResponse:
    kept = readable_document(request.acting, dossier_id, document_id)
    form = forms.RemoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            services.remove_document(request.acting, document=kept, reason=form.cleaned_data["reason"])
            return done(request, _("The document is removed."), "case", dossier_id)
    return form_page(
        request,
        form,
        title=f"{_('Remove a document')} · {kept.dossier.number}",
        submit=_("Remove the document"),
        back=reverse("case", args=[dossier_id]),
        intro=_("The file will be destroyed; its title, who removed it and why stay visible."),
    )
