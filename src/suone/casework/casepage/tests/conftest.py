from suone.casework.leading.tests.conftest import _english, active, cast, notified

__all__ = ["_english", "active", "cast", "notified"]
