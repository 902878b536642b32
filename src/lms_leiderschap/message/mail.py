"""Mail."""
def includeme(config):
    pass
