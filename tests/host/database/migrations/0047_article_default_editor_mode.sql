ALTER TABLE system_settings ADD COLUMN article_default_editor_mode text NOT NULL DEFAULT 'tiptap'
  CHECK (article_default_editor_mode IN ('tiptap', 'markdown'));
