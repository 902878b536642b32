"""A receipt that is signed: any other byte, moment or owner and it is no receipt of ours."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms_leiderschap.submission.proof import proof_of, proven, public_key
from tests.feedback.handed_in import hand_in

SECRET, OTHER = b"s" * 32, b"t" * 32
RECEIPT = {
    "id": "aaaaaaaaaaaaa", "work": "hrm.ink", "version": 2, "authors": ["bbbbbbbbbbbbb"],
    "at": "2026-11-25T22:58:59.120000+00:00", "zone": "Europe/Amsterdam", "verdict": "on_time",
    "files": [("verslag.pdf", 12, "ab" * 32)], "text_sha256": "cd" * 32, "promised": None,
    "words": 3, "filled": 1, "total": 1, "missing": [],
}  # fmt: skip
PROOF = proof_of(RECEIPT, SECRET)


def test_a_proof_says_what_was_received_and_no_name_of_a_file() -> None:
    found = proven(PROOF, [SECRET])
    assert found is not None and found["files"] == [[12, "ab" * 32]]
    said = ("id", "work", "version", "authors", "at", "verdict")
    assert [found[name] for name in said] == [RECEIPT[name] for name in said]
    assert found == proven(f"  {PROOF[:40]}\r\n {PROOF[40:]}\n", [OTHER, SECRET])
    assert proven(PROOF, [OTHER]) is None and proven(PROOF, []) is None


@pytest.mark.promise("A7")
def test_no_sign_of_a_proof_can_be_another(figure: Any) -> None:
    other = [PROOF[:at] + sign + PROOF[at + 1 :] for at, was in enumerate(PROOF)
             for sign in "Aa0_-.é" if sign != was]  # fmt: skip
    found = sum(proven(text, [SECRET]) is None for text in other)
    figure("proofs with one other sign", len(other), "proofs", at_least=1000)
    figure("of them found", 100 * found / len(other), "%", at_least=100)


FACTS = ("id", "work", "version", "authors", "at", "zone", "verdict", "text_sha256")


@pytest.mark.promise("A7")
@given(st.sampled_from(FACTS), st.text(min_size=1))
def test_another_fact_is_another_proof(name: str, value: str) -> None:
    changed = {**RECEIPT, name: [value] if name == "authors" else value}
    body, _dot, _signature = proof_of(changed, SECRET).partition(".")
    mixed = f"{body}.{PROOF.partition('.')[2]}"
    assert (proven(mixed, [SECRET]) is None) or changed == RECEIPT


@given(st.one_of(st.text(), st.from_regex(r"[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*", fullmatch=True)))
def test_no_other_text_is_a_proof(text: str) -> None:
    assert proven(text, [SECRET]) is None


@pytest.mark.promise("A7")
def test_a_receipt_is_checked_without_signing_in(registry: Any, browse: Any, now: datetime) -> None:
    registry.jobs.within(
        registry.lms.institutions[0], lambda one: hand_in(one, "anna", registry.notify)
    )
    page = browse("anna").get(
        f"{browse('anna').home}/work/hrm.ink-met-medewerkers/versions/1/receipt"
    )
    signed = page.html.select_one("code.signed").text
    nobody = browse()
    form = nobody.get("/controle").forms[0]
    form["proof"] = signed
    checked = form.submit()
    assert "Dit bewijs is echt" in checked and "hrm.ink-met-medewerkers" in checked
    moment = page.html.select_one(".facts time")["datetime"]
    assert moment == checked.html.select_one(".facts time")["datetime"]
    assert checked.html.select_one("textarea").text.strip() == signed
    form["proof"] = signed.replace(signed[30], "A" if signed[30] != "A" else "B", 1)
    refused = form.submit()
    assert "geen bewijs van ons" in refused and refused.html.select_one("[role=alert]")
    there = browse(host="zuid.test").get("/controle", {"proof": signed})
    assert "geen bewijs van ons" in there


def test_a_proof_counts_after_the_key_was_replaced(registry: Any, browse: Any) -> None:
    entry = registry.lms.institutions[0]
    before = registry.lms.secret(entry)
    key: Path = registry.lms.keys / f"{entry.key}.key"
    key.rename(key.with_name(f"{entry.key}.2026-11.key"))
    assert registry.lms.secret(entry) != before
    assert public_key(registry.lms.secret(entry)) != public_key(before)
    page = browse().get("/controle", {"proof": proof_of(RECEIPT, before)})
    assert "Dit bewijs is echt" in page


def test_the_mail_holds_the_proof(registry: Any, tree: Any) -> None:
    from lms_leiderschap.message.delivery import with_check

    entry = registry.lms.institutions[0]
    item = {"data": {"letter": "receipt", "values": {"receipt": RECEIPT}}}
    address = with_check(item, entry, registry.lms)["data"]["values"]["check"]
    start, _equals, signed = address.partition("=")
    assert start == "http://noord.test/controle?proof"
    assert proven(signed, [registry.lms.secret(entry)])
