from suone.casework.leading.tests.conftest import _english, active, cast, coordinator, notified, worker

__all__ = ["_english", "active", "cast", "coordinator", "notified", "worker"]
