CREATE TYPE "SmtpSecureMode" AS ENUM ('STARTTLS', 'TLS', 'NONE');

CREATE TABLE email_settings (
  id text PRIMARY KEY DEFAULT 'singleton',
  host text,
  port integer,
  secure_mode "SmtpSecureMode" NOT NULL DEFAULT 'STARTTLS',
  username text,
  password_ciphertext text,
  from_email text,
  updated_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
