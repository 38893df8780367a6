ALTER TABLE ip_reservations ADD CONSTRAINT ip_reservations_address_is_canonical
  CHECK (family(ip_address::inet) = 4 AND ip_address = host(ip_address::inet));
ALTER TABLE subnets
  ADD CHECK (gateway IS NULL OR (family(gateway::inet) = 4 AND gateway = host(gateway::inet))),
  ADD CHECK (dhcp_range_start IS NULL OR dhcp_range_start = host(dhcp_range_start::inet)),
  ADD CHECK (dhcp_range_end IS NULL OR dhcp_range_end = host(dhcp_range_end::inet));
