"""What the log, the timeline and the inboxes say of each act of the demo canton: written down apart, word by word.

A line that is lost, names another act, or no longer says about what, to whom, on which basis or how differs from the list.
``SUONE_WRITE_LOG=1 .venv/bin/pytest tests/sweep/test_what_the_log_says.py`` writes it anew; read the difference before you
commit it.
"""

import os
from pathlib import Path

from suone.ground.audit.models import Entry
from suone.records.dossiers.models import Event
from suone.records.inbox.models import Message
from tests.sweep.world import World

LIST = Path(__file__).with_name("log.txt")


def what_is_written() -> list[str]:
    """Each act with what it writes, once, however often it was done."""
    written = set()
    for entry in Entry.objects.all():
        words = {
            "case": entry.dossier_id,
            "person": entry.person_id,
            f"about {entry.object_type}": entry.object_id,
            "recipients": entry.recipients,
            "basis": entry.legal_basis,
            "purpose": entry.purpose if entry.staff_id else "",  # a job's is its own
            "in place of another": entry.on_behalf_of,
            "details " + " ".join(sorted(entry.details)): entry.details,
        }
        written.add(f"log {entry.act} {entry.kind}: " + ", ".join(word for word, is_there in words.items() if is_there))
    for event in Event.objects.all():
        written.add(
            f"timeline {event.act}: category {event.category}"
            + (f", about {event.object_type}" * bool(event.object_id))
        )
    written |= {f"inbox {act}" for act in Message.objects.values_list("act", flat=True).distinct()}
    return sorted(written)


def test_each_act_of_the_demo_writes_what_the_list_says(world: World) -> None:
    found = what_is_written()
    if os.environ.get("SUONE_WRITE_LOG"):
        LIST.write_text("".join(f"{line}\n" for line in found))

    assert found == LIST.read_text().splitlines(), (
        "If that is meant, SUONE_WRITE_LOG=1 .venv/bin/pytest tests/sweep/test_what_the_log_says.py rewrites the list."
    )
