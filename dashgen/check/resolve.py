"""The value of a name or an expression, across modules, as far as it is certain."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from dashgen.check.project import Project
from dashgen.check.syntax import Binding, Called, Function, Module, Scope, Text

HOLE = "\0"
"""Stands in a text for a part that is not known."""
UNKNOWN = frozenset({HOLE})
NO_TEXT = re.compile(r"[-+.\deEjJ]+|True|False|None")
"""The texts that may be those of numbers and other constants."""
MOST_TEXTS = 300
DEEPEST = 14

# Packages of former times, and the modules of Dash that they have become.
MOVED = {
    "dash_html_components": "html",
    "dash_core_components": "dcc",
    "dash_table": "dash_table",
}
# One name for a thing that several places export.
SYNONYMS = {
    **{package: f"dash.{module}" for package, module in MOVED.items()},
    "dash.dependencies": "dash",
    "dash._callback": "dash",
    "dash.dash": "dash",
    "plotly.graph_objs": "plotly.graph_objects",
}
STAR_NAMES = {
    "dash": frozenset(
        "Dash Input Output State html dcc dash_table callback clientside_callback ctx no_update "
        "Patch ALL MATCH ALLSMALLER ClientsideFunction callback_context register_page "
        "page_container page_registry set_props get_app DiskcacheManager CeleryManager".split()
    ),
    "dash.dependencies": frozenset(
        "Input Output State ALL MATCH ALLSMALLER ClientsideFunction".split()
    ),
}
"""The names that a star import from Dash brings."""


class External(NamedTuple):
    """Something of another package, by its full name."""

    name: str


Target = External | Module | Binding
Texts = frozenset[str]


@cache
def normalised(name: str) -> str:
    """Return the one name of something that has several."""
    for old, new in SYNONYMS.items():
        if name == old or name.startswith(f"{old}."):
            return new + name[len(old) :]
    return name


@dataclass
class Resolver:
    """Looks names up in the modules of one app."""

    project: Project
    modules: list[Module] = field(default_factory=list)
    _texts: dict[tuple[int, int], Texts] = field(default_factory=dict)
    _calls: dict[int, list[Called]] | None = None
    _kept: list[ast.expr] = field(default_factory=list)
    """Nodes whose identity is a key, some of which nothing else holds."""

    # ---- names ----

    def targets(self, node: ast.expr, scope: Scope, depth: int = 0) -> tuple[Target, ...]:
        """Return all values that a name may have, or nothing if they are unknown."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return ()
        key = (id(node), id(scope))
        known = self.project.names
        if key not in known:
            if depth > DEEPEST:
                return ()
            known[key] = ()  # For what refers to itself.
            known[key] = self._find(node, scope, depth)
        return known[key]

    def external(self, node: ast.expr, scope: Scope) -> str:
        """Return the full name of something of another package, or an empty text."""
        found = self.targets(node, scope)
        if len(found) == 1 and isinstance(found[0], External):
            return found[0].name
        return ""

    def _find(self, node: ast.Name | ast.Attribute, scope: Scope, depth: int) -> tuple[Target, ...]:
        if isinstance(node, ast.Name):
            bound = scope.find(node.id)
            if bound is None:
                return self._starred(node.id, scope.module, depth)
            return self._bound(bound[1], depth)
        found: list[Target] = []
        for base in self.targets(node.value, scope, depth + 1):
            inner = self._member(base, node.attr, depth)
            if not inner:
                return ()
            found += inner
        return tuple(dict.fromkeys(found))

    def _bound(self, bindings: Iterable[Binding], depth: int) -> tuple[Target, ...]:
        found: list[Target] = []
        for binding in bindings:
            if binding.kind == "import":
                found += self._module(binding.scope.module, binding.node, 0)
            elif binding.kind == "from":
                dotted, level, name = binding.node
                for base in self._module(binding.scope.module, dotted, level):
                    found += self._member(base, name, depth + 1)
            elif (
                binding.kind == "assign"
                and not binding.path
                and isinstance(binding.node, (ast.Name, ast.Attribute))
            ):
                found += self.targets(binding.node, binding.scope, depth + 1) or (binding,)
            else:
                found.append(binding)
        return tuple(dict.fromkeys(found))

    def _module(self, importer: Module, dotted: str, level: int) -> tuple[Target, ...]:
        path = self.project.locate(importer.path, dotted, level)
        if path is None and not level:
            return (External(normalised(dotted)),)
        return self._at(path)

    def _member(self, base: Target, name: str, depth: int) -> tuple[Target, ...]:
        if depth > DEEPEST:
            return ()
        if isinstance(base, External):
            if base.name.startswith("folder:"):
                return self._submodule(base.name[7:], name)
            return (External(normalised(f"{base.name}.{name}")),)
        if isinstance(base, Module):
            bindings = base.scope.bindings.get(name)
            if bindings:
                return self._bound(bindings, depth + 1)
            if base.path.name == "__init__.py":
                inner = self._submodule(str(base.path.parent), name)
                if inner:
                    return inner
            return self._starred(name, base, depth + 1)
        if base.kind == "class":
            bindings = base.node.bindings.get(name)
            return self._bound(bindings, depth + 1) if bindings else ()
        return ()

    def _submodule(self, folder: str, name: str) -> tuple[Target, ...]:
        return self._at(self.project.inside(Path(folder), name))

    def _at(self, path: Path | None) -> tuple[Target, ...]:
        if path is None:
            return ()
        if path.suffix != ".py":
            return (External(f"folder:{path}"),)
        module = self.project.module(path)
        return (module,) if module else ()

    def _starred(self, name: str, module: Module, depth: int) -> tuple[Target, ...]:
        if depth > DEEPEST:
            return ()
        for statement in module.imports:
            if "*" not in statement.names:
                continue
            for base in self._module(module, statement.module, statement.level):
                if isinstance(base, Module) and base is not module:
                    found = self._member(base, name, depth + 1)
                    if found:
                        return found
                elif isinstance(base, External) and name in STAR_NAMES.get(
                    statement.module, frozenset()
                ):
                    return (External(normalised(f"{base.name}.{name}")),)
        return ()

    # ---- calls of the app's own functions ----

    def calls_of(self, function: ast.AST) -> list[Called]:
        """Return every call of one of the app's own functions."""
        if self._calls is None:
            self._calls = {}
            for module in self.modules:
                for called in module.calls:
                    for target in self.targets(called.node.func, called.scope):
                        if isinstance(target, Binding) and target.kind == "function":
                            self._calls.setdefault(id(target.node), []).append(called)
        return self._calls.get(id(function), [])

    def is_only_called(self, function: Function, calls: int) -> bool:
        """Say whether a function is never handed around, by how often it may be read."""
        loads = (text for module in self.modules for text in module.loads.get(function.name, ()))
        return sum(self._may_be(function, text) for text in loads) == calls

    def _may_be(self, function: Function, text: Text) -> bool:
        targets = self.targets(text.node, text.scope)
        return not targets or any(
            isinstance(target, Binding) and target.node is function for target in targets
        )

    # ---- texts ----

    def texts(self, node: ast.expr, scope: Scope, depth: int = 0) -> Texts:
        """Return all texts that an expression may be. A ``HOLE`` stands for an unknown part."""
        key = (id(node), id(scope))
        if key not in self._texts:
            if depth > DEEPEST:
                return UNKNOWN
            self._kept.append(node)
            self._texts[key] = UNKNOWN
            found = self._read(node, scope, depth)
            self._texts[key] = found if len(found) <= MOST_TEXTS else UNKNOWN
        return self._texts[key]

    def text(self, node: ast.expr, scope: Scope) -> str | None:
        """Return the only text that an expression may be, or None if there are several."""
        found = self.texts(node, scope)
        if len(found) == 1:
            only = next(iter(found))
            return None if HOLE in only else only
        return None

    def _read(self, node: ast.expr, scope: Scope, depth: int) -> Texts:
        if isinstance(node, ast.Constant):
            return frozenset({str(node.value)})
        if isinstance(node, ast.JoinedStr):
            return self._joined([self._part(value, scope, depth) for value in node.values])
        if isinstance(node, ast.BinOp):
            return self._operation(node, scope, depth)
        if isinstance(node, ast.Call):
            return self._called(node, scope, depth)
        if isinstance(node, ast.IfExp):
            return self.texts(node.body, scope, depth + 1) | self.texts(
                node.orelse, scope, depth + 1
            )
        if isinstance(node, ast.BoolOp):
            return frozenset().union(*(self.texts(v, scope, depth + 1) for v in node.values))
        if isinstance(node, (ast.Name, ast.Attribute)):
            targets = self.targets(node, scope)
            if not targets:
                return UNKNOWN
            return frozenset().union(*(self._of_target(t, depth) for t in targets))
        if isinstance(node, ast.Subscript):
            return self._item(node, scope, depth)
        return UNKNOWN

    def _part(self, value: ast.expr, scope: Scope, depth: int) -> Texts:
        if isinstance(value, ast.FormattedValue):
            if value.format_spec is not None or value.conversion not in (-1, 115):
                return UNKNOWN
            return self.texts(value.value, scope, depth + 1)
        return self.texts(value, scope, depth + 1)

    @staticmethod
    def _joined(parts: list[Texts]) -> Texts:
        size = 1
        for part in parts:
            size *= len(part)
        if size > MOST_TEXTS:
            parts = [part if len(part) == 1 else UNKNOWN for part in parts]
        return frozenset(
            re.sub(f"{HOLE}+", HOLE, "".join(combination)) for combination in product(*parts)
        )

    def _operation(self, node: ast.BinOp, scope: Scope, depth: int) -> Texts:
        if isinstance(node.op, ast.Add):
            left = self.texts(node.left, scope, depth + 1)
            right = self.texts(node.right, scope, depth + 1)
            if self._is_text(node, scope):
                return self._joined([left, right])
            if len(left) * len(right) > MOST_TEXTS:
                return UNKNOWN
            return frozenset().union(*(_added(one, two) for one, two in product(left, right)))
        template = node.left.value if isinstance(node.left, ast.Constant) else None
        if isinstance(node.op, ast.Mod) and isinstance(template, str):
            return frozenset({re.sub(r"%[-+ #0-9.]*[a-zA-Z]", HOLE, template)})
        return UNKNOWN

    def _is_text(self, node: ast.expr, scope: Scope, depth: int = 0) -> bool:
        """Say whether an expression is a text for certain, although digits may be all of it."""
        held = self.literal(node, scope)
        if held is None or depth > DEEPEST:
            return False
        value, inner = held
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            sides = (value.left, value.right)
            return any(self._is_text(side, inner, depth + 1) for side in sides)
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
            return value.func.id == "str" and inner.find("str") is None
        return isinstance(value, ast.JoinedStr) or (
            isinstance(value, ast.Constant) and isinstance(value.value, str)
        )

    def _called(self, node: ast.Call, scope: Scope, depth: int) -> Texts:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "format":
            return self._formatted(node, function.value, scope, depth)
        if isinstance(function, ast.Name) and function.id == "str" and len(node.args) == 1:
            if scope.find("str") is None:
                return self.texts(node.args[0], scope, depth + 1)
            return UNKNOWN
        targets = self.targets(function, scope)
        if len(targets) == 1 and isinstance(targets[0], Binding):
            return self._returned(targets[0], depth)
        return UNKNOWN

    def _returned(self, target: Binding, depth: int) -> Texts:
        """Return the results of all calls of a function that has only a return statement."""
        if target.kind != "function" or target.node.decorator_list:
            return UNKNOWN
        body = [s for s in target.node.body if not _is_docstring(s)]
        inner = target.scope.module.scopes.get(id(target.node))
        if len(body) == 1 and isinstance(body[0], ast.Return) and body[0].value and inner:
            return self.texts(body[0].value, inner, depth + 1)
        return UNKNOWN

    def _formatted(self, node: ast.Call, template: ast.expr, scope: Scope, depth: int) -> Texts:
        found: set[str] = set()
        for text in self.texts(template, scope, depth + 1):
            fields = re.split(r"\{[^{}]*\}", text)
            plain = re.findall(r"\{[^{}]*\}", text) == ["{}"] * len(node.args)
            if plain and not node.keywords:
                parts: list[Texts] = [frozenset({fields[0]})]
                for argument, rest in zip(node.args, fields[1:], strict=True):
                    parts += [self.texts(argument, scope, depth + 1), frozenset({rest})]
                found |= self._joined(parts)
            else:
                found.add(HOLE.join(fields))
        return frozenset(found)

    def _item(self, node: ast.Subscript, scope: Scope, depth: int) -> Texts:
        holder = self.literal(node.value, scope)
        if holder is None:
            return UNKNOWN
        value, inner = holder
        if isinstance(value, ast.Dict) and all(value.keys):
            wanted = self.texts(node.slice, scope, depth + 1)
            found: Texts = frozenset()
            for key, item in zip(value.keys, value.values, strict=True):
                assert key is not None
                keys = self.texts(key, inner, depth + 1)
                if HOLE in wanted or keys & wanted or HOLE in keys:
                    found |= self.texts(item, inner, depth + 1)
            return found or UNKNOWN
        if isinstance(value, (ast.List, ast.Tuple)):
            return frozenset().union(
                *(self.texts(element, inner, depth + 1) for element in value.elts)
            )
        return UNKNOWN

    def _of_target(self, target: Target, depth: int) -> Texts:
        if not isinstance(target, Binding):
            return UNKNOWN
        if target.kind == "assign":
            return self._at_path(target.node, target.scope, target.path, depth)
        if target.kind == "loop":
            elements = self.elements(target.node, _iteration_scope(target), depth + 1)
            if elements is None:
                return UNKNOWN
            return frozenset().union(
                *(self._at_path(e, s, target.path, depth) for e, s in elements)
            )
        if target.kind == "param":
            return self._argument(target, depth)
        return UNKNOWN

    def _at_path(self, node: ast.expr, scope: Scope, path: tuple[int, ...], depth: int) -> Texts:
        for index in path:
            if not isinstance(node, (ast.Tuple, ast.List)) or index >= len(node.elts):
                return UNKNOWN
            node = node.elts[index]
        return self.texts(node, scope, depth + 1)

    def _argument(self, binding: Binding, depth: int) -> Texts:
        """Return the values of a function's parameter at all of its calls."""
        function = binding.scope.node
        parent = binding.scope.parent
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return UNKNOWN
        if function.decorator_list or parent is None or parent.kind == "class":
            return UNKNOWN
        calls = self.calls_of(function)
        if not calls or not self.is_only_called(function, len(calls)):
            return UNKNOWN
        found: Texts = frozenset()
        for called in calls:
            value = argument_of(function, called.node, binding.node.arg)
            if value is None:
                return UNKNOWN
            is_default = value in (*function.args.defaults, *function.args.kw_defaults)
            found |= self.texts(value, parent if is_default else called.scope, depth + 1)
        return found

    # ---- lists and dicts ----

    def literal(self, node: ast.expr, scope: Scope) -> tuple[ast.expr, Scope] | None:
        """Return the literal that an expression is, where it is never changed."""
        for _ in range(DEEPEST):
            if not isinstance(node, (ast.Name, ast.Attribute)):
                return node, scope
            targets = self.targets(node, scope)
            if len(targets) != 1 or not isinstance(targets[0], Binding):
                return None
            binding = targets[0]
            name = node.id if isinstance(node, ast.Name) else node.attr
            changed = any(name in module.mutated for module in self.modules)
            if binding.kind != "assign" or binding.path or changed:
                return None
            node, scope = binding.node, binding.scope
        return None

    def elements(
        self, node: ast.expr, scope: Scope, depth: int = 0
    ) -> list[tuple[ast.expr, Scope]] | None:
        """Return the elements of something that is iterated over, as far as texts need them."""
        if depth > DEEPEST:
            return None
        held = self.literal(node, scope)
        if held is None:
            return None
        node, scope = held
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            found: list[tuple[ast.expr, Scope]] = []
            for element in node.elts:
                if isinstance(element, ast.Starred):
                    inner = self.elements(element.value, scope, depth + 1)
                    if inner is None:
                        return None
                    found += inner
                else:
                    found.append((element, scope))
            return found
        if isinstance(node, ast.Dict):
            return None if None in node.keys else [(key, scope) for key in node.keys if key]
        if isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
            own = scope.module.scopes.get(id(node))
            return [(node.elt, own)] if own else None
        if isinstance(node, ast.Call):
            return self._iterated(node, scope, depth)
        return None

    def _iterated(
        self, node: ast.Call, scope: Scope, depth: int
    ) -> list[tuple[ast.expr, Scope]] | None:
        function = node.func
        if isinstance(function, ast.Attribute) and not node.args:
            held = self.literal(function.value, scope)
            if held is None or not isinstance(held[0], ast.Dict) or None in held[0].keys:
                return None
            keys, values, inner = held[0].keys, held[0].values, held[1]
            if function.attr == "keys":
                return [(key, inner) for key in keys if key]
            if function.attr == "values":
                return [(value, inner) for value in values]
            if function.attr == "items":
                return [
                    (ast.Tuple(elts=[key, value]), inner)
                    for key, value in zip(keys, values, strict=True)
                    if key
                ]
            return None
        if not isinstance(function, ast.Name) or node.keywords or scope.find(function.id):
            return None
        if function.id in ("list", "tuple", "set", "sorted", "reversed") and len(node.args) == 1:
            return self.elements(node.args[0], scope, depth + 1)
        if function.id == "range":
            return self._range(node, scope)
        if function.id == "enumerate" and node.args:
            inner_elements = self.elements(node.args[0], scope, depth + 1)
            if inner_elements is None or len(node.args) > 1:
                return None
            return [
                (ast.Tuple(elts=[ast.Constant(index), element]), own)
                for index, (element, own) in enumerate(inner_elements)
            ]
        return None

    def _range(self, node: ast.Call, scope: Scope) -> list[tuple[ast.expr, Scope]] | None:
        numbers = []
        for argument in node.args:
            text = self.text(argument, scope)
            if text is None or not re.fullmatch(r"-?\d{1,4}", text):
                return None
            numbers.append(int(text))
        if not 1 <= len(numbers) <= 3 or numbers[2:] == [0]:
            return None
        values = range(*numbers)
        return [(ast.Constant(n), scope) for n in values] if len(values) <= MOST_TEXTS else None


