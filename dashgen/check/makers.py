"""Which calls and objects of an app certainly are no components, and take no ids of them."""

import ast
import sys
from functools import cached_property

from dashgen.check.resolve import DEEPEST, Resolver
from dashgen.check.syntax import FUNCTIONS, Binding, Scope

NO_COMPONENTS = frozenset(
    "pandas numpy plotly sqlalchemy sklearn flask flask_login flask_sqlalchemy celery requests "
    "redis pydantic sqlmodel peewee mongoengine".split()
)
"""Packages whose objects have ids of another kind."""
QUERIES = frozenset("filter_by filter get get_or_404 values where".split())
"""The methods that look a record up by its id."""


def origin(node: ast.expr, scope: Scope, resolver: Resolver, depth: int = 0) -> str:
    """Return the name in another package that an object comes from."""
    if depth > DEEPEST:
        return ""
    if isinstance(node, ast.Call):
        return origin(node.func, scope, resolver, depth + 1)
    name = resolver.external(node, scope)
    if name:
        return "" if name.startswith("folder:") else name
    held = resolver.literal(node, scope)
    if held is not None and held[0] is not node:
        return origin(*held, resolver, depth + 1)
    if isinstance(node, ast.Attribute):
        return origin(node.value, scope, resolver, depth + 1)
    return ""


def is_random(node: ast.expr, scope: Scope, resolver: Resolver) -> bool:
    """Say whether an id is a random text, such as ``str(uuid4())``, which nothing else names."""
    held = resolver.literal(node, scope)
    if held is None:
        return origin(node, scope, resolver).startswith("uuid.")
    node, scope = held
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str":
        return scope.find("str") is None and any(is_random(a, scope, resolver) for a in node.args)
    return origin(node, scope, resolver).startswith("uuid.")


class Makers:
    """Knows the functions and classes of one app."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    @cached_property
    def _takes_any(self) -> set[str]:
        """The names of the functions that take any keyword, and may pass it on."""
        return {
            function.node.name
            for module in self.resolver.modules
            for function in module.functions
            if function.node.args.kwarg
        }

    def takes_options(self, function: ast.expr, scope: Scope) -> bool:
        """Say whether a call may give the items of ``**options`` to a component."""
        targets = self.resolver.targets(function, scope)
        if targets:
            return any(isinstance(t, Binding) and self._takes(t) for t in targets)
        if isinstance(function, ast.Attribute):
            name = function.attr
            return not name[:1].islower() or name in self._takes_any
        return True

    def _takes(self, target: Binding) -> bool:
        if target.kind == "function":
            return bool(target.node.args.kwarg)
        return target.kind != "class" or not self._is_plain(target.node)

    def takes_id(self, function: ast.expr, scope: Scope) -> bool:
        """Say whether the argument ``id`` of a call may be that of a component."""
        targets = self.resolver.targets(function, scope)
        if targets:
            return not all(self._is_plain_class(target) for target in targets)
        if isinstance(function, ast.Attribute) and function.attr in QUERIES:
            return function.attr in self._takes_any
        return True

    def may_be_component(self, node: ast.expr, scope: Scope) -> bool:
        """Say whether an object, whose id is set, may be a component."""
        targets = self.resolver.targets(node, scope)
        return not targets or not all(self._is_plain_object(target) for target in targets)

    def _is_plain_object(self, target: object) -> bool:
        if not isinstance(target, Binding) or target.path:
            return False
        if target.kind == "param":
            holder, function = target.scope.parent, target.scope.node
            is_self = isinstance(function, FUNCTIONS) and target.node in function.args.args[:1]
            return is_self and holder is not None and self._is_plain(holder)
        if target.kind == "assign" and isinstance(target.node, ast.Call):
            made = self.resolver.targets(target.node.func, target.scope)
            return bool(made) and all(self._is_plain_class(one) for one in made)
        return False

    def _is_plain_class(self, target: object) -> bool:
        is_class = isinstance(target, Binding) and target.kind == "class"
        return is_class and self._is_plain(target.node)  # type: ignore[attr-defined]

    def _is_plain(self, scope: Scope, depth: int = 0) -> bool:
        """Say whether a class is no component, and passes no keywords on to one."""
        node = scope.node
        if not isinstance(node, ast.ClassDef) or scope.parent is None or depth > DEEPEST:
            return False
        if any(isinstance(inner, FUNCTIONS) and inner.args.kwarg for inner in node.body):
            return False
        return all(self._is_plain_base(base, scope.parent, depth) for base in node.bases)

    def _is_plain_base(self, base: ast.expr, scope: Scope, depth: int) -> bool:
        targets = self.resolver.targets(base, scope)
        own = [t for t in targets if isinstance(t, Binding) and t.kind == "class"]
        if own and len(own) == len(targets):
            return all(self._is_plain(target.node, depth + 1) for target in own)
        if isinstance(base, ast.Name) and base.id == "object":
            return scope.find("object") is None
        top = origin(base, scope, self.resolver).partition(".")[0]
        return top in NO_COMPONENTS or top in sys.stdlib_module_names
