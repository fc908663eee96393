"""Faults in Python: permissions, filters, checks, locks and what the log says, each dropped once.

A fault changes the syntax tree of one function; its new code is put into the living function, so that nothing is
imported anew and a fault costs no more than the tests that it makes fall.
"""

import ast
import copy
import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from suone.ground.access.permissions import Permission

ROOT = Path(__file__).resolve().parents[2]
_NO_LOCKS = ("acts.py", "apps.py", "forms.py", "urls.py", "conftest.py")  # words, shapes and addresses
_DROPPED_CALLS = {  # statements that are a call of this name, or a method of this name in a chain
    "check_": "the check",
    "record": "what the log says",
    "record_event": "what the log says",
    "tell": "what the log says",
    "notify_staff": "who is notified",
    "notify_institutions": "who is notified",
    "tell_": "who is notified",
    "end_unfounded_grants": "the end of access",
    "found": "what is found",
}
_SAID = ("about", "recipients", "legal_basis", "purpose", "details", "on_behalf_of", "person_id", "dossier_id")
_UNLOCKED = "__import__('suone.records.dossiers.models', fromlist=['Dossier']).Dossier.objects.get(pk={})"
WEAKEST = Permission.WORKLIST_READ


@dataclass
class PythonFault:
    file: Path
    line: int
    function: str  # qualified, within the module
    first_line: int
    what: str
    change: Callable[[ast.Module], ast.Module] = field(repr=False)

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} {self.function}: {self.what}"

    @property
    def place(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.first_line}"

    @property
    def is_of_a_filter(self) -> bool:
        """Whether the row policies hide it: it is looked for with the policies off."""
        return self.what == "without .readable_by(…)"

    def plant(self) -> Callable[[], None] | None:
        """Put the fault into the living functions; the answer takes it out again. None where nothing lives."""
        source = self.file.read_text("utf-8")
        original = _code_of(compile(source, str(self.file), "exec"), self.function, self.first_line)
        module = ast.fix_missing_locations(self.change(ast.parse(source)))
        changed = _code_of(compile(module, str(self.file), "exec"), self.function, self.first_line)
        if original is None or changed is None or original.co_freevars != changed.co_freevars:
            return None
        place = (str(self.file), self.first_line, original.co_name)
        living = [(found, found.__code__) for found in _living().get(place, [])]
        if not living:
            return None
        for found, _before in living:
            found.__code__ = changed

        def take_out() -> None:
            for found, before in living:
                found.__code__ = before

        return take_out


@dataclass
class PermissionFault:
    """A view whose required permission is the one that everybody has."""

    view: Any
    function: FunctionType
    permission: str

    def __str__(self) -> str:
        code = self.function.__code__
        place = Path(code.co_filename).relative_to(ROOT)
        return f"{place}:{code.co_firstlineno} {code.co_name}: the permission {self.permission}"

    @property
    def place(self) -> str:
        code = self.function.__code__
        return f"{Path(code.co_filename).relative_to(ROOT)}:{code.co_firstlineno}"

    def plant(self) -> Callable[[], None] | None:
        names = self.view.__code__.co_freevars
        if "permission" not in names or self.view.permission == WEAKEST:
            return None
        cell = self.view.__closure__[names.index("permission")]
        before = cell.cell_contents
        cell.cell_contents = self.view.permission = WEAKEST

        def take_out() -> None:
            cell.cell_contents = self.view.permission = before

        return take_out


@cache
def _living() -> dict[tuple[str, int, str], list[FunctionType]]:
    """Every function of the product by its place, as often as it lives."""
    gc.unfreeze()  # conftest.py freezes what was imported, and the collector does not list what is frozen
    found: dict[tuple[str, int, str], list[FunctionType]] = {}
    for thing in gc.get_objects():
        if type(thing) is FunctionType and "/suone/" in thing.__code__.co_filename:  # a lazy object answers isinstance
            code = thing.__code__
            found.setdefault((code.co_filename, code.co_firstlineno, code.co_name), []).append(thing)
    return found


