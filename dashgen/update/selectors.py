"""Former ids and classes in the texts of a project, where something looks a component up by them.

A name is listed as in a style sheet: `#notifications` is an id, `.nav-link` is a class. Many are
ordinary words. In code, a word without a hyphen counts only in a call, a selector or a `className`.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from dashgen.update.changes import Use

STYLES = re.compile(r"\.(css|scss|less)$")
CODE = re.compile(r"\.(py|js|ts|html)$")

LOOKED_UP = r"\b(?:Output|Input|State|set_props|getElementById|By\.ID)[(,]\s*[\"']"
SELECTOR = r"[\"'](?:[^\"'\n]*[\s>+~,])?"
GIVEN_ID = r"\bid[\"']?\s*[=:]\s*f?[\"']"
GIVEN_CLASS = r"\bclass(?:_?[nN]ame)?\s*=\s*f?[\"'](?:[^\"'\n]*\s)?"
PAGE = "{page}"
MOST_BEFORE = 200


def find(
    texts: Mapping[str, str], names: Mapping[str, str], pages: Collection[str]
) -> Iterator[Use]:
    """Yield the former names in texts.

    A component of the user's own may have such a name. Its id stands in the code, or its class
    stands in the code and in a style. Then the name is no former one.

    Args:
        texts: The texts, by path.
        names: New names of ids and classes by former ones. `{page}` stands for a page.
        pages: The names of the pages, with hyphens.
    """
    code = {path: text for path, text in texts.items() if CODE.search(path)}
    styles = {path: text for path, text in texts.items() if STYLES.search(path)}
    for was, now in names.items():
        sign, hyphen = re.escape(was[0]), "-" in was
        if was[0] == "#":
            looked_up = r"[\"'#=]" if hyphen else f"{LOOKED_UP}|{SELECTOR}#"
            used = [*_places(code, looked_up, was, now, pages)]
            used += _places(styles, looked_up if hyphen else "#", was, now, pages)
            own = {place.was for place in _places(code, GIVEN_ID, was, now, pages)}
        else:
            given = [*_places(code, GIVEN_CLASS, was, now, pages)]
            styled = [*_places(styles, sign, was, now, pages)]
            looked_up = r"[\"'.]" if hyphen else SELECTOR + sign
            used = [*given, *styled, *_places(code, looked_up, was, now, pages)]
            own = {place.was for place in given} & {place.was for place in styled}
        yield from (place for place in used if place.was not in own)


def _places(
    texts: Mapping[str, str], before: str, was: str, now: str, pages: Collection[str]
) -> Iterator[Use]:
    """Yield where a name stands behind a pattern."""
    # Code may put a page's name together with the rest, as in f"nav-{name}".
    page = rf"(?P<page>{'|'.join(map(re.escape, pages))}|)"
    name = re.compile(re.escape(was[1:]).replace(re.escape(PAGE), page) + r"(?![\w-])")
    behind = re.compile(rf"(?:{before})\Z")
    for path, text in texts.items():
        # Scripts may be large, and names are few. The text before each name is read afterwards.
        for match in name.finditer(text):
            start = match.start()
            if behind.search(text[max(0, start - MOST_BEFORE) : start]):
                new = now.replace(PAGE, match.groupdict().get("page", ""))
                yield Use(path, text.count("\n", 0, start) + 1, was[0] + match[0], new)
