"""Which statements of a callback only fill a variable of its module, as a cache does."""

import ast
from collections.abc import Iterator

from dashgen.check.functions import own_nodes
from dashgen.check.syntax import FUNCTIONS, Function

OF_THE_VISITOR = frozenset("callback_context ctx current_user request session".split())
"""The names whose values differ between visitors, beside the parameters."""
ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def fills(function: Function, shared: set[str]) -> set[int]:
    """Return the identities of the nodes that run only after a test of the stored value.

    A test that compares it with a value of the visitor is none: the next visitor has another.

    Args:
        function: The function of a callback.
        shared: The variables of its module that it changes.
    """
    reader = _Reader(shared, _given(function) - shared)
    reader.block(function.body, False)
    return reader.found


def _given(function: Function) -> set[str]:
    """Return the names that hold a value of the visitor, or something made of one."""
    arguments = function.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    found = {parameter.arg for parameter in every} | OF_THE_VISITOR
    found |= {rest.arg for rest in (arguments.vararg, arguments.kwarg) if rest}
    for node in own_nodes(function):
        if isinstance(node, (ast.Assign, ast.NamedExpr)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if _names(node.value) & found:
                found |= {name for target in targets for name in _names(target)}
        elif isinstance(node, (ast.For, ast.AsyncFor)) and _names(node.iter) & found:
            found |= _names(node.target)
    return found


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


class _Reader:
    """Goes through the statements of a function."""

    def __init__(self, shared: set[str], given: set[str]) -> None:
        self.shared = shared
        self.given = given
        self.found: set[int] = set()

    def block(self, body: list[ast.stmt], asked: bool) -> None:
        for statement in body:
            if asked or self._chooses(statement):
                self.found |= {id(node) for node in ast.walk(statement)}
            elif isinstance(statement, (ast.If, ast.While)):
                self.block(statement.body, self.asks(statement.test))
                self.block(statement.orelse, self.asks(statement.test, otherwise=True))
                asked = isinstance(statement, ast.If) and self._returns_it(statement)
            elif not isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
                for inner in _blocks(statement):
                    self.block(inner, False)

    def _returns_it(self, statement: ast.If) -> bool:
        """Say whether an ``if`` ends the function where a value is stored."""
        if statement.orelse:
            return False
        return isinstance(statement.body[-1], ENDS) and self.asks(statement.test, otherwise=True)

    def _chooses(self, statement: ast.stmt) -> bool:
        """Say whether the stored value decides the new one, as in ``x or load()``."""
        value = getattr(statement, "value", None)
        for node in ast.walk(value) if isinstance(value, ast.AST) else ():
            if isinstance(node, ast.IfExp) and self.asks(node.test):
                return True
            if isinstance(node, ast.BoolOp) and self.asks(node.values[0]):
                return isinstance(node.op, ast.Or)
        return False

    def asks(self, test: ast.expr, otherwise: bool = False) -> bool:
        """Say whether only the stored value lets code run after a test.

        Args:
            test: The test.
            otherwise: Whether the code runs where the test fails.
        """
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self.asks(test.operand, not otherwise)
        if isinstance(test, ast.BoolOp):
            each = (self.asks(part, otherwise) for part in test.values)
            return any(each) if isinstance(test.op, ast.And) != otherwise else all(each)
        read = set(self._read(test))
        return bool(read & self.shared) and not read & self.given

    def _read(self, node: ast.AST) -> Iterator[str]:
        """Yield the names that a test reads, without the keys of the stored value."""
        if isinstance(node, ast.Name):
            yield node.id
        elif self._looks_up(node):
            yield from _names(node) & self.shared
        else:
            for inner in ast.iter_child_nodes(node):
                yield from self._read(inner)

    def _looks_up(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Compare):
            membership = isinstance(node.ops[0], (ast.In, ast.NotIn))
            return membership and self._is_shared(node.comparators[0])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            return node.func.attr == "get" and self._is_shared(node.func.value)
        return isinstance(node, ast.Subscript) and self._is_shared(node.value)

    def _is_shared(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self.shared


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        yield getattr(statement, name, [])
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body
