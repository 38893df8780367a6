CREATE TYPE "StickyNoteSeverity" AS ENUM ('INFO', 'WARN', 'CRITICAL');
ALTER TABLE companies ADD COLUMN sticky_note_text text, ADD COLUMN sticky_note_severity "StickyNoteSeverity";
