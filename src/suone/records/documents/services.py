"""Storing files in a case, serving and removing them."""

import hashlib
import socket
import struct
import uuid
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from suone.ground.access.acting import Acting
from suone.ground.access.categories import DataCategory
from suone.ground.access.errors import Refused
from suone.ground.audit.models import RecordKind
from suone.ground.audit.services import record
from suone.ground.web.fields import months_after
from suone.records.documents import rules
from suone.records.documents.acts import Act
from suone.records.documents.confined import Findings, findings_of, picture_of
from suone.records.documents.models import Document, DocumentKind
from suone.records.documents.uploads import sentence
from suone.records.dossiers.models import Dossier
from suone.records.dossiers.queries import receiver_of
from suone.records.dossiers.services import insert_without_returning, lock, record_event
from suone.records.inbox.services import notify_institutions
from suone.records.workitems.rules import warning_due
from suone.records.workitems.services import add_work_item, cancel_items_about, close_items_about

RENEWED = "document_renewed"  # what settles the work item that asks for it


def keep_document(
    acting: Acting,
    *,
    dossier: Dossier,
    name: str,
    data: bytes,
    title: str,
    category: DataCategory,
    kind: DocumentKind = DocumentKind.OTHER,
    is_own_words: bool = True,
    valid_until: date | None = None,
    replaces: Document | None = None,
) -> Document:
    """Check a file and store it in a data category of the case; raises ``Refused`` if it is not accepted.

    ``kind`` says what it is where a procedure asks for it, ``valid_until`` is the last day on which it is valid, if it has
    one, and ``replaces`` the document that it renews. A title from the product (``is_own_words`` false) is stored
    untranslated, and shown in each reader's language.
    """
    if valid_until is not None and valid_until > months_after(acting.today, 12 * rules.MOST_YEARS):
        raise Refused(_("Check the last day of validity: it lies far ahead."))
    found = _checked(name, data)
    if replaces is not None:
        lock(dossier.pk)
        if Document.objects.filter(replaces=replaces).exists():
            raise Refused(_("This document has been renewed already."))
    folder = Path(settings.DOCUMENTS_FOLDER)
    stored_as = f"{uuid.uuid4().hex}.{found.kind.ending}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / stored_as).write_bytes(data)
    document = insert_without_returning(
        Document(
            dossier=dossier,
            category=category,
            kind=kind,
            title=title,
            language=(translation.get_language() or "de")[:2] if is_own_words else "",
            file_name=Path(name).name[:150],
            media_type=found.kind.media_type,
            active=list(found.active),
            pages=found.pages,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            stored_as=stored_as,
            valid_until=valid_until,
            replaces=replaces,
            kept_at=timezone.now(),
            kept_by_id=acting.staff_id,
            kept_institution_id=acting.institution_id,
        )
    )
    record_event(
        acting,
        dossier=dossier,
        kind=RecordKind.STORE,
        act=Act.KEPT,
        category=category,
        about=("document", document.pk),
        text=title,
        text_language=document.language,
    )
    if replaces is not None:
        close_items_about(acting, dossier=dossier, about=("document", replaces.pk))
    return document


def bytes_of(document: Document) -> bytes:
    """The content of a document; raises ``Refused`` if the file is missing or its checksum differs."""
    try:
        data = (Path(settings.DOCUMENTS_FOLDER) / document.stored_as).read_bytes()
    except FileNotFoundError as error:
        raise Refused(_("The file is missing on the server: inform your administrator.")) from error
    if hashlib.sha256(data).hexdigest() != document.sha256:
        raise Refused(_("The file was changed outside the product: inform your administrator."))
    return data


def pages_of(document: Document) -> int:
    """How many pages of it can be shown as pictures; 0 if none."""
    if document.pages is not None or not rules.is_shown(document.media_type):
        return document.pages or 0
    try:  # stored before pages were counted
        return findings_of(rules.type_of(document.media_type), bytes_of(document)).pages
    except rules.UnacceptableFile:
        return 0


def page_of(document: Document, page: int) -> bytes:
    """A page (from 1) as a WebP picture without metadata, drawn anew each time; raises ``Refused`` if that is not possible."""
    try:
        return picture_of(rules.type_of(document.media_type), bytes_of(document), page=page)
    except rules.UnacceptableFile as unfit:
        raise Refused(_("This page cannot be shown: open the file itself.")) from unfit


