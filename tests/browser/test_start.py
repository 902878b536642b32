from typing import Any
import time
from pathlib import Path
AXE = Path(__file__).with_name("axe.min.js").read_text()
def test_x(visits: Any) -> None:
    page = visits("Anna")
    print(page.url)
    t = time.time()
    page.evaluate(AXE)
    print("inject", time.time() - t)
    for w in (1440, 390, 320):
        page.set_viewport_size({"width": w, "height": 900})
        for c in ("light", "dark"):
            page.emulate_media(color_scheme=c)
            t = time.time()
            r = page.evaluate("""async () => (await axe.run(document, {runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"], resultTypes: ["violations"], preload: false})).violations.map(v => [v.id, v.nodes.map(n => n.target.join(' '))])""")
            print(w, c, time.time() - t, r)
