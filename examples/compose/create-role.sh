#!/bin/sh
# Run once by the image of PostgreSQL, when the database is new.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres -v password="$BRIDGE_DB_PASSWORD" -f /create-role.sql
