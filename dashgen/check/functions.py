"""The function of a callback: its results, and the objects that it changes."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from dashgen.check.syntax import FUNCTIONS, Function


@lru_cache(maxsize=4096)  # Several rules ask for the same functions.
def own_nodes(function: Function) -> tuple[ast.AST, ...]:
    """Return all nodes of a function in order, without those of functions inside it."""
    found: list[ast.AST] = []
    todo: list[ast.AST] = list(reversed(function.body))
    while todo:
        node = todo.pop()
        found.append(node)
        if not isinstance(node, (*FUNCTIONS, ast.Lambda, ast.ClassDef)):
            todo += reversed(list(ast.iter_child_nodes(node)))
    return tuple(found)


def is_generator(function: Function) -> bool:
    """Say whether a function yields."""
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own_nodes(function))


def returned(function: Function) -> Iterator[ast.expr]:
    """Yield every value that a function may return, each branch of a conditional one alone."""
    if is_generator(function):
        return
    for node in own_nodes(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from branches(node.value)


def bare_returns(function: Function) -> Iterator[ast.Return]:
    """Yield the places where a function returns without a value."""
    if is_generator(function):
        return
    for node in own_nodes(function):
        if isinstance(node, ast.Return) and node.value is None:
            yield node


def branches(value: ast.expr) -> Iterator[ast.expr]:
    """Yield the values of a conditional expression."""
    if isinstance(value, ast.IfExp):
        yield from branches(value.body)
        yield from branches(value.orelse)
    else:
        yield value


def targets(node: ast.AST) -> list[ast.expr]:
    """Return the expressions that a statement assigns to or deletes."""
    if isinstance(node, (ast.Assign, ast.Delete)):
        return node.targets
    return [node.target] if isinstance(node, ast.AugAssign) else []


def parameters(function: Function) -> list[str]:
    """Return the names of the positional parameters."""
    return [p.arg for p in (*function.args.posonlyargs, *function.args.args)]
