"""Whether a plugin can stand beside the others: what it names is there, and nobody else's."""

import hashlib
import json
from collections.abc import Mapping, Sequence

from lms_leiderschap.plugin.contract import Plugin, PluginError
from lms_leiderschap.plugin.fitting import NOUNS
from lms_leiderschap.plugin.library import Library
from lms_leiderschap.programme.mistake import nearest
from lms_leiderschap.programme.spec import Spec
from lms_leiderschap.submission.spec import ReportSpec
from lms_leiderschap.texts import _


def check_beside(plugin: Plugin, loaded: Mapping[str, Plugin], library: Library) -> None:
    """PluginError for a format that is nowhere, or a name that a loaded plugin or the core has."""
    _check_formats(plugin, library)
    _check_claims(plugin, loaded, library)


def version_of(spec: Spec) -> str:
    """The version of what is shared; empty for what has none."""
    return str(getattr(spec, "version", ""))


def library_specs(library: Library) -> list[tuple[str, Spec]]:
    """(kind, spec) of everything the core brings."""
    reports: list[tuple[str, Spec]] = [("report", spec) for spec in library.reports]
    return reports + [("rubric", spec) for spec in library.rubrics]


def specs_of(plugin: Plugin) -> list[tuple[str, Spec]]:
    """(kind, spec) of everything a plugin brings."""
    kinds: dict[str, Sequence[Spec]] = {
        "module": plugin.modules,
        "report": plugin.reports,
        "rubric": plugin.rubrics,
        "tool": plugin.tools,
        "instrument": plugin.instruments,
        "programme": plugin.programmes,
    }
    return [(kind, spec) for kind, specs in kinds.items() for spec in specs]


def _check_formats(plugin: Plugin, library: Library) -> None:
    """Every report and rubric that an assignment names is here or in the library."""
    reports = {spec.key: spec for spec in (*library.reports, *plugin.reports)}
    rubrics = {spec.key: spec for spec in (*library.rubrics, *plugin.rubrics)}
    for module in plugin.modules:
        for item in module.assignments:
            place = {"assignment": item.key, "module": module.key}
            _check_known(place, "report", item.report_key, list(reports))
            _check_known(place, "rubric", item.rubric_key, list(rubrics))
            for key in item.report_parts:
                report = reports.get(item.report_key, ReportSpec())
                known = [part.key for part in report.parts]
                _check_known(place, "report part", key, known)


def _check_known(place: Mapping[str, str], kind: str, key: str, known: Sequence[str]) -> None:
    if key and key not in known:
        sentence = _("assignment '${assignment}' of module '${module}' names an unknown ${kind} "
                     "'${key}'.", mapping={**place, "kind": NOUNS[kind], "key": key})  # fmt: skip
        raise PluginError(sentence, near=nearest(key, known))


def _check_claims(plugin: Plugin, loaded: Mapping[str, Plugin], library: Library) -> None:
    """No second owner of a module or programme; shared things are equal where versions are."""
    if plugin.name in loaded:
        raise PluginError(_("another plugin of that name is loaded already."))
    taken = {(kind, spec.key): (_("the core"), spec) for kind, spec in library_specs(library)}
    for other in loaded.values():
        owner = _("plugin '${name}'", mapping={"name": other.name})
        taken |= {(kind, spec.key): (owner, spec) for kind, spec in specs_of(other)}
    for kind, spec in specs_of(plugin):
        owner, first = taken.get((kind, spec.key), ("", None))
        if first and (kind in ("module", "programme") or _differ(first, spec)):
            words = {"owner": owner, "kind": NOUNS[kind], "key": spec.key}
            raise PluginError(_("${owner} brings a ${kind} '${key}' already.", mapping=words))


def _differ(one: Spec, other: Spec) -> bool:
    return version_of(one) == version_of(other) and _digest(one) != _digest(other)


def _digest(spec: Spec) -> str:
    return hashlib.sha256(json.dumps(spec.to_data(), sort_keys=True).encode()).hexdigest()
