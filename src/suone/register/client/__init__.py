"""The register's client: runs at the institution, turns AHV numbers into tokens there, and delivers registrations.

It depends on nothing else of the product but ``suone.register.oprf``: no Django, no settings, no database. No AHV number
and no hash of one leaves this package; ``tests/test_what_leaves.py`` checks what is sent.
"""
