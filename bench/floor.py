"""The floor: what a bare page costs on this machine, at this moment, by the same means.

Pyramid with retries and a transaction, an object of its own from ZODB, a layout with a menu of
thirty entries and a table of twenty rows: 15 KB. A step is compared with this and not only with
milliseconds: a busy or a slow machine makes both dear.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

from BTrees.OOBTree import OOBTree
from persistent.mapping import PersistentMapping
from pyramid.config import Configurator
from pyramid.request import Request
from waitress.server import create_server
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage

OBJECTS = 1000
LAYOUT = """<html xmlns="http://www.w3.org/1999/xhtml" metal:define-macro="page"><head>
<title>${title}</title></head><body><nav><ul><li tal:repeat="entry menu"><a href="/${entry}"
>Entry ${entry} of the menu</a></li></ul></nav><main><metal:slot define-slot="main"/></main></body>
</html>"""
PAGE = """<metal:page use-macro="load: layout.pt"><main metal:fill-slot="main"><h1>${title}</h1>
<p>${text}</p><table><tr tal:repeat="row rows"><td>${row['number']}</td><td>${row['name']}</td>
<td><a href="/${row['number']}">${row['name']}, what happened with it and what comes next</a></td>
</tr></table></main></metal:page>"""
TEXT = "A text of the length that a page has. " * 200


def _fill(database: DB) -> None:
    with database.transaction() as connection:
        connection.root()["things"] = OOBTree(
            {f"{number:04}": PersistentMapping(title=f"Thing {number}", text=TEXT)
             for number in range(OBJECTS)})  # fmt: skip


def _page(context: Any, _request: Request) -> dict[str, Any]:
    rows = [{"number": number, "name": f"Row {number}"} for number in range(20)]
    return {"title": context["title"], "text": context["text"], "menu": range(30), "rows": rows}


def _root(database: DB) -> Any:
    def things(request: Request) -> Any:
        connection = database.open(transaction_manager=request.tm)
        request.add_finished_callback(lambda _request: connection.close())
        return connection.root()["things"]

    return things


def main(directory: Path, port: int) -> None:
    (directory / "layout.pt").write_text(LAYOUT, "utf-8")
    (directory / "page.pt").write_text(PAGE, "utf-8")
    database = DB(FileStorage(str(directory / "floor.fs")))
    _fill(database)
    config = Configurator(settings={"tm.manager_hook": "pyramid_tm.explicit_manager"})
    for part in ("pyramid_tm", "pyramid_retry", "pyramid_chameleon"):
        config.include(part)
    config.set_root_factory(_root(database))
    config.add_view(_page, context=PersistentMapping, renderer=str(directory / "page.pt"))
    # The server tells its thread for jobs apart; this one has none, so one that only waits.
    idle = threading.Thread(target=threading.Event().wait, daemon=True)
    idle.start()
    app = config.make_wsgi_app()
    listener = create_server(app, host="127.0.0.1", port=port, threads=4)
    sys.stdout.write(json.dumps({"jobs_thread": idle.native_id}) + "\n")
    sys.stdout.flush()
    listener.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
