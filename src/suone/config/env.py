"""The only module that reads the environment: one table of settings; an invalid value stops the start with a sentence."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from suone.ground.console.trouble import Trouble


class WrongSetting(Trouble):
    """The value of a setting is invalid; the message names the setting and the remedy."""


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting(
        "DATABASE_URL",
        "",
        "PostgreSQL for the app's role: postgres://suone_app:secret@host:5432/suone. Empty: the embedded server.",
    ),
    Setting(
        "DATABASE_OWNER_URL", "", "The same database for the owner's role, which migrates. Needed with DATABASE_URL."
    ),
    Setting(
        "SUONE_VAR",
        "var",
        "The folder for everything that is kept outside the database: files, keys, mails, the embedded server.",
    ),
    Setting("SUONE_SECRET_KEY", "", "Signs sessions and links. Empty: made once and kept in SUONE_VAR."),
    Setting("SUONE_DEBUG", "no", "Error pages with details, for development only."),
    Setting("SUONE_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "The host names under which the product answers."),
    Setting(
        "SUONE_BASE_URL", "", "The address users type, such as https://iiz.example.ch. Empty: http://localhost:<port>."
    ),
    Setting("SUONE_PORT", "8765", "The port of the web server."),
    Setting("SUONE_BIND", "127.0.0.1", "The network address the web server listens on."),
    Setting("SUONE_WEB_WORKERS", "2", "Processes of the web server."),
    Setting("SUONE_WEB_THREADS", "8", "Threads of each web process."),
    Setting(
        "SUONE_MAIL_URL",
        "",
        "smtp://user:secret@host:587?tls=yes. Empty: mails are written as files into SUONE_VAR/mails.",
    ),
    Setting("SUONE_MAIL_FROM", "noreply@localhost", "The sender of mails."),
    Setting("SUONE_PRODUCT_NAME", "Suone", "The name in the header of pages, and of the passkey and TOTP entries."),
    Setting("SUONE_LOGO", "", "A static path of the installation's own logo. Empty: the name alone."),
    Setting(
        "SUONE_API_REQUESTS_A_MINUTE",
        "600",
        "Requests a partner's system may make in a minute.",
    ),
    Setting(
        "SUONE_TRUSTED_PROXIES",
        "0",
        "The number of own proxies in front of the web server: that many entries of X-Forwarded-For, from the right, are "
        "trusted. With 0 the header is ignored.",
    ),
    Setting(
        "SUONE_LOGIN_FAILURES_A_MINUTE",
        "200",
        "Failed log-ins in a minute from one network address, over all accounts, after which it is refused for "
        "the moment. Many may sit behind one proxy.",
    ),
    Setting(
        "SUONE_SECOND_FACTOR_ROLES",
        "",
        "Roles that are let in with a second factor only, with commas between: persons (every role that opens data about "
        "persons), none, or codes such as medical_officer. Empty: persons where SUONE_BASE_URL begins with https, else none.",
    ),
    Setting(
        "SUONE_CONFIRM_MINUTES",
        "10",
        "For how many minutes after the second factor was shown a sensitive act does not ask for it again.",
    ),
    Setting(
        "SUONE_OIDC_SERVER", "", "The cantonal identity provider's OpenID Connect address. Empty: local accounts only."
    ),
    Setting("SUONE_OIDC_CLIENT_ID", "", "The client's name at the identity provider."),
    Setting("SUONE_OIDC_SECRET", "", "The client's secret at the identity provider."),
    Setting("SUONE_OIDC_NAME", "Kanton", "The identity provider's name on the log-in page."),
    Setting(
        "SUONE_CONSENT_WARNING_DAYS",
        "30,7,0",
        "Days before a consent's last day on which the office and the case are warned.",
    ),
    Setting("SUONE_MAIL_DAYS", "90", "After how many days the record of a sent mail, with its address, is deleted."),
    Setting("SUONE_INVITATION_DAYS", "14", "How many days the one-time link of an invitation works."),
    Setting("SUONE_STALE_ACCOUNT_DAYS", "90", "After how many days without a log-in an account is shown as stale."),
    Setting(
        "SUONE_STILL_DAYS",
        "30",
        "After how many days without any event an open case counts as standing still: a default of the product.",
    ),
    Setting(
        "SUONE_DRAFT_DAYS",
        "30",
        "After how many days a draft of a form that nobody continues is deleted: a default of the product.",
    ),
    Setting("SUONE_CONSENT_MONTHS", "12", "How long a consent is proposed to run, in months."),
    Setting(
        "SUONE_CONSENT_AT_MOST_MONTHS",
        "12",
        "How long a consent may run at most, in months: a default of the product. A change takes effect with `suone migrate`.",
    ),
    Setting(
        "SUONE_ACCESS_AT_MOST_MONTHS",
        "12",
        "For how many months a case may be opened on a basis other than a consent: a default of the product. A change takes effect with `suone migrate`.",
    ),
    Setting(
        "SUONE_SIGNS_ALONE_FROM",
        "18",
        "Age in years from which a person signs alone; below it a parent or guardian signs. Under 18 only with the law.",
    ),
    Setting(
        "SUONE_SIGNS_ALONE_LAW",
        "ZGB Art. 14 / CC art. 14",
        "The law that says from which age a person signs alone, as pages name it: in German / in French.",
    ),
    Setting(
        "SUONE_MANDATE_ACCESS_DAYS",
        "90",
        "Days for which a medical officer may look back after the report of a mandate.",
    ),
    Setting(
        "SUONE_DOUBTS_LAW",
        "",
        "The canton's law for clearing doubts whether two files are about one person, and for passing corrections on; empty: neither. Set by suone migrate.",
    ),
    Setting(
        "SUONE_YOUTH_NOTICE_LAW",
        "",
        "The canton's law for notifying young people before there is a consent; empty: nobody may. Set by suone migrate.",
    ),
    Setting(
        "SUONE_YOUTH_NOTICE_DAYS",
        "30",
        "After how many days such a notice is destroyed unless a consent has come, 90 at most: defaults of the product.",
    ),
    Setting(
        "SUONE_DECISION_DAYS", "10", "Days until a request to take part expires; a reminder goes out at half time."
    ),
    Setting(
        "SUONE_PROCEDURE",
        "",
        "The procedure proposed when a case is notified, such as vs-complex. Empty: the first one that is published.",
    ),
    Setting(
        "SUONE_REGISTER_KEYS",
        "",
        "Where the register's keys lie, on another disk if possible. Empty: SUONE_VAR/keys/register.",
    ),
    Setting(
        "SUONE_REGISTER_TOKEN_SERVICE",
        "",
        "The address of a second operator's token service, such as https://tokens.example.ch. Empty: the one built in.",
    ),
    Setting("SUONE_REGISTER_TOKEN_SERVICE_KEY", "", "The key that the second operator gave this installation."),
    Setting(
        "SUONE_REGISTER_DATES",
        "day",
        "How the register keeps first and last days: day, or week (widened to whole weeks, since days identify).",
    ),
    Setting(
        "SUONE_REGISTER_END_PERCENT",
        "10",
        "A snapshot that would end more than this part of an institution's open registrations asks first.",
    ),
    Setting(
        "SUONE_REGISTER_QUESTIONS_A_DAY",
        "100",
        "Questions to the register in 24 hours for each worker; an institution may ask fifty times as many.",
    ),
    Setting(
        "SUONE_REGISTER_NUMBERS_A_DAY",
        "200000",
        "Numbers that each institution may have turned into tokens in a day; more for a large first delivery.",
    ),
    Setting(
        "SUONE_REGISTER_RETURN_MONTHS",
        "12",
        "A person who left one institution and is registered at another within so many months has come back.",
    ),
    Setting("SUONE_UPLOAD_MAX_MB", "20", "The largest file that may be uploaded, in megabytes."),
    Setting("SUONE_CLAMD_SOCKET", "", "The socket of a ClamAV daemon. Empty: files are not scanned for viruses."),
    Setting("SUONE_UNSCANNED_UPLOADS", "allow", "What happens to uploads without a virus scanner: allow or refuse."),
    Setting(
        "SUONE_ANCHOR_DIR",
        "",
        "Where the signed heads of the audit log are kept, on another disk if possible. Empty: SUONE_VAR/anchors.",
    ),
    Setting(
        "SUONE_AUDIT_COPY_DIR",
        "",
        "A folder on another machine to which sealed entries of the audit log are copied. Empty: none.",
    ),
    Setting("SUONE_LOG_LEVEL", "INFO", "How much is logged: DEBUG, INFO, WARNING, ERROR."),
)
_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


def text(name: str) -> str:
    """The value of a setting, or its default; all functions here raise ``WrongSetting`` for an invalid one."""
    return os.environ.get(name) or _DEFAULTS[name]


def number(name: str, *, least: int = 0, most: int = 1_000_000) -> int:
    """A whole number within these limits, both included."""
    value = text(name)
    if not value.isdigit() or not least <= int(value) <= most:
        raise WrongSetting(f"{name} is {value!r}: give a whole number from {least} to {most}.")
    return int(value)


def signing_age(age: str, law: str) -> tuple[int, str]:
    """The age in years from which a person signs alone, and the law; an age under 18 requires a law of its own."""
    years, article = number(age, least=10, most=18), text(law)
    if years != 18 and article in ("", "ZGB Art. 14 / CC art. 14"):
        raise WrongSetting(f"{age} is {years}: name the law that says so in {law}.")
    return years, article


def switch(name: str) -> bool:
    """Yes or no."""
    value = text(name).lower()
    if value not in {"yes", "no", "true", "false", "1", "0"}:
        raise WrongSetting(f"{name} is {value!r}: give yes or no.")
    return value in {"yes", "true", "1"}


def words(name: str) -> list[str]:
    """Words separated by commas."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def numbers(name: str) -> list[int]:
    """Whole numbers separated by commas."""
    found = words(name)
    if not all(word.isdigit() for word in found):
        raise WrongSetting(f"{name} is {text(name)!r}: give whole numbers with commas between, such as 30,7,0.")
    return [int(word) for word in found]


