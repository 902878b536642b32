"""placeholder"""
def fill_bulk(registry, participants, submissions):
    raise SystemExit("not yet")
