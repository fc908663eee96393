from django.db import migrations


class Migration(migrations.Migration):
    """Of its own: foreign keys exist only at the end of the migration that adds them."""

    dependencies = [
        ("plans", "0002_outcomes_and_names_of_signers"),
    ]

    operations = [
        migrations.RunSQL("SELECT dossiers_keep_to_one_case()", migrations.RunSQL.noop),
    ]