def one_of(name: str, allowed: set[str]) -> str:
    """One of the allowed words."""
    value = text(name)
    if value not in allowed:
        raise WrongSetting(f"{name} is {value!r}: give one of {', '.join(sorted(allowed))}.")
    return value


def words_of(name: str, allowed: set[str]) -> list[str]:
    """Some of the allowed words, separated by commas."""
    found = words(name)
    if unknown := [word for word in found if word not in allowed]:
        raise WrongSetting(f"{name} names {', '.join(unknown)}: give some of {', '.join(sorted(allowed))}.")
    return found


def var_folder() -> Path:
    """The folder for files, keys and the embedded server; created if missing."""
    folder = Path(text("SUONE_VAR")).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting(
            f"SUONE_VAR is {folder}, which cannot be made ({error.strerror}): choose another folder."
        ) from error
    return folder


def secret_key(folder: Path) -> str:
    """The secret key of the installation: configured, or generated once and stored readable by its owner only."""
    given = os.environ.get("SUONE_SECRET_KEY", "")
    if given:
        if len(given) < 40:
            raise WrongSetting("SUONE_SECRET_KEY is too short: give at least 40 characters.")
        return given
    kept = folder / "secret-key"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(60))
    return kept.read_text().strip()


def database(name: str) -> dict[str, object] | None:
    """Django's connection settings from a PostgreSQL URL; None if the setting is empty."""
    value = os.environ.get(name, "")
    if not value:
        return None
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise WrongSetting(_broken(name)) from error
    if not parts.username or parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise WrongSetting(_broken(name))
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def port() -> int:
    """The port of the web server."""
    return number("SUONE_PORT", least=1, most=65535)


def choose_port(number: int) -> int:
    """Use another port from now on, in child processes, too; call it before the settings are read, which depend on it."""
    os.environ["SUONE_PORT"] = str(number)
    return port()


def uses_embedded_server() -> bool:
    """Whether the embedded PostgreSQL server is used, because no other database is configured."""
    if os.environ.get("DATABASE_URL"):
        return False
    if os.environ.get("DATABASE_OWNER_URL"):
        raise WrongSetting("DATABASE_OWNER_URL is set without DATABASE_URL: set both, or none for the embedded server.")
    return True


def _broken(name: str) -> str:
    return f"{name} is not a PostgreSQL address: write it as postgres://user:password@host:5432/database."


def mail_settings() -> dict[str, object]:
    """Django's mail settings: files by default, SMTP by ``SUONE_MAIL_URL``."""
    value = text("SUONE_MAIL_URL")
    if not value:
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend"}
    parts = urlsplit(value)
    if parts.scheme != "smtp" or not parts.hostname:
        raise WrongSetting("SUONE_MAIL_URL is not a mail address: write it as smtp://user:password@host:587?tls=yes.")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": dict(parse_qsl(parts.query)).get("tls") == "yes",
    }
