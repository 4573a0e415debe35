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

-- 'Vacature-dashboard': vacancies and workplaces that are kept for the client.
CREATE TABLE vacancy (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    employer TEXT NOT NULL,
    address TEXT,
    place TEXT,
    status TEXT NOT NULL,
    due_on TEXT,
    note TEXT,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;

-- 'Competentieontwikkeling': trainings and traineeships, and what somebody can do by now, from 1 to 5.
CREATE TABLE training (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    provider TEXT NOT NULL,
    kind TEXT NOT NULL,
    from_day TEXT NOT NULL,
    until_day TEXT,
    hours_planned INTEGER,
    hours_done INTEGER,
    result TEXT,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE competence (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    label TEXT NOT NULL,
    axis TEXT NOT NULL,
    score INTEGER NOT NULL,
    scored_on TEXT NOT NULL,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;
