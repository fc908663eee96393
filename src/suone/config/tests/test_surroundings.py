"""Tests stay away from what the demo keeps."""

import os
from pathlib import Path

from django.conf import settings


def test_the_settings_were_read_after_the_tests_folder_was_chosen() -> None:
    assert Path(os.environ["SUONE_VAR"]).resolve() == settings.VAR.resolve()
