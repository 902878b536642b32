"""The road of a participant through a piece of work, without a script."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import pytest
import transaction
from webtest import Upload

from lms_leiderschap.store.folder import find
from lms_leiderschap.store.root import institution_in
from tests.submission.files import docx, encrypted, pdf

REPORT = "onderzoekende_school.onderzoeksverslag"
FREE = "kwaliteitszorg.vergelijking-kwaliteitssystemen"
GOALS = "professionele_cultuur.ikk-doelen-bijstellen"
DATED = "hrm.ink-met-medewerkers"
TICK = "kwaliteitszorg.literatuur"
TEXT_PDF = pdf([["Tabel 3, lesbezoeken"]])


class Desk:
    """One participant at one piece of work."""

    def __init__(self, browser: Any, key: str) -> None:
        self.browser, self.home = browser, f"{browser.home}/work/{key}"

    def page(self, name: str = "", **more: Any) -> Any:
        return self.browser.get(f"{self.home}/{name}", **more)

    def form(self) -> Any:
        return self.page("submit").forms["report"]

    def autosaves(self, part: str, serial: int, controls: Any, **more: Any) -> Any:
        token = self.form()["csrf_token"].value
        return self.browser.post(
            f"{self.home}/draft",
            [("part", part), ("serial", str(serial)), *controls],
            headers={"X-CSRF-Token": token},
            **more,
        )


@pytest.fixture
def anna(browse: Any) -> Any:
    browser = browse("anna")
    return lambda key: Desk(browser, key)


def text_of(part: str, text: str, serial: int = 0) -> list[tuple[str, str]]:
    mark = f"{part}:mapping"
    return [("__start__", mark), ("serial", str(serial)), ("text", text), ("__end__", mark)]


def hand_in(form: Any, **more: Any) -> Any:
    form["names"] = True
    if "without" in form.fields:
        form["without"] = True
    return form.submit("hand_in", **more)


def listed(page: Any) -> list[str]:
    return [file.text for file in page.html.select(".files b")]


def test_every_page_of_every_assignment_opens(browse: Any, anna: Any) -> None:
    week = anna(REPORT).browser
    assert anna(TICK).page("submit", status=303)
    for key in (REPORT, FREE, GOALS, DATED, "whole.pop"):
        desk = Desk(week, key)
        for name in ("", "submit", "preview"):
            html = desk.page(name, status=200).html
            levels = [int(each.name[1]) for each in html.select("main h1, main h2, main h3")]
            assert levels[0] == 1
            assert all(after - before <= 1 for before, after in pairwise(levels)), key
            ids = [each["id"] for each in html.select("[id]")]
            assert len(ids) == len(set(ids)), key


def test_the_assignment_says_what_is_asked_and_leads_to_writing(anna: Any) -> None:
    desk = anna(REPORT)
    html = desk.page().html
    assert html.h1.text == "Onderzoeksverslag"
    assert len(html.select("#parts ~ dl dt")) == 8
    assert len(html.select("#uses ~ ul li")) == 3
    assert not html.select("#uses ~ ul a")
    assert html.select_one("a.button")["href"] == f"{desk.home}/submit"


def test_what_an_earlier_assignment_made_can_be_read_once_it_is_handed_in(anna: Any) -> None:
    hand_in(anna("onderzoekende_school.cultuuronderzoek").form(), status=422)
    desk = anna("onderzoekende_school.cultuuronderzoek")
    form = desk.form()
    form["text"] = "De cultuur is open."
    hand_in(form, status=303)
    links = anna(REPORT).page().html.select("#uses ~ ul a")
    assert [link["href"] for link in links] == [f"{desk.home}/versions/1/read"]


def test_a_report_is_written_completed_and_handed_in(anna: Any) -> None:
    desk = anna(REPORT)
    form = desk.form()
    for index in range(5):
        form.set("text", "Wat wij deden. " * 80, index=index)
    form["what"], form["recommendation"] = "Lesbezoek in duo's", "Plan het rooster"
    page = form.submit("save", status=303).follow()
    assert page.html.select_one(".message.good[data-confirmed]")
    states = {part["data-part"]: part["data-state"] for part in page.html.select("[data-part]")}
    assert states.pop("intentions") == "missing"
    assert set(states.values()) == {"filled"}
    assert [part["data-part"] for part in page.html.select("[data-part]:has(> details[open])")] == [
        "intentions"
    ]
    form = page.forms["report"]
    form["goal"] = "Samen leren"
    form["names"] = True
    page = form.submit("hand_in", status=422)
    assert [link["href"] for link in page.html.select(".errors a")] == ["#f-without"]
    form = page.forms["report"]
    assert form["goal"].value == "Samen leren"
    assert form["without"]._value == "intentions"
    form["target_year"] = "2028"
    receipt = form.submit("hand_in", status=303).follow()
    assert receipt.html.select_one("[data-confirmed]")
    assert "8" in receipt.html.select_one(".facts").text
    assert len(receipt.html.select(".fingerprint")) == 2


def test_handing_in_without_a_part_has_to_be_confirmed(anna: Any) -> None:
    desk = anna(REPORT)
    form = desk.form()
    form["what"] = "Lesbezoek"
    form["names"] = True
    page = form.submit("hand_in", status=422)
    form = page.forms["report"]
    assert form["what"].value == "Lesbezoek"
    assert "intentions" in form["without"]._value.split()
    hand_in(form, status=303)
    assert desk.page("versions/1/read").html.select("[aria-labelledby]")


def test_a_confirmation_counts_only_for_the_parts_it_named(anna: Any) -> None:
    desk = anna(REPORT)
    form = desk.form()
    form["what"], form["recommendation"] = "Lesbezoek", "Plan het rooster"
    form = form.submit("save").follow().forms["report"]
    form["what"] = ""
    page = hand_in(form, status=422)
    assert [link["href"] for link in page.html.select(".errors a")] == ["#f-without"]
    assert not page.forms["report"]["without"].checked


def test_names_have_to_be_looked_for_before_handing_in_but_not_before_saving(anna: Any) -> None:
    form = anna(FREE).form()
    form["text"] = "Drie systemen."
    page = form.submit("hand_in", status=422)
    assert [link["href"] for link in page.html.select(".errors a")] == ["#f-names"]
    page.forms["report"].submit("save", status=303)


def test_entries_are_added_and_removed_without_a_script(anna: Any) -> None:
    desk = anna(REPORT)
    form = desk.form()
    form["goal"], form["target_year"] = "Samen leren", "2028"
    form.set("text", "Blijft staan.", index=0)
    page = form.submit("add:parts.intentions.entries", status=200)
    assert page.html.select_one("[autofocus]")["id"] == "f-parts-intentions-entries-1-goal"
    form = page.forms["report"]
    assert form.fields["text"][0].value == "Blijft staan."
    form.set("goal", "Elke dag lezen", index=1)
    form.set("target_year", "2029", index=1)
    form = form.submit("save").follow().forms["report"]
    assert [field.value for field in form.fields["goal"]] == ["Samen leren", "Elke dag lezen"]
    form = form.submit("remove:parts.intentions.entries:0").forms["report"]
    form = form.submit("save").follow().forms["report"]
    assert [field.value for field in form.fields["goal"]] == ["Elke dag lezen"]


def test_files_are_kept_ordered_left_out_and_handed_in(anna: Any) -> None:
    desk = anna(FREE)
    form = desk.form()
    form["files"] = [Upload("verslag.docx", docx()), Upload("tabel.pdf", TEXT_PDF)]
    page = form.submit("save", status=303).follow()
    assert listed(page) == ["verslag.docx", "tabel.pdf"]
    form = page.forms["report"].submit("down:files:0").forms["report"]
    form["files"] = [Upload("weg.pdf", TEXT_PDF)]
    page = form.submit("save").follow()
    assert listed(page) == ["tabel.pdf", "verslag.docx", "weg.pdf"]
    form = page.forms["report"]
    ticks = [field for field in form.fields["received"] if field._value.startswith("-")]
    ticks[2].checked = True
    page = form.submit("hand_in", status=422)
    assert listed(page) == ["tabel.pdf", "verslag.docx"]
    receipt = hand_in(page.forms["report"], status=303).follow()
    links = receipt.html.select(".facts a[href*=files]")
    assert [link.text for link in links] == ["tabel.pdf", "verslag.docx"]
    assert desk.browser.get(links[0]["href"]).body == TEXT_PDF


def test_a_file_from_another_page_stays(anna: Any) -> None:
    desk = anna(FREE)
    older, newer = desk.form(), desk.form()
    newer["files"] = [Upload("nieuw.pdf", TEXT_PDF)]
    newer.submit("save", status=303)
    older["files"] = [Upload("ouder.pdf", TEXT_PDF)]
    assert listed(older.submit("save").follow()) == ["ouder.pdf", "nieuw.pdf"]


WRONG = {
    "leeg.docx": b"",
    "geheim.docx": encrypted(docx()),
    "plaatje.docx": b"GIF89a" + bytes(40),
    "macro.docm": docx(),
    "afgebroken.pdf": b"%PDF-1.7\n1 0 obj\n",
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_by_name_and_the_rest_stays(anna: Any, name: str) -> None:
    desk = anna(FREE)
    form = desk.form()
    form["text"] = "Mijn <b>tekst</b>"
    form["files"] = [Upload("goed.pdf", TEXT_PDF), Upload(name, WRONG[name])]
    page = form.submit("save", status=422)
    error = page.html.select_one("#f-files-error")
    assert name in error.text
    assert listed(page) == ["goed.pdf"]
    form = page.forms["report"]
    assert form["text"].value == "Mijn <b>tekst</b>"
    page = form.submit("save", status=303).follow()
    assert listed(page) == ["goed.pdf"]


def test_a_file_that_is_too_large_is_named_and_the_rest_stays(anna: Any, registry: Any) -> None:
    form = anna(FREE).form()
    form["text"] = "Blijft staan."
    form["files"] = [Upload("goed.pdf", TEXT_PDF), Upload("film.pdf", bytes(25 * 2**20 + 1))]
    page = form.submit("hand_in", status=422)
    assert "film.pdf" in page.html.select_one("#f-files-error").text
    assert listed(page) == ["goed.pdf"]
    assert page.forms["report"]["text"].value == "Blijft staan."


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.pdf", "a\rSet-Cookie: x=1.pdf", "%0D%0ASet-Cookie: x=1.pdf",
     "a\x00b.pdf", "n" * 300 + ".pdf", "één verslag “def”.pdf", "<script>.pdf", ".pdf"],
    ids=ascii,
)  # fmt: skip
def test_a_strange_name_is_only_text(anna: Any, name: str) -> None:
    desk = anna(FREE)
    form = desk.form()
    form["text"] = "Met bijlage."
    form["files"] = [Upload(name, TEXT_PDF)]
    answer = form.submit("save", status=303)
    (shown,) = listed(answer.follow())
    assert len(shown) <= 200
    assert not re.search(r"[/\\\x00-\x1f]", shown)
    receipt = hand_in(desk.form(), status=303).follow()
    file = desk.browser.get(receipt.html.select_one(".facts a[href*=files]")["href"])
    assert file.body == TEXT_PDF
    disposition = file.headers["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    assert unquote(disposition.rpartition("''")[2]) == shown
    assert file.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.content_type == "application/pdf"


def test_a_double_click_gives_the_same_receipt(anna: Any) -> None:
    desk = anna(FREE)
    form = desk.form()
    form["text"] = "Drie systemen."
    form["files"] = [Upload("tabel.pdf", TEXT_PDF)]
    first, second = hand_in(form, status=303), hand_in(form, status=303)
    assert first.location == second.location
    assert len(desk.page().html.select(".timeline li")) == 1


@pytest.mark.parametrize("button", ["save", "hand_in", "preview"])
def test_another_text_in_a_form_that_was_handed_in_stays_on_the_page(
    anna: Any, button: str
) -> None:
    form = anna(FREE).form()
    form["text"] = "Drie systemen."
    hand_in(form, status=303)
    form["text"] = "Vier systemen, en veel meer."
    page = form.submit(button, status=422)
    assert "Deze versie is ingeleverd en blijft zoals zij is." in page.html.select_one(
        ".errors"
    ).text
    assert page.forms["report"]["text"].value == "Vier systemen, en veel meer."


def test_an_old_page_saves_and_hands_in_after_its_version_was_taken_back(anna: Any) -> None:
    desk = anna(FREE)
    form = desk.form()
    form["text"] = "Drie systemen."
    form["files"] = [Upload("tabel.pdf", TEXT_PDF)]
    receipt = hand_in(form, status=303).follow()
    next(each for each in receipt.forms.values() if "withdraw" in each.action).submit(status=303)
    assert form.submit("save", status=303).location.endswith("submit?saved=1")
    second = hand_in(form, status=303)
    assert second.location.endswith("/versions/2/receipt")
    assert hand_in(form, status=303).location == second.location
    assert len(desk.page().html.select(".timeline li")) == 2


def test_work_that_is_handed_in_leads_to_its_page(anna: Any) -> None:
    desk = anna(FREE)
    other = desk.form()
    form = desk.form()
    form["text"] = "Drie systemen."
    hand_in(form, status=303)
    assert desk.page("submit", status=303).location == f"http://noord.test{desk.home}/"
    other["text"] = "Nog meer tekst."
    page = hand_in(other, status=422)
    assert page.forms["report"]["text"].value == "Nog meer tekst."


def test_a_version_can_be_taken_back_and_stays(anna: Any) -> None:
    desk = anna(FREE)
    form = desk.form()
    form["text"] = "Drie systemen."
    receipt = hand_in(form, status=303).follow()
    back = next(form for form in receipt.forms.values() if "withdraw" in form.action)
    page = back.submit(status=303).follow()
    assert len(page.html.select(".timeline li")) == 1
    back.submit(status=303)
    form = desk.form()
    assert form["text"].value == "Drie systemen."
    hand_in(form, status=303)
    assert len(desk.page().html.select(".timeline li")) == 2
    assert not desk.page("versions/1/receipt").html.select("form[action*=withdraw]")


def test_taking_back_warns_when_it_would_be_late_and_ends_at_closing(
    anna: Any, registry: Any, now: Any
) -> None:
    desk = anna(FREE)
    form = desk.form()
    form["text"] = "Drie systemen."
    receipt = hand_in(form, status=303).follow()
    back = next(each for each in receipt.forms.values() if "withdraw" in each.action)
    assert not receipt.html.select("#late")
    passed = ((now - timedelta(days=1)).isoformat(), "ziekte")
    change(registry, desk, lambda work: setattr(work, "changes", (passed,)))
    html = desk.page("versions/1/receipt").html
    assert html.select_one("#late").text
    assert html.select_one("form[action*=withdraw] button")["aria-describedby"] == "late"
    change(registry, desk, lambda work: close(work, now))
    assert not desk.page("versions/1/receipt").html.select("form[action*=withdraw]")
    assert back.submit(status=422).html.select_one(".errors li").text


def test_handing_in_after_closing_is_refused_and_the_text_stays(
    anna: Any, registry: Any, now: Any
) -> None:
    desk = anna(FREE)
    form = desk.form()
    form["text"] = "Net te laat."
    change(registry, desk, lambda work: close(work, now))
    page = hand_in(form, status=422)
    assert page.html.select(".errors li")
    assert page.forms["report"]["text"].value == "Net te laat."
    assert not page.html.select("button.button[name=hand_in]")
    saved = page.forms["report"].submit("save", status=303).follow()
    assert saved.forms["report"]["text"].value == "Net te laat."
    assert desk.page().html.select_one(".due .soon")


def close(work: Any, now: Any) -> None:
    work.changes = (*work.changes, ((now - timedelta(days=30)).isoformat(), "verlof"))


def change(registry: Any, desk: Desk, do: Any) -> None:
    """Something that happens to the work while its page is open."""
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    connection = registry.databases.connect(registry.lms.institutions[0], manager)
    institution = institution_in(connection)
    do(find(institution, tuple(desk.home.strip("/").split("/"))))
    manager.commit()
    connection.close()


def test_a_new_date_shows_the_first_one_and_the_reason(anna: Any, registry: Any, now: Any) -> None:
    desk = anna(DATED)
    later = ((now + timedelta(days=2)).isoformat(), "ziekte")
    change(registry, desk, lambda work: setattr(work, "changes", (later,)))
    for name in ("", "submit"):
        html = desk.page(name).html
        assert html.select_one(".due s")
        assert html.select_one(".due .soon")
        assert "ziekte" in html.text


def test_a_preparation_is_ticked_with_a_note(anna: Any) -> None:
    desk = anna(TICK)
    form = next(form for form in desk.page().forms.values() if "tick" in form.action)
    form["note"] = "Twee <i>artikelen</i>"
    page = form.submit(status=303).follow()
    assert page.html.select_one("p.prose").text == "Twee <i>artikelen</i>"
    form = next(form for form in page.forms.values() if "untick" in form.action)
    again = form.submit(status=303).follow().html.select_one("textarea[name=note]")
    assert again.text.strip() == "Twee <i>artikelen</i>"


def test_a_note_that_is_too_long_stays_on_the_page(anna: Any) -> None:
    form = next(form for form in anna(TICK).page().forms.values() if "tick" in form.action)
    form["note"] = "lang " * 401
    page = form.submit(status=422)
    assert "2000" in page.html.select_one(".errors li").text
    assert page.html.select_one("textarea[name=note]").text.strip() == ("lang " * 401).strip()


def test_a_note_outlives_its_login(anna: Any) -> None:
    desk = anna(TICK)
    form = next(form for form in desk.page().forms.values() if "tick" in form.action)
    form["note"] = "Twee artikelen over leiderschap gelezen en in de groep besproken."
    desk.browser.reset()
    page = form.submit(status=403)
    assert "Twee artikelen" in unquote(page.forms["form"]["kept"].value).replace("+", " ")


def test_autosave_keeps_one_part_and_says_how_far_it_is(anna: Any) -> None:
    desk = anna(REPORT)
    saved = desk.autosaves("conclusions", 0, text_of("conclusions", "Een begin.")).json
    assert (saved["serial"], saved["state"]) == (1, "short")
    assert re.fullmatch(r"\d\d\.\d\d", saved["saved_at"])
    assert saved["summary"]
    again = desk.autosaves("conclusions", 1, text_of("conclusions", "Een begin.")).json
    assert again["serial"] == 1
    page = desk.page("submit")
    assert page.html.select_one("[data-part=conclusions]")["data-serial"] == "1"


def test_autosave_works_for_entries_choices_and_empty_parts(anna: Any) -> None:
    desk = anna(REPORT)
    rows = [
        ("__start__", "intentions:mapping"), ("serial", "0"), ("__start__", "entries:sequence"),
        ("__start__", "entry:mapping"), ("goal", "Samen leren"), ("target_year", "2028"),
        ("__end__", "entry:mapping"), ("__start__", "entry:mapping"), ("goal", ""),
        ("__end__", "entry:mapping"), ("__end__", "entries:sequence"),
        ("__end__", "intentions:mapping"),
    ]  # fmt: skip
    assert desk.autosaves("intentions", 0, rows).json["state"] == "filled"
    assert desk.autosaves("findings", 0, text_of("findings", " ")).json["serial"] == 0
    plan = anna("onderzoekende_school.onderzoeksplan")
    mark, name = "ambition:mapping", "choice:rename"
    chosen = [("__start__", mark), ("serial", "0"), ("__start__", name),
              ("parts.ambition.choice", "small"), ("__end__", name), ("__end__", mark)]  # fmt: skip
    assert plan.autosaves("ambition", 0, chosen).json["state"] == "filled"


def test_autosave_refuses_what_the_whole_form_would_refuse(anna: Any) -> None:
    desk = anna(FREE)
    refused = desk.autosaves("text", 0, text_of("text", "a" * 100_001), status=422).json
    assert refused == {"message": "Maak dit korter: hoogstens 100000 tekens."}
    assert desk.autosaves("text", 0, text_of("text", "a" * 100_000)).json["serial"] == 1
    mark = "intentions:mapping"
    rows = [
        ("__start__", mark), ("serial", "0"), ("__start__", "entries:sequence"),
        ("__start__", "entry:mapping"), ("goal", "Samen leren"), ("target_year", "9" * 301),
        ("__end__", "entry:mapping"), ("__end__", "entries:sequence"), ("__end__", mark),
    ]  # fmt: skip
    report = anna(REPORT)
    assert report.autosaves("intentions", 0, rows, status=422).json["message"]
    assert report.form()["goal"].value == ""


def test_a_second_tab_with_an_older_draft_is_told_and_loses_nothing(anna: Any) -> None:
    desk = anna(FREE)
    desk.autosaves("text", 0, text_of("text", "Van de telefoon."))
    moved = desk.autosaves("text", 0, text_of("text", "Van de laptop."), status=409).json
    assert moved == {"serial": 1, "text": "Van de telefoon."}
    assert desk.form()["text"].value == "Van de telefoon."


def older_tab(desk: Desk) -> Any:
    """The page on which somebody chooses between a text and one that was saved later."""
    form = desk.form()
    desk.autosaves("text", 0, text_of("text", "Van de telefoon."))
    form["text"] = "Van de laptop."
    page = form.submit("hand_in", status=422)
    assert "Van de telefoon." in page.html.select_one(".versus .prose").text
    assert not page.html.select("[data-part]")
    return page.forms["report"]


@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        ("page", "Van de laptop."),
        ("saved", "Van de telefoon."),
        ("merged", "Van de telefoon.\n\nVan de laptop."),
    ],
)
def test_both_texts_stand_side_by_side_to_choose_from(anna: Any, keep: str, kept: str) -> None:
    desk = anna(FREE)
    form = older_tab(desk)
    assert form["text"].value == "Van de laptop."
    form["parts.text.keep"] = keep
    page = form.submit("save", status=303).follow()
    assert page.forms["report"]["text"].value == kept


def test_a_choice_between_texts_is_asked_again_when_it_moved_once_more(anna: Any) -> None:
    desk = anna(FREE)
    form = older_tab(desk)
    desk.autosaves("text", 1, text_of("text", "Nog later."))
    page = form.submit("save", status=422)
    assert "Nog later." in page.html.select_one(".versus .prose").text
    assert page.forms["report"]["text"].value == "Van de laptop."


def test_entries_that_moved_are_chosen_as_a_whole(anna: Any) -> None:
    desk = anna(REPORT)
    older, newer = desk.form(), desk.form()
    newer["goal"] = "Van de telefoon"
    newer.submit("save", status=303)
    older["goal"] = "Van de laptop"
    page = older.submit("save", status=422)
    assert "Van de telefoon" in page.html.select_one(".versus .prose").text
    form = page.forms["report"]
    form["parts.intentions.keep"] = "saved"
    assert form.submit("save").follow().forms["report"]["goal"].value == "Van de telefoon"


@pytest.mark.parametrize(
    "controls",
    [
        [("part", "text"), ("serial", "x")],
        [("part", "text")],
        [("part", "text"), ("serial", "0"), ("__end__", "text:mapping")],
        [("part", "text"), ("serial", "0"), ("__start__", "text:mapping")],
        [("part", "text"), ("serial", "0"), ("text", "geen groep")],
        [("part", "text"), ("serial", "0"), ("__start__", "text:sequence"),
         ("__end__", "text:sequence")],
        [("part", "text"), ("serial", "9" * 5000)],
    ],
    ids=lambda controls: str(controls)[:40],
)  # fmt: skip
def test_a_broken_part_is_a_bad_request(anna: Any, controls: Any) -> None:
    desk = anna(FREE)
    token = {"X-CSRF-Token": desk.form()["csrf_token"].value}
    desk.browser.post(f"{desk.home}/draft", controls, headers=token, status=400)


def test_an_unknown_part_and_a_missing_token_are_refused(anna: Any) -> None:
    desk = anna(FREE)
    assert desk.autosaves("bestaat-niet", 0, [], status=422).json["message"]
    answer = desk.browser.post(
        f"{desk.home}/draft", [("part", "text"), ("serial", "0")], expect_errors=True
    )
    assert answer.status_int in (400, 403)


def test_a_broken_form_is_a_bad_request(anna: Any) -> None:
    desk = anna(REPORT)
    token = desk.form()["csrf_token"].value
    for broken in ([("__end__", "x")], [("parts", "tekst")], [("add:parts.nergens", "")],
                   [("__start__", "parts:mapping"), ("__end__", "parts:mapping"),
                    ("add:parts.conclusions.text", "")]):  # fmt: skip
        desk.browser.post(f"{desk.home}/submit", [("csrf_token", token), *broken], status=400)


def test_nobody_else_reads_or_writes_the_work(anna: Any, browse: Any) -> None:
    desk = anna(FREE)
    form = desk.form()
    form["text"] = "Drie systemen."
    form["files"] = [Upload("tabel.pdf", TEXT_PDF)]
    page = form.submit("save").follow()
    assert listed(page)
    (file_id,) = {field.value for field in page.forms["report"].fields["received"][:1]}
    file = f"{desk.home}/files/{file_id}"
    pages = [desk.home, f"{desk.home}/submit", f"{desk.home}/preview", file]
    for who in ("bram", "pieter", "olga", "ada", ""):
        for path in pages:
            assert browse(who).get(path, expect_errors=True).status_int in (303, 401, 403, 404)
    hand_in(desk.form(), status=303)
    for path in (f"{desk.home}/versions/1/receipt", f"{desk.home}/versions/1/read"):
        assert desk.browser.get(path).status_int == 200
        assert browse("bram").get(path, expect_errors=True).status_int != 200
    assert browse("pieter").get(file).body == TEXT_PDF
    assert browse("bram").get(file, expect_errors=True).status_int != 200
    receipt = desk.page("versions/1/receipt")
    next(each for each in receipt.forms.values() if "withdraw" in each.action).submit(status=303)
    assert browse("pieter").get(file, expect_errors=True).status_int == 404


def test_opening_pages_writes_nothing(anna: Any, registry: Any) -> None:
    desk = anna(REPORT)
    database = registry.databases.database(registry.lms.institutions[0])
    before = database.lastTransaction()
    for name in ("", "submit", "preview"):
        desk.page(name, status=200)
    assert database.lastTransaction() == before


def test_nothing_typed_comes_back_live(anna: Any) -> None:
    desk = anna(REPORT)
    nasty = "<script>alert(1)</script>\n\n# <img src=x onerror=y>\n\n- ${7*191}\n- 'a\" b"
    form = desk.form()
    for index in range(5):
        form.set("text", nasty, index=index)
    for name in ("what", "goal", "target_year", "recommendation", "who"):
        form[name] = nasty
    page = form.submit("save", status=303).follow()
    assert page.forms["report"].fields["text"][0].value == nasty
    hand_in(page.forms["report"], status=303)
    for name in ("", "versions/1/read", "versions/1/receipt"):
        text = desk.page(name).text
        assert "<script>alert" not in text
        assert "<img" not in text
