import json
from datetime import timedelta

import pytest

from lms_leiderschap.feedback.actions import add_remark, keep_feedback, make_ready, release
from lms_leiderschap.feedback.anchors import anchor_of
from lms_leiderschap.feedback.model import feedback_by
from lms_leiderschap.group.actions import form_group
from lms_leiderschap.store.folder import find, path_of
from lms_leiderschap.submission.actions import prepare_work, withdraw
from lms_leiderschap.submission.rows import row_at
from tests.feedback.handed_in import KEY, NOW, hand_in, hand_in_work

SECRET = "Zin die niemand nog mag lezen."
WHOLE = {
    "notes": {"situation": SECRET},
    "choices": {"analysis": "almost"},
    "steps": [f"Stap: {SECRET}"],
    "decision": "met",
    "until": "",
    "serial": None,
    "at": NOW,
}


def person(institution, who):
    return institution.people[institution.emails[f"{who}@noord.test"]].__name__


@pytest.fixture
def anna(within, registry):
    """Address of Anna's version, whose promise is the oldest."""
    with within() as institution:
        found = hand_in(institution, "anna", registry.notify, at=NOW - timedelta(days=3))
        return "/" + "/".join(path_of(found))


@pytest.fixture
def bram(within, registry):
    with within() as institution:
        return "/" + "/".join(path_of(hand_in(institution, "bram", registry.notify)))


def at(institution, address):
    return find(institution, tuple(address.strip("/").split("/")))


def write(within, registry, address, who="pieter", *, state="ready", **more):
    """Feedback with a remark, as far as `state` says."""
    with within() as institution:
        version, author = at(institution, address), person(institution, who)
        block = version.answers["situation"]["blocks"][0]["id"]
        anchor = anchor_of(version, part="situation", block=block, quote="Het team wil dit graag.")
        add_remark(version, author, "improve", f"Opmerking: {SECRET}", anchor, at=NOW)
        feedback = keep_feedback(version, author, **WHOLE | more)
        if state != "draft":
            make_ready(feedback, at=NOW, notify=registry.notify)
        if state == "released":
            release(feedback, by=author, at=NOW, notify=registry.notify)


def stored(within, address, who="pieter"):
    with within() as institution:
        feedback = feedback_by(at(institution, address), person(institution, who))
        return (
            None
            if feedback is None
            else (
                feedback.state,
                dict(feedback.notes),
                feedback.steps,
                feedback.decision,
                len(feedback.remarks),
            )
        )


# The queue.


def test_the_queue_begins_with_the_oldest_promise(browse, bram, anna):
    page = browse("pieter").get("/queue")
    assert page.text.index("Anna de Wit") < page.text.index("Bram Peeters")
    assert page.html.select_one(".now a.button")["href"] == anna
    assert "Begin bij Anna" in page
    assert "Te doen 2" in page


def test_somebody_who_teaches_nothing_has_no_queue(browse):
    for who in ("anna", "olga", "ada"):
        for address in ("/queue", "/release"):
            browse(who).get(address, status=404)


def test_an_empty_queue_says_when_there_will_be_work(browse, anna, within, registry):
    assert "Nog geen inleveringen" not in browse("pieter").get("/queue")
    write(within, registry, anna)
    assert "Alles is nagekeken." in browse("pieter").get("/queue")


def test_before_anybody_handed_in_the_queue_says_so(browse):
    assert "Nog geen inleveringen." in browse("pieter").get("/queue")


def test_a_colleague_reads_who_has_begun_and_nothing_of_it(browse, anna, within, registry):
    write(within, registry, anna, "marieke", state="draft")
    browser = browse("pieter")
    assert "Marieke is begonnen" in browser.get("/queue")
    page = browser.get(anna)
    assert "Marieke is hiermee begonnen." in page
    assert SECRET not in page


