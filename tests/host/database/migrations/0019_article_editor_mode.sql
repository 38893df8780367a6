ALTER TABLE articles
  ADD COLUMN editor_mode text NOT NULL DEFAULT 'tiptap',
  ADD COLUMN markdown_source text,
  ALTER COLUMN content DROP NOT NULL,
  ADD CONSTRAINT articles_has_what_its_editor_needs CHECK (
    CASE editor_mode WHEN 'tiptap' THEN content IS NOT NULL WHEN 'markdown' THEN markdown_source IS NOT NULL ELSE false END
  );
