import django.contrib.postgres.functions
import django.db.models.deletion
import irisx.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_import_mail"),
        ("imports", "0008_connections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="importjob",
            name="held",
            field=models.JSONField(null=True),
        ),
        migrations.AlterField(
            model_name="webhookdelivery",
            name="event",
            field=models.CharField(
                choices=[
                    ("completed", "Completed"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                    ("corrected", "Corrected"),
                    ("held", "Held"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="ImportSchedule",
            fields=[
                ("id", models.UUIDField(default=irisx.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("connector", models.CharField(max_length=50)),
                ("source", models.JSONField()),
                ("options", models.JSONField(db_default={}, default=dict)),
                ("field_mapping", models.JSONField(db_default={}, default=dict)),
                (
                    "frequency",
                    models.CharField(
                        choices=[
                            ("hourly", "Every hour"),
                            ("daily", "Every day"),
                            ("weekly", "Every week"),
                            ("cron", "Cron expression"),
                        ],
                        max_length=10,
                    ),
                ),
                ("cron", models.CharField(max_length=100)),
                ("next_run_at", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("needs_renewal", models.BooleanField(db_default=False, default=False)),
                ("run_job_id", models.UUIDField(null=True)),
                ("run_lease_until", models.DateTimeField(null=True)),
                ("baseline", models.JSONField()),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False),
                ),
                (
                    "paused_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "saved_mapping",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="schedules",
                        to="imports.savedfieldmapping",
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.tenant"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "import_schedules",
            },
        ),
        migrations.AddField(
            model_name="importjob",
            name="schedule",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="jobs",
                to="imports.importschedule",
            ),
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(
                condition=models.Q(("schedule__isnull", False)), fields=["schedule", "-id"], name="import_jobs_schedule"
            ),
        ),
        migrations.AddIndex(
            model_name="importschedule",
            index=models.Index(fields=["tenant", "name", "id"], name="import_schedules_of_tenant"),
        ),
        migrations.AddIndex(
            model_name="importschedule",
            index=models.Index(
                condition=models.Q(("next_run_at__isnull", False)), fields=["next_run_at"], name="import_schedules_due"
            ),
        ),
        migrations.AddIndex(
            model_name="importschedule",
            index=models.Index(
                condition=models.Q(("run_job_id__isnull", False)),
                fields=["run_lease_until"],
                name="import_schedules_runs",
            ),
        ),
        migrations.AddConstraint(
            model_name="importschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(("frequency__in", ["hourly", "daily", "weekly", "cron"])),
                name="import_schedules_frequency_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="importschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("next_run_at__isnull", False), ("paused_at", None)),
                    models.Q(("next_run_at", None), ("paused_at__isnull", False)),
                    _connector="OR",
                ),
                name="import_schedules_paused_or_next",
            ),
        ),
        migrations.AddConstraint(
            model_name="importschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("run_job_id", None), ("run_lease_until", None)),
                    models.Q(("run_job_id__isnull", False), ("run_lease_until__isnull", False)),
                    _connector="OR",
                ),
                name="import_schedules_run_has_a_lease",
            ),
        ),
    ]