def remove_document(acting: Acting, *, document: Document, reason: str) -> None:
    """Remove a document: its file is deleted, its entry remains with the reason; raises ``Refused`` without one."""
    if not reason.strip():
        raise Refused(_("Give the reason why the document is removed."))
    document.removed_at, document.removed_by_id, document.removed_reason = timezone.now(), acting.staff_id, reason
    document.save(update_fields=["removed_at", "removed_by", "removed_reason"])
    (Path(settings.DOCUMENTS_FOLDER) / document.stored_as).unlink(missing_ok=True)
    record_event(
        acting,
        dossier=document.dossier,
        kind=RecordKind.DELETE,
        act=Act.REMOVED,
        category=DataCategory(document.category),
        about=("document", document.pk),
        text=document.title,
    )
    cancel_items_about(acting, dossier=document.dossier, about=("document", document.pk))


def warn_and_expire(acting: Acting, *, dossiers: QuerySet[Any]) -> tuple[int, int]:
    """Send due warnings and record expiries, as a job, in these cases; returns how many warnings and how many expiries."""
    running = Document.objects.filter(
        dossier__in=dossiers, removed_at=None, replaced_by=None, expiry_notified_at=None, valid_until__isnull=False
    ).select_related("dossier")
    warned = expired = 0
    for document in running.order_by("pk"):
        assert document.valid_until is not None
        if document.has_expired(acting.today):
            Document.objects.filter(pk=document.pk).update(expiry_notified_at=timezone.now())
            _notify(acting, document, Act.EXPIRED)
            expired += 1
            continue
        step = warning_due(
            valid_until=document.valid_until,
            on=acting.today,
            warn_days=settings.CONSENT_WARNING_DAYS,
            warned=document.warned_days,
        )
        if step is not None:
            _warn(acting, document, step)
            warned += 1
    return warned, expired


def _warn(acting: Acting, document: Document, step: int) -> None:
    first = document.warned_days is None
    Document.objects.filter(pk=document.pk).update(warned_days=step)
    _notify(acting, document, Act.EXPIRES_SOON)
    if first and document.kept_institution_id and document.valid_until:
        add_work_item(
            acting,
            dossier=document.dossier,
            title=gettext_noop("Renew the document"),
            is_own_words=False,
            due_on=document.valid_until,
            addressed_id=document.kept_institution_id,
            assigned=document.kept_by,
            category=DataCategory(document.category),
            about=("document", document.pk),
            settled_by=RENEWED,
        )


def _notify(acting: Acting, document: Document, act: Act) -> None:
    """Record it in the timeline, and notify whoever receives the case and the institution that added the document."""
    record_event(
        acting,
        dossier=document.dossier,
        kind=RecordKind.CHANGE,
        act=act,
        category=DataCategory(document.category),
        about=("document", document.pk),
        text=document.title,
        text_language=document.language,
    )
    concerned = {document.kept_institution_id, receiver_of(document.dossier).pk} - {None}
    notify_institutions(
        acting,
        institution_ids=[pk for pk in concerned if pk is not None],
        act=act,
        dossier=document.dossier,
        category=DataCategory(document.category),
    )


def forget_lost_files(acting: Acting) -> int:
    """Delete files that no document refers to, left behind by rolled-back acts; returns how many.

    Only files older than a day: the transaction that wrote a younger one may still be open.
    """
    known = set(Document.objects.filter(removed_at=None).values_list("stored_as", flat=True))
    yesterday = timezone.now().timestamp() - 24 * 60 * 60
    folder = Path(settings.DOCUMENTS_FOLDER)
    lost = [
        path
        for path in (folder.iterdir() if folder.exists() else ())
        if path.name not in known and path.stat().st_mtime < yesterday
    ]
    for path in lost:
        path.unlink(missing_ok=True)
    if lost:
        record(acting, kind=RecordKind.DELETE, act=Act.LOST_FORGOTTEN, details={"files": len(lost)})
    return len(lost)


def _checked(name: str, data: bytes) -> Findings:
    try:
        claimed = rules.check_file(name, data, most_bytes=settings.UPLOAD_MAX_BYTES)
        found = findings_of(claimed, data)
    except rules.UnacceptableFile as unfit:
        raise Refused(sentence(unfit.code)) from unfit
    _scan(data)
    return found


def _scan(data: bytes) -> None:
    """Scan a file with ClamAV (INSTREAM); without a scanner, UNSCANNED_UPLOADS decides whether it is accepted."""
    if not settings.CLAMD_SOCKET:
        if settings.UNSCANNED_UPLOADS == "refuse":
            raise Refused(_("No virus scanner is set up here, so files cannot be stored: inform your administrator."))
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as scanner:
            scanner.settimeout(30)
            scanner.connect(settings.CLAMD_SOCKET)
            scanner.sendall(b"zINSTREAM\0" + struct.pack("!L", len(data)) + data + struct.pack("!L", 0))
            answer = scanner.recv(4096)
    except OSError as error:
        raise Refused(_("The virus scanner does not answer: try again later.")) from error
    if b"OK" not in answer:
        raise Refused(sentence("virus"))
