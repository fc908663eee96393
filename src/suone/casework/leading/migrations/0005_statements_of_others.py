from suone.ground.access.sql_files import sql_file
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("leading", "0004_documents_are_facts"),
        ("workitems", "0004_statements_of_others"),
    ]

    operations = [
        sql_file(
            __file__,
            "outcomes.sql",
            functions=["leading_is_reported", "leading_settles", "leading_holds", "leading_outcome_of_fact"],
        ),
    ]
