-- Counts up when the name of a unit changes: what was rendered with the old one is not shown any more.
ALTER TABLE installation ADD COLUMN unit_names BIGINT NOT NULL DEFAULT 0;
