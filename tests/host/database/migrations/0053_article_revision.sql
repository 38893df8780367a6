ALTER TABLE articles ADD COLUMN revision integer NOT NULL DEFAULT 1;
