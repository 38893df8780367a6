ALTER TABLE chat_messages ADD COLUMN tool_calls jsonb;
