"""The server of the browser's tests, seen from outside."""

import secrets
import time

import psycopg
from django.contrib.sessions.backends.db import SessionStore

from suone.ground.access.models import User


class Site:
    """Where the server answers, and the database behind it."""

    def __init__(self, address: str, owner_url: str, keys: str) -> None:
        self.address = address
        self.owner_url = owner_url
        self.keys = keys  # where its register's keys lie

    def sql(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Look into the database as its owner."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def session_of(self, email: str) -> str:
        """The key of a new session, as typing the password begins one: to hash it takes longer than most pages."""
        number, password, round_ = self.sql(
            "SELECT id, password, log_in_round FROM access_user WHERE email = %s", email
        )[0]
        store, key = SessionStore(), secrets.token_hex(16)
        begun = {
            "_auth_user_id": str(number),
            "_auth_user_backend": "allauth.account.auth_backends.AuthenticationBackend",
            "_auth_user_hash": User(password=str(password), log_in_round=int(str(round_))).get_session_auth_hash(),
            "account_authentication_methods": [{"method": "password", "at": time.time(), "email": email}],
            "account_authentication_methods_user": str(number),
        }
        self.sql(
            "INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%s, %s, now() + interval '1 day')",
            key, store.encode(begun),
        )  # fmt: skip
        return key
