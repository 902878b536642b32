"""The module Naar een professionele cultuur; all it brings stands in the files here."""

from lms_leiderschap.plugin import Plugin

plugin = Plugin.from_folder(__name__)