def permission_faults() -> Iterator[PermissionFault]:
    from django.urls import get_resolver

    seen = set()
    waiting = list(get_resolver().url_patterns)
    while waiting:
        entry = waiting.pop()
        waiting += getattr(entry, "url_patterns", [])
        guarded = getattr(entry, "callback", None)
        view = getattr(guarded, "__wrapped__", None)
        if getattr(guarded, "permission", None) is not None and isinstance(view, FunctionType) and guarded not in seen:
            seen.add(guarded)
            yield PermissionFault(guarded, view, guarded.permission)


def faults_of(file: Path) -> Iterator[PythonFault]:
    """Every way in which a lock of this file is dropped once."""
    tree = ast.parse(file.read_text("utf-8"))
    for function, name in _functions(tree):
        first_line = min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])
        for node in ast.walk(function):
            for what, key in _droppable(node, file.name == "views.py"):
                yield PythonFault(file, node.lineno, name, first_line, what, _Dropping(key).visit)


def all_faults(package: str = "") -> Iterator[PythonFault | PermissionFault]:
    folder = ROOT / "src" / "suone"
    rooms = (f"*/{package or '*'}{part}/*.py" for part in ("", "/models", "/services"))
    for file in sorted(file for room in rooms for file in folder.glob(room)):
        if file.parent.name not in ("oprf", "client", "tests", "migrations") and file.name not in _NO_LOCKS:
            yield from faults_of(file)
    for fault in sorted(permission_faults(), key=str):
        if not package or f"/{package}/" in str(fault):
            yield fault


Key = tuple[str, int, int]


def _droppable(node: ast.AST, of_a_page: bool) -> Iterator[tuple[str, Key]]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        name = _name_of(node.value.func).lstrip("_")
        for word, what in _DROPPED_CALLS.items():
            if name == word or (word.endswith("_") and name.startswith(word)):
                yield f"without {what}, {name}(…)", ("statement", node.lineno, node.col_offset)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in ("readable_by", "select_for_update", "in_force"):
            yield f"without .{node.func.attr}(…)", ("method", node.lineno, node.end_col_offset or 0)
        for keyword in node.keywords:
            if node.func.attr == "filter" and keyword.arg and keyword.arg.split("__")[0] in ("state", "category"):
                place = (f"keyword {keyword.arg}", node.lineno, node.end_col_offset or 0)
                yield f"without filter({keyword.arg}=…)", place
    if isinstance(node, ast.Call):
        yield from _words(node)
    if isinstance(node, ast.If):
        refuses = len(node.body) == 1 and _refuses(node.body[0]) and not node.orelse
        if refuses or not of_a_page:  # what else a page asks is how it goes on, and no lock
            yield from _halves(node.test, "the question")
        if refuses:
            yield f"without the refusal if {ast.unparse(node.test)[:80]}", ("refusal", node.lineno, node.col_offset)
    if isinstance(node, ast.Return) and node.value is not None and not of_a_page:
        yield from _halves(node.value, "the answer")


def _words(call: ast.Call) -> Iterator[tuple[str, Key]]:
    """What is written to the log, each part by itself; and the lock on a case."""
    name, end = _name_of(call.func).lstrip("_"), call.end_col_offset or 0
    if name == "lock":
        yield "without the lock", ("lock", call.lineno, end)
    if name in ("record_event", "tell", "record"):
        for keyword in call.keywords:
            if keyword.arg in _SAID:
                yield f"the log says nothing of {keyword.arg}", (f"keyword {keyword.arg}", call.lineno, end)
            if keyword.arg == "act" and isinstance(keyword.value, ast.Attribute):
                yield f"the log says another act than {ast.unparse(keyword.value)}", ("act", call.lineno, end)


def _refuses(statement: ast.stmt) -> bool:
    """By an error, by no for an answer, or by going on with the next."""
    if isinstance(statement, ast.Return):
        return isinstance(statement.value, ast.Constant) and not statement.value.value
    return isinstance(statement, ast.Raise | ast.Continue)


