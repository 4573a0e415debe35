-- What a counsellor fills in about the guidance. 'Randvoorwaarden': what helps or hinders it.
CREATE TABLE condition (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    note text,
    since date NOT NULL,
    PRIMARY KEY (dossier_id, id)
);

-- 'Inzetbaarheid': when and where somebody can work or learn. Days and licences are codes with commas between.
CREATE TABLE availability (
    dossier_id uuid NOT NULL REFERENCES dossier (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    status text NOT NULL,
    hours_a_week bigint,
    weekdays text,
    regions text,
    licences text,
    available_from date,
    note text,
    PRIMARY KEY (dossier_id, id)
);
