"""The settings, all from the environment; see docs/operating.md for what each does.

DOORSTEP_ENV says what this is: `production` refuses to start with anything missing or weak, `demo` needs
nothing and keeps all it makes under var/, `test` is what the test run uses.
"""

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env

from common.vault import weak
from config.beat import SCHEDULE
from config.logs import logging_config
from config.tiles import tiles

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env.str("DOORSTEP_VAR", str(BASE_DIR / "var")))

ENV = env.str("DOORSTEP_ENV", "production")
if ENV not in {"production", "demo", "test"}:
    raise ImproperlyConfigured(f"DOORSTEP_ENV is {ENV!r}; it can be production, demo or test.")
PRODUCTION = ENV == "production"
ROLE = env.str("DOORSTEP_ROLE", "manage")
"""Which kind of process this is: web, worker, beat or manage."""

DEBUG = False


def made_once(name: str) -> str:
    """A secret that a demo makes for itself once and keeps under var/."""
    kept = VAR / name
    if not kept.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        part = VAR / f"{name}.{os.getpid()}"
        part.touch(mode=0o600)
        part.write_text(secrets.token_urlsafe(64))
        with suppress(FileExistsError):  # another process was quicker: its secret is the one
            kept.hardlink_to(part)
        part.unlink()
    return kept.read_text()


def secret_key() -> str:
    """The key that signs sessions and links; a demo makes its own once."""
    given = env.str("DOORSTEP_SECRET_KEY", "")
    if PRODUCTION and (
        len(given) < 50 or len(set(given)) < 10 or given.startswith("django-insecure")
    ):
        raise ImproperlyConfigured(
            "DOORSTEP_SECRET_KEY must be set to at least 50 random characters in production."
        )
    return given or made_once("secret-key")


def data_keys() -> list[str]:
    """The keys that seal personal data in the database, the one that seals first; a demo makes its own once.

    A management command of a real site goes without until it touches such data.
    """
    named: list[str] = env.list("DOORSTEP_DATA_KEYS", [])
    given = [key.strip() for key in named if key.strip()]
    if any(weak(key) or key == SECRET_KEY for key in given):
        raise ImproperlyConfigured(
            "Each of DOORSTEP_DATA_KEYS must be at least 43 random characters, and none the DOORSTEP_SECRET_KEY."
        )
    if PRODUCTION and not given and ROLE != "manage":
        raise ImproperlyConfigured(
            "DOORSTEP_DATA_KEYS must be set in production: what is personal is sealed with it."
        )
    return given if given or PRODUCTION else [made_once("data-key")]


SECRET_KEY = secret_key()
SECRET_KEY_FALLBACKS: list[str] = env.list("DOORSTEP_OLD_SECRET_KEYS", [])
DATA_KEYS = data_keys()
"""What seals personal data (common/vault.py): the first one seals, all of them open."""
SALT_KEY = ["doorstep: what is kept sealed in the database"]
"""Parts the key that seals columns from the one that signs; it is no secret."""
SELF_MADE_SEALS = not PRODUCTION
"""Whether an organisation without a certificate gets a self-made one when a paper of its is sealed."""
TSA_URL = env.str("DOORSTEP_TSA_URL", "")
"""The time-stamp authority (RFC 3161) that papers are stamped by; empty: their time is our own."""
ALLOWED_HOSTS = env.list(
    "DOORSTEP_HOSTS", [] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]", "testserver"]
)
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("DOORSTEP_HOSTS must name the hosts that are served in production.")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if PRODUCTION else []

PUBLIC_URL = env.str(
    "DOORSTEP_URL",
    f"https://{ALLOWED_HOSTS[0].lstrip('.')}" if PRODUCTION else "http://127.0.0.1:8000",
).rstrip("/")
"""Where those who hold a paper of ours can check it; its QR code says so."""

CLOCK_FILE = env.str("DOORSTEP_CLOCK_FILE", "")
"""A file with an offset in seconds that moves the clock of demo and tests; see common/clock.py."""
if PRODUCTION and CLOCK_FILE:
    raise ImproperlyConfigured("DOORSTEP_CLOCK_FILE would move the clock; production refuses it.")

RUN_ALONE = env.int("DOORSTEP_RUN_ALONE", 20)
"""How many messages one person may send to many at once without a second one; a pack may say fewer."""

EXPORT_ALONE = env.int("DOORSTEP_EXPORT_ALONE", 20)
"""Of how many cases one person may take masked data out without a second one; data in full always take two."""

EXPORT_HOURS = env.int("DOORSTEP_EXPORT_HOURS", 72)
"""For how many hours a file that was made may be fetched; then it is deleted."""
if EXPORT_ALONE < 0 or EXPORT_HOURS < 1:
    raise ImproperlyConfigured(
        "DOORSTEP_EXPORT_ALONE is at least 0, DOORSTEP_EXPORT_HOURS at least 1."
    )

ANCHOR_TO: list[str] = env.list("DOORSTEP_ANCHOR_TO", [])
"""Addresses to which each day's signed heads are mailed, best of people outside the house."""

