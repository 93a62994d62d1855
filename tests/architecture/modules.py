"""The modules of the packages, their imports, and the entry points that reach them."""

import ast
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

PACKAGES = ("shared", "services/*", "deploy/*")


@dataclass(slots=True)
class Module:
    """A module: its tree, what it imports, and the names it gives to imported ones."""

    name: str
    path: Path
    tree: ast.Module
    imports: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)


def packages(root: Path) -> list[Path]:
    """Return the pyproject.toml files of the packages."""
    return sorted(path for pattern in PACKAGES for path in root.glob(f"{pattern}/pyproject.toml"))


def read_modules(root: Path) -> dict[str, Module]:
    """Return every module by its dotted name."""
    modules = {}
    for project in packages(root):
        folder = project.parent / "src"
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            modules[name] = Module(name, path, ast.parse(path.read_text(encoding="utf-8"), str(path)))
    for module in modules.values():
        read_imports(module, modules)
    return modules


def read_imports(module: Module, modules: dict[str, Module]) -> None:
    """Fill in imports and aliases."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            module.imports.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                package = module.name.split(".")
                package = package if module.path.name == "__init__.py" else package[:-1]
                source = ".".join([*package[: len(package) - node.level + 1], *filter(None, [source])])
            module.imports.add(source)
            for alias in node.names:
                if f"{source}.{alias.name}" in modules:
                    module.imports.add(f"{source}.{alias.name}")
                elif alias.asname:
                    module.aliases[alias.asname] = alias.name


GROUPS = ("shoal.commands", "shoal.announced", "shoal.recovered")  # `shoal topics` calls the last two


def doors(root: Path, modules: dict[str, Module]) -> tuple[set[str], set[str]]:
    """Return the modules at which code is entered, and the names that are called there."""
    entered, called = set(), set()
    for path in packages(root):
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        points = project.get("entry-points", {})
        opened = [target for group in GROUPS for target in points.get(group, {}).values()]
        for target in [*project.get("scripts", {}).values(), *opened]:
            module, _, name = target.partition(":")
            entered.add(module)
            called.add(name)
    entered |= {name for name, module in modules.items() if is_run(module)}
    return entered, called


def is_run(module: Module) -> bool:
    """Return whether `python -m` runs the module."""
    tests = [ast.unparse(node.test) for node in module.tree.body if isinstance(node, ast.If)]
    return module.path.name == "__main__.py" or "__name__ == '__main__'" in tests


def reached_modules(modules: dict[str, Module], entered: set[str]) -> set[str]:
    """Return the modules that imports lead to; a module's packages are imported before it."""
    reached: set[str] = set()
    waiting = list(entered)
    while waiting:
        parts = waiting.pop().split(".")
        for name in (".".join(parts[: length + 1]) for length in range(len(parts))):
            if name in modules and name not in reached:
                reached.add(name)
                waiting.extend(modules[name].imports)
    return reached
