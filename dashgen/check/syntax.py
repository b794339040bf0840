"""A module as rules read it: its scopes, the bindings of names, its calls and texts."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

MUTATORS = frozenset(
    "append extend insert remove pop clear update setdefault popitem add discard sort "
    "reverse appendleft extendleft popleft".split()
)
"""The methods that change a list, dict, set or deque."""

VERSION = re.compile("(?<!con)(?<!in)(?<!di)version", re.IGNORECASE)


class Place(NamedTuple):
    """The part of a place in code that decides whether and how often the code runs."""

    branches: tuple[tuple[int, str], ...] = ()
    """The tests that it depends on: which statement, and which of its branches."""
    loops: int = 0

    @property
    def branches_but_main(self) -> tuple[tuple[int, str], ...]:
        """The tests that are about more than how the module is started."""
        return tuple(branch for branch in self.branches if branch[1] != "main")


@dataclass(frozen=True, eq=False)
class Binding:
    """One thing that a name is bound to."""

    kind: str
    """assign, loop, import, from, param, function, class, or other: something unknown."""
    node: Any
    scope: "Scope"
    """The scope in which the value is read."""
    path: tuple[int, ...] = ()
    """Which part of the value, where it is unpacked."""


@dataclass(eq=False)
class Scope:
    """A module, a class, a function or a comprehension."""

    kind: str
    node: ast.AST
    module: "Module"
    parent: "Scope | None" = None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    outer: set[str] = field(default_factory=set)
    """The names that are declared global or nonlocal."""

    def __post_init__(self) -> None:
        self.module.scopes[id(self.node)] = self

    def bind(self, name: str, binding: Binding) -> None:
        """Bind a name once more."""
        scope = self.module.scope if name in self.outer else self
        scope.bindings.setdefault(name, []).append(binding)

    def find(self, name: str) -> tuple["Scope", list[Binding]] | None:
        """Return the scope that a name belongs to, and its bindings there."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            visible = first or scope.kind != "class"
            if visible and name in scope.bindings and name not in scope.outer:
                return scope, scope.bindings[name]
            first = first and scope.kind == "comprehension"
            scope = scope.parent
        return None

    def function(self) -> "Scope | None":
        """Return the innermost function that this is in."""
        scope: Scope | None = self
        while scope is not None and scope.kind != "function":
            scope = scope.parent
        return scope


class Called(NamedTuple):
    """A call and where it stands."""

    node: ast.Call
    scope: Scope
    place: Place


class Defined(NamedTuple):
    """A function, the scope that it is in, and its own."""

    node: Function
    scope: Scope
    inner: Scope
    place: Place


class Imported(NamedTuple):
    """An import: of a module, or of names from one."""

    node: ast.Import | ast.ImportFrom
    module: str
    level: int
    names: tuple[str, ...]
    place: Place
    scope: Scope


class Text(NamedTuple):
    """An expression that may be a text, and where its names are to be read."""

    node: ast.expr
    scope: Scope


@dataclass(eq=False)
class Module:
    """A file, read once."""

    path: Path
    source: str
    tree: ast.Module
    calls: list[Called] = field(default_factory=list)
    functions: list[Defined] = field(default_factory=list)
    imports: list[Imported] = field(default_factory=list)
    constants: list[Text] = field(default_factory=list)
    """Every text constant that is no docstring."""
    texts: list[Text] = field(default_factory=list)
    """Every text that is put together."""
    stores: list[Text] = field(default_factory=list)
    """Every attribute or item that is assigned to."""
    assigned: dict[int, ast.expr] = field(default_factory=dict)
    """The value of each of these, by the target's identity."""
    made: set[int] = field(default_factory=set)
    """The identities of expressions that are called, compared as a class, or renamed."""
    loads: dict[str, list[Text]] = field(default_factory=dict)
    """Every place where a name, or attribute, is read."""
    scopes: dict[int, Scope] = field(default_factory=dict)
    """The scope that a function, class or comprehension opens, by the node's identity."""
    mutated: set[str] = field(default_factory=set)
    """The names whose value is changed in place somewhere."""

    def __post_init__(self) -> None:
        self.scope = Scope("module", self.tree, self)
        _Reader(self).read()

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file, as ``ast`` counts them: a form feed ends none."""
        return re.split(r"\r\n?|\n", self.source)

    @cached_property
    def tests_version(self) -> bool:
        """Whether it asks for a version, so that it may know what it does."""
        return any(name == "hasattr" or VERSION.search(name) for name in self.loads)


def target_names(target: ast.expr, path: tuple[int, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the names of an assignment's target, each with its place in the value."""
    if isinstance(target, ast.Name):
        yield target.id, path
    elif isinstance(target, ast.Starred):
        for name, _ in target_names(target.value):
            yield name, None
    elif isinstance(target, (ast.Tuple, ast.List)):
        starred = any(isinstance(element, ast.Starred) for element in target.elts)
        for index, element in enumerate(target.elts):
            for name, inner in target_names(element, (*path, index)):
                yield name, None if starred else inner


