"""Page templates, one folder per slice, named as lms_leiderschap.templates:<slice>/<page>.pt."""
