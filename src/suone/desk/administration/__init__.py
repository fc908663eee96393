"""Who works here: an institution's administrator invites, gives roles, ends, and passes a caseload on."""
