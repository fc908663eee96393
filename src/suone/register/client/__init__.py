"""The register's client: runs at the institution, turns AHV numbers into tokens there, and delivers registrations.

It knows nothing of the product beside it but ``suone.register.oprf``: no Django, no settings, no database. No AHV number and no
hash of one leaves this package; ``tests/test_what_leaves.py`` reads along.
"""
