"""Adding, opening and removing files of a case."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from suone.ground.access.categories import DataCategory
from suone.ground.access.permissions import Permission
from suone.ground.entrances.decorators import ActingRequest, acts, reads
from suone.ground.web.pages import done, form_page, refusals_on, render
from suone.ground.web.sent import in_query
from suone.records.documents import forms, rules, services
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
            kept = services.keep_document(
                request.acting,
                dossier=dossier,
                name=file.name,
                data=file.read(),
                title=form.cleaned_data["title"],
                category=DataCategory(form.cleaned_data["category"]),
                valid_until=form.cleaned_data["valid_until"],
                replaces=form.cleaned_data.get("replaces"),
            )
            said = _("The document is added.")
            if kept.active:
                said += " " + _("Take care when you open it: the file contains %(parts)s.") % {
                    "parts": kept.active_parts
                }
            return done(request, said, "case", dossier_id)
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
    ending = kept.stored_as.rsplit(".", 1)[-1]
    # Number and kind only: a file's own name may name the person.
    name = f"{kept.dossier.number}-{kept.pk}.{ending}"
    return _sandboxed(services.bytes_of(kept), kept.media_type, f'attachment; filename="{name}"')


@reads(Permission.CASE_READ, act=Act.SHOWN)
def pages(request: ActingRequest, dossier_id: int, document_id: int) -> HttpResponse:
    """The first pages of a document as pictures, with a word on what in the file is active."""
    kept = readable_document(request.acting, dossier_id, document_id)
    number = services.pages_of(kept)
    context = {"document": kept, "number": number, "shown": range(1, min(number, rules.PAGES_SHOWN) + 1)}
    return render(request, "documents/pages.html", context)


@reads(Permission.CASE_READ, act=Act.SHOWN)
def page(request: ActingRequest, dossier_id: int, document_id: int, page: int) -> HttpResponse:
    """One of these pages as a picture, under the headers of the file itself."""
    kept = readable_document(request.acting, dossier_id, document_id)
    if not 1 <= page <= min(services.pages_of(kept), rules.PAGES_SHOWN):
        raise Http404
    name = f"{kept.dossier.number}-{kept.pk}-{page}.webp"
    return _sandboxed(services.page_of(kept, page), "image/webp", f'inline; filename="{name}"')


def _sandboxed(data: bytes, media_type: str, disposition: str) -> HttpResponse:
    """Bytes that no browser executes."""
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = disposition
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
