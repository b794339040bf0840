"""The apps of a project: each is the modules that reach one ``Dash(...)`` through imports."""

import ast
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dashgen.check import components, pins
from dashgen.check.callbacks import Callback, Dependency, callbacks, is_enriched
from dashgen.check.project import Project
from dashgen.check.resolve import DEEPEST, Resolver
from dashgen.check.syntax import Binding, Called, Imported, Module, Scope

if TYPE_CHECKING:
    from dashgen.check.layout import Layout, Placed

DASH = "dash.Dash"
OTHER_DASHES = frozenset(
    "jupyter_dash.JupyterDash django_plotly_dash.DjangoDash dash_extensions.enrich.Dash "
    "dash_extensions.enrich.DashProxy dash_tools.enrich.DashProxy".split()
)
KNOWN_VERSIONS = tuple("1.21.0 2.0.0 2.5.1 2.9.3 2.13.0 2.18.2 3.0.4 3.4.0 4.4.1".split())
"""The versions of Dash between which the rules tell."""

LOADERS = frozenset("import_module walk_packages iter_modules run_path exec_module".split())
"""The functions that load modules which no import names."""
BUILT_IN_LOADERS = frozenset("exec eval __import__".split())
"""Those without a module. A method of these names, such as ``frame.eval``, is something else."""


@cache
def well_known() -> frozenset[str]:
    """Return the packages that are no part of a project, although it may list them nowhere."""
    return frozenset(Path(__file__).with_name("known.txt").read_text(encoding="utf-8").split())


def is_known_package(top: str) -> bool:
    """Say whether a package is certainly none that was made for one project or firm."""
    return top in sys.stdlib_module_names or top in well_known()


@dataclass(eq=False)
class App:
    """The modules that run together, and the answers to the rules' questions."""

    project: Project
    modules: list[Module]
    site: Called | None = None
    """The call that makes the app. None if the modules belong to no known app."""
    extended: bool = False
    """Whether the app is of another class than Dash's own."""
    unsure: set[Path] = field(default_factory=set)
    """The modules that are imported in some cases only."""
    partial: bool = False
    """Whether a module of the app cannot be read, or belongs to another app, too."""
    together: list[set[Path]] = field(default_factory=list)
    """The modules that one start loads, for each way to start the app."""

    def __post_init__(self) -> None:
        self.resolver = Resolver(self.project, self.modules)
        self._versions: dict[str, str | None] = {}

    @cached_property
    def layout(self) -> "Layout":
        """The components and their ids."""
        from dashgen.check.layout import Layout

        return Layout(self)

    @cached_property
    def placed(self) -> "list[Placed]":
        """Every component of a known library that the app makes."""
        from dashgen.check.layout import Placed

        return [
            Placed(module, called, *component)
            for module in self.modules
            for called in module.calls
            if (component := self.component(called.node.func, called.scope))
        ]

    @cached_property
    def callbacks(self) -> list[Callback]:
        """All callbacks."""
        return [found for module in self.modules for found in callbacks(module, self.resolver)]

    @cached_property
    def pins(self) -> pins.Pins:
        """The project's requirements."""
        home = self.modules[0]
        return pins.pins_for(home.path.parent, self.project.root, home.source)

    @cached_property
    def dash_version(self) -> str | None:
        """The newest version of Dash that the project may get."""
        return pins.newest(self.pins, "dash", KNOWN_VERSIONS)

    @property
    def dash_major(self) -> int:
        """The major version of Dash, or 0 if it is unknown."""
        return int((self.dash_version or "0").partition(".")[0])

    def library_version(self, library: str) -> str | None:
        """Return the known version of a component library that the project gets."""
        if library not in self._versions:
            name = components.DISTRIBUTIONS[library]
            self._versions[library] = pins.newest(self.pins, name, components.versions(library))
        return self._versions[library]

    def component(self, node: ast.expr, scope: Scope) -> tuple[str, str] | None:
        """Return the library and the name of a component's class."""
        name = self.resolver.external(node, scope)
        library, _, component = name.rpartition(".")
        if library in components.DISTRIBUTIONS and components.is_class(component):
            return library, component
        return None

    def property_of(self, dependency: Dependency) -> tuple[str, str] | None:
        """Return the id and the property of a dependency, or None if one of them is unknown."""
        if dependency.id_node is None or dependency.property_node is None:
            return None
        name = self.resolver.text(dependency.id_node, dependency.scope)
        wanted = self.resolver.text(dependency.property_node, dependency.scope)
        return (name, wanted) if name is not None and wanted is not None else None

    def option(self, name: str) -> ast.expr | None:
        """Return the value of an option of ``Dash(...)``."""
        if self.site is None:
            return None
        return next((k.value for k in self.site.node.keywords if k.arg == name), None)

    @property
    def open_options(self) -> bool:
        """Whether ``Dash(...)`` is given options that are not written there."""
        return self.site is None or any(k.arg is None for k in self.site.node.keywords)

    @cached_property
    def is_whole(self) -> bool:
        """Whether all that belongs to the app is known."""
        if self.site is None or self.extended or self.partial:
            return False
        return not self._loads_dynamically

    @cached_property
    def _loads_dynamically(self) -> bool:
        for module in self.modules:
            for called in module.calls:
                function = called.node.func
                name = getattr(function, "id", None)
                if name in BUILT_IN_LOADERS or (name or getattr(function, "attr", "")) in LOADERS:
                    return True
            for statement in module.imports:
                if self._is_missing(module, statement.module, statement.level):
                    return True
        return False

    def _is_missing(self, module: Module, dotted: str, level: int) -> bool:
        """Say whether an import may lead to a missing module of the app."""
        if self.project.locate(module.path, dotted, level) is not None:
            return False
        if level:
            return True
        top = dotted.partition(".")[0]
        if is_known_package(top):
            return False
        return top.lower().replace("_", "-") not in self.pins

    def runs_once(self, scope: Scope, loops: int, depth: int = 0) -> bool:
        """Say whether code certainly runs once in each start of the app."""
        if loops or depth > 5:
            return False
        function = scope.function()
        if function is None:
            return scope.kind == "module"
        if self.site is not None and self._holds_site(function):
            return True
        node = function.node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.decorator_list:
            return False
        calls = self.resolver.calls_of(node)
        return (
            len(calls) == 1
            and self.resolver.is_only_called(node, 1)
            and not calls[0].place.branches_but_main
            and self.runs_once(calls[0].scope, calls[0].place.loops, depth + 1)
        )

    def is_registered(self, callback: Callback) -> bool:
        """Say whether the app certainly registers a callback, once or several times."""
        function = callback.scope.function()
        if function is None or self._holds_site(function):
            return True
        return bool(self.resolver.calls_of(function.node))

    def _holds_site(self, function: Scope) -> bool:
        return self.site is not None and _is_inside(self.site.scope, function)

    def run_together(self, first: Module, second: Module) -> bool:
        """Say whether one start of the app certainly loads both modules."""
        if first is second:
            return True
        if first.path in self.unsure or second.path in self.unsure:
            return False
        return any(first.path in started and second.path in started for started in self.together)


