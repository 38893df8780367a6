ALTER TABLE chat_messages ADD COLUMN turn_context jsonb;
ALTER TABLE ai_settings ADD COLUMN max_output_tokens integer, ADD COLUMN context_window_tokens integer;
