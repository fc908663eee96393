-- A link is valid for sixty days at most, whatever the settings say (SUONE_INVITATION_DAYS).
ALTER TABLE appointments_invitation ADD CONSTRAINT invitation_not_for_long
    CHECK (expires_at <= sent_at + interval '1464 hours');
