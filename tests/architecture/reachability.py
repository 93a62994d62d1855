"""Check that no code is without a door: `python -m tests.architecture.reachability`.

Doors are the console scripts and `shoal.commands` of the pyproject.toml files, and the modules that `python
-m` runs. A module is reached if a door's imports lead to it. A function, class, method or constant is used if
a reached module's top level or the body of a used definition names it; names are compared without types, so
one use anywhere counts for every definition of that name. Imports and `__all__` do not count, and neither do
tests and benches.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.modules import Module, doors, reached_modules, read_modules

ROOT = Path(__file__).resolve().parents[2]
ALLOWED_MODULES: dict[str, str] = {}  # name: why it may be without a door
ALLOWED_NAMES = {  # name, of a method with its class: why nothing needs to use it
    "TolerantRecords.next_batch": "aiokafka calls it",
    "Server.capture_signals": "uvicorn calls it",
    "LocalShoal.restart": "tests/chaos kills services and starts them again",
    "LocalShoal.stop_service": "tests/chaos stops services one after the other",
    "Stack.servers": "tests of outages stop one server of a stack",
}
PLAIN = frozenset(  # decorators that register nothing
    (
        *(
            "staticmethod",
            "classmethod",
            "property",
            "cached_property",
            "abstractmethod",
            "overload",
            "setter",
        ),
        *(
            "contextmanager",
            "asynccontextmanager",
            "lru_cache",
            "cache",
            "dataclass",
            "wraps",
            "runtime_checkable",
        ),
    )
)
HOOKLESS = frozenset(  # bases outside the house that call no method by a name of ours
    (
        *("ABC", "BaseException", "BaseModel", "BaseSettings", "Enum", "Exception", "Generic", "IntEnum"),
        *(
            "KeyError",
            "NamedTuple",
            "OSError",
            "Protocol",
            "RuntimeError",
            "StrEnum",
            "TypedDict",
            "ValueError",
        ),
    )
)
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(slots=True)
class Item:
    """A definition: where it is, and the names in its body. `always`: a framework calls it."""

    name: str
    module: Module
    line: int
    mentions: set[str]
    owner: "Item | None" = None
    always: bool = False
    bases: tuple[str, ...] = ()


def names_in(nodes: Iterable[ast.AST], aliases: dict[str, str]) -> set[str]:
    """Return the names that code mentions: variables that are not its own, quoted ones, and attributes.

    An attribute comes with a dot before it as well: a method is named in no other way.
    """
    mentions: set[str] = set()
    walked = [inner for outer in nodes for inner in ast.walk(outer)]
    own = own_names(walked)
    for node in walked:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in own:
            mentions.add(aliases.get(node.id, node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            mentions |= {node.attr, f".{node.attr}"}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            mentions |= quoted_names(node.value)  # an annotation, or what getattr looks for
    return mentions


def own_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the parameters and variables of functions among the nodes."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            names |= {inner.arg for inner in ast.walk(node.args) if isinstance(inner, ast.arg)}
            body = node.body if isinstance(node.body, list) else [node.body]
            names |= {
                inner.id
                for outer in body
                for inner in ast.walk(outer)
                if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
            }
    return names


def quoted_names(text: str) -> set[str]:
    """Return the names of a quoted annotation; nothing for other texts."""
    if not text.replace("_", "").replace(".", "").replace("[", "").replace("]", "").isalnum():
        return set()
    try:
        names = {node.id for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)}
    except SyntaxError:
        return set()
    return names | {f".{name}" for name in names}


def read_items(module: Module) -> tuple[list[Item], set[str]]:
    """Return the definitions of a module, and the names that its top level mentions when it is imported."""
    items: list[Item] = []
    top: set[str] = set()
    for node in module.tree.body:
        if isinstance(node, Definition):
            items += items_of(node, module)
            top |= names_in(node.decorator_list, module.aliases)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and (targets := constants(node)):
            mentions = names_in([node], module.aliases)
            if targets == ["__all__"]:
                continue
            items += [Item(name, module, node.lineno, mentions) for name in targets]
            top |= mentions
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            top |= names_in([node], module.aliases)
    return items, top


def constants(node: ast.Assign | ast.AnnAssign) -> list[str]:
    """Return the names that an assignment binds."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def items_of(node: Definition, module: Module) -> Iterator[Item]:
    """Yield a function, or a class and its methods."""
    registered = is_registered(node)
    if not isinstance(node, ast.ClassDef):
        yield Item(node.name, module, node.lineno, names_in([node], module.aliases), None, registered)
        return
    methods = [inner for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)]
    rest = [*node.bases, *node.keywords, *(inner for inner in node.body if inner not in methods)]
    bases = tuple(ast.unparse(base).partition("[")[0] for base in node.bases)
    owner = Item(node.name, module, node.lineno, names_in(rest, module.aliases), None, registered, bases)
    yield owner
    for method in methods:
        dunder = method.name.startswith("__")
        mentions = names_in([method], module.aliases)
        yield Item(method.name, module, method.lineno, mentions, owner, dunder or is_registered(method))


