"""The files of a case."""

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from suone.ground.access.acting import Acting
from suone.records.documents.models import Document
from suone.records.dossiers.models import Dossier


def documents_of(acting: Acting, dossier: Dossier) -> list[Document]:
    """The documents of a case in the categories that the acting person may read, newest first, removed ones included."""
    documents = Document.objects.readable_by(acting, category_column="category").filter(dossier=dossier)
    documents = documents.annotate(is_replaced=Exists(Document.objects.filter(replaces=OuterRef("pk"))))
    return list(documents.select_related("kept_by", "kept_institution").order_by("-pk"))


def renewable_documents(acting: Acting, dossier: Dossier) -> QuerySet[Document]:
    """The documents of a case with a last day, for whoever may read them, that none has replaced."""
    documents = Document.objects.readable_by(acting, category_column="category")
    return documents.filter(dossier=dossier, removed_at=None, replaced_by=None, valid_until__isnull=False)


def readable_document(acting: Acting, dossier_id: int, document_id: int) -> Document:
    """A document that the acting person may open; raises ``Http404`` if it is closed to them or was removed."""
    document = (
        Document.objects.readable_by(acting, category_column="category")
        .filter(dossier_id=dossier_id, pk=document_id, removed_at=None)
        .select_related("dossier")
        .first()
    )
    if document is None:
        raise Http404
    return document
