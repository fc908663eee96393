-- A notice is kept for ninety days at most, whatever the settings say (SUONE_YOUTH_NOTICE_DAYS).
ALTER TABLE youth_notice ADD CONSTRAINT youth_notice_not_for_long
    CHECK (kept_until <= (recorded_at AT TIME ZONE 'Europe/Zurich')::date + 90);