def find_apps(project: Project, wanted: set[Path]) -> Iterator[App]:
    """Yield the apps of a project that have wanted files, and then such files of no app."""
    relevant = list(project.mentioning(b"dash"))
    graph = _Graph(project, relevant)
    sites = {path: found for path in relevant if (found := graph.sites[path])}
    owners = graph.owners(set(sites))
    taken: set[Path] = set()
    for path, found in sites.items():
        members, roots = graph.members(path, owners)
        taken |= members
        if not members & wanted:
            continue
        modules = [
            m for p in sorted(members, key=lambda p: (p != path, p)) if (m := project.module(p))
        ]
        called, extended = found[0]
        yield App(
            project,
            modules,
            called if len(found) == 1 else None,
            extended=extended or any(map(is_enriched, modules)),
            unsure=graph.unsure(roots),
            partial=len(modules) != len(members)
            or not graph.reached(members) <= members
            or path in graph.open,
            together=[graph.reached([root]) for root in roots],
        )
    for path in relevant:
        module = project.module(path) if path in wanted and path not in taken else None
        if module is not None:
            yield App(project, [module], extended=is_enriched(module))


class _Graph:
    """Which module imports which."""

    def __init__(self, project: Project, start: list[Path]) -> None:
        self.project = project
        self._sites = cache(self._find_sites)
        self.edges: dict[Path, dict[Path, bool]] = {}
        """Importer → imported → whether it is so in some cases only."""
        todo = list(start)
        while todo:
            path = todo.pop()
            if path in self.edges:
                continue
            self.edges[path] = self._imports(path)
            todo += self.edges[path]
        self.sites = {path: self._sites(path) for path in self.edges}
        """The calls that make apps, by module, and whether each app is of another class."""
        self.open: set[Path] = set()
        """The modules of apps whose pages may be anywhere."""
        self._pages()

    def _imports(self, path: Path) -> dict[Path, bool]:
        module = self.project.module(path)
        found: dict[Path, bool] = {}
        if module is None:
            return found
        for statement in module.imports:
            conditional = bool(statement.place.branches_but_main) or self._is_late(path, statement)
            for target in self.project.imported(path, statement):
                if target is not None and target != path:
                    found[target] = found.get(target, True) and conditional
        return found

    def _is_late(self, path: Path, statement: Imported) -> bool:
        """Say whether an import is in a function that may never run."""
        function = statement.scope.function()
        if function is None:
            return False
        return not any(_is_inside(called.scope, function) for called, _ in self._sites(path))

    def _pages(self) -> None:
        """Let a module that makes an app with pages import these."""
        for path, sites in self.sites.items():
            for called, _ in sites:
                name = self._pages_folder(path, called)
                if name is None:
                    self.open.add(path)
                if not name:
                    continue
                base = f"{path.parent / name}{os.sep}"
                for page in self.project.files:
                    if str(page).startswith(base) and self._is_page(page):
                        self.edges[path].setdefault(page, False)
                        if page not in self.edges:
                            self.edges[page] = self._imports(page)

    def _pages_folder(self, path: Path, called: Called) -> str | None:
        """Return the folder of an app's pages, an empty text if it has none, None if unknown."""
        options = {k.arg: k.value for k in called.node.keywords}
        module = self.project.module(path)
        resolver = Resolver(self.project, [module] if module else [])
        uses, folder = options.get("use_pages"), options.get("pages_folder")
        if folder is not None:
            return resolver.text(folder, called.scope)
        if uses is None:
            hidden = None in options and any(self.project.mentioning(b"register_page"))
            return None if hidden else ""
        held = resolver.literal(uses, called.scope)
        if held is None or not isinstance(held[0], ast.Constant):
            return None
        return "pages" if held[0].value else ""

    def _is_page(self, path: Path) -> bool:
        """Say whether Dash imports a file of the pages' folder."""
        if path.name.startswith("_"):
            return False
        module = self.project.module(path)
        return module is None or "register_page" in module.source

    def _find_sites(self, path: Path) -> list[tuple[Called, bool]]:
        module = self.project.module(path)
        if module is None:
            return []
        resolver = Resolver(self.project, [module])
        found = []
        for called in module.calls:
            function = called.node.func
            made = str(getattr(function, "attr", None) or getattr(function, "id", ""))
            if not made[:1].isupper() and "Dash" not in module.source:
                continue  # No class, by its name.
            name = resolver.external(called.node.func, called.scope)
            if name == DASH:
                found.append((called, False))
            elif name in OTHER_DASHES or _is_subclass(called.node.func, called.scope, resolver):
                found.append((called, True))
        return found

    def reached(self, start: Iterable[Path]) -> set[Path]:
        """Return all that some modules import, with themselves."""
        return _reached(start, self.edges)

    def owners(self, sites: set[Path]) -> dict[Path, set[Path]]:
        """Return for each module which of the apps it reaches."""
        importers: dict[Path, list[Path]] = {}
        for importer, imported in self.edges.items():
            for path in imported:
                importers.setdefault(path, []).append(importer)
        found: dict[Path, set[Path]] = {}
        for site in sites:
            for path in _reached([site], importers):
                found.setdefault(path, set()).add(site)
        return found

    def members(self, site: Path, owners: dict[Path, set[Path]]) -> tuple[set[Path], list[Path]]:
        """Return the modules of an app, and those of them that no other imports."""
        reaching = {path for path, apps in owners.items() if apps == {site}} | {site}
        members = self.reached(reaching)
        members = {p for p in members if owners.get(p, {site}) == {site}}
        imported = {p for path in members for p in self.edges.get(path, {}) if p != path}
        roots = sorted(reaching - imported) or [site]
        return members, roots

    def unsure(self, roots: list[Path]) -> set[Path]:
        """Return the modules that only conditional imports reach."""
        certain = {
            importer: [path for path, conditional in imported.items() if not conditional]
            for importer, imported in self.edges.items()
        }
        return self.reached(roots) - _reached(roots, certain)


def _reached(start: Iterable[Path], edges: Mapping[Path, Iterable[Path]]) -> set[Path]:
    found: set[Path] = set()
    todo = list(start)
    while todo:
        path = todo.pop()
        if path not in found:
            found.add(path)
            todo += edges.get(path, ())
    return found


def _is_inside(scope: Scope | None, function: Scope) -> bool:
    while scope is not None and scope is not function:
        scope = scope.parent
    return scope is function


def _is_subclass(function: ast.expr, scope: Scope, resolver: Resolver, depth: int = 0) -> bool:
    """Say whether a class of the project is one of Dash's, over any number of bases."""
    for target in resolver.targets(function, scope):
        if not isinstance(target, Binding) or target.kind != "class" or depth > DEEPEST:
            continue
        for base in target.node.node.bases:
            name = resolver.external(base, target.scope)
            if name == DASH or name in OTHER_DASHES:
                return True
            if _is_subclass(base, target.scope, resolver, depth + 1):
                return True
    return False
