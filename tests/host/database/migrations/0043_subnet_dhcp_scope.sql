ALTER TABLE subnets ADD COLUMN dhcp_range_start text, ADD COLUMN dhcp_range_end text;
