-- Withdrawing and narrowing a consent. To read the case is enough: whoever learns of it must be able to record it at
-- once. The database sets who and when, so that nobody backdates it.

-- A consent with all that it renews and that renews it, in the same case: one chain for the person.
CREATE FUNCTION consents_chain(consent bigint) RETURNS SETOF bigint LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE chain AS (
        SELECT c.id, c.dossier_id, c.renews_id FROM consents_consent c WHERE c.id = consent
        UNION
        SELECT c.id, c.dossier_id, c.renews_id FROM consents_consent c JOIN chain
            ON c.dossier_id = chain.dossier_id AND (c.id = chain.renews_id OR c.renews_id = chain.id)
    )
    SELECT chain.id FROM chain;
END;

-- The person withdraws a consent, and with it every renewal; returns those that were still in force.
CREATE FUNCTION consents_withdraw(consent bigint) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    withdrawn bigint[];
BEGIN
    PERFORM dossiers_lock(c.dossier_id) FROM consents_consent c WHERE c.id = consent;
    IF NOT EXISTS (SELECT 1 FROM consents_consent c WHERE c.id = consent AND dossiers_has_power(c.dossier_id, 1)) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    WITH taken AS (
        UPDATE consents_consent c SET withdrawn_at = statement_timestamp(), withdrawn_by_id = actor_staff()
            WHERE c.withdrawn_at IS NULL AND c.id IN (SELECT consents_chain(consent))
              AND (c.id = consent OR dossiers_start_of(c.valid_until + 1) > statement_timestamp())
            RETURNING c.id
    ) SELECT array_agg(taken.id ORDER BY taken.id) INTO withdrawn FROM taken;
    RETURN coalesce(withdrawn, '{}');
END $$;

-- Leaves a recipient these categories of those they have, in every renewal too; never adds one.
CREATE FUNCTION consents_narrow(recipient bigint, keep bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    narrowed consents_consentrecipient;
BEGIN
    PERFORM dossiers_lock(r.dossier_id) FROM consents_consentrecipient r WHERE r.id = recipient;
    SELECT r.* INTO narrowed FROM consents_consentrecipient r JOIN consents_consent c ON c.id = r.consent_id
        WHERE r.id = recipient AND c.withdrawn_at IS NULL AND dossiers_has_power(c.dossier_id, 1);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE consents_consentrecipient r SET categories = r.categories & ~(narrowed.categories & ~keep)
        WHERE r.consent_id IN (SELECT consents_chain(narrowed.consent_id))
          AND r.institution_id = narrowed.institution_id AND r.staff_id IS NOT DISTINCT FROM narrowed.staff_id;
END $$;

GRANT EXECUTE ON FUNCTION consents_withdraw, consents_narrow TO suone_app;
