import django.contrib.postgres.functions
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import irisx.ids


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_password_mail_at"),
        ("imports", "0002_webhooks"),
    ]

    operations = [
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=irisx.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("job_id", models.UUIDField(default=irisx.ids.uuid7, editable=False)),
                ("epoch", models.IntegerField(db_default=0, default=0)),
                ("started_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ("status", models.SmallIntegerField(null=True)),
                ("body", models.TextField(db_default="", default="")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.tenant"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "idempotency_keys",
                "indexes": [models.Index(fields=["started_at"], name="idempotency_keys_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "user", "key"), name="idempotency_keys_once")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="savedfieldmapping",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_default", True)),
                fields=("tenant",),
                name="import_field_mappings_one_default",
            ),
        ),
    ]