DEMO_DATA = env.bool("DOORSTEP_DEMO_DATA", True)
"""Whether the demo begins with its sixty cases."""

# ---------------------------------------------------------------- the house

INSTALLED_APPS = [
    "people",
    "timeline",
    "documents",
    "notices",
    "workflow",
    "looking",
    "cases",
    "visits",
    "agreements",
    "banking",
    "outreach",
    "quality",
    "exports",
    "allocation",
    "rulebook",
    "retention",
    "court",
    "privacy",
    "desk",
    "portal",
    "api",
    "door",
    "access",
    "demo",
    "config.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
]

MIDDLEWARE = [
    "config.headers.HouseHeaders",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.limits.OpenPages",
    "access.middleware.SecondFactorFirst",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "access.watching.RefusedLooksAreKept",
    "access.limits.OwnPagesAlone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "rulebook.middleware.look_at_the_shelf",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "desk.context.desk",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS += ["django.forms"]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# ---------------------------------------------------------------- the database

# PostgreSQL alone: the outbox, the timeline and the diary of visits lean on what only it has.
# Without DATABASE_URL it is the private cluster that ./doorstep keeps under var/.
DATABASES: dict[str, dict[str, Any]] = {
    "default": dict(env.dj_db_url("DATABASE_URL"))
    if PRODUCTION or "DATABASE_URL" in os.environ
    else {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": str(VAR / "postgres" / "socket"),
        "NAME": "doorstep",
        "USER": "doorstep",
    }
}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgresql://…).")

# A page that asks for longer than this is a fault of ours; imports and sweeps may take their time.
STATEMENT_TIMEOUT = {"web": "15s", "worker": "300s", "beat": "60s"}.get(ROLE, "0")
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"]["options"] = " ".join(
    [
        DATABASES["default"]["OPTIONS"].get("options", ""),
        f"-c statement_timeout={STATEMENT_TIMEOUT}",
        f"-c lock_timeout={'10s' if ROLE == 'web' else '0'}",
        "-c idle_in_transaction_session_timeout=300s",
        "-c jit=off",  # compiling takes longer than any query here runs
    ]
).strip()
DATABASES["default"]["OPTIONS"].setdefault("application_name", f"doorstep-{ROLE}")
DATABASES["default"]["CONN_MAX_AGE"] = 0
if ROLE == "web" and ENV != "test":
    # Halves the time of a page against a new connection for each.
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.int("DOORSTEP_THREADS", 4) + 1,
        "timeout": 10,
    }
elif ROLE == "worker":
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---------------------------------------------------------------- the task queue

REDIS_URL = (
    env.str("REDIS_URL") if PRODUCTION else env.str("REDIS_URL", f"unix://{VAR}/redis/socket")
)

# Celery has words of its own for a socket.
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
    if REDIS_URL.startswith("unix:")
    else REDIS_URL
)
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_BEAT_SCHEDULER = "config.ticking:Ticker"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5  # seconds, after which a beat that stands by looks again
CELERY_TASK_IGNORE_RESULT = True
# Acknowledged only when done, and given back when a child of the pool is killed: with Redis' own
# append-only file no task is lost. Any of them may run twice, so all of them may.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 480
CELERY_TASK_TIME_LIMIT = 540
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_WORKER_SEND_TASK_EVENTS = False
# A broker that is lost ends no send: what was being handed over would stand in doubt for nothing. The
# task comes again with the broker and finds nothing to do.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than any task may take, so that none is handed out again while it still runs.
    "visibility_timeout": 600,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
    "socket_keepalive": not REDIS_URL.startswith("unix:"),
}
# A poke that finds no broker gives up at once: the row is in the database and the sweep will find it.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.1}

# ---------------------------------------------------------------- people and sessions

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["people.backends.WithTeam"]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if ENV == "test"
    else [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "access.passwords.EasilyGuessed"},
]
LOGIN_URL = "people:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "people:sign_in"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

# django-allauth carries the sign-in; pages, words and the counting of guesses are ours (access/).
ACCOUNT_ADAPTER = "access.adapter.HouseAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # they would count by name alone, and let a stranger shut others out
ACCOUNT_LOGIN_TIMEOUT = 10 * 60  # seconds between the password and the second factor
SECOND_FACTOR_REQUIRED = PRODUCTION
"""Whether nobody gets in without a second factor; the demo offers it and asks for none."""
MFA_ADAPTER = "access.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Doorstep"
MFA_TOTP_TOLERANCE = 1  # half a minute by which a telephone's clock may be off
MFA_RECOVERY_CODE_DIGITS = 10  # of codes made before access.paper_codes; its migration reads them
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "preferred"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RATE_LIMITS = False
RECENT_SIGN_IN = timedelta(minutes=env.int("DOORSTEP_RECENT_MINUTES", 10))
FIRST_PASSWORD = timedelta(hours=env.int("DOORSTEP_FIRST_PASSWORD_HOURS", 72))
UNUSED_SESSION = timedelta(minutes=env.int("DOORSTEP_UNUSED_MINUTES", 60))
"""How long ago somebody may have shown who they are before approvals and exports ask once more."""


