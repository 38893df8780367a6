CREATE TABLE starred_companies (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  company_id uuid NOT NULL REFERENCES companies (id) ON DELETE CASCADE ON UPDATE CASCADE,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX starred_companies_user_company_key ON starred_companies (user_id, company_id);
CREATE INDEX starred_companies_user_created_at_idx ON starred_companies (user_id, created_at);
