import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
import irisx.encryption
import irisx.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_password_mail_at"),
        ("imports", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookSecret",
            fields=[
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="accounts.tenant",
                    ),
                ),
                ("secret", irisx.encryption.EncryptedField()),
                ("previous_secret", irisx.encryption.EncryptedField(db_default="", default="")),
                ("previous_until", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "webhook_secrets",
            },
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("id", models.UUIDField(default=irisx.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("url", models.CharField(max_length=1000)),
                ("events", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                (
                    "disabled_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("gone", "it answered 410 Gone"),
                            ("failing", "it failed for three days"),
                            ("by_user", "somebody switched it off"),
                        ],
                        db_default="",
                        default="",
                        max_length=20,
                    ),
                ),
                ("failing_since", models.DateTimeField(null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.tenant"
                    ),
                ),
            ],
            options={
                "db_table": "webhook_endpoints",
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", models.UUIDField(default=irisx.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("url", models.CharField(db_default="", default="", max_length=1000)),
                ("lane", models.UUIDField()),
                ("job_id", models.UUIDField()),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("completed", "Completed"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                            ("corrected", "Corrected"),
                        ],
                        max_length=20,
                    ),
                ),
                ("body", models.TextField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sending", "Sending"),
                            ("delivered", "Delivered"),
                            ("failed", "Failed"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.IntegerField(db_default=0, default=0)),
                ("last_attempt_at", models.DateTimeField(null=True)),
                ("response_status", models.IntegerField(null=True)),
                ("response_body", models.TextField(db_default="", default="")),
                ("error", models.TextField(db_default="", default="")),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False),
                ),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.tenant"
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="imports.webhookendpoint",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "webhook deliveries",
                "db_table": "webhook_deliveries",
            },
        ),
        migrations.AddIndex(
            model_name="webhookendpoint",
            index=models.Index(fields=["tenant", "id"], name="webhook_endpoints_of_tenant"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["tenant", "lane", "due_at", "id"],
                name="webhook_deliveries_due",
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("status", "sending")), fields=["tenant", "lane"], name="webhook_deliveries_sending"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["tenant", "-id"], name="webhook_deliveries_newest"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["tenant", "endpoint", "-id"], name="webhook_deliveries_endpoint"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["tenant", "job_id"], name="webhook_deliveries_job"),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_at__isnull", False), ("finished_at", None), ("status__in", ["waiting", "sending"])),
                    models.Q(("due_at", None), ("finished_at__isnull", False), ("status__in", ["delivered", "failed"])),
                    _connector="OR",
                ),
                name="webhook_deliveries_open_or_finished",
            ),
        ),
        migrations.AddConstraint(
            model_name="webhookdelivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("endpoint__isnull", False), ("url", "")),
                    models.Q(("endpoint", None), models.Q(("url", ""), _negated=True)),
                    _connector="OR",
                ),
                name="webhook_deliveries_one_address",
            ),
        ),
    ]
