-- The institution to which a young person is notified in this transaction.
CREATE FUNCTION youth_is_received_by(m inbox_message) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT m.dossier_id IS NULL AND EXISTS (
        SELECT 1 FROM youth_notice n JOIN appointments_appointment a ON a.institution_id = n.receiver_id
        WHERE a.id = m.staff_id AND n.staff_id = actor_staff() AND n.recorded_at >= transaction_timestamp())
$$;
INSERT INTO inbox_rule VALUES ('youth.notified', 'youth_is_received_by');
