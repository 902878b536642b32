"""How the points of the culture questionnaire are read: Quinn and Cameron's competing values.

Points are shares: more of one type forces less of another. So a number says how a type ranks inside
this school, and nothing here is compared with other schools or with answers on a scale.
"""

from fractions import Fraction

from lms_leiderschap.plugin import Answers, Chart

NOW, WANTED, SHIFT = "current", "wanted", "verschuiving"
# Each axis: the types that count for its first end, and those for the other.
AXES = {
    "Soepel min beheerst": (("familie", "vernieuwing"), ("resultaat", "regelmaat")),
    "Intern min extern": (("familie", "regelmaat"), ("vernieuwing", "resultaat")),
}
LEAST_TOP, STEP = 40, 10


def score(answers: Answers) -> list[Chart]:
    """Profile now and wanted, the shift per type, and the two axes of the model."""
    return [_profile(answers), _shift(answers), _axes(answers)]


def dominant(answers: Answers, measure: str = NOW) -> str:
    """Key of the type with the most points, the first of the file when two have as many.

    "" when too few answered.
    """
    points = {row.key: answers.mean(row, measure) for row in answers.dimensions}
    known = {key: value for key, value in points.items() if value is not None}
    return max(known, key=lambda key: known[key]) if len(known) == len(points) else ""


def congruence(answers: Answers, measure: str = NOW) -> int | None:
    """In how many aspects the dominant type has the most points; a shared first place counts.

    None when too few answered every aspect.
    """
    found, top = 0, dominant(answers, measure)
    for item in answers.instrument.items:
        if not item.options or measure not in item.ask:
            continue
        points = {row.dimension: answers.mean(row.key, measure) for row in item.options}
        known = [value for value in points.values() if value is not None]
        if not top or len(known) < len(points):
            return None
        found += points[top] == max(known)
    return found


def axis(answers: Answers, title: str, measure: str = NOW) -> Fraction | None:
    """Points for the first end of an axis of ``AXES`` minus those for the other, -100 to 100."""
    first, second = ([answers.mean(key, measure) for key in side] for side in AXES[title])
    known = [value for value in (*first, *second) if value is not None]
    if len(known) < len(first) + len(second):
        return None
    return sum(known[: len(first)], Fraction(0)) - sum(known[len(first) :], Fraction(0))


def _profile(answers: Answers) -> Chart:
    values = {row.title: (answers.mean(row, NOW), answers.mean(row, WANTED))
              for row in answers.dimensions}  # fmt: skip
    known = [value for pair in values.values() for value in pair if value is not None]
    return Chart(
        "radar", "Cultuurprofiel nu en gewenst", values, scale=(0, _top(known)),
        series=("Nu", "Gewenst"), sentence=_sentence(answers), decimals=answers.decimals,
        n=answers.n,
    )  # fmt: skip


def _sentence(answers: Answers) -> str:
    top = dominant(answers)
    if not top:
        return "Er zijn te weinig antwoorden om één type voorop te zetten."
    title = next(row.title for row in answers.dimensions if row.key == top)
    said = f"{title} heeft nu de meeste punten"
    aspects = congruence(answers)
    if aspects is None:
        return f"{said}."
    asked = sum(1 for item in answers.instrument.items if item.options)
    return f"{said}, en staat bij {aspects} van de {asked} aspecten voorop."


def _shift(answers: Answers) -> Chart:
    """Bars of wanted minus now, with the bands of the file in words; they add up to 0."""
    shifts = {row.title: answers.difference(row, SHIFT) for row in answers.dimensions}
    groups: dict[str, list[str]] = {}
    for title, shift in shifts.items():
        band = answers.band(SHIFT, shift) if shift is not None else None
        if band is not None:
            groups.setdefault(band.title, []).append(title)
    said = [f"{band}: {', '.join(titles)}." for band, titles in groups.items()]
    return Chart(
        "bars", "Verschuiving in punten per type", shifts, decimals=answers.decimals, n=answers.n,
        sentence=" ".join(said) or "Er zijn te weinig antwoorden op nu en gewenst samen.",
    )  # fmt: skip


def _axes(answers: Answers) -> Chart:
    values = {title: (axis(answers, title, NOW), axis(answers, title, WANTED)) for title in AXES}
    known = [value for pair in values.values() for value in pair if value is not None]
    top = _top(known)
    return Chart(
        "dumbbell", "Twee assen, nu en gewenst", values, scale=(-top, top),
        series=("Nu", "Gewenst"), decimals=answers.decimals, n=answers.n,
        sentence="Boven nul wegen de eerste twee typen van een as zwaarder, onder nul de andere.",
    )  # fmt: skip


def _top(values: list[Fraction]) -> int:
    """The end of a scale on which all values fit, a whole number of tens and never above 100."""
    longest = max((abs(value) for value in values), default=Fraction(0))
    return max(LEAST_TOP, -(-longest // STEP) * STEP)
