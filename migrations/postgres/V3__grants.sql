-- The life of an access grant (I2): who asks and who decides, when its end was warned of, why it ended.

ALTER TABLE access_grant ADD COLUMN request_id uuid;
ALTER TABLE access_grant ADD COLUMN end_reason text;
-- How many of the warnings before its end were given.
ALTER TABLE access_grant ADD COLUMN warned bigint NOT NULL DEFAULT 0;
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
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('access', 'extension', 'takeover')),
    organisation_id uuid NOT NULL REFERENCES organisation (id),
    unit_id uuid NOT NULL REFERENCES unit (id),
    asked_by uuid NOT NULL REFERENCES person (id),
    asked_at timestamptz NOT NULL,
    client_number text COLLATE "C" NOT NULL,
    proof_digest bytea,
    basis text NOT NULL,
    form_on date,
    purpose text NOT NULL,
    client_answer text CHECK (client_answer IN ('akkoord', 'niet_akkoord')),
    client_answered_at timestamptz,
    decision text CHECK (decision IN ('granted', 'refused')),
    decided_by uuid REFERENCES person (id),
    decided_at timestamptz,
    ground text,
    ground_note text,
    CHECK ((kind = 'access') = (proof_digest IS NOT NULL)),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decision IS NOT NULL AND decision = 'refused') = (ground IS NOT NULL)),
    CHECK ((client_answer IS NULL) = (client_answered_at IS NULL)),
    CHECK (decided_by IS NULL OR decided_by <> asked_by)
);
CREATE UNIQUE INDEX grant_request_one_waiting ON grant_request (organisation_id, client_number, kind)
    WHERE decision IS NULL;
CREATE INDEX grant_request_queue ON grant_request (asked_at) WHERE decided_at IS NULL;
CREATE INDEX grant_request_decided ON grant_request (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX grant_request_by_organisation ON grant_request (organisation_id, asked_at);
CREATE INDEX grant_request_by_person ON grant_request (asked_by, asked_at);
CREATE INDEX grant_request_by_number ON grant_request (client_number, asked_at);

-- Who owns a dossier: the unit and person to turn to. Earlier owners stay.
CREATE TABLE dossier_owner (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    since timestamptz NOT NULL,
    id uuid NOT NULL,
    unit_id uuid NOT NULL REFERENCES unit (id),
    person_id uuid NOT NULL REFERENCES person (id),
    given_by uuid NOT NULL REFERENCES person (id),
    until timestamptz,
    PRIMARY KEY (dossier_id, since, id)
);
CREATE UNIQUE INDEX dossier_owner_one ON dossier_owner (dossier_id) WHERE until IS NULL;