def test_the_queue_goes_on_where_the_page_ended(browse, within, edition):
    with within() as institution:
        waiting = institution.covering_list(f"{edition.name}/waiting")
        for number in range(30):
            waiting.put(
                (f"2026-01-{number:02}T10:00:00+00:00", "aaaaaaaaaaaaa"),
                {
                    "path": "x",
                    "who": f"Persoon {number:02}",
                    "assignment": "Opdracht",
                    "place": "hrm",
                    "number": 1,
                    "at": "",
                    "late": number == 3,
                    "words": 1,
                    "minutes": 1,
                    "changed": None,
                    "files": 0,
                    "promised": f"2026-01-{number % 28 + 1:02}T10:00:00+00:00",
                },
            )
    page = browse("pieter").get("/queue")
    assert "te laat ingeleverd" in page
    assert "Persoon 24" in page
    assert "Persoon 25" not in page
    rest = page.click("Volgende 25")
    assert "Persoon 25" in rest
    assert "Persoon 24" not in rest


# A version, and giving feedback.


def test_opening_a_version_writes_nothing(browse, anna, within, registry):
    page = browse("pieter").get(anna)
    assert "Het team wil dit graag." in page
    assert "kerngroep" in page
    assert "Dit onderdeel ontbreekt." in page
    assert stored(within, anna) is None


def test_the_whole_road_without_script(browse, anna, bram, within):
    browser = browse("pieter")
    page = browser.get("/queue").click("Begin bij Anna")
    form = page.forms["assess"]
    form["note-situation"] = "Helder beschreven."
    form["choice-analysis"] = "met"
    form.set("step", "Noem een cijfer.", index=0)
    form["decision"] = "met"
    after = form.submit("ready")
    assert after.location.endswith(f"{bram}/?ready=1")
    assert stored(within, anna) == (
        "ready",
        {"situation": "Helder beschreven."},
        ("Noem een cijfer.",),
        "met",
        0,
    )
    release_page = browser.get("/queue").click("Vrijgeven: 1")
    done = release_page.forms[0].submit().follow()
    assert "Vrijgegeven: 1" in done
    page = browse("anna").get(f"{anna}/feedback")
    assert page.text.index("Noem een cijfer.") < page.text.index("Helder beschreven.")


def test_after_the_last_one_the_queue_says_that_all_is_done(browse, anna):
    form = browse("pieter").get(anna).forms["assess"]
    form.set("step", "Noem een cijfer.", index=0)
    form["decision"] = "talk"
    page = form.submit("ready").follow()
    assert "Alles is nagekeken." in page
    assert page.html.select_one("[data-confirmed]")


@pytest.mark.parametrize(
    ("fill", "control", "sentence"),
    [
        ({}, "step-1", "Schrijf ten minste één volgende stap."),
        ({"step": "Stap"}, "decision-met", "Kies een besluit."),
        ({"step": "Stap", "decision": "returned"}, "until", "Vul in tot wanneer"),
        ({"step": "Stap", "decision": "returned", "until": "morgen"}, "until", "Vul een datum in"),
    ],
)
def test_what_is_missing_is_said_at_the_field_and_the_rest_stays(
    browse, anna, within, fill, control, sentence
):
    form = browse("pieter").get(anna).forms["assess"]
    form["note-situation"] = "Blijft staan."
    for name, value in fill.items():
        form.set(name, value, index=0 if name == "step" else None)
    page = form.submit("ready", status=422)
    assert page.html.select_one(f'.errors a[href="#{control}"]')
    assert page.html.find(id=control)
    assert sentence in page
    assert page.forms["assess"]["note-situation"].value == "Blijft staan."
    assert page.html.select_one("details.assess").has_attr("open")
    assert stored(within, anna) is None


def test_what_goes_back_goes_out_at_once(browse, anna, within):
    form = browse("pieter").get(anna).forms["assess"]
    form.set("step", "Noem een cijfer.", index=0)
    form["decision"] = "returned"
    form["until"] = (NOW + timedelta(days=9)).date().isoformat()
    form.submit("ready", status=303)
    assert stored(within, anna)[0] == "released"
    page = browse("anna").get(f"{anna}/feedback")
    assert "Begin versie 2" in page
    assert "23.59" in page


