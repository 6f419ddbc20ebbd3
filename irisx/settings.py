"""Settings, in one place, from environment variables, each with a default that works in development."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import bootstrap_wrapper
import environ
from csp.constants import NONE, SELF

from irisx import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=True)
DEVELOPMENT_SECRET_KEY = "development-only-and-known-to-everyone"  # noqa: S105
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
DATA_DIR = Path(env.str("IRISX_DATA_DIR", default=str(BASE_DIR / "var"))).resolve()

# Where things are kept -----------------------------------------------------------------------------------------------

DATABASES = {
    "default": {
        **env.db_url_config(os.environ.get("DATABASE_URL") or embedded.database_url(DATA_DIR)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {
        "application_name": "irisx",
        "connect_timeout": 10,
        # A dead network is noticed within half a minute; who froze inside a transaction lets go of its locks.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "options": "-c idle_in_transaction_session_timeout=60s",
    }
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL") or embedded.redis_url(DATA_DIR)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 1, "socket_connect_timeout": 1}]},
    }
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap", bootstrap_wrapper.get_bootstrap_dir()),
]
# Served from the sources in development, so that a changed style sheet shows on reload.
SERVESTATIC_USE_FINDERS = DEBUG
SERVESTATIC_AUTOREFRESH = DEBUG
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# What it is made of --------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "channels",
    "csp",
    "django_htmx",
    "lucide",
    "rest_framework",
    "procrastinate.contrib.django",
    "irisx.accounts",
    "irisx.embedded",
    "contacts",
    "imports",
    "portals",
    "portals.customer",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "irisx.accounts.middleware.TenantMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "irisx.urls"
ASGI_APPLICATION = "irisx.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# Who is who ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "customer:sign-in"
LOGIN_REDIRECT_URL = "customer:home"
LOGOUT_REDIRECT_URL = "customer:sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Statements on tenants' tables outside of tenant_scope() raise.
TENANT_GUARD = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["irisx.accounts.authentication.TenantJWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["irisx.api_requests.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "irisx.api_requests.JSONOnly",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "irisx.api.exception_handler",
    "UNAUTHENTICATED_USER": None,
    # ?format= is ours (json, csv, excel), not DRF's.
    "URL_FORMAT_OVERRIDE": None,
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=30),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "ROTATE_REFRESH_TOKENS": True,
    "CHECK_REVOKE_TOKEN": True,  # a changed password ends the tokens made before it
    "ISSUER": "irisx",
    "AUDIENCE": "irisx-api",
    "UPDATE_LAST_LOGIN": False,
}

# Limits: stated here once; screens and errors quote them ---------------------------------------------

UPLOAD_MAX_BYTES = 50 * 1024 * 1024
UNPACKED_MAX_BYTES = 500 * 1024 * 1024
MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_CELL_CHARACTERS = 32_767
BULK_MAX_CONTACTS = 10_000
BULK_MAX_BYTES = 20 * 1024 * 1024
RUNNING_IMPORTS_PER_TENANT = 3
UPLOADED_FILES_KEPT_DAYS = 7
DELETED_JOBS_KEPT_DAYS = 30
READ_SOURCE_MEMORY_BYTES = 1024 * 1024 * 1024
READ_SOURCE_TIMEOUT_SECONDS = 120
DATA_UPLOAD_MAX_MEMORY_SIZE = BULK_MAX_BYTES
# The mapping page sends up to four values for each of its 100 columns.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
# Every upload goes to the disk: the child process that reads it wants a path.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# The worker ----------------------------------------------------------------------------------------------------------

SLICE_SECONDS = 2.0
LEASE_SECONDS = 30
SWEEP_CRON = "* * * * * */10"  # the sixth field is seconds
CHUNK_ROWS_MIN = 100
CHUNK_ROWS_MAX = 5_000
MAX_ATTEMPTS = 3
PROCRASTINATE_WORKER_DEFAULTS = {"concurrency": 2, "delete_jobs": "successful", "fetch_job_polling_interval": 1.0}

# Browsers ------------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's CSS draws its select arrows as data: images
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds; the sign-in page says so
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.channels.server": {"level": "WARNING"}, "procrastinate": {"level": "WARNING"}},
}
