"""The files of a case."""

from django.http import Http404

from suone.ground.access.acting import Acting
from suone.records.documents.models import Document
from suone.records.dossiers.models import Dossier


def documents_of(acting: Acting, dossier: Dossier) -> list[Document]:
    """Newest first, in the categories open to the acting person; removed ones with their reason."""
    documents = Document.objects.readable_by(acting, category_column="category").filter(dossier=dossier)
    return list(documents.select_related("kept_by", "kept_institution").order_by("-pk"))


def readable_document(acting: Acting, dossier_id: int, document_id: int) -> Document:
    """A file that is still kept; one that was removed leaves its line on the page and nothing to open."""
    document = (
        Document.objects.readable_by(acting, category_column="category")
        .filter(dossier_id=dossier_id, pk=document_id, removed_at=None)
        .select_related("dossier")
        .first()
    )
    if document is None:
        raise Http404
    return document
