"""The thread ("rode draad"): which product each module made, its version, and where it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lms_leiderschap.enrolment.model import Enrolment
from lms_leiderschap.programme.model import Edition
from lms_leiderschap.programme.spec import ProductSpec
from lms_leiderschap.store.folder import path_of
from lms_leiderschap.submission.rows import row_at


@dataclass(frozen=True, slots=True)
class Product:
    """One product of one participant.

    row      covering row of the work that makes it, None when this edition has no such work
    path     address of that work
    used_in  titles of modules, or a key like "certificate", that it goes to
    """

    spec: ProductSpec
    row: dict[str, Any] | None
    path: str
    used_in: tuple[str, ...]

    @property
    def made(self) -> bool:
        return bool(self.row and (self.row["version"] or self.row["state"] == "done"))


@dataclass(frozen=True, slots=True)
class Stage:
    """A module with what it takes in from earlier ones and what it makes."""

    key: str
    title: str
    takes_in: tuple[str, ...]
    products: tuple[Product, ...]

    @property
    def begun(self) -> bool:
        return any(product.made for product in self.products)


def thread_of(enrolment: Enrolment, elsewhere: dict[str, str]) -> list[Stage]:
    """The stages in the order of the programme.

    elsewhere  how places that are no module are called: "certificate", "development_plan"
    """
    edition, path = enrolment.edition, "/" + "/".join(path_of(enrolment))
    titles = elsewhere | {spec.key: spec.title for spec in _modules(edition)}
    specs = [pinned.spec(ProductSpec.from_data) for pinned in edition.pins_of("product")]
    names = {spec.key: spec.title for spec in specs}
    stages = []
    for module in _modules(edition):
        products = tuple(
            _product(enrolment, edition, path, spec, titles)
            for own in module.products for spec in specs if spec.key == own.key)
        taken = tuple(names.get(key, key) for key in module.takes_in)
        stages.append(Stage(module.key, module.title, taken, products))
    return stages


def _modules(edition: Edition) -> list[Any]:
    return [spec for key in edition.modules if (spec := edition.module(key))]


def _product(enrolment: Enrolment, edition: Edition, path: str, spec: ProductSpec,
             titles: dict[str, str]) -> Product:
    key = f"{spec.made_in}.{spec.made_by}"
    row = row_at(enrolment, key) or None
    used_in = tuple(titles.get(place, place) for place in spec.used_in if place != spec.made_in)
    return Product(spec, row, f"{path}/work/{key}", used_in)
