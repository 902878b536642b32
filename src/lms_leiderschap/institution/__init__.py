"""The tenant: settings, add-ons, audit log, outbox, privacy."""
