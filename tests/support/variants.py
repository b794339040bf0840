"""The variants: all of them, and few that hold every pair of choices."""

from functools import cache
from itertools import cycle, product

from allpairspy import AllPairs

from .projects import AXES, Variant, choices, options

YES_NO = [True, False]


def every_variant() -> list[Variant]:
    """Return one variant for each combination of choices; the yes/no answers take turns."""
    chosen = product(*map(choices, AXES))
    # The turns are as long as an odd number, so that they do not keep in step with a choice.
    answers = cycle([*product(YES_NO, repeat=len(options())), (True,) * len(options())])
    return [_variant([*one, *next(answers)]) for one in chosen]


@cache
def pairs() -> list[Variant]:
    """Return variants in which every two answers to different questions meet, the default first."""
    values = [*map(choices, AXES), *([YES_NO] * len(options()))]
    return [_variant(one) for one in AllPairs(values)]


@cache
def one_for_each(*axes: str) -> list[Variant]:
    """Return the first variants of `pairs` that together have each choice of the axes.

    Without an axis it is the first alone.
    """
    open_choices = {(axis, choice) for axis in axes for choice in choices(axis)}
    first, *others = pairs()
    open_choices.difference_update(first.answers().items())
    found = [first]
    for variant in others:
        if new := open_choices.intersection(variant.answers().items()):
            open_choices -= new
            found.append(variant)
    return found


def _variant(answers: list[str | bool]) -> Variant:
    chosen = dict(zip(AXES, map(str, answers), strict=False))
    refused = zip(options(), answers[len(AXES) :], strict=True)
    without = frozenset(option for option, answer in refused if not answer)
    return Variant(**chosen, without=without)  # type: ignore[arg-type]
