CREATE TABLE system_settings (
  id text PRIMARY KEY DEFAULT 'singleton',
  workspace_name text NOT NULL DEFAULT 'My Company',
  workspace_subtitle text NOT NULL DEFAULT 'workspace',
  tenant_term_singular text NOT NULL DEFAULT 'Company',
  tenant_term_plural text NOT NULL DEFAULT 'Companies',
  tenant_term_possessive text,
  updated_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_by uuid
);
INSERT INTO system_settings (id) VALUES ('singleton');
