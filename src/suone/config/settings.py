"""The settings of the product. Values that differ between installations come from ``env`` and are documented there."""

import structlog
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from suone.config import embedded, env
from suone.config.logs import hide_links, name_errors
from suone.ground.access.permissions import Role

VAR = env.var_folder()
SECRET_KEY = env.secret_key(VAR)
DEBUG = env.switch("SUONE_DEBUG")
PORT = env.port()
BASE_URL = env.text("SUONE_BASE_URL") or f"http://localhost:{PORT}"
ALLOWED_HOSTS = env.words("SUONE_ALLOWED_HOSTS")
SERVED_OVER_TLS = BASE_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

PRODUCT_NAME = env.text("SUONE_PRODUCT_NAME")
LOGO = env.text("SUONE_LOGO")
CONSENT_WARNING_DAYS = env.numbers("SUONE_CONSENT_WARNING_DAYS")
SIGNS_ALONE_FROM, SIGNS_ALONE_LAW = env.signing_age("SUONE_SIGNS_ALONE_FROM", "SUONE_SIGNS_ALONE_LAW")
CONSENT_AT_MOST_MONTHS = env.number("SUONE_CONSENT_AT_MOST_MONTHS", least=1, most=120)
ACCESS_AT_MOST_MONTHS = env.number("SUONE_ACCESS_AT_MOST_MONTHS", least=1, most=120)
CONSENT_MONTHS = min(env.number("SUONE_CONSENT_MONTHS", least=1, most=120), CONSENT_AT_MOST_MONTHS)
INVITATION_DAYS = env.number("SUONE_INVITATION_DAYS", least=1, most=60)
STILL_DAYS = env.number("SUONE_STILL_DAYS", least=1, most=365)
DRAFT_DAYS = env.number("SUONE_DRAFT_DAYS", least=1, most=365)
STALE_ACCOUNT_DAYS = env.number("SUONE_STALE_ACCOUNT_DAYS", least=1, most=1000)
PROPOSED_PROCEDURE = env.text("SUONE_PROCEDURE")
MANDATE_ACCESS_DAYS = env.number("SUONE_MANDATE_ACCESS_DAYS", least=0, most=730)
DOUBTS_LAW = env.text("SUONE_DOUBTS_LAW")
YOUTH_NOTICE_LAW = env.text("SUONE_YOUTH_NOTICE_LAW")
YOUTH_NOTICE_DAYS = env.number("SUONE_YOUTH_NOTICE_DAYS", least=1, most=90)
DECISION_DAYS = env.number("SUONE_DECISION_DAYS", least=1, most=365)
API_REQUESTS_A_MINUTE = env.number("SUONE_API_REQUESTS_A_MINUTE", least=1, most=100_000)
REGISTER_KEYS_FOLDER = env.text("SUONE_REGISTER_KEYS") or str(VAR / "keys" / "register")
REGISTER_TOKEN_SERVICE = env.text("SUONE_REGISTER_TOKEN_SERVICE")
REGISTER_TOKEN_SERVICE_KEY = env.text("SUONE_REGISTER_TOKEN_SERVICE_KEY")
REGISTER_DATES = env.one_of("SUONE_REGISTER_DATES", {"day", "week"})
REGISTER_END_SHARE = env.number("SUONE_REGISTER_END_PERCENT", most=100) / 100
REGISTER_QUESTIONS_A_DAY = env.number("SUONE_REGISTER_QUESTIONS_A_DAY", least=1)
REGISTER_NUMBERS_A_DAY = env.number("SUONE_REGISTER_NUMBERS_A_DAY", least=1, most=100_000_000)
REGISTER_RETURN_MONTHS = env.number("SUONE_REGISTER_RETURN_MONTHS", least=1, most=60)
UPLOAD_MAX_BYTES = env.number("SUONE_UPLOAD_MAX_MB", least=1, most=200) * 1024 * 1024
CLAMD_SOCKET = env.text("SUONE_CLAMD_SOCKET")
UNSCANNED_UPLOADS = env.one_of("SUONE_UNSCANNED_UPLOADS", {"allow", "refuse"})
DOCUMENTS_FOLDER = VAR / "documents"
ANCHOR_FOLDER = env.text("SUONE_ANCHOR_DIR") or str(VAR / "anchors")
AUDIT_COPY_FOLDER = env.text("SUONE_AUDIT_COPY_DIR")
KEYS_FOLDER = VAR / "keys"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "axes",
    "csp",
    "procrastinate.contrib.django",
    "django_structlog",
    "suone.ground.access",
    "suone.ground.audit",
    "suone.ground.web",
    "suone.ground.entrances",
    "suone.ground.mail",
    "suone.organisation.institutions",
    "suone.organisation.appointments",
    "suone.organisation.signin",
    "suone.desk.directory",
    "suone.desk.administration",
    "suone.records.persons",
    "suone.records.dossiers",
    "suone.records.representation",
    "suone.records.documents",
    "suone.records.workitems",
    "suone.records.inbox",
    "suone.records.consents",
    "suone.canton.instruments",
    "suone.canton.procedures",
    "suone.register.server",
    "suone.records.decisions",
    "suone.casework.cases",
    "suone.casework.leading",
    "suone.casework.corrections",
    "suone.casework.assessments",
    "suone.casework.support",
    "suone.casework.plans",
    "suone.casework.meetings",
    "suone.casework.handovers",
    "suone.casework.advice",
    "suone.casework.youth",
    "suone.casework.casepage",
    "suone.desk.worklist",
    "suone.desk.privacy",
    "suone.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "suone.ground.web.middleware.NothingStoredMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "suone.ground.web.middleware.TextAloneMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "suone.ground.web.middleware.SessionLimitsMiddleware",
    "suone.ground.web.middleware.AccountLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "suone.config.logs.PathOnlyMiddleware",
    "suone.organisation.appointments.acting.ActingMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "suone.config.urls"
