-- The controller's mandates, what retention knows of projects, and erasing what need not be kept any more.

-- The right of one controller to see, without names, the lines of one project that ran in a period.
CREATE TABLE control_mandate (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person (id),
    funding text COLLATE "C" NOT NULL,
    lines_from date NOT NULL,
    lines_until date NOT NULL,
    valid_from date NOT NULL,
    valid_until date NOT NULL,
    reference text NOT NULL,
    given_by uuid NOT NULL REFERENCES person (id),
    given_at timestamptz NOT NULL,
    ended_by uuid REFERENCES person (id),
    ended_at timestamptz,
    CHECK (lines_from <= lines_until),
    CHECK (valid_from <= valid_until),
    CHECK (given_by <> person_id),
    CHECK ((ended_by IS NULL) = (ended_at IS NULL))
);
CREATE INDEX control_mandate_by_person ON control_mandate (person_id, given_at);
CREATE INDEX control_mandate_by_time ON control_mandate (given_at, id);

-- Reports count the lines that started in a month.
CREATE INDEX step_by_funding_start ON step (funding, start_on);

-- H8: payments, state aid and holds of a project. Each row says all that is known of it; one person
-- proposes it, another confirms it, and the last that was confirmed holds.
CREATE TABLE project_change (
    id uuid PRIMARY KEY,
    funding text COLLATE "C" NOT NULL,
    regime text NOT NULL,
    last_payment_at timestamptz,
    aid_granted_on date,
    hold text CHECK (hold IN ('open', 'until')),
    hold_until date,
    reason text NOT NULL,
    proposed_by uuid NOT NULL REFERENCES person (id),
    proposed_at timestamptz NOT NULL,
    decision text CHECK (decision IN ('confirmed', 'refused')),
    decided_by uuid REFERENCES person (id),
    decided_at timestamptz,
    CHECK ((hold IS NOT NULL AND hold = 'until') = (hold_until IS NOT NULL)),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decision IS NULL) = (decided_by IS NULL)),
    CHECK (decision IS NULL OR decision <> 'confirmed' OR decided_by <> proposed_by)
);
CREATE UNIQUE INDEX project_change_one_waiting ON project_change (funding) WHERE decision IS NULL;
CREATE INDEX project_change_confirmed ON project_change (funding, decided_at) WHERE decision = 'confirmed';
CREATE INDEX project_change_by_time ON project_change (proposed_at, id);
CREATE TRIGGER project_change_stays BEFORE UPDATE ON project_change FOR EACH ROW
WHEN (OLD.decision IS NOT NULL OR NEW.id IS DISTINCT FROM OLD.id OR NEW.funding IS DISTINCT FROM OLD.funding
    OR NEW.regime IS DISTINCT FROM OLD.regime OR NEW.last_payment_at IS DISTINCT FROM OLD.last_payment_at
    OR NEW.aid_granted_on IS DISTINCT FROM OLD.aid_granted_on OR NEW.hold IS DISTINCT FROM OLD.hold
    OR NEW.hold_until IS DISTINCT FROM OLD.hold_until OR NEW.proposed_by IS DISTINCT FROM OLD.proposed_by)
EXECUTE FUNCTION refuse('what was proposed for a project stays');
CREATE TRIGGER project_change_is_kept BEFORE DELETE ON project_change FOR EACH ROW
EXECUTE FUNCTION refuse('what was proposed for a project stays');

-- What a run of `klantendossier retention` found, or erased. Numbers only.
CREATE TABLE retention_run (
    at timestamptz NOT NULL,
    id uuid NOT NULL,
    by_person uuid REFERENCES person (id),
    applied boolean NOT NULL,
    content text NOT NULL,
    PRIMARY KEY (at, id)
);

-- What was erased. A row is open only within the transaction that erases: the triggers below let pass
-- what an open row names, and nothing else.
CREATE TABLE erasure (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    at timestamptz NOT NULL,
    id uuid NOT NULL,
    step_id uuid,
    kind text NOT NULL CHECK (kind IN ('story', 'evidence', 'dossier')),
    open boolean NOT NULL,
    PRIMARY KEY (dossier_id, at, id),
    CHECK ((kind = 'dossier') = (step_id IS NULL))
);
CREATE INDEX erasure_open ON erasure (dossier_id) WHERE open;

-- When the texts of a line, or all that says who a dossier is about, were erased.
ALTER TABLE step_text ADD COLUMN erased_at timestamptz;
ALTER TABLE dossier ADD COLUMN erased_at timestamptz;