def test_a_second_click_on_ready_after_it_went_back_is_no_mistake(browse, anna, within):
    browser = browse("pieter")
    form = browser.get(anna).forms["assess"]
    form["note-situation"] = "Helder beschreven."
    form.set("step", "Noem een cijfer.", index=0)
    form["decision"] = "returned"
    form["until"] = (NOW + timedelta(days=9)).date().isoformat()
    twice = [form.submit("ready", status=303).location for _click in range(2)]
    assert twice[0] == twice[1]
    assert stored(within, anna)[0] == "released"


def test_a_version_that_asks_for_no_feedback_is_only_read(browse, anna, within):
    page = browse("pieter").get(anna)
    with within() as institution:
        at(institution, anna).outcome = "kept"
    sentence = "Voor dit werk wordt geen feedback gevraagd."
    form = page.forms["assess"]
    form["note-situation"] = "Al getypt."
    assert sentence in form.submit("keep", status=422)
    reading = browse("pieter").get(anna)
    assert sentence in reading
    assert "Het team wil dit graag." in reading
    assert "assess" not in reading.forms
    browse("pieter").get(f"{anna}/remark?part=activities", status=404)
    assert stored(within, anna) is None


def autosave(page, piece, serial, **fields):
    body = {"part": piece, "serial": str(serial), **fields}
    token = page.forms["assess"]["csrf_token"].value
    headers = {"X-CSRF-Token": token, "Accept": "application/json"}
    address = page.html.find(id="assess")["data-draft"]
    return page.test_app.post(address, body, status="*", headers=headers)


def test_each_piece_saves_itself(browse, anna, within):
    page = browse("pieter").get(anna)
    answer = autosave(page, "note-situation", 0, **{"note-situation": "Een."})
    assert answer.status_int == 200
    assert (answer.json["serial"], answer.json["state"]) == (1, "filled")
    chosen = autosave(page, "choice-analysis", 0, **{"choice-analysis": "met"})
    assert chosen.json["summary"].startswith("Gegevens")
    autosave(page, "steps", 0, step="Stap")
    autosave(page, "decision", 0, decision="talk", until="")
    assert stored(within, anna) == ("draft", {"situation": "Een."}, ("Stap",), "talk", 0)


def test_an_older_tab_gets_both_texts_and_chooses(browse, anna, within):
    browser = browse("pieter")
    older = browser.get(anna)
    autosave(browser.get(anna), "note-situation", 0, **{"note-situation": "Elders."})
    answer = autosave(older, "note-situation", 0, **{"note-situation": "Hier."})
    assert (answer.status_int, answer.json["text"]) == (409, "Elders.")
    form = older.forms["assess"]
    form["note-situation"] = "Hier."
    form["note-goal"] = "Ook dit blijft."
    both = form.submit("keep", status=422)
    assert "Elders." in both.html.select_one(".versus").text
    assert both.forms["assess"]["note-situation"].value == "Hier."
    both.forms["assess"].submit("take", status=303)
    assert stored(within, anna)[1] == {"situation": "Elders.", "goal": "Ook dit blijft."}
    again = older.forms["assess"]
    again["note-situation"] = "Hier."
    again.submit("keep", status=422).forms["assess"].submit("keep", status=303)
    assert stored(within, anna)[1]["situation"] == "Hier."


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"part": "note-unknown", "serial": "0"},
        {"part": "steps"},
        {"part": "note-situation", "serial": "x", "note-situation": "a"},
    ],
)
def test_an_autosave_of_nothing_we_drew_is_refused(browse, anna, body):
    page = browse("pieter").get(anna)
    body = body | {"csrf_token": page.forms["assess"]["csrf_token"].value}
    assert page.test_app.post(f"{anna}/draft", body, status=422).content_type == "application/json"


# Remarks.


def test_a_remark_is_written_at_a_sentence_and_taken_away(browse, anna, within):
    page = browse("pieter").get(anna)
    link = next(a for a in page.html.select(".margin a") if "bij deze alinea" in a.text)
    form_page = page.goto(link["href"])
    form = form_page.forms["form"]
    form["kind"] = "question"
    form["text"] = "Waaruit blijkt dit?"
    form["quote"] = "Het team wil dit graag."
    page = form.submit("keep").follow()
    assert page.html.select_one("mark.question").text == "Het team wil dit graag."
    assert page.html.find(id="o-1").select_one("p.kind").text.startswith("1Vraag")
    name = page.html.select_one('button[form="remove"]')["value"]
    removed = page.forms["remove"].submit().maybe_follow()
    assert "Waaruit blijkt dit?" in removed
    page.test_app.post(
        f"{anna}/remove-remark",
        {"remark": name, "csrf_token": page.forms["remove"]["csrf_token"].value},
    )
    assert stored(within, anna)[-1] == 0