WSGI_APPLICATION = "suone.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "suone.ground.web.jinja.environment",
            "context_processors": ["suone.ground.web.context.page", "suone.records.inbox.context.unread"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",  # only where a library brings its own
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# The server connects as suone_app, which owns nothing; the owner's connection is for migrations.
DATABASES = {
    "default": env.database("DATABASE_URL") or embedded.connection_settings(VAR, user="suone_app"),
    "owner": env.database("DATABASE_OWNER_URL")
    or env.database("DATABASE_URL")
    or embedded.connection_settings(VAR, user="suone_owner"),
}
# Prepared on the server from the sixth execution on: with row policies, planning costs more than execution.
_PREPARED = {"server_side_binding": True, "prepare_threshold": 5}
for _settings in DATABASES.values():
    _settings["CONN_MAX_AGE"] = 600
    _settings["CONN_HEALTH_CHECKS"] = True
    _settings["OPTIONS"] = _PREPARED | _settings["OPTIONS"]  # type: ignore[operator]
DATABASES["owner"]["TEST"] = {"MIRROR": "default"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Wrong attempts are counted, and codes used once, for all web processes together.
CACHES = {"default": {"BACKEND": "suone.ground.entrances.shared_cache.SharedCache"}}

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "suone.organisation.signin.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are created by invitation
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
# Failures are counted by suone.organisation.signin.limits: behind one proxy address, twenty users may fail at once.
ACCOUNT_RATE_LIMITS = {"login": "600/m/ip", "login_failed": None}
ACCOUNT_FORMS = {"reset_password": "suone.organisation.signin.forms.ForgottenPasswordForm"}
SECOND_FACTOR_ROLES = env.words_of("SUONE_SECOND_FACTOR_ROLES", {"persons", "none", *Role.values}) or [
    "persons" if SERVED_OVER_TLS else "none"
]
CONFIRM_MINUTES = env.number("SUONE_CONFIRM_MINUTES", least=1, most=60)
ACCOUNT_REAUTHENTICATION_TIMEOUT = CONFIRM_MINUTES * 60
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SERVED_OVER_TLS else "http"
MFA_ADAPTER = "suone.organisation.signin.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "suone.organisation.signin.forms.LogInCodeForm",
    "reauthenticate": "suone.organisation.signin.forms.ConfirmingCodeForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = PRODUCT_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SERVED_OVER_TLS
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "canton",
                "name": env.text("SUONE_OIDC_NAME"),
                "client_id": env.text("SUONE_OIDC_CLIENT_ID"),
                "secret": env.text("SUONE_OIDC_SECRET"),
                "settings": {"server_url": env.text("SUONE_OIDC_SERVER")},
            }
        ]
        if env.text("SUONE_OIDC_SERVER")
        else []
    }
}

