"""The callbacks of an app: the properties and the function of each."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from dashgen.check.resolve import DEEPEST, Resolver
from dashgen.check.syntax import Binding, Called, Defined, Module, Place, Scope

KINDS = {"dash.Input": "Input", "dash.Output": "Output", "dash.State": "State"}
REGISTERING = ("callback", "clientside_callback", "long_callback")
ENRICHED = "dash_extensions."
"""Packages whose callbacks follow rules of their own."""


@dataclass(frozen=True, eq=False)
class Dependency:
    """An Input, Output or State, as it is written."""

    kind: str
    node: ast.Call
    scope: Scope
    id_node: ast.expr | None
    property_node: ast.expr | None
    allow_duplicate: bool | None
    """Nothing where it is not a constant."""
    optional: bool | None = False
    """Whether no component needs to have the id. Nothing where it is not a constant."""


@dataclass(eq=False)
class Callback:
    """A registration of a callback."""

    module: Module
    node: ast.Call
    scope: Scope
    place: Place
    clientside: bool = False
    outputs: list[Dependency] = field(default_factory=list)
    inputs: list[Dependency] = field(default_factory=list)
    states: list[Dependency] = field(default_factory=list)
    others: list[Dependency] = field(default_factory=list)
    """The dependencies in running, progress and cancel."""
    exact: bool = True
    """Whether all inputs, states and outputs are known, and arrive one by one."""
    several: bool = False
    """Whether the outputs are given as a list, so that a list is returned."""
    progress: bool = False
    """Whether the function takes a function for its progress first."""
    function: Defined | None = None
    wrapped: bool = False
    """Whether another decorator stands between this one and the function."""

    def keyword(self, name: str) -> ast.expr | None:
        """Return the value of a keyword of the registration."""
        return next((k.value for k in self.node.keywords if k.arg == name), None)

    @property
    def open_keywords(self) -> bool:
        """Whether keywords are passed that are not written here."""
        return any(keyword.arg is None for keyword in self.node.keywords)

    @property
    def dependencies(self) -> Iterator[Dependency]:
        """All that it names."""
        yield from (*self.outputs, *self.inputs, *self.states, *self.others)


def dependency(node: ast.expr, scope: Scope, resolver: Resolver) -> Dependency | None:
    """Return the Input, Output or State that an expression makes."""
    if not isinstance(node, ast.Call):
        return None
    name = resolver.external(node.func, scope)
    kind = KINDS.get(name) or (name.rpartition(".")[2] if name.startswith(ENRICHED) else "")
    if kind not in KINDS.values():
        return None
    third = "allow_duplicate" if kind == "Output" else "allow_optional"
    names = ("component_id", "component_property", third)
    arguments = dict(zip(names, node.args, strict=False))
    arguments |= {k.arg: k.value for k in node.keywords if k.arg is not None}
    is_open = any(keyword.arg is None for keyword in node.keywords)
    return Dependency(
        kind,
        node,
        scope,
        arguments.get("component_id"),
        arguments.get("component_property"),
        None if is_open else _constant(arguments.get("allow_duplicate")),
        None if is_open else _constant(arguments.get("allow_optional")),
    )


def _constant(value: ast.expr | None) -> bool | None:
    """Return whether an option is set, or None if it is not a constant."""
    if value is None:
        return False
    return bool(value.value) if isinstance(value, ast.Constant) else None


def callbacks(module: Module, resolver: Resolver) -> Iterator[Callback]:
    """Yield the callbacks that a module registers, in order."""
    decorated = {
        id(decorator): (function, index)
        for function in module.functions
        for index, decorator in enumerate(function.node.decorator_list)
    }
    applied = {id(c.node.func): c for c in module.calls if isinstance(c.node.func, ast.Call)}
    for called in module.calls:
        kind = _registers(called, resolver)
        if not kind:
            continue
        found = Callback(module, called.node, called.scope, called.place)
        found.clientside = kind == "clientside_callback"
        if id(called.node) in decorated:
            found.function, index = decorated[id(called.node)]
            below = found.function.node.decorator_list[index + 1 :]
            found.wrapped = any(not _is_registration(d, called, resolver) for d in below)
        elif id(called.node) in applied:
            found.function = _applied_to(applied[id(called.node)], resolver)
            found.wrapped = bool(found.function and found.function.node.decorator_list)
        elif not found.clientside:
            continue
        _read(found, called.node.args[found.clientside :], resolver)
        if found.outputs or found.inputs or found.states:
            yield found


def _registers(called: Called, resolver: Resolver) -> str:
    function = called.node.func
    target = resolver.external(function, called.scope)
    name = function.attr if isinstance(function, ast.Attribute) else target.rpartition(".")[2]
    if name not in REGISTERING or _is_own(function, called.scope, resolver):
        return ""
    return name if not target or target.startswith(("dash.", ENRICHED)) else ""


def _is_own(function: ast.expr, scope: Scope, resolver: Resolver) -> bool:
    """Say whether a function or a method is the project's own."""
    for target in resolver.targets(function, scope):
        if isinstance(target, Binding) and (
            target.kind in ("function", "class") or isinstance(target.node, ast.Call)
        ):
            return True
    if not isinstance(function, ast.Attribute):
        return False
    for target in resolver.targets(function.value, scope):
        if not isinstance(target, Binding):
            continue
        if _is_self(target) and _has_method(target.scope.parent, function.attr):
            return True
        if isinstance(target.node, ast.Call):
            for made in resolver.targets(target.node.func, target.scope):
                if isinstance(made, Binding) and _has_method(made.node, function.attr):
                    return True
    return False


