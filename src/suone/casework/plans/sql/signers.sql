-- The name of whoever signed instead is stored by whoever records the signature, with it.
CREATE FUNCTION plans_signer_of_its_signature() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM plans_signature s
        WHERE s.id = NEW.signature_id AND s.state = 'signed' AND s.recorded_by_id = actor_staff()
          AND s.recorded_at >= transaction_timestamp())
    THEN
        RAISE EXCEPTION 'the signature alone brings the name of its signer' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plans_signer_of_its_signature BEFORE INSERT ON plans_signername FOR EACH ROW
    WHEN (current_user = 'suone_app') EXECUTE FUNCTION plans_signer_of_its_signature();
