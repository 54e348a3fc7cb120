"""Convert the tree of tree-sitter-sparql to the nodes of `nodes`: expressions, groups, queries and updates.

`syntax` parses and reports errors; the trees converted here have none. Node types are those of tree-sitter-sparql
0.1.0, whose grammar follows SPARQL 1.1 Query Language, section 19.8.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rdfkit.sparql import nodes as n
from rdfkit.sparql.term_builder import TermBuilder, parts_of

if TYPE_CHECKING:
    from tree_sitter import Node as Tree

MAX_CHAIN = 150
"""The maximum number of operators in a row: functions that process an expression recurse once for each."""

_QUERIES = {"select_query", "construct_query", "describe_query", "ask_query"}
_OPERATIONS = {
    "load", "clear", "drop", "add", "move", "copy", "create", "insert_data", "delete_data", "delete_where", "modify"
}  # fmt: skip


class TooDeep(Exception):  # noqa: N818 - a property of the text
    """An expression or path is nested too deep to be processed recursively."""


class Builder(TermBuilder):
    """Builds the nodes of a whole text."""

    def unit(self, root: "Tree") -> list[n.Query | n.Operation]:
        """Return the query, or the operations of an update."""
        found: list[n.Query | n.Operation] = []
        parts = parts_of(root)
        for at, part in enumerate(parts):
            if part.type == "prologue":
                self.prologue(part)
            elif part.type in _QUERIES:
                values = parts[at + 1] if parts[at + 1 : at + 2] and parts[at + 1].type == "values_clause" else None
                found.append(self.query(part, values))
            elif part.type in _OPERATIONS:
                found.append(self.operation(part))
        return found

    # Expressions

    def expression(self, tree: "Tree") -> n.Expression:  # noqa: PLR0911 - one for each kind of expression
        """Return an expression; brackets around it have no node."""
        span, kind = self.span(tree), tree.type
        parts = parts_of(tree)
        if kind == "bracketted_expression":
            return self.expression(parts[1])
        if kind == "binary_expression":
            return self.binary(tree)
        if kind == "unary_expression":
            return n.Call(*span, "operator", parts[0].type, (self.expression(parts[1]),))
        if kind in {"exists_func", "not_exists_func"}:
            return n.Exists(*span, self.group(parts[-1]), negated=kind == "not_exists_func")
        if kind in {"build_in_function", "regex_expression", "substring_expression", "string_replace_expression"}:
            return n.Call(*span, "function", self.keyword(parts[0]), self.arguments(parts[1:]))
        if kind == "function_call":
            return self.function(tree)
        if kind == "aggregate":
            return self.aggregate(tree)
        term = self.term(tree)
        assert not isinstance(term, n.BlankNode)  # noqa: S101 - the grammar has none there
        return term

    def arguments(self, trees: Iterable["Tree"]) -> tuple[n.Expression, ...]:
        """Return the expressions in a list of arguments."""
        found: list[n.Expression] = []
        for tree in trees:
            if tree.type in {"expression_list", "arg_list"}:
                found += self.arguments(parts_of(tree))
            elif tree.type not in {"(", ")", ",", "nil", "DISTINCT"}:
                found.append(self.expression(tree))
        return tuple(found)

    def function(self, tree: "Tree") -> n.Call:
        """Return a call of a function that an IRI names."""
        name, arguments = parts_of(tree)
        iri = self.iri(name)
        distinct = any(part.type == "DISTINCT" for part in parts_of(arguments))
        return n.Call(*self.span(tree), "iri", iri.value, self.arguments([arguments]), distinct, identifier=iri)

    def aggregate(self, tree: "Tree") -> n.Call:
        """Return a call of an aggregate."""
        parts = parts_of(tree)
        kinds = [part.type for part in parts]
        separator = self.string(parts[-2]) if ";" in kinds else None
        inside = parts[2 : kinds.index(";") if ";" in kinds else -1]
        given = self.arguments(part for part in inside if part.type != "*")
        distinct = "DISTINCT" in kinds
        return n.Call(*self.span(tree), "aggregate", self.keyword(parts[0]), given, distinct, separator)

    def binary(self, tree: "Tree") -> n.Expression:
        """Return ``a + b + c``, which is ``(a + b) + c`` in the tree, without recursion for each operator."""
        spine: list[list[Tree]] = []
        end = tree
        while end.type == "binary_expression":
            spine.append(parts_of(end))
            end = spine[-1][0]
        if len(spine) > MAX_CHAIN:
            raise TooDeep
        found = self.expression(end)
        start = self.place(end.start_byte)
        for parts in reversed(spine):
            name = " ".join(part.type for part in parts[1:-1])
            right = self.arguments(parts[-1:])
            found = n.Call(start, self.place(parts[-1].end_byte), "operator", name, (found, *right))
        return found

    # Groups

    def group(self, tree: "Tree") -> n.Group:
        """Return a group."""
        elements: list[n.Element] = []
        for part in parts_of(tree):
            if part.type == "sub_select":
                elements.append(n.SubSelect(*self.span(part), self.query(part, None)))
            elif part.type == "triples_block":
                elements.append(n.Triples(*self.span(part), self.triples([part])))
            elif part.type not in {"{", "}", "."}:
                elements.append(self.clause(part))
        return n.Group(*self.span(tree), tuple(elements))

    def clause(self, tree: "Tree") -> n.Element:  # noqa: PLR0911 - one for each kind of clause
        """Return an element of a group that is not a triple block."""
        span, kind = self.span(tree), tree.type
        parts = parts_of(tree)
        if kind == "filter":
            return n.Filter(*span, self.expression(parts[1]))
        if kind == "bind":
            return n.Bind(*span, self.expression(parts[2]), self.variable(parts[4]))
        if kind == "inline_data":
            return self.values(tree)
        if kind == "group_or_union_graph_pattern":
            unions = tuple(self.place(part.start_byte) for part in parts if part.type == "UNION")
            return n.Alternatives(*span, tuple(self.group(part) for part in parts if part.type != "UNION"), unions)
        group = self.group(parts[-1])
        if kind == "optional_graph_pattern":
            return n.Optional(*span, group)
        if kind == "minus_graph_pattern":
            return n.Minus(*span, group)
        if kind == "graph_graph_pattern":
            return n.Graph(*span, self.name(parts[1]), group)
        return n.Service(*span, self.name(parts[-2]), group, silent=parts[1].type == "SILENT")

    def variable(self, tree: "Tree") -> n.Variable:
        """Return a variable."""
        return n.Variable(*self.span(tree), self.written(tree)[1:])

    def name(self, tree: "Tree") -> n.Iri | n.Variable:
        """Return the variable or IRI that names a graph or server."""
        return self.variable(tree) if tree.type == "var" else self.iri(tree)

    def values(self, tree: "Tree") -> n.Values:
        """Return the data of VALUES (``inline_data`` or ``values_clause``)."""
        parts = parts_of(parts_of(tree)[1])
        opening = next(at for at, part in enumerate(parts) if part.type == "{")
        variables = tuple(self.variable(part) for part in parts[:opening] if part.type == "var")
        rows: list[tuple[n.Term | None, ...]] = []
        row: list[n.Term | None] | None = None
        bracketed = parts[0].type != "var"
        for part in parts[opening + 1 : -1]:
            if part.type == "(":
                row = []
            elif part.type in {")", "nil"}:
                rows.append(tuple(row or ()))
            else:
                term = None if part.type == "UNDEF" else self.term(part)
                if bracketed and row is not None:
                    row.append(term)
                else:
                    rows.append((term,))
        return n.Values(*self.span(tree), variables, tuple(rows))

    # Queries

    def query(self, tree: "Tree", values: "Tree | None") -> n.Query:  # noqa: C901 - one branch for each clause
        """Return a query; ``values`` is what follows its body."""
        parts = parts_of(tree)
        found: dict[str, Any] = {"form": self.keyword(parts[0]), "dataset": []}
        for part in parts:
            if part.type == "select_clause":
                found |= self.select(part)
            elif part.type == "dataset_clause":
                found["dataset"].append(self.dataset(part))
            elif part.type == "where_clause":
                found["where"] = self.group(parts_of(part)[-1])
            elif part.type == "solution_modifier":
                found |= self.modifiers(part)
            elif part.type == "values_clause":
                found["values"] = self.values(part)
            elif part.type in {"construct_template", "triples_template"}:
                found["template"] = n.Template(*self.span(part), None, self.triples(parts_of(part) or [part]))
            elif part.type == "*":
                found["star"] = self.place(part.start_byte)
            elif part.type in {"var", "iri_reference", "prefixed_name"}:
                found["described"] = (*found.get("described", ()), self.name(part))
        if values is not None:
            found["values"] = self.values(values)
        if found["form"] == "CONSTRUCT" and "where" not in found:
            found["where"] = self.body_that_is_template(parts, found["template"])
        found["dataset"] = tuple(found["dataset"])
        return n.Query(self.place(tree.start_byte), self.place((values or tree).end_byte), **found)

    def body_that_is_template(self, parts: list["Tree"], template: n.Template) -> n.Group:
        """Return the body of ``CONSTRUCT WHERE { }``."""
        opening, closing = (part for part in parts if part.type in {"{", "}"})
        inside = n.Triples(template.start, template.end, template.triples)
        return n.Group(self.place(opening.start_byte), self.place(closing.end_byte), (inside,))

    def select(self, tree: "Tree") -> dict[str, Any]:
        """Return the parts of a SELECT clause: columns, star, DISTINCT."""
        parts = parts_of(tree)
        kinds = [part.type for part in parts]
        found: dict[str, Any] = {
            "form": "SELECT", "distinct": kinds[1] == "DISTINCT", "reduced": kinds[1] == "REDUCED"
        }  # fmt: skip
        if kinds[-1] == "*":
            return {**found, "star": self.place(parts[-1].start_byte)}
        columns = []
        for at, part in enumerate(parts):
            if part.type == "(":
                columns.append(self.column(parts[at : at + 5]))
            elif part.type == "var" and kinds[at - 1] not in {"AS", "("}:
                columns.append(n.Column(*self.span(part), self.variable(part)))
        return {**found, "columns": tuple(columns)}

    def column(self, parts: list["Tree"]) -> n.Column:
        """Return ``(expression AS ?variable)`` or, in GROUP BY, ``(expression)`` or an expression."""
        start, end = self.place(parts[0].start_byte), self.place(parts[-1].end_byte)
        if len(parts) == 1:
            if parts[0].type == "var":
                return n.Column(start, end, self.variable(parts[0]))
            return n.Column(start, end, None, self.expression(parts[0]))
        return n.Column(start, end, self.variable(parts[3]) if len(parts) == 5 else None, self.expression(parts[1]))

    def modifiers(self, tree: "Tree") -> dict[str, Any]:
        """Return what follows the body: GROUP BY, HAVING, ORDER BY, LIMIT, OFFSET."""
        found: dict[str, Any] = {}
        for clause in parts_of(tree):
            inner = parts_of(clause)
            if clause.type == "group_clause":
                found["group_by"] = tuple(self.column(parts_of(one)) for one in inner[2:])
            elif clause.type == "having_clause":
                found["having"] = tuple(self.expression(parts_of(one)[0]) for one in inner[1:])
            elif clause.type == "order_clause":
                found["order_by"] = tuple(self.order(one) for one in inner[2:])
            else:
                for part in inner:
                    limit = n.Limit(*self.span(part), int(self.written(parts_of(part)[1])))
                    found["limit" if part.type == "limit_clause" else "offset"] = limit
        return found

    def order(self, tree: "Tree") -> n.Order:
        """Return a condition of ORDER BY."""
        parts = parts_of(tree)
        return n.Order(*self.span(tree), self.expression(parts[-1]), descending=parts[0].type == "DESC")

    def dataset(self, tree: "Tree") -> n.Dataset:
        """Return a FROM or USING clause."""
        inner = parts_of(tree)[1]
        if tree.type == "using_clause":
            return n.Dataset(*self.span(tree), self.iri(parts_of(tree)[-1]), named=inner.type == "NAMED")
        return n.Dataset(*self.span(tree), self.iri(parts_of(inner)[-1]), named=inner.type == "named_graph_clause")

    # Updates

    def operation(self, tree: "Tree") -> n.Operation:
        """Return an operation of an update."""
        found: dict[str, Any] = {"graphs": [], "using": []}
        side = "delete" if tree.type in {"delete_data", "delete_where"} else "insert"
        for part in parts_of(tree):
            if part.type == "quads":
                found[side] = self.templates(part)
            elif part.type in {"delete_clause", "insert_clause"}:
                found[part.type.removesuffix("_clause")] = self.templates(parts_of(part)[-1])
            elif part.type == "using_clause":
                found["using"].append(self.dataset(part))
            elif part.type == "group_graph_pattern":
                found["where"] = self.group(part)
            elif part.type == "SILENT":
                found["silent"] = True
            else:
                found["graphs"] += self.graphs(part)
        found |= {"graphs": tuple(found["graphs"]), "using": tuple(found["using"])}
        return n.Operation(*self.span(tree), tree.type.upper().replace("_", " "), **found)

    def graphs(self, tree: "Tree") -> list[n.Iri]:
        """Return the IRIs in a reference to a graph."""
        if tree.type in {"iri_reference", "prefixed_name"}:
            return [self.iri(tree)]
        return [iri for part in parts_of(tree) for iri in self.graphs(part)]

    def templates(self, tree: "Tree") -> tuple[n.Template, ...]:
        """Return the triples of a template, in one node for each GRAPH."""
        found = []
        for part in parts_of(tree):
            if part.type == "triples_template":
                found.append(n.Template(*self.span(part), None, self.triples([part])))
            elif part.type == "quads_not_triples":
                inner = parts_of(part)
                found.append(n.Template(*self.span(part), self.name(inner[1]), self.triples(inner[2:])))
        return tuple(found)
