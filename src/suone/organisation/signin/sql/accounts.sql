-- Accounts, and what the libraries for log-ins store about them. The libraries work before anybody acts: at the log-in,
-- on the pages of one's own account, at a reset. Users reach their own account, administrators its address, jobs all
-- of them, and nobody else anything; whoever approved a reset removes the factors.

CREATE FUNCTION signin_own_account() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.user_id FROM appointments_appointment a WHERE actor_kind() = 'staff' AND a.id = actor_staff()
$$;

-- Another account, if the acting person administers every institution where its owner works today.
CREATE FUNCTION signin_administers(account bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT actor_kind() = 'staff' AND account IS DISTINCT FROM signin_own_account()
       AND EXISTS (SELECT 1 FROM appointments_appointment a
                   WHERE a.user_id = account AND appointments_may_administer(a.institution_id))
       AND NOT EXISTS (SELECT 1 FROM appointments_appointment a
                       WHERE a.user_id = account AND appointments_works(a, appointments_today())
                         AND NOT appointments_may_administer(a.institution_id))
$$;

-- An account whose reset the acting person has just approved, in this transaction.
CREATE FUNCTION signin_resets(account bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM signin_factorreset r
        WHERE r.holder_account_id = account AND r.is_approved AND r.decided_account_id = signin_own_account()
          AND r.decided_at >= transaction_timestamp())
$$;

-- What an approved reset does: all factors of the account go. Whoever approves neither reads one nor adds one.
CREATE FUNCTION signin_remove_factors(account bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    removed integer;
BEGIN
    DELETE FROM mfa_authenticator f WHERE f.user_id = account AND actor_kind() = 'staff' AND signin_resets(account);
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END $$;

GRANT EXECUTE ON FUNCTION signin_own_account(), signin_administers(bigint), signin_resets(bigint),
    signin_remove_factors(bigint) TO suone_app;

-- An account is visible before anybody acts; what changes in it, and by whom, is restricted.
CREATE FUNCTION signin_guard_account() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF current_user <> 'suone_app' OR actor_kind() = 'job' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF actor_kind() IS DISTINCT FROM 'guest' THEN
            RAISE EXCEPTION 'an account is made by whoever takes up an invitation' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    IF actor_kind() IS NULL AND (NEW.email, NEW.is_active) = (OLD.email, OLD.is_active)
       OR actor_kind() = 'staff' AND NEW.is_active = OLD.is_active AND (
           NEW.id = signin_own_account()
           OR (NEW.password, NEW.last_login, NEW.first_name, NEW.last_name, NEW.language)
              IS NOT DISTINCT FROM (OLD.password, OLD.last_login, OLD.first_name, OLD.last_name, OLD.language)
              AND (signin_administers(NEW.id) OR NEW.email = OLD.email AND signin_resets(NEW.id))) THEN
        -- A lower round would let log-ins in that have ended.
        IF NEW.log_in_round < OLD.log_in_round THEN
            RAISE EXCEPTION 'what has ended does not begin again' USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'this account is not yours to change' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER account_guarded BEFORE INSERT OR UPDATE ON access_user
    FOR EACH ROW EXECUTE FUNCTION signin_guard_account();

-- A factor stays with its account, and does not change.
CREATE FUNCTION signin_guard_factor() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF (NEW.user_id, NEW.type) IS DISTINCT FROM (OLD.user_id, OLD.type) THEN
        RAISE EXCEPTION 'a factor stays with its account' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER factor_guarded BEFORE UPDATE ON mfa_authenticator
    FOR EACH ROW EXECUTE FUNCTION signin_guard_factor();

-- Whose factor it is and at which institution, and whose accounts asked and decided: derived from the appointments. Which
-- appointments, and when: the table's Stamps.
CREATE FUNCTION signin_sign_reset() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF actor_kind() IS DISTINCT FROM 'staff' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT a.institution_id, a.user_id INTO NEW.institution_id, NEW.holder_account_id
            FROM appointments_appointment a WHERE a.id = NEW.holder_id;
        NEW.asked_account_id := signin_own_account();
        IF NEW.decided_at IS NOT NULL OR NEW.is_approved THEN
            RAISE EXCEPTION 'a reset is asked for first' USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSE
        NEW.decided_account_id := signin_own_account();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reset_signed BEFORE INSERT OR UPDATE ON signin_factorreset
    FOR EACH ROW EXECUTE FUNCTION signin_sign_reset();

-- The tables of the libraries, one condition each. The owner creates and clears them as before.
DO $$
DECLARE
    alone text := '(SELECT actor_kind()) IS NULL OR (SELECT actor_kind()) = ''job''';
    own text := alone || ' OR user_id = (SELECT signin_own_account())';
    policed record;
BEGIN
    FOR policed IN
        SELECT * FROM (VALUES
            ('mfa_authenticator', own),
            ('account_emailaddress', own),
            ('socialaccount_socialaccount', own)
        ) AS named (library_table, condition)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', policed.library_table);
        EXECUTE format('CREATE POLICY %I ON %I TO suone_app USING (%s)',
                       policed.library_table || '_of_the_account', policed.library_table, policed.condition);
    END LOOP;
    -- Whoever administers an account removes the library's copies of its address, and adds none.
    CREATE POLICY account_emailaddress_read_by_administrators ON account_emailaddress FOR SELECT TO suone_app
        USING (signin_administers(user_id));
    CREATE POLICY account_emailaddress_removed_by_administrators ON account_emailaddress FOR DELETE TO suone_app
        USING (signin_administers(user_id));
    -- Sessions are closed to everybody who acts: they are neither read nor ended. A new one begins where an address
    -- is confirmed.
    ALTER TABLE django_session ENABLE ROW LEVEL SECURITY;
    EXECUTE format('CREATE POLICY django_session_of_the_library ON django_session TO suone_app USING (%s) WITH CHECK (true)', alone);
    -- Failures are counted for everybody who fails, and cleared by a log-in, a job or an administrator.
    ALTER TABLE axes_accessfailurelog ENABLE ROW LEVEL SECURITY;
    CREATE POLICY axes_accessfailurelog_select ON axes_accessfailurelog FOR SELECT TO suone_app USING (true);
    CREATE POLICY axes_accessfailurelog_insert ON axes_accessfailurelog FOR INSERT TO suone_app WITH CHECK (true);
    EXECUTE format('CREATE POLICY axes_accessfailurelog_delete ON axes_accessfailurelog FOR DELETE TO suone_app'
                   ' USING (%s OR (SELECT actor_may(''appointment.administer'')))', alone);
    -- The queue is the worker's, which acts as a job: a lock that somebody took, a time that somebody set as planned already,
    -- would stop what runs every minute. Everybody else adds the one job of theirs, to send letters, at once and without
    -- arguments; the queue notes that it was added.
    FOR policed IN SELECT unnest(ARRAY['jobs', 'events', 'periodic_defers', 'workers']) AS part LOOP
        EXECUTE format('ALTER TABLE procrastinate_%s ENABLE ROW LEVEL SECURITY', policed.part);
        EXECUTE format('CREATE POLICY procrastinate_%s_of_the_worker ON procrastinate_%1$s TO suone_app'
                       ' USING ((SELECT actor_kind()) = ''job'')', policed.part);
    END LOOP;
    CREATE POLICY procrastinate_jobs_select ON procrastinate_jobs FOR SELECT TO suone_app USING (true);
    CREATE POLICY procrastinate_jobs_insert ON procrastinate_jobs FOR INSERT TO suone_app WITH CHECK (
        queue_name = 'default' AND task_name = 'signin.send_letters' AND args = '{}' AND status = 'todo' AND priority = 0
        AND lock IS NULL AND queueing_lock IS NULL AND scheduled_at IS NULL AND attempts = 0 AND worker_id IS NULL);
    CREATE POLICY procrastinate_events_insert ON procrastinate_events FOR INSERT TO suone_app WITH CHECK (type = 'deferred');
END $$;
