"""The components of an app and the ids they may have."""

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property

from dashgen.check import components
from dashgen.check.apps import App, is_known_package
from dashgen.check.callbacks import dependency
from dashgen.check.functions import own_nodes
from dashgen.check.makers import NO_COMPONENTS, Makers, is_random, origin
from dashgen.check.resolve import DEEPEST, HOLE, UNKNOWN
from dashgen.check.syntax import Called, Module, Scope

OWN_IDS = re.compile(r"_pages_|_dash")
"""The ids that Dash gives itself."""
OWN_LAYOUT = ("copy", "functools")
"""Modules that wrap a layout of the app."""


@dataclass(frozen=True)
class Placed:
    """A component, as it is made."""

    module: Module
    called: Called
    library: str
    name: str


@dataclass
class Layout:
    """All ids of an app, as far as they can be read."""

    app: App
    texts: set[str] = field(default_factory=set)
    """Every text that may be an id."""
    patterns: set[str] = field(default_factory=set)
    """Every text with unknown parts that may be an id."""
    by_id: dict[str, list[Placed]] = field(default_factory=dict)
    """The components of the known libraries, by their id."""
    elsewhere: set[str] = field(default_factory=set)
    """The texts that stand elsewhere than as a component's id."""
    is_open: bool = False
    """Whether some component's id is not known at all."""
    is_there: bool = False
    """Whether the app has a layout."""

    def __post_init__(self) -> None:
        self._dependencies: set[int] = set()
        self._ids: set[int] = set()
        self._makers = Makers(self.app.resolver)
        for module in self.app.modules:
            self._read(module)
        for module in self.app.modules:
            self._read_texts(module)

    def may_have(self, name: str) -> bool:
        """Say whether a component may have an id."""
        if self.is_open or not self.is_there or name in self.texts or OWN_IDS.match(name):
            return True
        return self._expression is not None and bool(self._expression.fullmatch(name))

    @cached_property
    def _expression(self) -> "re.Pattern[str] | None":
        parts = [
            ".+".join(re.escape(part) for part in pattern.split(HOLE)) for pattern in self.patterns
        ]
        return re.compile("|".join(parts), re.DOTALL) if parts else None

    def _read(self, module: Module) -> None:
        resolver = self.app.resolver
        for store in module.stores:
            if isinstance(store.node, ast.Attribute):
                if store.node.attr in ("layout", "validation_layout"):
                    self.is_there = True
                    value = module.assigned.get(id(store.node))
                    if value is not None and self._is_elsewhere(value, store.scope):
                        self.is_open = True
                if store.node.attr == "id":
                    self.is_open |= self._makers.may_be_component(store.node.value, store.scope)
        # Something else may make a class that is handed around, with any id.
        classes = (name for name in module.loads if name[:1].isupper())
        for used in (text for name in classes for text in module.loads[name]):
            if id(used.node) not in module.made and self.app.component(used.node, used.scope):
                self.is_open = True
        for function in module.functions:
            for inner in own_nodes(function.node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    self.is_open |= self._is_unknown(inner.value, function.inner)
        for called in module.calls:
            found = dependency(called.node, called.scope, resolver)
            if found is not None:
                if found.id_node is not None:
                    self._dependencies.add(id(found.id_node))
            else:
                self._read_call(module, called)
        if self.app.option("use_pages") is not None or self.app.option("layout") is not None:
            self.is_there = True

    def _is_elsewhere(self, value: ast.expr, scope: Scope) -> bool:
        """Say whether a layout comes from another package, which has ids of its own."""
        held = self.app.resolver.literal(value, scope) or (value, scope)
        made = held[0].func if isinstance(held[0], ast.Call) else None
        name = self.app.resolver.external(made, held[1]) if made else ""
        if name.rpartition(".")[2][:1].isupper() and is_known_package(name.partition(".")[0]):
            return False  # A component, whose own id is read.
        return origin(value, scope, self.app.resolver).partition(".")[0] not in (
            "",
            "dash",
            *OWN_LAYOUT,
        )

    def _children_are_elsewhere(self, called: Called, component: tuple[str, str] | None) -> bool:
        """Say whether a package that is not known makes what a component holds."""
        node = called.node
        added = isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "extend")
        if not component and not added:
            return False
        known = properties(self.app, *component) if component else None
        given = node.args[:1] if known is None or "children" in known else []
        given += [keyword.value for keyword in node.keywords if keyword.arg == "children"]
        return any(self._is_unknown(value, called.scope) for value in given)

    def _is_unknown(self, node: ast.expr, scope: Scope) -> bool:
        """Say whether a package that is not known makes a component, or one of a list."""
        held = self.app.resolver.literal(node, scope)
        if held is not None and isinstance(held[0], (ast.List, ast.Tuple)):
            node, scope = held
        if isinstance(node, (ast.List, ast.Tuple)):
            return any(self._is_unknown(element, scope) for element in node.elts)
        if isinstance(node, ast.IfExp):
            return self._is_unknown(node.body, scope) or self._is_unknown(node.orelse, scope)
        if isinstance(node, ast.BinOp):
            return self._is_unknown(node.left, scope) or self._is_unknown(node.right, scope)
        if isinstance(node, ast.Starred):
            return self._is_unknown(node.value, scope)
        if isinstance(node, (ast.ListComp, ast.GeneratorExp)):
            inner = scope.module.scopes.get(id(node))
            return inner is not None and self._is_unknown(node.elt, inner)
        top = origin(node, scope, self.app.resolver).partition(".")[0]
        return bool(top) and not is_known_package(top)

    def _read_call(self, module: Module, called: Called) -> None:
        component = self.app.component(called.node.func, called.scope)
        name = "" if component else self.app.resolver.external(called.node.func, called.scope)
        if name.partition(".")[0] in NO_COMPONENTS:
            return
        if self._children_are_elsewhere(called, component):
            self.is_open = True
        if isinstance(called.node.func, ast.Name) and called.node.func.id == "setattr":
            self.is_open = True
        made = called.node.func, called.scope
        takes_id = bool(component) or self._makers.takes_id(*made)
        for keyword in called.node.keywords:
            if keyword.arg == "id" or (keyword.arg or "").endswith("_id"):
                if takes_id:
                    self._read_id(module, called, component, keyword.value, keyword.arg == "id")
            elif keyword.arg is None and (component or self._takes_options(*made)):
                self._read_rest(keyword.value, called.scope)
        if component and "id" not in {keyword.arg for keyword in called.node.keywords}:
            for value in _positional_ids(self.app, component, called.node.args):
                self._read_id(module, called, component, value, True)

    def _takes_options(self, function: ast.expr, scope: Scope) -> bool:
        """Say whether a call may give ``**options`` to a component, also by a class's method."""
        if isinstance(function, ast.Attribute) and self.app.component(function.value, scope):
            return True
        return self._makers.takes_options(function, scope)

    def _read_id(
        self,
        module: Module,
        called: Called,
        component: tuple[str, str] | None,
        value: ast.expr,
        is_id: bool,
    ) -> None:
        if isinstance(value, ast.Dict) or is_random(value, called.scope, self.app.resolver):
            return
        found = self.app.resolver.texts(value, called.scope)
        if found & UNKNOWN and is_id and not self._is_dict(value, called.scope):
            self.is_open = True
        for text in found:
            if HOLE in text:
                if text != HOLE:
                    self.patterns.add(text)
                continue
            self.texts.add(text)
            if component and is_id:
                if isinstance(value, ast.Constant):
                    self._ids.add(id(value))
                placed = Placed(module, called, *component)
                self.by_id.setdefault(text, []).append(placed)
            else:
                self.elsewhere.add(text)

    def _is_dict(self, value: ast.expr, scope: Scope) -> bool:
        """Say whether an id is a dict, which names no other component."""
        held = self.app.resolver.literal(value, scope)
        if held is None:
            return False
        node, inner = held
        if isinstance(node, ast.Dict):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return node.func.id == "dict" and inner.find("dict") is None
        return False

    def _read_rest(self, value: ast.expr, scope: Scope, depth: int = 0) -> None:
        """Read the arguments of ``**``. The rest argument of a function is at its calls."""
        if isinstance(value, ast.Name):
            found = scope.find(value.id)
            if found and all(isinstance(b.node, ast.arg) for b in found[1]):
                function = found[0].node
                rest = getattr(getattr(function, "args", None), "kwarg", None)
                if rest is not None and rest.arg == value.id:
                    return
        held = self.app.resolver.literal(value, scope)
        if held is None or not isinstance(held[0], ast.Dict) or depth > DEEPEST:
            self.is_open = True
            return
        for key, item in zip(held[0].keys, held[0].values, strict=True):
            if key is None:
                self._read_rest(item, held[1], depth + 1)
            elif isinstance(key, ast.Constant) and key.value == "id":
                found_texts = self.app.resolver.texts(item, held[1])
                if found_texts & UNKNOWN:
                    self.is_open = True
                self.patterns |= {text for text in found_texts if HOLE in text and text != HOLE}

    def _read_texts(self, module: Module) -> None:
        for text in (*module.constants, *module.texts):
            if id(text.node) in self._dependencies:
                continue
            for found in self.app.resolver.texts(text.node, text.scope):
                if HOLE not in found:
                    self.texts.add(found)
                    if id(text.node) not in self._ids:
                        self.elsewhere.add(found)
                elif re.search(r"[A-Za-z0-9]", found.replace(HOLE, "")):
                    self.patterns.add(found)

    def only(self, name: str) -> list[Placed]:
        """Return the components with an id, if that is certainly all that have it."""
        if self.is_open or name in self.elsewhere or not self.is_there:
            return []
        if self._expression is not None and self._expression.fullmatch(name):
            return []
        return self.by_id.get(name, [])


def properties(app: App, library: str, name: str) -> frozenset[str] | None:
    """Return the properties of a component in the version that the project gets."""
    version = app.library_version(library)
    if version is None:
        return None
    return components.components(library, version).get(name)


def _positional_ids(
    app: App, component: tuple[str, str], arguments: list[ast.expr]
) -> list[ast.expr]:
    """Return the argument that is a component's id, or all that may be it."""
    library, name = component
    version = app.library_version(library)
    if version is None or properties(app, library, name) is None:
        every = [components.components(library, v) for v in components.versions(library)]
        return arguments[any("children" in known.get(name, ()) for known in every) :]
    if any(isinstance(argument, ast.Starred) for argument in arguments):
        return arguments
    place = components.place(library, version, name)
    return [] if place is None else arguments[place : place + 1]
