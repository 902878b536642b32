"""What the core asks of every plugin, and what this one does by itself."""

from lms_plg_scan import add_team, plugin

from lms_leiderschap.plugin.testing import PluginChecks


class TestPlgScan(PluginChecks):
    plugin = plugin


def test_a_record_of_the_first_version_gets_its_team():
    assert add_team({"times": 1})["team"] == "hele school"
