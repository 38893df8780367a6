CREATE TABLE starred_passwords (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  password_id uuid NOT NULL REFERENCES passwords (id) ON DELETE CASCADE ON UPDATE CASCADE,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX starred_passwords_user_password_key ON starred_passwords (user_id, password_id);
CREATE INDEX starred_passwords_user_created_at_idx ON starred_passwords (user_id, created_at);

CREATE TABLE starred_assets (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  asset_id uuid NOT NULL REFERENCES assets (id) ON DELETE CASCADE ON UPDATE CASCADE,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX starred_assets_user_asset_key ON starred_assets (user_id, asset_id);
CREATE INDEX starred_assets_user_created_at_idx ON starred_assets (user_id, created_at);

CREATE TABLE starred_articles (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE ON UPDATE CASCADE,
  article_id uuid NOT NULL REFERENCES articles (id) ON DELETE CASCADE ON UPDATE CASCADE,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX starred_articles_user_article_key ON starred_articles (user_id, article_id);
CREATE INDEX starred_articles_user_created_at_idx ON starred_articles (user_id, created_at);