def test_a_remark_without_kind_or_words_comes_back_with_the_reason(browse, anna):
    page = browse("pieter").get(f"{anna}/remark?part=activities")
    refused = page.forms["form"].submit("keep", status=422)
    assert "Kies wat voor opmerking dit is." in refused
    assert "Schrijf wat u erover wilt zeggen." in refused


def test_a_remark_at_a_place_that_is_not_there_is_not_found(browse, anna):
    browser = browse("pieter")
    for query in ("", "?part=goal", "?part=situation&block=x", "?file=x"):
        browser.get(f"{anna}/remark{query}", status=404)


# Releasing.


def test_only_what_was_ticked_is_released(browse, anna, bram, within, registry):
    write(within, registry, anna)
    write(within, registry, bram)
    page = browse("pieter").get("/release")
    assert "Geef 2 vrij" in page
    form = page.forms[0]
    form.set("ready", False, index=1)
    form.submit(status=303)
    assert stored(within, anna)[0] == "released"
    assert stored(within, bram)[0] == "ready"


def test_released_from_the_version_itself_or_back_to_draft(browse, anna, bram, within, registry):
    write(within, registry, anna)
    write(within, registry, bram)
    browser = browse("pieter")
    browser.get(anna).forms[0].submit("release", status=303)
    browser.get(bram).forms[0].submit("reopen", status=303)
    assert stored(within, anna)[0] == "released"
    assert stored(within, bram)[0] == "draft"
    page = browser.get(anna)
    assert "assess" not in page.forms
    assert SECRET in page


def test_what_lacks_a_step_is_named_and_the_others_can_go(browse, anna, bram, within, registry):
    write(within, registry, anna)
    write(within, registry, bram)
    with within() as institution:
        feedback_by(at(institution, anna), person(institution, "pieter")).steps = ()
    page = browse("pieter").get("/release")
    assert "Bij 1 verslag ontbreekt een volgende stap." in page
    page.forms[0].submit(status=303)
    assert stored(within, anna)[0] == "ready"
    assert stored(within, bram)[0] == "released"


def test_nobody_releases_for_somebody_else(browse, anna, within, registry):
    write(within, registry, anna, "marieke")
    browser = browse("pieter")
    token = browser.get(anna).forms["assess"]["csrf_token"].value
    assert "Geef" not in browser.get("/release").forms
    browser.post("/release", {"csrf_token": token, "ready": anna[1:]})
    browser.post(f"{anna}/release", {"csrf_token": token}, status=404)
    browser.post("/release", {"csrf_token": token, "ready": "people/x"}, status=404)
    assert stored(within, anna, "marieke")[0] == "ready"


# The participant.


def test_reading_feedback_begins_with_the_next_step(browse, anna, within, registry):
    write(within, registry, anna, state="released")
    page = browse("anna").get(f"{anna}/feedback")
    order = [f"Stap: {SECRET}", "Besluit:", "Er zijn gegevens", SECRET, "Opmerking: "]
    places = [page.text.index(words) for words in order]
    assert places[0] < places[1] < places[2] < places[4]
    assert page.html.select_one("mark.improve").text == "Het team wil dit graag."
    after = page.forms[0].submit().follow()
    assert set(after.forms) == {0, "sign-out"}
    with within() as institution:
        work = at(institution, anna).work
        assert row_at(work.holder, KEY)["new"] is False