def _is_self(target: Binding) -> bool:
    arguments = getattr(target.scope.node, "args", None)
    return target.kind == "param" and arguments is not None and target.node in arguments.args[:1]


def _has_method(scope: object, name: str) -> bool:
    return isinstance(scope, Scope) and scope.kind == "class" and name in scope.bindings


def _is_registration(node: ast.expr, called: Called, resolver: Resolver) -> bool:
    return isinstance(node, ast.Call) and bool(
        _registers(Called(node, called.scope, called.place), resolver)
    )


def _applied_to(called: Called, resolver: Resolver) -> Defined | None:
    if len(called.node.args) != 1:
        return None
    targets = resolver.targets(called.node.args[0], called.scope)
    target = targets[0] if len(targets) == 1 else None
    if isinstance(target, Binding) and target.kind == "function":
        home = target.scope.module
        return next((f for f in home.functions if f.node is target.node), None)
    return None


def _read(callback: Callback, arguments: list[ast.expr], resolver: Resolver) -> None:
    if callback.open_keywords:
        callback.exact = False
    first = True
    for argument in arguments:
        grouped = _group(argument, callback.scope, resolver)
        if grouped is None:
            callback.exact = False
            continue
        items, is_list = grouped
        for node, scope in items:
            found = dependency(node, scope, resolver)
            if found is None:
                callback.exact = False
                continue
            if first and found.kind == "Output" and is_list:
                callback.several = True
            _add(callback, found)
        first = False
    for keyword in callback.node.keywords:
        _read_keyword(callback, keyword, resolver)
    if len(callback.outputs) > 1:
        callback.several = True


def _read_keyword(callback: Callback, keyword: ast.keyword, resolver: Resolver) -> None:
    name, value = keyword.arg, keyword.value
    if name in ("output", "outputs", "inputs", "state"):
        grouped = _group(value, callback.scope, resolver)
        if grouped is None:
            callback.exact = False
            for found in _anywhere(value, callback.scope, resolver):
                _add(callback, found)
            return
        items, is_list = grouped
        for node, scope in items:
            found_one = dependency(node, scope, resolver)
            if found_one is None:
                callback.exact = False
                for found in _anywhere(node, scope, resolver):
                    _add(callback, found)
            else:
                _add(callback, found_one)
        if is_list and name in ("output", "outputs"):
            callback.several = True
    elif name in ("running", "progress", "cancel"):
        callback.others += _anywhere(value, callback.scope, resolver)
        callback.progress = callback.progress or name == "progress"


def _group(
    node: ast.expr, scope: Scope, resolver: Resolver, depth: int = 0
) -> tuple[list[tuple[ast.expr, Scope]], bool] | None:
    """Return the values of one argument, and whether it is a list, or None if it is unknown."""
    if depth > DEEPEST:
        return None
    if isinstance(node, ast.Starred):
        inner = _group(node.value, scope, resolver, depth + 1)
        return (inner[0], False) if inner and inner[1] else None
    if isinstance(node, ast.Call):
        return [(node, scope)], False
    held = resolver.literal(node, scope)
    if held is None:
        return None
    node, scope = held
    if isinstance(node, ast.Call):
        return [(node, scope)], False
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    items: list[tuple[ast.expr, Scope]] = []
    for element in node.elts:
        if isinstance(element, ast.Starred):
            more = _group(element.value, scope, resolver, depth + 1)
            if more is None or not more[1]:
                return None
            items += more[0]
        elif isinstance(element, ast.Name):
            single = resolver.literal(element, scope)
            if single is None:
                return None
            items.append(single)
        else:
            items.append((element, scope))
    return items, True


def _anywhere(node: ast.expr, scope: Scope, resolver: Resolver) -> list[Dependency]:
    nodes = (inner for inner in ast.walk(node) if isinstance(inner, ast.Call))
    return [found for inner in nodes if (found := dependency(inner, scope, resolver))]


def _add(callback: Callback, found: Dependency) -> None:
    lists = {"Output": callback.outputs, "Input": callback.inputs, "State": callback.states}
    lists[found.kind].append(found)


def is_enriched(module: Module) -> bool:
    """Say whether a module imports callbacks that follow rules of their own."""
    return any(
        statement.module.startswith("dash_extensions")
        and ("enrich" in statement.module or "enrich" in statement.names)
        for statement in module.imports
    )
