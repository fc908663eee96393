"""Questionnaires and scores: files, a pure engine, and what it proposes with its reasons."""
