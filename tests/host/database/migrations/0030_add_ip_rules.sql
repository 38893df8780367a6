ALTER TYPE "PlatformCapability" ADD VALUE 'IP_RULE_MANAGE';
CREATE TYPE "IpRuleAction" AS ENUM ('ALLOW', 'DENY');

CREATE TABLE ip_rules (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  cidr text NOT NULL,
  action "IpRuleAction" NOT NULL,
  note text,
  priority integer NOT NULL DEFAULT 0,
  enabled boolean NOT NULL DEFAULT true,
  created_by uuid,
  created_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp(3) NOT NULL
);
CREATE INDEX ip_rules_enabled_priority_idx ON ip_rules (enabled, priority);
