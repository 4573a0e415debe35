-- How often a person looked, searched, downloaded or was refused within an hour and within a day: nobody goes
-- through dossiers without end. Forgotten once the hour or the day is over.
CREATE TABLE use_count (
    person_id uuid NOT NULL,
    what text NOT NULL,
    window_end timestamptz NOT NULL,
    used bigint NOT NULL,
    PRIMARY KEY (person_id, what, window_end)
);
CREATE INDEX use_count_by_end ON use_count (window_end);
