"""Templates whose fixed parts are rendered once for each language, and not on every page.

Half of what a page's rendering costs goes into parts that come out alike each time: words to
translate, addresses of pages, icons, static files. As a template is loaded, neighbouring nodes of
these kinds become one, which keeps what it rendered.

Only what names all that it needs by itself counts as fixed: literals. It is rendered without the
page's context, so nothing of a visitor, a permission or a row can be among what is kept.
"""

from __future__ import annotations

import threading
from typing import Any

import heroicons.templatetags.heroicons as icons
from django.template import Context, Node, NodeList, Origin, Template
from django.template.base import FilterExpression, TextNode, TokenType
from django.template.defaulttags import CommentNode, IfNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

_ICONS = {icons.heroicon_micro, icons.heroicon_mini, icons.heroicon_outline, icons.heroicon_solid}
_folding = threading.Lock()


class Loader(cached.Loader):
    """Django's cached loader, which folds each template that it compiles."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        template = super().get_template(template_name, skip)
        if not hasattr(template, "is_folded"):
            # Another thread may have found it in the cache already; folded twice at once, it would
            # lose some of its nodes for good.
            with _folding:
                if not hasattr(template, "is_folded"):
                    fold(template.nodelist)
                    template.is_folded = True  # type: ignore[attr-defined]  # ours
        return template


class FixedNode(Node):
    """Neighbours that come out alike on every page of one language."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.rendered: dict[str | None, SafeString] = {}

    def render_annotated(self, context: Context) -> SafeString:
        language = get_language()
        text = self.rendered.get(language)
        if text is None:
            empty = Context()
            empty.template = context.template  # for the engine's options
            text = SafeString("".join(str(node.render(empty)) for node in self.nodes))
            self.rendered[language] = text
        return text

    render = render_annotated


def fold(nodes: NodeList) -> None:
    """Put neighbouring fixed nodes together, here and in all lists of nodes below."""
    folded: list[Node] = []
    run: list[Node] = []
    for node in nodes:
        if is_fixed(node):
            run.append(node)
            continue
        folded += _put_together(run)
        folded.append(node)
        run = []
        for below in _lists_below(node):
            fold(below)
    nodes[:] = folded + _put_together(run)


def is_fixed(node: Node) -> bool:
    """Tell whether a node comes out alike whatever the page, but for its language."""
    match node:
        case TextNode() | LoadNode() | CommentNode():
            return True
        case TranslateNode():
            is_plain = not node.asvar and node.message_context is None
            return is_plain and _is_literal(node.filter_expression)
        case BlockTranslateNode():
            parts = {token.token_type for token in node.singular}
            names = (node.countervar, node.extra_context, node.asvar, node.message_context)
            return parts <= {TokenType.TEXT} and not any(names)
        case URLNode():
            return _is_literal(node.view_name) and not (node.args or node.kwargs or node.asvar)
        case StaticNode():
            return _is_literal(node.path) and not node.varname
        case SimpleNode():
            given = [*node.args, *node.kwargs.values()]
            return node.func in _ICONS and not node.target_var and all(map(_is_literal, given))
    return False


def _is_literal(expression: FilterExpression) -> bool:
    # Numbers, and what is translated, are variables without a name to look up.
    is_literal = not expression.is_var or getattr(expression.var, "lookups", "") is None
    return is_literal and not expression.filters


def _put_together(run: list[Node]) -> list[Node]:
    if all(isinstance(node, TextNode | LoadNode | CommentNode) for node in run):
        return [node for node in run if isinstance(node, TextNode)]
    return [FixedNode(run)]


def _lists_below(node: Any) -> list[NodeList]:
    if isinstance(node, IfNode):  # it has them beside their conditions
        return [nodes for _condition, nodes in node.conditions_nodelists]
    found = [getattr(node, name, None) for name in node.child_nodelists]
    return [nodes for nodes in found if isinstance(nodes, NodeList)]
