"""Drafts, frozen versions, files, completeness and receipts."""
