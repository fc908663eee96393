-- Once accepted, the person of a request shows as long as the case is open to the institution that was asked.
CREATE OR REPLACE FUNCTION handovers_person(request bigint)
RETURNS TABLE (ahv_number text, last_name text, first_name text, birth_year integer, birth_month integer, birth_day integer,
               telephone text, commune text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT n.digits, p.last_name, p.first_name, p.birth_year, p.birth_month, p.birth_day,
           (SELECT t.value FROM dossiers_contactdetail t WHERE t.dossier_id = h.dossier_id AND t.kind = 'telephone'
            ORDER BY t.place LIMIT 1), p.commune
    FROM handovers_handover h JOIN decisions_decision d ON d.id = h.decision_id
        JOIN dossiers_particulars p ON p.dossier_id = h.dossier_id
        LEFT JOIN persons_number n ON n.dossier_id = h.dossier_id AND n.until IS NULL
    WHERE d.id = request AND h.receiver_id = actor_institution()
      AND (d.state = 'pending' OR d.state = 'accepted' AND dossiers_has_power(h.dossier_id, 1))
$$;
