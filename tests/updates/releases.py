"""Three releases of a template: what people meet between two versions, on top of dashgen's own.

Version by version a file changes, appears, is renamed and is removed; a question goes and another
one comes.
"""

from pathlib import Path

from dashgen.releases import installed
from dashgen.releases.bundle import Bundle

# Two former states of this project's template as v0.1.0 and v0.2.0, as a build packs them.
FORMER = Path(__file__).parent / "data/former-releases.bundle"
PROJECT = "template/project"


def numbered(*numbers: int) -> str:
    """Return a text of lines that can be told apart."""
    return "".join(f"line {number} of a text that the template has\n" for number in numbers)


def question(name: str) -> dict[str, str]:
    """Return what a template needs to ask one more question."""
    settings = installed.own_files()["copier.yml"].content.decode()
    asked = f"{name}:\n  type: str\n  help: The {name}\n  default: no {name} yet\n"
    return {
        "copier.yml": f"{settings}---\n!include template/questions/{name}.yml\n",
        f"template/questions/{name}.yml": asked,
        f"{PROJECT}/notes/{name}.md.jinja": f"The {name} is {{{{ {name} }}}}.\n",
    }


RELEASES: dict[str, dict[str, str]] = {
    "v0.1.0": {
        **question("motto"),
        f"{PROJECT}/notes/guide.md": numbered(*range(30)),
        f"{PROJECT}/notes/history.md": numbered(*range(100, 130)),
        f"{PROJECT}/notes/{{{{package}}}}_legacy.py": "LEGACY = True\n" + numbered(*range(10)),
        f"{PROJECT}/notes/still.md": numbered(*range(200, 210)),
        f"{PROJECT}/notes/empty.md": "",
    },
    "v0.2.0": {
        **question("team"),
        f"{PROJECT}/notes/guide.md": numbered(*range(10), 1000, *range(10, 30)),
        f"{PROJECT}/notes/story.md": numbered(*range(100, 130)),
        f"{PROJECT}/notes/added.md": numbered(*range(300, 310)),
        f"{PROJECT}/notes/still.md": numbered(*range(200, 210)),
        f"{PROJECT}/notes/empty.md": "not any more\n",
    },
    "v0.3.0": {
        **question("team"),
        f"{PROJECT}/notes/guide.md": numbered(*range(10), 1000, *range(12, 30), 2000),
        f"{PROJECT}/notes/story.md": numbered(*range(100, 112), 3000, *range(112, 130)),
        f"{PROJECT}/notes/added.md": numbered(*range(300, 309), 4000),
        f"{PROJECT}/notes/still.md": numbered(*range(200, 210)),
        f"{PROJECT}/notes/empty.md": "not any more\n",
        f"{PROJECT}/notes/late.md": numbered(*range(400, 410)),
    },
}
NEWEST = list(RELEASES)[-1]


def real_releases() -> Bundle:
    """Return three releases of dashgen's own template; the last one is the present one."""
    bundle = Bundle.read(FORMER)
    bundle.add("v0.3.0", installed.own_files())
    return bundle
