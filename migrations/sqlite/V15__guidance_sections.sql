-- What a counsellor fills in about the guidance. 'Randvoorwaarden': what helps or hinders it.
CREATE TABLE condition (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    note TEXT,
    since TEXT NOT NULL,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;

-- 'Inzetbaarheid': when and where somebody can work or learn. Days and licences are codes with commas between.
CREATE TABLE availability (
    dossier_id BLOB NOT NULL REFERENCES dossier (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    hours_a_week INTEGER,
    weekdays TEXT,
    regions TEXT,
    licences TEXT,
    available_from TEXT,
    note TEXT,
    PRIMARY KEY (dossier_id, id)
) STRICT, WITHOUT ROWID;
