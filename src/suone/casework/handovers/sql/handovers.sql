-- What a hand-over opens, and who it is about: for the institution that was asked, which may not open the case before.

-- Once accepted, the person of a request is visible as long as the case is open to the institution that was asked.
CREATE FUNCTION handovers_person(request bigint)
RETURNS TABLE (ahv_number text, last_name text, first_name text, birth_year integer, birth_month integer, birth_day integer,
               telephone text, commune text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.digits, p.last_name, p.first_name, p.birth_year, p.birth_month, p.birth_day,
           (SELECT t.value FROM dossiers_contactdetail t WHERE t.dossier_id = h.dossier_id AND t.kind = 'telephone'
            ORDER BY t.place LIMIT 1), p.commune
    FROM handovers_handover h JOIN decisions_decision d ON d.id = h.decision_id
        JOIN dossiers_particulars p ON p.dossier_id = h.dossier_id
        LEFT JOIN persons_number n ON n.dossier_id = h.dossier_id AND n.until IS NULL
    WHERE d.id = request AND actor_kind() = 'staff' AND h.receiver_id = actor_institution()
      AND (d.state = 'pending' OR d.state = 'accepted' AND dossiers_has_power(h.dossier_id, 1))
$$;

-- The acceptance opens the case to the receiver: without limit and with the lead if the sender stops, otherwise to
-- contribute for twelve months. The sender's own file then ends; during the agreed overlap, and for thirty days in any
-- case, in which the closing review is held (due within twenty working days), the sender may still contribute. Both
-- periods are defaults of the product. If a consent already lets the receiver contribute, it stays the basis and nothing
-- is opened beside it. Returns whether the receiver can open the case now: a consent may have ended or been narrowed
-- since it was proposed.
CREATE FUNCTION handovers_open(hand_over bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    h handovers_handover;
    earlier bigint;
    had bigint;
    now_at timestamptz := statement_timestamp();
    today date := appointments_today();
BEGIN
    SELECT * INTO h FROM handovers_handover x WHERE x.id = hand_over;
    PERFORM dossiers_lock(h.dossier_id);
    SELECT * INTO h FROM handovers_handover x WHERE x.id = hand_over;  -- as it is once the case is locked
    IF actor_kind() IS DISTINCT FROM 'staff' OR h.receiver_id IS DISTINCT FROM actor_institution() OR h.accepted_at IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM decisions_decision d WHERE d.id = h.decision_id AND d.state = 'accepted'
    ) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF h.constellation = '3' THEN
        SELECT coalesce(bit_or(g.categories), h.categories) INTO had FROM dossiers_grant g
            WHERE g.dossier_id = h.dossier_id AND g.institution_id = h.sender_id AND g.valid_until > now_at
              AND g.because IN ('notification', 'hand_over');
        -- The sender's access by its own notification and by earlier hand-overs ends.
        UPDATE dossiers_dossier x SET handed_over_at = now_at WHERE x.id = h.dossier_id AND x.handed_over_at IS NULL
            AND EXISTS (SELECT 1 FROM dossiers_notification_allows(x.id) a WHERE a.institution_id = h.sender_id);
        UPDATE handovers_handover x SET access_until = now_at
            WHERE x.dossier_id = h.dossier_id AND x.receiver_id = h.sender_id AND x.access_until > now_at;
        UPDATE handovers_handover x SET sender_until = now_at
            WHERE x.dossier_id = h.dossier_id AND x.sender_id = h.sender_id AND x.sender_until > now_at;
    END IF;
    UPDATE handovers_handover x
        SET accepted_at = now_at, accepted_in = actor_transaction(),
            access_until = CASE WHEN h.constellation = '3' THEN '9999-12-31T00:00:00Z' WHEN h.basis <> 'consent'
                                THEN dossiers_start_of((today + interval '12 months')::date + 1) END,
            sender_until = CASE WHEN h.constellation = '3'
                                THEN dossiers_start_of(greatest(today + 30, h.overlap_until) + 1) END,
            sender_categories = had
        WHERE x.id = h.id;
    PERFORM dossiers_follow('notification', h.dossier_id, false);
    FOR earlier IN SELECT x.id FROM handovers_handover x WHERE x.dossier_id = h.dossier_id AND x.accepted_at IS NOT NULL LOOP
        PERFORM dossiers_follow('hand_over', earlier, earlier = h.id);
    END LOOP;
    RETURN dossiers_has_power(h.dossier_id, CASE WHEN h.constellation = '3' THEN 3 ELSE 2 END);
END $$;

-- What the institution that was asked records in the timeline of a case that is closed to it: its own answer, as it is
-- stored, within the hour; and that somebody will be named, while the request is open. After declining it no longer sees the
-- request.
CREATE FUNCTION handovers_tells(hand_over bigint, dossier bigint, act text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM handovers_handover h JOIN decisions_decision d ON d.id = h.decision_id
        WHERE h.id = hand_over AND h.dossier_id = handovers_tells.dossier AND actor_kind() = 'staff'
          AND h.receiver_id = actor_institution() AND cases_request_lasts(d)
          AND d.state = CASE handovers_tells.act
              WHEN 'handover.will_be_named' THEN 'pending' WHEN 'handover.declined' THEN 'declined'
              WHEN 'handover.accepted' THEN 'accepted' WHEN 'handover.answered' THEN 'accepted' END)
$$;

-- Ends parallel support at once: for whoever leads the case.
CREATE FUNCTION handovers_end(hand_over bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    h handovers_handover;
BEGIN
    PERFORM dossiers_lock(x.dossier_id) FROM handovers_handover x WHERE x.id = hand_over;
    SELECT * INTO h FROM handovers_handover x WHERE x.id = hand_over FOR UPDATE;
    IF NOT FOUND OR h.constellation = '3' OR NOT dossiers_has_power(h.dossier_id, 3) THEN
        RAISE EXCEPTION 'not permitted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    UPDATE handovers_handover x SET access_until = statement_timestamp()
        WHERE x.id = hand_over AND x.access_until > statement_timestamp();
END $$;

-- How many persons were referred in each direction in a year, and with which result: figures without persons.
CREATE FUNCTION handovers_counted(in_year integer)
RETURNS TABLE (sender_id bigint, receiver_id bigint, proposed bigint, accepted bigint, declined bigint, expired bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.sender_id, h.receiver_id, count(*),
           count(*) FILTER (WHERE d.state = 'accepted'), count(*) FILTER (WHERE d.state = 'declined'),
           count(*) FILTER (WHERE d.state = 'expired')
    FROM handovers_handover h JOIN decisions_decision d ON d.id = h.decision_id
    WHERE (actor_may('referral.count') OR actor_kind() = 'job') AND d.state <> 'withdrawn'
      AND h.proposed_on >= make_date(in_year, 1, 1) AND h.proposed_on < make_date(in_year + 1, 1, 1)
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
$$;

GRANT EXECUTE ON FUNCTION handovers_person, handovers_tells, handovers_open, handovers_end,
    handovers_counted TO suone_app;
