ALTER TABLE system_settings ADD COLUMN password_generator_defaults jsonb;
