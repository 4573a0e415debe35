-- 'Traject': what is worked towards, who does what by when, and where somebody stood at the start.
CREATE TABLE goal (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    target_on TEXT,
    outcome TEXT,
    outcome_on TEXT,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE agreement (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    who TEXT NOT NULL,
    due_on TEXT NOT NULL,
    outcome TEXT,
    outcome_on TEXT,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE screening (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    willing TEXT NOT NULL,
    ready TEXT NOT NULL,
    screened_on TEXT NOT NULL,
    note TEXT,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;