def argument_of(
    function: ast.FunctionDef | ast.AsyncFunctionDef, call: ast.Call, name: str
) -> ast.expr | None:
    """Return the value of one parameter of a call, or its default, or None if it is unknown."""
    arguments = function.args
    if any(isinstance(a, ast.Starred) for a in call.args):
        return None
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    positional = [parameter.arg for parameter in (*arguments.posonlyargs, *arguments.args)]
    if name in positional:
        index = positional.index(name)
        if index < len(call.args):
            return call.args[index]
        index -= len(positional) - len(arguments.defaults)
        return arguments.defaults[index] if index >= 0 else None
    for parameter, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if parameter.arg == name:
            return default
    return None


def _added(left: str, right: str) -> Texts:
    """Return the results of ``+`` for two values that may be numbers."""
    if not all(one == HOLE or NO_TEXT.fullmatch(one) for one in (left, right)):
        return frozenset({re.sub(f"{HOLE}+", HOLE, left + right)})
    if all(re.fullmatch(r"-?[0-9]{1,9}", one) for one in (left, right)):
        return frozenset({left + right, str(int(left) + int(right))})
    return UNKNOWN


def _iteration_scope(binding: Binding) -> Scope:
    scope = binding.scope
    if scope.kind == "comprehension":
        first = scope.node.generators[0].iter  # type: ignore[attr-defined]
        if first is binding.node and scope.parent is not None:
            return scope.parent
    return scope


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