# Five failures per account, from anywhere, then a growing pause. Network addresses are throttled after very many.
LOGIN_FAILURES_BY_ADDRESS = env.number("SUONE_LOGIN_FAILURES_A_MINUTE", least=20)
TRUSTED_PROXIES = env.number("SUONE_TRUSTED_PROXIES", most=10)
AXES_HANDLER = "suone.organisation.signin.limits.Failures"
AXES_USERNAME_CALLABLE = "suone.organisation.signin.limits.account_key"
AXES_CLIENT_IP_CALLABLE = "suone.organisation.signin.limits.address_of"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "web/too_many.html"

SESSION_COOKIE_AGE = 30 * 60  # idle
SESSION_ABSOLUTE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SERVED_OVER_TLS
CSRF_COOKIE_SECURE = SERVED_OVER_TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "suone.ground.web.views.csrf_failure"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SERVED_OVER_TLS
SECURE_HSTS_SECONDS = 31_536_000 if SERVED_OVER_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SERVED_OVER_TLS
SECURE_HSTS_PRELOAD = SERVED_OVER_TLS
# Trusted only if a proxy terminates TLS, since any client can send this header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SERVED_OVER_TLS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch"), ("fr", "Français"), ("en", "English")]
# Languages for correspondence with a person concerned.
PERSON_LANGUAGES = [("de", _("German")), ("fr", _("French")), ("it", _("Italian")), ("en", _("English"))]
LOCALE_PATHS = [embedded.ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Zurich"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DOCUMENTS_FOLDER}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

_mail = env.mail_settings()
EMAIL_BACKEND = _mail.pop("EMAIL_BACKEND")
EMAIL_FILE_PATH = VAR / "mails"
EMAIL_HOST = _mail.get("EMAIL_HOST", "localhost")
EMAIL_PORT = _mail.get("EMAIL_PORT", 25)
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 15  # seconds: a silent mail server holds up a job for no longer
MAIL_DAYS = env.number("SUONE_MAIL_DAYS", least=1, most=3650)
DEFAULT_FROM_EMAIL = env.text("SUONE_MAIL_FROM")

# Lines of JSON with method, path, and ids of request and account: never a query string, form data or a name.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                hide_links,
                name_errors,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {"procrastinate": {"level": "WARNING"}},  # at INFO it logs each job with its arguments
    "root": {"handlers": ["console"], "level": env.one_of("SUONE_LOG_LEVEL", {"DEBUG", "INFO", "WARNING", "ERROR"})},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_log_level,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
# Jobs are in each package's jobs.py.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
DJANGO_STRUCTLOG_USER_ID_FIELD = "pk"
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = False  # error pages show it: nobody else chooses it
TEST_RUNNER = "django.test.runner.DiscoverRunner"
SILENCED_SYSTEM_CHECKS: list[str] = []

# The main navigation: the URL name, the label, and the required permission.
NAVIGATION = [
    ("worklist", _("Today"), "worklist.read"),
    ("cases", _("Cases"), "case.read"),
    ("meetings", _("Meetings"), "meeting.attend"),
    ("notify", _("Notify a case"), "case.notify"),
    ("advice_list", _("First advice"), "advice.give"),
    ("register", _("Register"), "register.use"),
    ("register_figures", _("Register"), "register.figures"),  # for those who may not ask
    ("contacts", _("Whom to call"), "directory.read"),
    ("procedures", _("Procedures"), "procedure.read"),
    ("inbox", _("Messages"), "inbox.read"),
    ("appointments", _("Appointments"), "appointment.administer"),
    ("doubts", _("Doubtful persons"), "person.merge"),
    ("mails", _("Undelivered mails"), "mail.oversee"),
    ("audit_log", _("Log"), "audit.read"),
]
# The letter that leads to an entry, typed after g.
NAVIGATION_KEYS = {
    "worklist": "h",
    "cases": "c",
    "meetings": "m",
    "notify": "n",
    "advice_list": "a",
    "register": "r",
    "register_figures": "r",
    "contacts": "w",
    "procedures": "p",
    "inbox": "i",
}
# Entries with pages below another URL, too: a case below its file; the register begins with figures for some roles.
NAVIGATION_ALSO = {"/cases/": "/dossiers/", "/register/figures": "/register/"}
