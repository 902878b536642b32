"""Programmes, editions and the definitions an edition is pinned to."""
