CREATE TABLE tags (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  name_lower text NOT NULL,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE UNIQUE INDEX tags_name_lower_key ON tags (name_lower);
