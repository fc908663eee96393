"""The persons concerned: whom we speak of, known once."""
