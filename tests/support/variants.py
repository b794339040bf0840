"""The variants: all of them, and few that hold every pair of choices."""

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


def pairs() -> list[Variant]:
    """Return variants in which every two answers to different questions meet, the default first."""
    values = [*map(choices, AXES), *([YES_NO] * len(options()))]
    return [_variant(one) for one in AllPairs(values)]


def one_for_each(axis: str) -> list[Variant]:
    """Return a variant of `pairs` for each choice of an axis."""
    by_choice = {variant.answers()[axis]: variant for variant in reversed(pairs())}
    return [by_choice[choice] for choice in choices(axis)]


def _variant(answers: list[str | bool]) -> Variant:
    chosen = dict(zip(AXES, map(str, answers), strict=False))
    refused = zip(options(), answers[len(AXES) :], strict=True)
    without = frozenset(option for option, answer in refused if not answer)
    return Variant(**chosen, without=without)  # type: ignore[arg-type]
