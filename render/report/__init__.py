"""What people and CI read. Takes records and returns text or plain data; never decides anything."""
