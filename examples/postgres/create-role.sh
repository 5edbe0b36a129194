#!/bin/sh
# Run once by the image of PostgreSQL, when the database is new.
set -eu
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -v password="$(cat "$BRIDGE_DB_PASSWORD_FILE")" -f /create-role.sql
