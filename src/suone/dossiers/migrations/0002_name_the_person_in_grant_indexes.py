from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_initial")]

    operations = [
        operation
        for principal in ("institution", "staff")
        for operation in (
            migrations.RemoveIndex(model_name="grant", name=f"grant_{principal}_dossier"),
            migrations.AddIndex(
                model_name="grant",
                index=models.Index(
                    name=f"grant_{principal}_dossier",
                    fields=[principal, "dossier"],
                    include=["person", "valid_from", "valid_until", "categories", "power"],
                    condition=models.Q(**{f"{principal}__isnull": False}),
                ),
            ),
        )
    ]
