from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0005_ledger_answers_for_the_job"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="webhookdelivery", name="webhook_deliveries_endpoint"),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("endpoint__isnull", False)),
                fields=["endpoint", "-id"],
                name="webhook_deliveries_endpoint",
            ),
        ),
    ]
