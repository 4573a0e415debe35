-- What happened to accounts, people and organisations: who did what, about whom or for which organisation,
-- when. It belongs to no dossier and holds no secret and nothing of a dossier. The journal of dossiers
-- stays apart.
CREATE TABLE account_event (
    at timestamptz NOT NULL,
    id uuid NOT NULL,
    event text COLLATE "C" NOT NULL,
    -- Who did it; none for the operator at the command line, and for somebody who is not known.
    by_person uuid,
    -- About whom.
    subject_person uuid,
    -- Within which organisation, so that its manager can read it.
    organisation_id uuid,
    -- What changed: JSON, as in the journal.
    content text,
    PRIMARY KEY (at, id)
);
CREATE INDEX account_event_by_kind ON account_event (event, at, id);
CREATE INDEX account_event_by_subject ON account_event (subject_person, at, id) WHERE subject_person IS NOT NULL;
CREATE INDEX account_event_by_organisation ON account_event (organisation_id, at, id)
    WHERE organisation_id IS NOT NULL;
CREATE TRIGGER account_event_stays BEFORE UPDATE ON account_event FOR EACH ROW
EXECUTE FUNCTION refuse('account events are append-only');
CREATE TRIGGER account_event_is_kept BEFORE DELETE ON account_event FOR EACH ROW
EXECUTE FUNCTION refuse('account events are append-only');
CREATE TRIGGER account_event_is_not_emptied BEFORE TRUNCATE ON account_event FOR EACH STATEMENT
EXECUTE FUNCTION refuse('account events are append-only');
