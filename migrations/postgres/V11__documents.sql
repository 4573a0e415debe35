-- Documents. The bytes stand outside the database, sealed, under a random name; the same content is kept
-- once, however many documents it is. Who erases a document deletes its row: what no row points at is
-- removed by the program itself.
CREATE TABLE stored_file (
    digest bytea PRIMARY KEY,
    object uuid NOT NULL UNIQUE,
    bytes bigint NOT NULL,
    -- How often something that pointed at it went, since it was last looked whether anything still does.
    released bigint NOT NULL DEFAULT 0
);
CREATE INDEX stored_file_released ON stored_file (digest) WHERE released > 0;

-- Names under which bytes are written or have to be removed: no row points at them yet, or any more. What a
-- program leaves here when it is killed is removed a day later.
CREATE TABLE loose_object (
    object uuid PRIMARY KEY,
    since timestamptz NOT NULL
);
CREATE INDEX loose_object_by_time ON loose_object (since);

CREATE TABLE document (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL UNIQUE,
    version bigint NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    day date NOT NULL,
    audience text NOT NULL CHECK (audience IN ('eigen', 'inzagerecht')),
    step_id uuid REFERENCES step (id),
    file_name text NOT NULL,
    file_type text NOT NULL,
    bytes bigint NOT NULL,
    digest bytea NOT NULL REFERENCES stored_file (digest),
    added_by uuid NOT NULL REFERENCES person (id),
    added_at timestamptz NOT NULL,
    organisation_id uuid REFERENCES organisation (id),
    withdrawn_by uuid REFERENCES person (id),
    withdrawn_at timestamptz,
    withdrawn_reason text,
    PRIMARY KEY (dossier_id, id),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL)),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL))
);
CREATE INDEX document_by_step ON document (step_id) WHERE step_id IS NOT NULL;
CREATE INDEX document_by_digest ON document (digest);
CREATE INDEX document_by_person ON document (added_by, added_at);

-- The filled-in form that came with a request for an access grant. It belongs to no dossier until the
-- request is granted: whether there is such a dossier is not told to who asks.
CREATE TABLE request_form (
    request_id uuid PRIMARY KEY REFERENCES grant_request (id),
    file_name text NOT NULL,
    file_type text NOT NULL,
    bytes bigint NOT NULL,
    digest bytea NOT NULL REFERENCES stored_file (digest),
    -- Once the request was refused: when it goes.
    remove_at timestamptz
);
CREATE INDEX request_form_by_digest ON request_form (digest);
CREATE INDEX request_form_to_remove ON request_form (remove_at) WHERE remove_at IS NOT NULL;

CREATE FUNCTION file_is_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE stored_file SET released = released + 1 WHERE digest = OLD.digest;
    RETURN OLD;
END $$;
CREATE TRIGGER document_lets_go AFTER DELETE ON document
    FOR EACH ROW EXECUTE FUNCTION file_is_let_go();
CREATE TRIGGER request_form_lets_go AFTER DELETE ON request_form
    FOR EACH ROW EXECUTE FUNCTION file_is_let_go();