def _halves(condition: ast.expr, of: str) -> Iterator[tuple[str, Key]]:
    """Each of what AND or OR joins, at every depth."""
    joined = [node for node in ast.walk(condition) if isinstance(node, ast.BoolOp)]
    if of == "the question" or any(_is_yes_or_no(operand) for node in joined for operand in node.values):
        for node in joined:
            if any(isinstance(operand, ast.Constant) for operand in node.values):
                continue  # a value in place of nothing
            for number, operand in enumerate(node.values):
                key = (f"half {number} of {node.end_lineno}:{node.end_col_offset}", node.lineno, node.col_offset)
                yield f"{of} without {ast.unparse(operand)[:80]}", key


def _is_yes_or_no(operand: ast.expr) -> bool:
    """Not a value that stands in for another one, as in ``name or ""``."""
    if isinstance(operand, ast.Call | ast.Attribute | ast.Name):
        name = _name_of(operand.func if isinstance(operand, ast.Call) else operand)
        return name in ("any", "all", "bool", "may") or name.startswith(("is_", "has_", "may_", "leads"))
    return isinstance(operand, ast.Compare | ast.BoolOp) or (
        isinstance(operand, ast.UnaryOp) and isinstance(operand.op, ast.Not)
    )


def _name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


class _Dropping(ast.NodeTransformer):
    def __init__(self, key: Key) -> None:
        self.key = key

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if self.key == ("statement", node.lineno, node.col_offset):
            return ast.copy_location(ast.Pass(), node)
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST:
        if self.key == ("refusal", node.lineno, node.col_offset):
            return ast.copy_location(ast.Pass(), node)
        return self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        kind, *place = self.key
        if place == [node.lineno, node.col_offset] and kind.endswith(f" of {node.end_lineno}:{node.end_col_offset}"):
            left = [value for number, value in enumerate(node.values) if not kind.startswith(f"half {number} of ")]
            return left[0] if len(left) == 1 else ast.copy_location(ast.BoolOp(node.op, left), node)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        kind, *place = self.key
        if place == [node.lineno, node.end_col_offset]:
            if kind == "lock" and _name_of(node.func).lstrip("_") == "lock":
                return _expression(_UNLOCKED.format(ast.unparse(node.args[-1])), node)
            if kind == "act" and _name_of(node.func).lstrip("_") in ("record_event", "tell", "record"):
                other = copy.copy(node)
                other.keywords = [_another(each) if each.arg == "act" else each for each in node.keywords]
                return other
            if kind == "method" and isinstance(node.func, ast.Attribute):
                # A manager has no rows of its own: all of them.
                everything = ast.Attribute(value=node.func.value, attr="all", ctx=ast.Load())
                return ast.copy_location(ast.Call(func=everything, args=[], keywords=[]), node)
            if kind.startswith("keyword "):
                other = copy.copy(node)
                other.keywords = [keyword for keyword in node.keywords if keyword.arg != kind.removeprefix("keyword ")]
                return other
        return self.generic_visit(node)


def _another(act: ast.keyword) -> ast.keyword:
    """Some other act of the same words."""
    said = ast.unparse(act.value)
    another = _expression(f"next(each for each in type({said}) if each != {said})", act.value)
    return ast.keyword(arg=act.arg, value=another)


def _expression(text: str, instead_of: ast.expr) -> ast.expr:
    return ast.copy_location(ast.parse(text, mode="eval").body, instead_of)


def _functions(tree: ast.Module) -> Iterator[tuple[ast.FunctionDef, str]]:
    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[ast.FunctionDef, str]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef):
                yield child, prefix + child.name
            elif isinstance(child, ast.ClassDef):
                yield from walk(child, f"{prefix}{child.name}.")

    yield from walk(tree, "")


def _code_of(code: CodeType, function: str, first_line: int) -> CodeType | None:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == function and constant.co_firstlineno == first_line:
                return constant
            if found := _code_of(constant, function, first_line):
                return found
    return None