-- What retention looks for.
CREATE INDEX access_grant_ended ON access_grant (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX outbox_by_time ON outbox (at);
CREATE INDEX IF NOT EXISTS outbox_by_dossier ON outbox (dossier_id, at) WHERE dossier_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS person_by_own_dossier ON person (own_dossier_id) WHERE own_dossier_id IS NOT NULL;

-- Whether this transaction erases this line; with no line, anything of this dossier.
CREATE FUNCTION is_erasing(of_dossier uuid, of_step uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM erasure e
        WHERE e.dossier_id = of_dossier AND e.open AND (of_step IS NULL OR e.step_id = of_step))
$$;
-- The same, for a line that goes whole.
CREATE FUNCTION is_erasing_line(of_dossier uuid, of_step uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM erasure e
        WHERE e.dossier_id = of_dossier AND e.open AND e.step_id = of_step AND e.kind = 'evidence')
$$;

DROP TRIGGER step_is_kept ON step;
CREATE TRIGGER step_is_kept BEFORE DELETE ON step FOR EACH ROW
WHEN (OLD.state = 'ongoing' OR NOT is_erasing_line(OLD.dossier_id, OLD.id))
EXECUTE FUNCTION refuse('a step is kept');
DROP TRIGGER step_text_final_stays ON step_text;
CREATE TRIGGER step_text_final_stays BEFORE UPDATE ON step_text FOR EACH ROW
WHEN (NOT (NEW.summary IS NULL AND NEW.late_reason IS NULL AND NEW.result_note IS NULL
    AND (NEW.cancel_reason IS NULL OR NEW.cancel_reason = '(gewist)')
    AND NEW.dossier_id = OLD.dossier_id AND NEW.step_id = OLD.step_id
    AND is_erasing(OLD.dossier_id, OLD.step_id)))
EXECUTE FUNCTION step_must_be_ongoing();
DROP TRIGGER step_text_is_kept ON step_text;
CREATE TRIGGER step_text_is_kept BEFORE DELETE ON step_text FOR EACH ROW
WHEN (NOT is_erasing_line(OLD.dossier_id, OLD.step_id))
EXECUTE FUNCTION refuse('a step is kept');
DROP TRIGGER addendum_is_kept ON addendum;
CREATE TRIGGER addendum_is_kept BEFORE DELETE ON addendum FOR EACH ROW
WHEN (NOT is_erasing(OLD.dossier_id, OLD.step_id))
EXECUTE FUNCTION refuse('an addendum is final');
DROP TRIGGER action_of_ongoing ON action;
CREATE TRIGGER action_of_ongoing_insert BEFORE INSERT ON action FOR EACH ROW
EXECUTE FUNCTION step_must_be_ongoing();
CREATE TRIGGER action_of_ongoing_update BEFORE UPDATE ON action FOR EACH ROW
WHEN (NOT (NEW.note IS NULL AND NEW.place IS NULL AND NEW.step_id = OLD.step_id AND NEW.id = OLD.id
    AND NEW.day = OLD.day AND NEW.kind = OLD.kind AND NEW.minutes = OLD.minutes
    AND NEW.presence = OLD.presence AND NEW.voided = OLD.voided
    AND is_erasing(OLD.dossier_id, OLD.step_id)))
EXECUTE FUNCTION step_must_be_ongoing();
-- The content of the journal goes only with what it tells of; the rest of an entry stays for ever.
DROP TRIGGER journal_is_append_only ON journal;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal FOR EACH ROW
WHEN (NEW.content IS NOT NULL OR NEW.link IS DISTINCT FROM OLD.link
    OR NEW.content_digest IS DISTINCT FROM OLD.content_digest OR NEW.at IS DISTINCT FROM OLD.at
    OR NEW.by_person IS DISTINCT FROM OLD.by_person OR NEW.event IS DISTINCT FROM OLD.event
    OR NEW.dossier_id IS DISTINCT FROM OLD.dossier_id OR NEW.number IS DISTINCT FROM OLD.number
    OR NOT is_erasing(OLD.dossier_id, NULL))
EXECUTE FUNCTION refuse('the journal is append-only');

DROP TRIGGER correction_note_is_kept ON correction_note;
CREATE TRIGGER correction_note_is_kept BEFORE DELETE ON correction_note FOR EACH ROW
WHEN (NOT is_erasing_line(OLD.dossier_id, OLD.step_id))
EXECUTE FUNCTION refuse('a correction is final');

-- Drops the months of openings that end before a minute, and answers how many openings went with them.
-- Its owner's rights: the role that serves owns no tables. A month that is in use is left for another day.
CREATE FUNCTION drop_opening_months(before_minute bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '3s' AS $$
DECLARE
    part record;
    had bigint;
    gone bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(4881, 2);
    FOR part IN
        SELECT c.relname, to_date(substr(c.relname, 9), 'YYYY_MM') + interval '1 month' AS ends
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'opening'::regclass AND c.relname ~ '^opening_[0-9]{4}_[0-9]{2}$'
    LOOP
        IF extract(epoch FROM part.ends) / 60 <= before_minute THEN
            BEGIN
                EXECUTE format('SELECT count(*) FROM %I', part.relname) INTO had;
                EXECUTE format('DROP TABLE %I', part.relname);
                gone := gone + had;
            EXCEPTION WHEN lock_not_available THEN
                NULL;
            END;
        END IF;
    END LOOP;
    RETURN gone;
END $$;