def test_nothing_of_feedback_shows_before_it_is_released(browse, anna, within, registry):
    """Every page and answer a participant can ask for, in draft and when ready."""
    for state in ("draft", "ready"):
        write(within, registry, anna, state=state)
        browser = browse("anna")
        browser.get(f"{anna}/feedback", status=404)
        work = anna.rpartition("/versions")[0]
        for address in (
            "/week",
            "/thread",
            browser.home,
            work,
            f"{work}/submit",
            f"{anna}/read",
            f"{anna}/receipt",
            anna,
            f"{anna}/remark",
            "/queue",
            "/release",
            "/profile",
        ):
            assert SECRET not in browser.get(address, status="*").text
        with within() as institution:
            for _number, entry in institution.outbox.items():
                assert SECRET not in json.dumps(entry["data"])
            assert SECRET not in repr(dict(at(institution, anna).work.holder.rows))
            for rows in institution.lists.values():
                assert SECRET not in repr(list(rows.items()))
            assert SECRET not in repr(institution.audit.newest(99))


def test_another_participant_and_the_office_read_nothing(browse, anna, within, registry):
    write(within, registry, anna, state="released")
    for who in ("bram", "olga", "ada"):
        for address in (anna, f"{anna}/feedback", f"{anna}/remark?part=situation"):
            browse(who).get(address, status=404)


def test_a_version_that_was_taken_back_is_gone_and_what_was_typed_stays(
    browse, anna, within, registry
):
    page = browse("pieter").get(anna)
    with within() as institution:
        withdraw(
            at(institution, anna), by=person(institution, "anna"), at=NOW, notify=registry.notify
        )
    form = page.forms["assess"]
    form["note-situation"] = "Al getypt."
    refused = form.submit("keep", status=422)
    assert refused.forms["assess"]["note-situation"].value == "Al getypt."
    browse("pieter").get(anna, status=404)


def test_what_was_typed_after_a_release_elsewhere_stays_on_the_screen(
    browse, anna, within, registry
):
    write(within, registry, anna)
    form = browse("pieter").get(anna).forms["assess"]
    write(within, registry, anna, state="released")
    form["note-goal"] = "Te laat getypt."
    page = form.submit("keep", status=422)
    assert "Deze feedback is vrijgegeven en blijft zoals zij is." in page
    assert page.forms["assess"]["note-goal"].value == "Te laat getypt."


def test_every_member_of_a_group_reads_the_feedback(browse, within, registry):
    with within() as institution:
        edition = institution["programmes"]["plg-leergang"]["editions"]["2026"]
        enrolments = list(edition.enrolments.values())
        group = form_group(
            edition, "Leerteam", "learning_team", enrolments,
            by="system", at=NOW - timedelta(days=9), notify=registry.notify,
        )  # fmt: skip
        prepare_work(group, [KEY])
        version = hand_in_work(group.work[KEY], enrolments[0].person_id, registry.notify)
        address = "/" + "/".join(path_of(version))
    assert "Leerteam" in browse("pieter").get("/queue")
    write(within, registry, address, state="released")
    for who in ("anna", "bram"):
        assert SECRET in browse(who).get(f"{address}/feedback")


def test_the_second_version_leads_to_the_earlier_feedback(browse, anna, within, registry):
    until = (NOW + timedelta(days=9)).isoformat()
    write(within, registry, anna, decision="returned", until=until)
    with within() as institution:
        second = hand_in(institution, "anna", registry.notify, at=NOW)
        address = "/" + "/".join(path_of(second))
    page = browse("pieter").get(address)
    earlier = page.click("Eerdere feedback, versie 1")
    assert SECRET in earlier
    assert "assess" not in earlier.forms


def test_reading_the_first_version_leaves_the_second_new(browse, anna, within, registry):
    until = (NOW + timedelta(days=9)).isoformat()
    write(within, registry, anna, decision="returned", until=until)
    browser = browse("anna")
    older = browser.get(f"{anna}/feedback").forms[0]
    with within() as institution:
        address = "/" + "/".join(path_of(hand_in(institution, "anna", registry.notify, at=NOW)))
    write(within, registry, address, state="released")
    older.submit(status=303)
    assert f"{address}/feedback" in browser.get("/week")
    browser.get(f"{address}/feedback").forms[0].submit(status=303)
    assert f"{address}/feedback" not in browser.get("/week")
