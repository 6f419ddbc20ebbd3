import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_audit_log'),
        ('imports', '0009_schedules'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportSummary',
            fields=[
                ('import_job', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='summary', serialize=False, to='imports.importjob')),
                ('errors', models.JSONField(default=list)),
                ('columns', models.JSONField(default=list)),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='accounts.tenant')),
            ],
            options={
                'db_table': 'import_summaries',
            },
        ),
    ]