def is_registered(node: Definition) -> bool:
    """Return whether a decorator hands the definition to a framework: a route, a command, a validator."""
    return any(last_name(decorator) not in PLAIN for decorator in node.decorator_list)


def last_name(node: ast.expr) -> str:
    """Return the last part of a dotted name, called or not."""
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def hooked_classes(items: list[Item]) -> set[str]:
    """Return the names of classes with a base outside the house, which may call their methods."""
    bases = {item.name: item.bases for item in items if item.owner is None}
    hooked: set[str] = set()
    while True:
        more = {
            name
            for name, own in bases.items()
            if any(base in hooked or (base not in bases and base not in HOOKLESS) for base in own)
        }
        if more == hooked:
            return hooked
        hooked = more


def unused_items(items: list[Item], mentions: set[str]) -> list[Item]:
    """Return what nothing uses. mentions: the names that top levels and doors use."""
    hooked, used, mentioned = hooked_classes(items), set[int](), set(mentions)
    rest = items
    while True:
        fresh = [item for item in rest if is_used(item, used, mentioned, hooked)]
        if not fresh:
            return rest
        used |= {id(item) for item in fresh}
        mentioned = mentioned.union(*(item.mentions for item in fresh))
        rest = [item for item in rest if id(item) not in used]


def is_used(item: Item, used: set[int], mentioned: set[str], hooked: set[str]) -> bool:
    """Return whether an item is named, or called by a framework; a method only if its class is used."""
    if item.owner is None:
        return item.always or item.name in mentioned
    inside = id(item.owner) in used
    return inside and (item.always or f".{item.name}" in mentioned or item.owner.name in hooked)


def faults(root: Path) -> list[str]:
    """Return one line for each module and each definition that no door leads to."""
    modules = read_modules(root)
    entered, called = doors(root, modules)
    reached = reached_modules(modules, entered)
    lines = [
        f"{module.path.relative_to(root)}:1: no entry point leads to module {name}: import it where it is needed, "
        "move it to the tests, or remove it"
        for name, module in sorted(modules.items())
        if name not in reached and not is_allowed(name)
    ]
    items: list[Item] = []
    for name in sorted(reached):
        own, top = read_items(modules[name])
        items += own
        called |= top
    for item in unused_items(items, called):
        name = f"{item.owner.name}.{item.name}" if item.owner else item.name
        if name not in ALLOWED_NAMES and not is_allowed(item.module.name):
            lines.append(
                f"{item.module.path.relative_to(root)}:{item.line}: nothing that an entry point reaches uses "
                f"{name}: use it, move it to the tests, or remove it"
            )
    return lines


def is_allowed(module: str) -> bool:
    """Return whether a module, or a package that holds it, may be without a door."""
    return any(module == name or module.startswith(f"{name}.") for name in ALLOWED_MODULES)


def main() -> int:
    """Print every fault; return the exit code."""
    lines = faults(ROOT)
    for line in lines:
        print(line)  # noqa: T201 - a command
    print(f"reachability: {len(lines)} faults" if lines else "reachability: no faults")  # noqa: T201
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