def oidc() -> dict[str, Any]:
    """The provider of single sign-on; {} where there is none, and then nothing of it is mounted."""
    issuer = env.str("DOORSTEP_OIDC_ISSUER", "")
    if not issuer:
        return {}
    if PRODUCTION and not issuer.startswith("https://"):
        raise ImproperlyConfigured("DOORSTEP_OIDC_ISSUER must begin with https:// in production.")
    client, secret = env.str("DOORSTEP_OIDC_CLIENT", ""), env.str("DOORSTEP_OIDC_SECRET", "")
    if not client:
        raise ImproperlyConfigured(
            "DOORSTEP_OIDC_CLIENT must name this site as the issuer knows it."
        )
    if PRODUCTION and (len(secret) < 16 or len(set(secret)) < 8):
        raise ImproperlyConfigured(
            "DOORSTEP_OIDC_SECRET must be the secret of that client, at least 16 random characters."
        )
    return {
        "issuer": issuer, "client": client, "secret": secret,
        "label": env.str("DOORSTEP_OIDC_LABEL", "") or issuer.split("/")[2],
        "factors": env.list("DOORSTEP_OIDC_FACTORS", []),
    }  # fmt: skip


OIDC = oidc()
"""``factors`` are words of ``amr`` or ``acr`` that count as a second factor; none of them does by itself."""
PORTAL_COOKIE_NAME = "__Secure-portal" if PRODUCTION else "portal"  # bound to the path /m/
EXPORTS_KEPT_DAYS = env.int("DOORSTEP_EXPORTS_KEPT_DAYS", 14)
"""For how many days what was made to leave the house is handed out."""
UNMASKED_FOR = timedelta(minutes=env.int("DOORSTEP_UNMASKED_MINUTES", 5))
"""How long somebody who has said why sees a group of a case's data in full."""
UNMASKED_PER_HOUR = env.int("DOORSTEP_UNMASKED_PER_HOUR", 30)
"""How often one person may do so within an hour, over all cases."""
DEVICE_COOKIE_NAME = "__Host-known" if PRODUCTION else "known"

# ---------------------------------------------------------------- what browsers may do

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
TILES = tiles(env, production=PRODUCTION, hosts=ALLOWED_HOSTS)
"""The tile server of the map of the day; {} where there is none. Its page alone adds it to ``img-src``."""
ADDRESS_HEADER = ""
"""Where the proxy writes from which address somebody asks, the last entry being its own; "": nobody does."""
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    LANGUAGE_COOKIE_NAME = "__Host-language"
    if env.bool("DOORSTEP_BEHIND_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        ADDRESS_HEADER = "HTTP_X_FORWARDED_FOR"

OPEN_PER_MINUTE = env.int("DOORSTEP_OPEN_PER_MINUTE", 0 if ENV == "test" else 300)
"""How often one address may ask in a minute, per process, for pages that need no sign-in; 0: as often as it likes."""
CLAMD = env.str("DOORSTEP_CLAMD", "")
"""Where the virus scanner listens, ``unix:/path`` or ``tcp://host:port``; empty: files are not scanned."""
if CLAMD and not CLAMD.startswith(("unix:/", "tcp://")):
    raise ImproperlyConfigured("DOORSTEP_CLAMD must be unix:/path or tcp://host:port.")
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 30
FILE_UPLOAD_PERMISSIONS = 0o600

# ---------------------------------------------------------------- words and times

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# ---------------------------------------------------------------- files

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("DOORSTEP_STATIC", str(VAR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [
    "png",
    "jpg",
    "jpeg",
    "gif",
    "webp",
    "woff2",
    "ttf",
    "otf",
    "gz",
    "br",
]
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = ENV == "test"
# Never served by a URL of its own: every file goes out through a view that asks who reads it.
MEDIA_ROOT = Path(env.str("DOORSTEP_MEDIA", str(VAR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if ENV == "test"
        else "config.static_files.HashedFiles"
    },
}

# ---------------------------------------------------------------- e-mail

DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DOORSTEP_MAIL_FROM", "Doorstep <doorstep@localhost>")
EMAIL_TIMEOUT = 20
MAIL_SERVERS_INSIDE: list[str] = env.list("DOORSTEP_MAIL_SERVERS_INSIDE", [])
"""Mail servers of organisations that may stand in a private network; all others must be outside."""
if "EMAIL_URL" in os.environ:
    mail = env.dj_email_url("EMAIL_URL")
    EMAIL_BACKEND = mail["EMAIL_BACKEND"]
    EMAIL_HOST = mail["EMAIL_HOST"]
    EMAIL_PORT = mail["EMAIL_PORT"]
    EMAIL_HOST_USER = mail["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = mail["EMAIL_USE_TLS"]
    EMAIL_USE_SSL = mail["EMAIL_USE_SSL"]
elif PRODUCTION:
    raise ImproperlyConfigured("EMAIL_URL must name the mail server in production (smtp://…).")
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR / "mail")

# ---------------------------------------------------------------- the log

LOGGING = logging_config()
LOGGING_CONFIG = "logging.config.dictConfig"
