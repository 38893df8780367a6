CREATE TYPE "SmtpSecurityMode" AS ENUM ('STARTTLS', 'TLS', 'NONE');

CREATE TABLE email_settings (
  id text PRIMARY KEY DEFAULT 'singleton',
  enabled boolean NOT NULL DEFAULT false,
  host text,
  port integer,
  secure_mode "SmtpSecurityMode" NOT NULL DEFAULT 'STARTTLS',
  username text,
  password_ciphertext text,
  from_name text,
  from_email text,
  reply_to text,
  updated_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_by uuid
);
INSERT INTO email_settings (id) VALUES ('singleton');
