"""Every mail leaves exactly once, whatever the server does and however many workers there are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from lms_leiderschap.errors import Refusal, SettingError
from lms_leiderschap.message.actions import (
    CLAIM_LASTS,
    MOST_TRIES,
    look_after,
    mail_link,
    send_again,
    throw_away,
)
from lms_leiderschap.message.carrier import Smtp
from lms_leiderschap.message.delivery import finish, take
from lms_leiderschap.people.actions import erase
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)


def invite(noord: Any, times: int = 1, at: Any = NOW) -> None:
    def act(institution: Any) -> None:
        person = institution.people[institution.emails["anna@noord.test"]]
        for _number in range(times):
            mail_link(institution, person, "invitation", at=at)

    noord(act)


def only(waiting: Any) -> dict[str, Any]:
    (item,) = waiting()
    return item  # type: ignore[no-any-return]


def numbers(noord: Any) -> list[int]:
    return noord(lambda institution: [n for n, _item in institution.outbox.items()])  # type: ignore[no-any-return]


def test_a_mail_is_sent_and_gone_from_the_outbox(
    server: Any, make_jobs: Any, noord: Any, waiting: Any
) -> None:
    invite(noord)
    make_jobs().run_once(NOW)
    make_jobs().run_once(NOW + MINUTE)
    assert server.postman.recipients == [["anna@noord.test"]]
    assert waiting() == []


def test_mail_waits_for_a_server_that_is_down(
    server: Any, make_jobs: Any, noord: Any, waiting: Any
) -> None:
    invite(noord, times=3)
    server.stop()
    jobs = make_jobs()
    jobs.run_once(NOW)
    assert sorted(item["tries"] for item in waiting()) == [0, 0, 1]  # asked once, not three times
    server.start()
    jobs.run_once(NOW + 2 * MINUTE)
    assert len(server.postman.mails) == 3
    assert waiting() == []


def test_a_busy_server_is_asked_again_after_a_growing_pause(
    server: Any, make_jobs: Any, noord: Any, waiting: Any
) -> None:
    server.postman.answers = ["451 Later please", "451 Later please"]
    invite(noord)
    jobs = make_jobs()
    jobs.run_once(NOW)
    assert only(waiting)["why"] == "451 Later please"
    jobs.run_once(NOW + timedelta(seconds=59))
    assert only(waiting)["tries"] == 1
    jobs.run_once(NOW + MINUTE)
    assert only(waiting)["due"] == (NOW + 3 * MINUTE).isoformat()
    jobs.run_once(NOW + 3 * MINUTE)
    assert len(server.postman.mails) == 1


def test_a_content_that_is_put_off_is_sent_once(server: Any, make_jobs: Any, noord: Any) -> None:
    server.postman.data_answers = ["452 Full for now"]
    invite(noord)
    jobs = make_jobs()
    jobs.run_once(NOW)
    jobs.run_once(NOW + MINUTE)
    assert len(server.postman.mails) == 1


def test_a_refused_mail_is_kept_with_the_reason_and_not_tried_again(
    server: Any, make_jobs: Any, noord: Any, waiting: Any
) -> None:
    server.postman.answers = ["550 Nobody of that name " + "x" * 400]
    invite(noord)
    jobs = make_jobs()
    jobs.run_once(NOW)
    jobs.run_once(NOW + timedelta(days=1))
    item = only(waiting)
    assert item["state"] == "refused"
    assert item["why"].startswith("550 Nobody of that name")
    assert len(item["why"]) <= 200
    assert server.postman.mails == []


def test_trying_ends_after_some_days(make_jobs: Any, noord: Any, waiting: Any) -> None:
    invite(noord, at=NOW)  # nobody listens on the port
    jobs = make_jobs()
    for hours in range(0, 24 * 10, 5):
        jobs.run_once(NOW + timedelta(hours=hours))
    item = only(waiting)
    assert (item["state"], item["tries"]) == ("refused", MOST_TRIES)


def test_a_claim_whose_worker_was_killed_becomes_unsure_and_is_not_sent_by_itself(
    server: Any, make_jobs: Any, registry: Any, noord: Any, waiting: Any
) -> None:
    invite(noord)
    now = datetime.now(UTC)  # a claim goes by the clock
    entry, jobs = registry.lms.institutions[0], make_jobs()
    assert take(jobs, entry, numbers(noord)[0]) is not None
    look = noord(lambda institution: look_after(institution, False, at=now + MINUTE))
    assert look is None and only(waiting)["state"] == "sending"
    jobs.run_once(now + MINUTE)
    noord(lambda institution: look_after(institution, False, at=now + CLAIM_LASTS + 5 * MINUTE))
    jobs.run_once(now + timedelta(hours=1))
    assert only(waiting)["state"] == "unsure"
    assert server.postman.mails == []


def test_a_claim_on_a_file_is_simply_tried_again(
    registry: Any, noord: Any, written: Any, waiting: Any
) -> None:
    invite(noord)
    registry.jobs.at = now = datetime.now(UTC)  # other tests had their rounds later
    take(registry.jobs, registry.lms.institutions[0], numbers(noord)[0])
    noord(lambda institution: look_after(institution, True, at=now + CLAIM_LASTS + 5 * MINUTE))
    registry.jobs.run_once(now + timedelta(hours=1))
    assert len(written()) == 1
    assert waiting() == []


def test_an_answer_that_never_comes_leaves_a_mail_unsure(
    server: Any, make_jobs: Any, noord: Any, waiting: Any
) -> None:
    with hanging_up() as port:
        jobs = make_jobs()
        jobs.deliveries["mail"].carrier.port = port
        invite(noord)
        jobs.run_once(NOW)
    assert only(waiting)["state"] == "unsure"


@contextmanager
def hanging_up() -> Iterator[int]:
    """A server that takes the whole mail and then is gone without an answer."""
    import socket

    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _peer = listening.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 hello\r\n")
            for line in lines:
                if line == b".\r\n":
                    return
                if line.startswith((b"ehlo", b"mail", b"rcpt")):
                    connection.sendall(b"250 OK\r\n")
                elif line.startswith(b"DATA"):
                    connection.sendall(b"354 go on\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    yield listening.getsockname()[1]
    thread.join(10)
    listening.close()


def test_two_workers_claim_a_mail_once(make_jobs: Any, registry: Any, noord: Any) -> None:
    invite(noord)
    entry, number = registry.lms.institutions[0], numbers(noord)[0]
    taken = [take(make_jobs(), entry, number), take(make_jobs(), entry, number)]
    assert sum(message is not None for message in taken) == 1


def test_two_workers_at_once_send_twenty_mails_once_each(
    server: Any, make_jobs: Any, noord: Any, waiting: Any
) -> None:
    invite(noord, times=20)
    start = threading.Barrier(2)

    def work() -> None:
        jobs = make_jobs()
        start.wait()
        jobs.run_once(NOW)

    threads = [threading.Thread(target=work) for _worker in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [mail["Message-ID"] for mail in server.postman.mails]
    assert len(ids) == len(set(ids)) == 20
    assert waiting() == []


def test_a_failure_of_our_own_never_frees_a_claim(make_jobs: Any, noord: Any, waiting: Any) -> None:
    class Broken:
        repeatable = False

        def carry(self, *_args: Any) -> Any:
            raise RuntimeError

    invite(noord)
    jobs = make_jobs()
    jobs.deliveries["mail"].carrier = Broken()
    jobs.run_once(NOW)
    assert only(waiting)["state"] == "sending"


def test_a_link_that_has_ended_is_not_sent(
    server: Any, make_jobs: Any, noord: Any, waiting: Any
) -> None:
    invite(noord, at=NOW - timedelta(days=15))
    make_jobs().run_once(NOW)
    assert server.postman.mails == []
    assert waiting() == []


def test_nothing_goes_to_somebody_who_was_erased(registry: Any, noord: Any, waiting: Any) -> None:
    invite(noord)

    def go(institution: Any) -> None:
        person = institution.people[institution.emails["anna@noord.test"]]
        erase(person, by="x", why="asked", at=NOW, notify=registry.notify)

    noord(go)
    assert waiting() == []


def test_an_address_that_is_none_is_refused_before_any_server_sees_it(
    server: Any, make_jobs: Any, noord: Any, waiting: Any
) -> None:
    def spoil(institution: Any) -> None:
        person = institution.people[institution.emails["anna@noord.test"]]
        person.email = "anna@noord.test\r\nRCPT TO:<x@zuid.test>"

    invite(noord)
    noord(spoil)
    make_jobs().run_once(NOW)
    assert only(waiting)["state"] == "refused"
    assert server.postman.mails == []


def test_the_office_sends_again_or_throws_away_and_both_are_recorded(
    server: Any, make_jobs: Any, noord: Any, waiting: Any
) -> None:
    server.postman.answers = ["550 no", "550 no"]
    invite(noord, times=2)
    jobs = make_jobs()
    jobs.run_once(NOW)
    first, second = numbers(noord)
    noord(lambda institution: send_again(institution, first, by="olga", at=NOW))
    noord(lambda institution: throw_away(institution, second, by="olga", at=NOW))
    jobs.run_once(NOW)
    assert len(server.postman.mails) == 1
    assert waiting() == []
    verbs = noord(lambda institution: {line["verb"] for line in institution.audit.newest(2)})
    assert verbs == {"mail.sent_again", "mail.thrown_away"}


def test_what_is_being_sent_cannot_be_sent_again(make_jobs: Any, registry: Any, noord: Any) -> None:
    invite(noord)
    number = numbers(noord)[0]
    take(make_jobs(), registry.lms.institutions[0], number)
    with pytest.raises(Refusal, match="right now"):
        noord(lambda institution: send_again(institution, number, by="olga", at=NOW))


def test_a_mail_that_was_settled_elsewhere_stays_gone(
    make_jobs: Any, registry: Any, noord: Any, waiting: Any
) -> None:
    from lms_leiderschap.message.carrier import Outcome

    invite(noord)
    number, entry = numbers(noord)[0], registry.lms.institutions[0]
    take(make_jobs(), entry, number)
    noord(lambda institution: institution.outbox.drop(number))
    finish(make_jobs(), entry, number, Outcome("later", "451"))
    assert waiting() == []


@pytest.mark.parametrize("url", ["smtp://", "smtp://host:many"])
def test_a_wrong_mail_setting_stops_the_start(url: str) -> None:
    with pytest.raises(SettingError, match=r"lms\.mail"):
        Smtp(urlsplit(url))


def test_a_password_is_not_sent_to_another_machine_without_encryption() -> None:
    class Plain:
        def ehlo_or_helo_if_needed(self) -> None: ...

        def has_extn(self, _name: str) -> bool:
            return False

    carrier = Smtp(urlsplit("smtp://lms:geheim%40@mail.example"))
    assert carrier.password == "geheim@"
    with pytest.raises(OSError, match="no encryption"):
        carrier._open(Plain())  # type: ignore[arg-type]
