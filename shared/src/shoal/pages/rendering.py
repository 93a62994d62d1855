"""Render pages from templates; values are escaped unless they are Markup."""

from functools import cache
from typing import TYPE_CHECKING, Any

from shoal.pages.words import format_percent
from shoal.wording import format_count

if TYPE_CHECKING:
    from jinja2 import Environment


def render_page(package: str, template: str, **values: Any) -> str:
    """Return the page of `template`, a file in `package`'s folder `templates`.

    A page extends "shoal/page.html"; "shoal/parts.html" has cards, keys and tables. Raises
    jinja2.UndefinedError for a name that is missing in `values`.
    """
    return _template_environment(package).get_template(template).render(values)


@cache
def _template_environment(package: str) -> "Environment":
    # Imported here, so that commands that write no page do not load Jinja.
    from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

    shared = PrefixLoader({"shoal": PackageLoader("shoal.pages")})
    environment = Environment(
        loader=ChoiceLoader([shared, PackageLoader(package)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"format_count": format_count, "format_percent": format_percent}
    return environment
