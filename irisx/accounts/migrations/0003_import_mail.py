from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_password_mail_at"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="import_mail",
            field=models.CharField(
                choices=[
                    ("never", "Never"),
                    ("problems", "When an import failed or is held"),
                    ("all", "Whenever an import has ended or is held"),
                ],
                db_default="problems",
                default="problems",
                max_length=10,
            ),
        ),
    ]