class _Reader:
    """Goes through a module once."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.handlers: dict[type, Callable[[Any, Scope, Place], None]] = {
            ast.FunctionDef: self.function,
            ast.AsyncFunctionDef: self.function,
            ast.Lambda: self.lambda_,
            ast.ClassDef: self.class_,
            ast.Assign: self.assign,
            ast.AnnAssign: self.annotated,
            ast.AugAssign: self.augmented,
            ast.NamedExpr: self.named,
            ast.For: self.loop,
            ast.AsyncFor: self.loop,
            ast.While: self.while_,
            ast.With: self.with_,
            ast.AsyncWith: self.with_,
            ast.If: self.if_,
            ast.Try: self.try_,
            ast.TryStar: self.try_,
            ast.Import: self.import_,
            ast.ImportFrom: self.import_from,
            ast.Global: self.outer,
            ast.Nonlocal: self.outer,
            ast.ListComp: self.comprehension,
            ast.SetComp: self.comprehension,
            ast.GeneratorExp: self.comprehension,
            ast.DictComp: self.comprehension,
            ast.Call: self.call,
            ast.Constant: self.constant,
            ast.JoinedStr: self.joined,
            ast.BinOp: self.operation,
            ast.Name: self.name,
            ast.Attribute: self.attribute,
            ast.Subscript: self.subscript,
            ast.Expr: self.expression,
            ast.IfExp: self.if_else,
            ast.Match: self.match,
            ast.MatchAs: self.match_name,
            ast.MatchStar: self.match_name,
            ast.MatchMapping: self.match_rest,
        }

    def read(self) -> None:
        for statement in self.module.tree.body:
            self.visit(statement, self.module.scope, Place())

    def visit(self, node: ast.AST, scope: Scope, place: Place) -> None:
        handler = self.handlers.get(type(node))
        if handler is not None:
            handler(node, scope, place)
        else:
            self.children(node, scope, place)

    def children(self, node: ast.AST, scope: Scope, place: Place) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child, scope, place)

    def all(self, nodes: Any, scope: Scope, place: Place) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node, scope, place)

    def function(self, node: Function, scope: Scope, place: Place) -> None:
        scope.bind(node.name, Binding("function", node, scope))
        inner = Scope("function", node, self.module, scope)
        self.module.functions.append(Defined(node, scope, inner, place))
        self.all(node.decorator_list, scope, place)
        self.parameters(node.args, scope, inner, place)
        self.all(node.body, inner, place)

    def lambda_(self, node: ast.Lambda, scope: Scope, place: Place) -> None:
        inner = Scope("function", node, self.module, scope)
        self.parameters(node.args, scope, inner, place)
        self.visit(node.body, inner, place)

    def parameters(
        self, arguments: ast.arguments, scope: Scope, inner: Scope, place: Place
    ) -> None:
        self.all(arguments.defaults, scope, place)
        self.all(arguments.kw_defaults, scope, place)
        for parameter in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            inner.bind(parameter.arg, Binding("param", parameter, inner))
        for rest in (arguments.vararg, arguments.kwarg):
            if rest is not None:
                inner.bind(rest.arg, Binding("other", rest, inner))

    def class_(self, node: ast.ClassDef, scope: Scope, place: Place) -> None:
        inner = Scope("class", node, self.module, scope)
        scope.bind(node.name, Binding("class", inner, scope))
        self.all(node.decorator_list, scope, place)
        self.all(node.bases, scope, place)
        self.all(node.keywords, scope, place)
        self.all(node.body, inner, place)

    def bind(self, target: ast.expr, kind: str, value: Any, scope: Scope) -> None:
        for name, path in target_names(target):
            if path is None:
                scope.bind(name, Binding("other", value, scope))
            else:
                scope.bind(name, Binding(kind, value, scope, path))

    def assign(self, node: ast.Assign, scope: Scope, place: Place) -> None:
        self.visit(node.value, scope, place)
        self.module.made.add(id(node.value))
        for target in node.targets:
            self.module.assigned[id(target)] = node.value
            self.bind(target, "assign", node.value, scope)
            self.visit(target, scope, place)

    def annotated(self, node: ast.AnnAssign, scope: Scope, place: Place) -> None:
        if node.value is not None:
            self.visit(node.value, scope, place)
            self.bind(node.target, "assign", node.value, scope)
        elif isinstance(node.target, ast.Name):
            scope.bind(node.target.id, Binding("other", node, scope))
        self.visit(node.target, scope, place)

    def augmented(self, node: ast.AugAssign, scope: Scope, place: Place) -> None:
        self.visit(node.value, scope, place)
        self.bind(node.target, "other", node, scope)
        self.visit(node.target, scope, place)

    def named(self, node: ast.NamedExpr, scope: Scope, place: Place) -> None:
        self.visit(node.value, scope, place)
        holder = scope
        while holder.kind == "comprehension" and holder.parent is not None:
            holder = holder.parent
        holder.bind(node.target.id, Binding("assign", node.value, scope))

    def loop(self, node: ast.For | ast.AsyncFor, scope: Scope, place: Place) -> None:
        self.visit(node.iter, scope, place)
        self.bind(node.target, "loop", node.iter, scope)
        self.visit(node.target, scope, place)
        self.all(node.body, scope, place._replace(loops=place.loops + 1))
        self.all(node.orelse, scope, place)

    def while_(self, node: ast.While, scope: Scope, place: Place) -> None:
        self.visit(node.test, scope, place)
        self.all(node.body, scope, place._replace(loops=place.loops + 1))
        self.all(node.orelse, scope, place)

    def with_(self, node: ast.With | ast.AsyncWith, scope: Scope, place: Place) -> None:
        for item in node.items:
            self.visit(item.context_expr, scope, place)
            if item.optional_vars is not None:
                self.bind(item.optional_vars, "other", item, scope)
                self.visit(item.optional_vars, scope, place)
            if isinstance(item.context_expr, ast.Call) and "suppress" in ast.unparse(
                item.context_expr.func
            ):
                place = self.inside(place, node, "try")
        self.all(node.body, scope, place)

    def if_(self, node: ast.If, scope: Scope, place: Place) -> None:
        self.visit(node.test, scope, place)
        label = "main" if is_main_test(node.test) else "then"
        self.all(node.body, scope, self.inside(place, node, label))
        self.all(node.orelse, scope, self.inside(place, node, "else"))

    def try_(self, node: Any, scope: Scope, place: Place) -> None:
        self.all((*node.body, *node.orelse), scope, self.inside(place, node, "try"))
        for number, handler in enumerate(node.handlers):
            if handler.name:
                scope.bind(handler.name, Binding("other", handler, scope))
            if handler.type is not None:
                self.visit(handler.type, scope, place)
            self.all(handler.body, scope, self.inside(place, node, f"except {number}"))
        self.all(node.finalbody, scope, place)

    @staticmethod
    def inside(place: Place, node: ast.AST, branch: str) -> Place:
        return place._replace(branches=(*place.branches, (id(node), branch)))

    def import_(self, node: ast.Import, scope: Scope, place: Place) -> None:
        for alias in node.names:
            self.module.imports.append(Imported(node, alias.name, 0, (), place, scope))
            if alias.asname:
                scope.bind(alias.asname, Binding("import", alias.name, scope))
            else:
                top = alias.name.partition(".")[0]
                scope.bind(top, Binding("import", top, scope))

    def import_from(self, node: ast.ImportFrom, scope: Scope, place: Place) -> None:
        names = tuple(alias.name for alias in node.names)
        name = node.module or ""
        self.module.imports.append(Imported(node, name, node.level, names, place, scope))
        for alias in node.names:
            scope.bind(
                alias.asname or alias.name,
                Binding("from", (name, node.level, alias.name), scope),
            )

    def outer(self, node: ast.Global | ast.Nonlocal, scope: Scope, place: Place) -> None:
        scope.outer.update(node.names)

    def comprehension(self, node: Any, scope: Scope, place: Place) -> None:
        inner = Scope("comprehension", node, self.module, scope)
        inside = place._replace(loops=place.loops + 1)
        for index, generator in enumerate(node.generators):
            self.visit(generator.iter, scope if index == 0 else inner, inside)
            self.bind(generator.target, "loop", generator.iter, inner)
            self.all(generator.ifs, inner, inside)
        if isinstance(node, ast.DictComp):
            self.all((node.key, node.value), inner, inside)
        else:
            self.visit(node.elt, inner, inside)

    def call(self, node: ast.Call, scope: Scope, place: Place) -> None:
        self.module.calls.append(Called(node, scope, place))
        function = node.func
        self.module.made.add(id(function))
        if isinstance(function, ast.Name) and function.id in ("isinstance", "issubclass"):
            self.module.made.update(id(inner) for arg in node.args for inner in ast.walk(arg))
        if isinstance(function, ast.Attribute):
            self.module.made.add(id(function.value))  # `Table.from_dataframe(…)` makes one here.
            if function.attr in MUTATORS and isinstance(function.value, ast.Name):
                self.module.mutated.add(function.value.id)
            if function.attr == "format":
                self.module.texts.append(Text(node, scope))
        self.visit(function, scope, place)
        self.all(node.args, scope, place)
        for keyword in node.keywords:
            self.visit(keyword.value, scope, place)

    def constant(self, node: ast.Constant, scope: Scope, place: Place) -> None:
        if isinstance(node.value, str):
            self.module.constants.append(Text(node, scope))

    def joined(self, node: ast.JoinedStr, scope: Scope, place: Place) -> None:
        self.module.texts.append(Text(node, scope))
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value.value, scope, place)

    def operation(self, node: ast.BinOp, scope: Scope, place: Place) -> None:
        if isinstance(node.op, (ast.Add, ast.Mod)):
            self.module.texts.append(Text(node, scope))
        self.visit(node.left, scope, place)
        self.visit(node.right, scope, place)

    def name(self, node: ast.Name, scope: Scope, place: Place) -> None:
        if isinstance(node.ctx, ast.Load):
            self.module.loads.setdefault(node.id, []).append(Text(node, scope))
        elif isinstance(node.ctx, ast.Del):
            scope.bind(node.id, Binding("other", node, scope))

    def attribute(self, node: ast.Attribute, scope: Scope, place: Place) -> None:
        if isinstance(node.ctx, ast.Load):
            self.module.loads.setdefault(node.attr, []).append(Text(node, scope))
        else:
            self.module.stores.append(Text(node, scope))
        self.visit(node.value, scope, place)

    def subscript(self, node: ast.Subscript, scope: Scope, place: Place) -> None:
        if not isinstance(node.ctx, ast.Load):
            self.module.stores.append(Text(node, scope))
            if isinstance(node.value, ast.Name):
                self.module.mutated.add(node.value.id)
        self.visit(node.value, scope, place)
        self.visit(node.slice, scope, place)

    def expression(self, node: ast.Expr, scope: Scope, place: Place) -> None:
        if not isinstance(node.value, ast.Constant):
            self.visit(node.value, scope, place)

    def if_else(self, node: ast.IfExp, scope: Scope, place: Place) -> None:
        self.visit(node.test, scope, place)
        self.visit(node.body, scope, self.inside(place, node, "then"))
        self.visit(node.orelse, scope, self.inside(place, node, "else"))

    def match(self, node: ast.Match, scope: Scope, place: Place) -> None:
        self.visit(node.subject, scope, place)
        for number, case in enumerate(node.cases):
            self.visit(case, scope, self.inside(place, node, f"case {number}"))

    def match_name(self, node: ast.MatchAs | ast.MatchStar, scope: Scope, place: Place) -> None:
        if node.name:
            scope.bind(node.name, Binding("other", node, scope))
        self.children(node, scope, place)

    def match_rest(self, node: ast.MatchMapping, scope: Scope, place: Place) -> None:
        if node.rest:
            scope.bind(node.rest, Binding("other", node, scope))
        self.children(node, scope, place)


def is_main_test(test: ast.expr) -> bool:
    """Say whether a test is ``__name__ == "__main__"``."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
    )
