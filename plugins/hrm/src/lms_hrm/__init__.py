"""The module Human Resource Management; all it brings stands in the files here."""

from lms_leiderschap.plugin import Plugin

plugin = Plugin.from_folder(__name__)
