from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0014_held_imports'),
    ]

    operations = [
        migrations.AlterField(
            model_name='webhookdelivery',
            name='job_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name='webhookdelivery',
            name='event',
            field=models.CharField(choices=[('completed', 'Completed'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('corrected', 'Corrected'), ('held', 'Held'), ('test', 'Test')], max_length=20),
        ),
    ]
