"""Settings, in one place, from environment variables, each with a default that works in development."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import bootstrap_wrapper
import environ
from csp.constants import NONE, SELF

from irisx import embedded, production
from irisx.stores import storage_of

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=True)
DEVELOPMENT_SECRET_KEY = "development-only-and-known-to-everyone"  # noqa: S105
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET_KEY)
# Fernet keys with commas between, for what is kept encrypted: the first encrypts, all decrypt (irisx/encryption.py).
DEVELOPMENT_ENCRYPTION_KEY = "ZGV2ZWxvcG1lbnQtb25seS1rbm93bi10by1hbnlvbmU="
FIELD_ENCRYPTION_KEYS: list[str] = env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [DEVELOPMENT_ENCRYPTION_KEY]
# The names that people reach the site by, with commas between.
_allowed_hosts: list[str] = env.list("ALLOWED_HOSTS", default=[])
ALLOWED_HOSTS = _allowed_hosts or ["localhost", "127.0.0.1", "[::1]"]
# What links in mails begin with. Never taken from a request, whose Host header is the sender's to choose.
SITE_URL = env.str("SITE_URL", default="").rstrip("/") or (
    f"http://127.0.0.1:{os.environ.get('PORT') or '8000'}" if DEBUG else production.site_url_of(_allowed_hosts)
)
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
        # A dead network is noticed within half a minute, by us and by the server. Keepalives go out only while nothing
        # else does; what was sent and not acknowledged, a COMMIT say, has the user timeout (tcp(7); milliseconds).
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 25_000,
        "options": " ".join(
            (
                "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
                "-c tcp_user_timeout=25s",
                # Who froze inside a transaction lets go of its locks. None of ours waits for anything outside.
                "-c idle_in_transaction_session_timeout=15s",
                # To compile the many small expressions of our statements takes longer than it saves.
                "-c jit=off",
            )
        ),
    }
)
# How many requests a web process works on at once, each in a thread with a connection of its own (irisx/handler.py).
WEB_THREADS = env.int("WEB_THREADS", default=20)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A role that row-level security does not hold ends the process.
CHECK_DATABASE_ROLE = not DEBUG

# DEBUG=0 with the defaults of development, or DEBUG left on in production: nothing starts.
production.check_settings(
    debug=DEBUG,
    secret_key=SECRET_KEY,
    development_secret_key=DEVELOPMENT_SECRET_KEY,
    encryption_keys=FIELD_ENCRYPTION_KEYS,
    development_encryption_key=DEVELOPMENT_ENCRYPTION_KEY,
    allowed_hosts=_allowed_hosts,
    site_url=SITE_URL,
    host=str(DATABASES["default"].get("HOST") or ""),
)

REDIS_URL = os.environ.get("REDIS_URL") or embedded.redis_url(DATA_DIR)
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": 1, "socket_connect_timeout": 1}]},
    }
}
STORAGES = {
    # "", or s3://KEY:SECRET@BUCKET?region=…&endpoint_url=…
    "default": storage_of(env.str("STORAGE_URL", default=""), DATA_DIR / "files"),
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
    # Before procrastinate, whose command it extends.
    "irisx.accounts",
    "irisx.apps.OperatorsConfig",  # django.contrib.admin
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
    "drf_spectacular",
    "drf_spectacular_sidecar",  # Swagger UI, so that the page needs nobody else's server
    "servestatic",
    "axes",
    "procrastinate.contrib.django",
    "irisx.embedded",
    "contacts",
    "imports",
    "portals",
    "portals.customer",
    "portals.admin",
]
MIDDLEWARE = [
    "irisx.request_ids.RequestIdMiddleware",  # first: whatever the others log has the id
    "django.middleware.security.SecurityMiddleware",
    "irisx.static_files.StaticFilesMiddleware",
    "irisx.compression.CompressPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "irisx.accounts.middleware.TenantMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "irisx.unavailable.UnavailableMiddleware",
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
# Axes first: it says no before a password is looked at.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "customer:sign-in"
LOGIN_REDIRECT_URL = "customer:dashboard"
LOGOUT_REDIRECT_URL = "customer:sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # seconds that the link in a mail works; the mail says so
PASSWORD_MAIL_INTERVAL = timedelta(minutes=5)  # between two such mails to one person

# After five wrong passwords for one account from one address, no more are looked at for a quarter of an hour. Counted
# in the database, for the portals, Django admin and the API together.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or Retry-After would not hold
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "irisx.accounts.lockout.username_of"
AXES_CLIENT_IP_CALLABLE = "irisx.accounts.lockout.client_address"
AXES_LOCKOUT_CALLABLE = "irisx.accounts.lockout.answer"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]  # kept out of table and log
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False  # irisx/accounts/admin.py has what operators need of it
AXES_VERBOSE = False

# Statements on tenants' tables outside of tenant_scope() raise.
TENANT_GUARD = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["irisx.accounts.authentication.TenantJWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["irisx.throttling.RequestsPerUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["irisx.api_requests.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "irisx.api_requests.JSONOnly",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "irisx.api.exception_handler",
    "UNAUTHENTICATED_USER": None,
    # ?format= is ours (json, csv, excel), not DRF's.
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "irisx.openapi.ApiSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "IRISX imports",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,  # docstrings are for those who change the code
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_NAME_OVERRIDES": {
        "ImportStatusEnum": "imports.models.ImportJob.Status",
        "DeliveryStatusEnum": "imports.webhooks.models.WebhookDelivery.Status",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "irisx.openapi.add_common_answers",
    ],
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
# The body of any request: the largest file, and the form around it. irisx/web.py takes no more.
REQUEST_MAX_BYTES = UPLOAD_MAX_BYTES + 1024 * 1024
UNPACKED_MAX_BYTES = 500 * 1024 * 1024
MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_CELL_CHARACTERS = 32_767
BULK_MAX_CONTACTS = 10_000
BULK_MAX_KEYS = 500  # different ones in a call: each is a column
BULK_MAX_BYTES = 20 * 1024 * 1024
RUNNING_IMPORTS_PER_TENANT = 3
OPEN_IMPORTS_PER_TENANT = 100  # uploaded and not at their end
SCHEDULES_PER_TENANT = 100
SCHEDULE_MIN_MINUTES = 15  # between two runs
SAVED_MAPPINGS_PER_TENANT = 1_000
# Of one user to /v1/: GET and HEAD, and all others.
API_REQUESTS_PER_MINUTE = {
    "reads": env.int("API_READS_PER_MINUTE", default=30_000),
    "writes": env.int("API_WRITES_PER_MINUTE", default=6_000),
}
UPLOADED_FILES_KEPT_DAYS = 7
LEFT_FILES_KEPT_HOURS = 24  # those that a crash left without an import
EXPORTS_KEPT_DAYS = 7
OPEN_EXPORTS_PER_TENANT = 10
DELETED_JOBS_KEPT_DAYS = 30
READ_SOURCE_MEMORY_BYTES = 1024 * 1024 * 1024
READ_SOURCE_TIMEOUT_SECONDS = 120
DATA_UPLOAD_MAX_MEMORY_SIZE = BULK_MAX_BYTES
# The mapping page sends up to four values for each of its 100 columns.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
# Every upload goes to the disk: the child process that reads it wants a path.
FILE_UPLOAD_HANDLERS = ["irisx.uploads.UploadToDisk"]

# The worker ----------------------------------------------------------------------------------------------------------

SLICE_SECONDS = 2.0
# How long a silent runner keeps its import, and how often that is looked at: together under half a minute, in which
# another goes on. Raise the first where the database needs longer for a chunk.
LEASE_SECONDS = env.int("LEASE_SECONDS", default=15)
SWEEP_SECONDS = env.int("SWEEP_SECONDS", default=10)
SWEEP_CRON = f"* * * * * */{SWEEP_SECONDS}"  # the sixth field is seconds
SCHEDULE_CRON = "* * * * *"  # when it is looked which schedules are due
CHUNK_ROWS_MIN = 100
CHUNK_ROWS_MAX = 5_000
# An update keeps PostgreSQL longest at a row, and its chunks take the least memory: what a chunk costs besides its rows
# may be shared by more of them.
UPDATE_CHUNK_ROWS_MAX = 8_000
MAX_ATTEMPTS = 3
PROCRASTINATE_WORKER_DEFAULTS = {"concurrency": 2, "delete_jobs": "successful", "fetch_job_polling_interval": 1.0}
# Queues of tasks that only wait, for many others at once: they hold none of the places above. See accounts' command
# procrastinate. Of two places one is for whoever comes by while the other is at work.
ASYNC_QUEUES = ["webhooks"]
ASYNC_QUEUES_CONCURRENCY = 2
# Queues of tasks that go on for minutes: they hold none of those places either.
LONG_QUEUES = ["exports"]
LONG_QUEUES_CONCURRENCY = 1

# To addresses that users give (irisx/outbound.py) ---------------------------------------------------------------------

# Networks with private addresses that may be reached all the same, with commas between. Each of them lies open to
# every tenant.
OUTBOUND_ALLOWED_NETWORKS = production.networks_of(
    env.list("OUTBOUND_ALLOWED_NETWORKS", default=["127.0.0.0/8", "::1/128"] if DEBUG else [])
)
OUTBOUND_HTTPS_ONLY = not DEBUG  # and then on ports 443 and 8443 only
OUTBOUND_TIMEOUT_SECONDS = 20.0  # for the whole of a call: name, connection, answer
OUTBOUND_ANSWER_MAX_BYTES = 64 * 1024

WEBHOOK_ENDPOINTS_PER_TENANT = 20
WEBHOOKS_AT_ONCE = 100  # a worker process
WEBHOOKS_AT_ONCE_PER_TENANT = 25  # of all workers together
WEBHOOKS_AT_ONCE_PER_ADDRESS = 5  # of all workers together; 1 where the last one failed
WEBHOOK_SECRET_OVERLAP = timedelta(hours=24)  # how long a replaced secret goes on signing
WEBHOOK_DISABLED_AFTER = timedelta(days=3)  # of failures without a success between
WEBHOOK_DELIVERIES_KEPT_DAYS = 30  # after their end
WEBHOOK_CRON = "* * * * * */5"

# The AI model for headers that the rules are not sure of; "": none. Any server that speaks OpenAI's protocol will do.
OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", default="")
OPENAI_MODEL = env.str("OPENAI_MODEL", default="gpt-5-mini")
# How long an upload waits for it, in all.
AI_MAPPING_SECONDS = 10.0

# Where connectors read from -------------------------------------------------------------------------------------------

# A client of the type "Web application" at Google. Without one, Google Sheets says that it is not set up.
GOOGLE_CLIENT_ID = env.str("GOOGLE_CLIENT_ID", default="")
GOOGLE_CLIENT_SECRET = env.str("GOOGLE_CLIENT_SECRET", default="")
# As it is registered there, to the letter.
GOOGLE_REDIRECT_URI = env.str("GOOGLE_REDIRECT_URI", default="") or f"{SITE_URL}/v1/imports/google/callback"
# Google's and Airtable's own addresses. Others are for the demo and for tests.
GOOGLE_AUTHORIZATION_URL = env.str("GOOGLE_AUTHORIZATION_URL", default="https://accounts.google.com/o/oauth2/v2/auth")
GOOGLE_TOKEN_URL = env.str("GOOGLE_TOKEN_URL", default="https://oauth2.googleapis.com/token")
GOOGLE_REVOKE_URL = env.str("GOOGLE_REVOKE_URL", default="https://oauth2.googleapis.com/revoke")
GOOGLE_SHEETS_ROOT_URL = env.str("GOOGLE_SHEETS_ROOT_URL", default="https://sheets.googleapis.com/")
AIRTABLE_API_URL = env.str("AIRTABLE_API_URL", default="https://api.airtable.com")
# bin/run --demo-google: a program on this machine stands in for Google, and pages say so.
GOOGLE_IS_DEMO = DEBUG and env.bool("GOOGLE_DEMO", default=False)
# Before a service that is away is asked a second time; it doubles from try to try.
REMOTE_PAUSE_SECONDS = env.float("REMOTE_PAUSE_SECONDS", default=1.0)

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
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# How many proxies of ours stand before daphne. Each must add the address it was called from to X-Forwarded-For, and the
# first must set X-Forwarded-Proto. With 0 both headers are anybody's invention, and are not read.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Outside of development by https alone. Load balancers ask after our health without it.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = not DEBUG
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
# For how many seconds browsers keep to https. They do so even if the site goes back: lower it for the first days.
SECURE_HSTS_SECONDS = 0 if DEBUG else env.int("HSTS_SECONDS", default=365 * 24 * 60 * 60)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG

# Mail ----------------------------------------------------------------------------------------------------------------

# smtp+tls://user:password@host:587 and the like (django-environ). In development mails go to the worker's log; in
# production they must not, since they hold links that open accounts.
EMAIL = env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25")
vars().update(EMAIL)
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"IRISX <noreply@{urlsplit(SITE_URL).hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Log -----------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "irisx.request_ids.WithRequestId"}},
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["request_id"]},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
