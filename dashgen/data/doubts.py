"""The doubts about a file, and the flags that answer them."""

from dataclasses import dataclass

from dashgen.system import quoted

# The words of the flags --column and --delimiter.
ROLES = ("time", "measure", "category", "identifier", "text", "flag", "place")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " "}


@dataclass(frozen=True)
class Flag:
    """An answer to a doubt, as one gives it on the command line."""

    name: str
    value: str
    meaning: str

    @property
    def words(self) -> str:
        """Return the words of the command line."""
        return f"--{self.name} {quoted(self.value)}" if self.value else f"--{self.name}"

    def __str__(self) -> str:
        return f"{self.words} {self.meaning}"


@dataclass(frozen=True)
class Doubt:
    """A guess that could be wrong.

    Args:
        text: The doubt in words.
        flags: The answers, one flag for each.
        changes_figures: Whether the other answer gives other figures.
    """

    text: str
    flags: tuple[Flag, ...] = ()
    changes_figures: bool = False

    @property
    def about(self) -> str:
        """Return the name of the flag that answers. It is empty if no flag answers."""
        return self.flags[0].name if self.flags else ""
