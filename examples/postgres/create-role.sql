-- A role and a database for the bridge, with no more rights than it needs. Run by a superuser:
--   psql -v ON_ERROR_STOP=1 -v password=... -f create-role.sql
CREATE ROLE parley_bridge LOGIN PASSWORD :'password' CONNECTION LIMIT 20
  NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE DATABASE parley_bridge ENCODING 'UTF8' TEMPLATE template0;
-- Nobody else comes in, and the role itself makes nothing but what stands in its own schema.
REVOKE ALL ON DATABASE parley_bridge FROM PUBLIC;
GRANT CONNECT ON DATABASE parley_bridge TO parley_bridge;
ALTER ROLE parley_bridge IN DATABASE parley_bridge SET search_path = bridge;
\connect parley_bridge
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA bridge AUTHORIZATION parley_bridge;
