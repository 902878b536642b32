"""A form that is refused comes back as it was filled in, whichever of its fields was wrong.

Left out are forms in which nothing is filled in, those behind a link in a mail, and those that an
institution as that of the tests does not show (a choice of days, an instrument of its own).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.hostile.doors import ROLES, Site
from tests.hostile.refusing import Refuser

# Ticks may be set or not, and stand in forms that other fields had refused.
NEVER_WRONG = {("edit-assignment", "feedback"), ("edit-assignment", "optional"),
               ("submit", "in_file")}  # fmt: skip


@pytest.mark.tier("nightly")
@pytest.mark.part("input")
@pytest.mark.promise("A5")
def test_every_form_comes_back_whichever_field_is_wrong(
    site: Site, browse: Any, figure: Any
) -> None:
    refuser = Refuser(site, {who: browse(who) for who in ROLES})
    site.keep()
    for who in ROLES:
        refuser.refuse_all(who)
    came = refuser.came_back
    told = {(each.form, each.wrong) for each in came if each.told}
    untold = {(each.form, each.wrong) for each in came} - told - NEVER_WRONG
    print("of no value wrong:", sorted(refuser.never | NEVER_WRONG))
    figure("forms", len(refuser.forms), "forms", at_least=30)
    figure("fields made wrong", len(told), "fields", at_least=75)
    figure("refused", len(came), "forms", at_least=150)
    figure("values and files that came back", sum(each.there for each in came), "values",
           at_least=600)  # fmt: skip
    wrong = [(each.form, each.wrong, each.lost) for each in came if each.lost]
    figure("forms that came back without something", len(wrong), "forms")
    assert wrong == []
    figure("answers that were no form", len(refuser.elsewhere), "answers", at_most=0)
    figure("fields without the reason at them", len(untold), "fields")
    assert untold == set()
