"""Which expressions certainly are pandas data frames."""

import ast

from dashgen.check.resolve import Resolver
from dashgen.check.syntax import Binding, Scope

MAKERS = frozenset(
    f"pandas.{name}" for name in "DataFrame read_csv read_parquet read_feather merge".split()
)
DATASETS = "plotly.data.", "plotly.express.data."
SAME = frozenset(
    "copy reset_index set_index dropna fillna head tail sort_values sort_index merge rename "
    "drop_duplicates query assign".split()
)
"""The methods of a data frame that return one."""
# With one of these, the result is another type, or nothing at all.
OTHERWISE = frozenset({"inplace", "squeeze", "chunksize", "iterator", "axis"})


def is_frame(node: ast.expr, scope: Scope, resolver: Resolver, depth: int = 0) -> bool:
    """Say whether an expression is certainly a data frame."""
    if depth > 6:
        return False
    if isinstance(node, ast.Call):
        if OTHERWISE & {keyword.arg for keyword in node.keywords}:
            return False
        if isinstance(node.func, ast.Attribute) and node.func.attr in SAME:
            return is_frame(node.func.value, scope, resolver, depth + 1)
        name = resolver.external(node.func, scope)
        if name == "pandas.concat":  # Series alone make a series.
            given = node.args[0] if node.args else None
            parts = given.elts if isinstance(given, (ast.List, ast.Tuple)) else []
            return any(is_frame(part, scope, resolver, depth + 1) for part in parts)
        return name in MAKERS or name.startswith(DATASETS)
    if isinstance(node, ast.Subscript) and _keeps_columns(node):
        return is_frame(node.value, scope, resolver, depth + 1)
    if isinstance(node, ast.Name):
        targets = resolver.targets(node, scope)
        return bool(targets) and all(
            isinstance(target, Binding)
            and target.kind == "assign"
            and not target.path
            and target.node is not node
            and is_frame(target.node, target.scope, resolver, depth + 1)
            for target in targets
        )
    return False


def _keeps_columns(node: ast.Subscript) -> bool:
    """Say whether a subscript filters rows, or lists columns: `f[f.a > 1]` and `f[["a", "b"]]`."""
    if isinstance(node.slice, ast.List):
        return True
    return isinstance(node.value, ast.Name) and _compares(node.slice, node.value.id)


def _compares(node: ast.expr, frame: str) -> bool:
    """Say whether an expression compares columns of a frame: `(f.a > 1) & (f["b"] < 2)`."""
    if isinstance(node, ast.BinOp):
        return _compares(node.left, frame) and _compares(node.right, frame)
    if not isinstance(node, ast.Compare) or not isinstance(
        node.left, (ast.Attribute, ast.Subscript)
    ):
        return False
    return isinstance(node.left.value, ast.Name) and node.left.value.id == frame
