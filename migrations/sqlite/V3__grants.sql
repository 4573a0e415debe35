-- The life of an access grant (I2): who asks and who decides, when its end was warned of, why it ended.

ALTER TABLE access_grant ADD COLUMN request_id BLOB;
ALTER TABLE access_grant ADD COLUMN end_reason TEXT;
-- How many of the warnings before its end were given.
ALTER TABLE access_grant ADD COLUMN warned INTEGER NOT NULL DEFAULT 0;
CREATE INDEX access_grant_by_end ON access_grant (ends_on) WHERE ended_at IS NULL AND ends_on IS NOT NULL;
CREATE INDEX access_grant_by_closing ON access_grant (closes_on) WHERE ended_at IS NULL AND closes_on IS NOT NULL;
CREATE INDEX access_grant_own_end ON access_grant (organisation_id, ends_on)
    WHERE ended_at IS NULL AND ends_on IS NOT NULL;
CREATE INDEX access_grant_own_closing ON access_grant (organisation_id, closes_on)
    WHERE ended_at IS NULL AND closes_on IS NOT NULL;

-- A request for an access grant, its extension or the ownership of a dossier. One that comes from outside
-- names no dossier: whether its number and proof fit one is looked up by who decides, so that asking
-- costs and answers the same either way. What was given as proof is kept as a keyed digest.
CREATE TABLE grant_request (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('access', 'extension', 'takeover')),
    organisation_id BLOB NOT NULL REFERENCES organisation (id),
    unit_id BLOB NOT NULL REFERENCES unit (id),
    asked_by BLOB NOT NULL REFERENCES person (id),
    asked_at INTEGER NOT NULL,
    client_number TEXT NOT NULL,
    proof_digest BLOB,
    basis TEXT NOT NULL,
    form_on TEXT,
    purpose TEXT NOT NULL,
    client_answer TEXT CHECK (client_answer IN ('akkoord', 'niet_akkoord')),
    client_answered_at INTEGER,
    decision TEXT CHECK (decision IN ('granted', 'refused')),
    decided_by BLOB REFERENCES person (id),
    decided_at INTEGER,
    ground TEXT,
    ground_note TEXT,
    CHECK ((kind = 'access') = (proof_digest IS NOT NULL)),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decision IS NOT NULL AND decision = 'refused') = (ground IS NOT NULL)),
    CHECK ((client_answer IS NULL) = (client_answered_at IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> asked_by)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX grant_request_one_waiting ON grant_request (organisation_id, client_number, kind)
    WHERE decision IS NULL;
CREATE INDEX grant_request_queue ON grant_request (asked_at) WHERE decided_at IS NULL;
CREATE INDEX grant_request_decided ON grant_request (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX grant_request_by_organisation ON grant_request (organisation_id, asked_at);
CREATE INDEX grant_request_by_person ON grant_request (asked_by, asked_at);
CREATE INDEX grant_request_by_number ON grant_request (client_number, asked_at);

-- Who owns a dossier: the unit and person to turn to. Earlier owners stay.
CREATE TABLE dossier_owner (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    since INTEGER NOT NULL,
    id BLOB NOT NULL,
    unit_id BLOB NOT NULL REFERENCES unit (id),
    person_id BLOB NOT NULL REFERENCES person (id),
    given_by BLOB NOT NULL REFERENCES person (id),
    until INTEGER,
    PRIMARY KEY (dossier_id, since, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX dossier_owner_one ON dossier_owner (dossier_id) WHERE until IS NULL;
