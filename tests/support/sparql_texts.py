"""SPARQL queries of constraints by the grammar of SPARQL 1.1 (section 19.8), as tokens.

A query is made from random choices, so that hypothesis can make, keep and shorten it. What SHACL forbids in a query
with pre-bound variables is not made: MINUS, VALUES, SERVICE, GRAPH, FROM and AS with a pre-bound variable (appendix A).
"""

from collections.abc import Iterable
from random import Random

EX = "http://example.org/"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PREFIXES = {"ex": EX, "xsd": XSD, "rdf": RDF}

Tokens = list[str]


# Making queries

PREDICATES = ("p", "q", "r", "name", "on", "n")
NODES = ("a", "b", "c", "d", "e")
NUMBERS = ("0", "1", "2", "007", "3", "400", "2.5", ".5", "0.10", "4.1E2", "1e0", "5.0e-1", ".5e1", "2.E0")
STRINGS = ('"a"', '"b"', '"text"', '""', '"a b"', '"1"', '"2"', '"é"')
TYPED = (
    '"x" ^^ ex:own', '"9" ^^ xsd:byte', '"5" ^^ xsd:decimal', '"2024-02-29" ^^ xsd:date', '"2024-03-01Z" ^^ xsd:date',
    '"2024-02-29T12:00:00" ^^ xsd:dateTime', '"2024-02-29T12:00:00Z" ^^ xsd:dateTime', '"true" ^^ xsd:boolean',
    '"1.5" ^^ xsd:float', '"a" @en', '"a" @en-GB', '"b" @fr', '"P1D" ^^ xsd:dayTimeDuration', '"1" ^^ xsd:integer',
)  # fmt: skip


class Maker:
    """Makes the tokens of one query; ``scope`` are the variables that patterns of the group have bound so far."""

    def __init__(self, random: Random) -> None:
        """Take the source of random choices."""
        self.random = random
        self.fresh = 0
        self.names: list[str] = ["value", "x", "y", "z"]

    def pick(self, *choices: str) -> str:
        """Return one of some texts."""
        return self.random.choice(choices)

    def chance(self, percent: int) -> bool:
        """Return true in so many of a hundred cases."""
        return self.random.randrange(100) < percent

    def new(self) -> str:
        """Return a variable that the query does not have yet."""
        self.fresh += 1
        return f"?v{self.fresh}"

    # Terms and patterns

    def variable(self) -> str:
        return "$this" if self.chance(30) else f"?{self.random.choice(self.names)}"

    def new_name(self) -> str:
        """Return a variable that expressions may use afterwards."""
        name = self.new()
        self.names.append(name[1:])
        return name

    def number(self) -> str:
        return self.random.choice(NUMBERS)

    def literal(self) -> Tokens:
        kind = self.random.randrange(8)
        if kind < 2:
            return [self.pick("", "", "-", "+") + self.number()]
        if kind == 2:
            return [self.pick("true", "false")]
        return [self.random.choice(STRINGS)] if kind < 5 else self.pick(*TYPED).split()

    def predicate(self) -> str:
        return "a" if self.chance(8) else f"ex:{self.random.choice(PREDICATES)}"

    def path(self, depth: int = 0) -> Tokens:
        kind = self.random.randrange(10) if depth < 2 else 9
        if kind == 0:
            return ["^", *self._path_in_brackets(depth)]
        if kind == 1:
            return [*self._path_in_brackets(depth), self.pick("*", "+", "?")]
        if kind == 2:
            return ["(", *self.path(depth + 1), "/", *self.path(depth + 1), ")"]
        if kind == 3:
            return ["(", *self.path(depth + 1), "|", *self.path(depth + 1), ")"]
        if kind == 4 and self.chance(40):
            return self.random.choice((["!", "ex:p"], ["!", "(", "ex:p", "|", "^", "ex:q", ")"], ["!", "^", "ex:p"]))
        return [self.predicate()]

    def _path_in_brackets(self, depth: int) -> Tokens:
        inner = self.path(depth + 1)
        return inner if len(inner) == 1 else ["(", *inner, ")"]

    def verb(self) -> Tokens:
        if self.chance(6):
            return [self.new()]
        return self.path() if self.chance(20) else [self.predicate()]

    def object(self, depth: int = 0) -> Tokens:
        kind = self.random.randrange(24)
        if kind < 18:
            return [self.variable()] if self.chance(60) else [self.new_name()]
        if kind < 20:
            return [f"ex:{self.random.choice(NODES)}"]
        if kind < 22 or depth:
            return self.literal()
        if kind == 22:
            return ["[", *self.properties(depth + 1), "]"] if self.chance(80) else ["[", "]"]
        return ["(", *self.object(depth + 1), *(self.object(depth + 1) if self.chance(50) else []), ")"]

    def properties(self, depth: int = 0) -> Tokens:
        found = [*self.verb(), *self.object(depth)]
        if self.chance(15):
            found += [",", *self.object(depth)]
        if self.chance(20):
            found += [";", *self.verb(), *self.object(depth)]
        return found

    def triples(self) -> Tokens:
        subject = self.random.choice(("$this", "$this", self.variable(), f"ex:{self.random.choice(NODES)}"))
        return [subject, *self.properties()]

    # Expressions

    def expression(self, depth: int = 0) -> Tokens:
        """Return an expression of any kind."""
        return self.truth(depth) if self.chance(40) else self.value(depth)

    def truth(self, depth: int = 0) -> Tokens:  # noqa: C901, PLR0911 - one branch for each kind
        kind = self.random.randrange(16) if depth < 3 else self.random.randrange(5)
        if kind < 5:
            return [*self.value(depth + 1), self.pick("=", "!=", "<", ">", "<=", ">="), *self.value(depth + 1)]
        if kind == 5:
            operator = self.pick("&&", "||")
            return ["(", *self.truth(depth + 1), ")", operator, "(", *self.truth(depth + 1), ")"]
        if kind == 6:
            return ["!", "(", *self.truth(depth + 1), ")"]
        if kind == 7:
            return ["BOUND", "(", self.variable(), ")"]
        if kind == 8:
            name = self.pick("isIRI", "isURI", "isBlank", "isLiteral", "isNumeric")
            return [name, "(", *self.value(depth + 1), ")"]
        if kind == 9:
            name = self.pick("CONTAINS", "STRSTARTS", "STRENDS")
            return [name, "(", *self.text(depth + 1), ",", *self.text(depth + 1), ")"]
        if kind == 10:
            flags = [",", self.pick('"i"', '"s"', '""')] if self.chance(30) else []
            return [
                "REGEX",
                "(",
                *self.text(depth + 1),
                ",",
                self.pick('"^a"', '"t$"', '"[a-c]+"', '"x|b"'),
                *flags,
                ")",
            ]
        if kind == 11:
            members: Tokens = []
            for _ in range(self.random.randrange(4)):
                members += [*([","] if members else []), *self.value(depth + 2)]
            return [*self.value(depth + 1), *self.random.choice((["IN"], ["NOT", "IN"])), "(", *members, ")"]
        if kind == 12:
            return ["sameTerm", "(", *self.value(depth + 1), ",", *self.value(depth + 1), ")"]
        if kind == 13:
            wanted = self.pick('"en"', '"*"', '"EN-gb"', '"fr"')
            return ["langMatches", "(", "LANG", "(", self.variable(), ")", ",", wanted, ")"]
        if kind == 14 and depth < 2:
            return [*(["NOT"] if self.chance(50) else []), "EXISTS", *self.group(depth + 1)]
        return ["xsd:boolean", "(", *self.value(depth + 1), ")"]

    def value(self, depth: int = 0) -> Tokens:  # noqa: PLR0911
        kind = self.random.randrange(14) if depth < 3 else self.random.randrange(6)
        if kind < 4:
            return [self.variable()]
        if kind < 6:
            return self.literal() if self.chance(80) else [f"ex:{self.random.choice(NODES)}"]
        if kind < 9:
            return self.numeric(depth)
        if kind < 11:
            return self.text(depth)
        if kind == 11:
            test = [*self.truth(depth + 1), ",", *self.value(depth + 1), ",", *self.value(depth + 1)]
            return ["IF", "(", *test, ")"]
        if kind == 12:
            return ["COALESCE", "(", *self.value(depth + 1), ",", *self.value(depth + 1), ")"]
        name = self.pick("DATATYPE", "TIMEZONE", "xsd:dateTime", "xsd:date")
        return [name, "(", *([self.variable()] if self.chance(70) else self.literal()), ")"]

    def numeric(self, depth: int) -> Tokens:  # noqa: PLR0911
        kind = self.random.randrange(9) if depth < 3 else 0
        if kind == 0:
            return [self.number()]
        if kind < 4:
            one, other = self.value(depth + 1), self.value(depth + 1)
            return ["(", *one, self.pick("+", "-", "*", "/"), *other, ")"]
        if kind == 4:
            return [self.pick("-", "+"), self.variable()]
        if kind == 5:
            return [self.pick("ABS", "CEIL", "FLOOR", "ROUND"), "(", *self.value(depth + 1), ")"]
        if kind == 6:
            return ["STRLEN", "(", *self.text(depth + 1), ")"]
        if kind == 7:
            return [self.pick("YEAR", "MONTH", "DAY", "HOURS", "MINUTES", "SECONDS"), "(", self.variable(), ")"]
        name = self.pick("xsd:integer", "xsd:decimal", "xsd:double", "xsd:float")
        return [name, "(", *self.value(depth + 1), ")"]

    def text(self, depth: int = 0) -> Tokens:  # noqa: PLR0911
        kind = self.random.randrange(12) if depth < 3 else self.random.randrange(4)
        if kind < 3:
            return ["STR", "(", self.variable(), ")"]
        if kind < 5:
            return [self.random.choice(STRINGS)] if self.chance(60) else [self.variable()]
        if kind == 5:
            return [
                self.pick("UCASE", "LCASE", "LANG", "TZ", "xsd:string", "ENCODE_FOR_URI"),
                "(",
                self.variable(),
                ")",
            ]
        if kind == 6:
            return ["CONCAT", "(", *self.text(depth + 1), ",", *self.text(depth + 1), ")"]
        if kind == 7:
            size = [",", self.pick("1", "2", "3")] if self.chance(50) else []
            return ["SUBSTR", "(", *self.text(depth + 1), ",", self.pick("1", "2", "3"), *size, ")"]
        if kind == 8:
            name = self.pick("STRBEFORE", "STRAFTER")
            return [name, "(", *self.text(depth + 1), ",", *self.text(depth + 1), ")"]
        if kind == 9:
            pattern, by = self.pick('"a"', '"[b-z]+"', '"(t)"'), self.pick('"-"', '"<$1>"')
            if pattern != '"(t)"':
                by = '"-"'
            return ["REPLACE", "(", *self.text(depth + 1), ",", pattern, ",", by, ")"]
        if kind == 10:
            return self.random.choice(
                (["STRLANG", "(", '"a"', ",", '"en"', ")"], ["STRDT", "(", '"1"', ",", "xsd:integer", ")"])
            )
        return [self.pick("MD5", "SHA256"), "(", "STR", "(", self.variable(), ")", ")"]

    # Groups

    def filter(self, depth: int) -> Tokens:
        if self.chance(25):
            return ["FILTER", *(["NOT"] if self.chance(60) else []), "EXISTS", *self.group(depth + 1)]
        return ["FILTER", "(", *self.truth(depth), ")"]

    def element(self, depth: int) -> Tokens:
        kind = self.random.randrange(12)
        if kind < 4 or depth >= 3:
            return self.filter(depth)
        if kind < 6:
            return ["OPTIONAL", *self.group(depth + 1)]
        if kind == 6:
            return [*self.group(depth + 1), "UNION", *self.group(depth + 1)]
        if kind == 7:
            return self.group(depth + 1)
        if kind == 8 and depth < 2:
            return ["{", *self.sub_select(depth + 1), "}"]
        value = self.expression(1)
        return ["BIND", "(", *value, "AS", self.new_name(), ")"]

    def group(self, depth: int = 0) -> Tokens:
        """Return a group graph pattern in its braces."""
        found: Tokens = ["{"]
        names = self.names.copy()
        if depth == 0 and self.chance(92):
            found += ["$this", self.pick("ex:p", "ex:q", "ex:r"), f"?{self.random.choice(self.names)}", "."]
        if self.chance(70):
            found += self.triples()
            while self.chance(30):
                found += [".", *self.triples()]
            if self.chance(50):
                found.append(".")
        for _ in range(self.random.randrange(3 if depth else 4)):
            found += self.element(depth)
            if self.chance(30):
                if self.chance(40):
                    found.append(".")
                found += [*self.triples(), *(["."] if self.chance(30) else [])]
        if depth > 1:
            self.names = names
        return [*found, "}"]

    def sub_select(self, depth: int) -> Tokens:
        if self.chance(40):
            key = f"?{self.random.choice(self.names[:3])}"
            inner, made = self.group(depth), self.new()
            call = self.aggregate(f"?{self.random.choice(('x', 'y', 'z'))}")
            self.names.append(made[1:])
            keys = ["$this", key] if self.chance(60) else ["$this"]
            return ["SELECT", *keys, "(", *call, "AS", made, ")", "WHERE", *inner, "GROUP", "BY", *keys]
        distinct = ["DISTINCT"] if self.chance(40) else []
        return [
            "SELECT",
            *distinct,
            "$this",
            *(["?x"] if self.chance(70) else []),
            f"?{self.names[0]}",
            "WHERE",
            *self.group(depth),
        ]

    def aggregate(self, variable: str) -> Tokens:
        name = self.pick("COUNT", "COUNT", "SUM", "MIN", "MAX", "AVG")
        distinct = ["DISTINCT"] if self.chance(30) else []
        if name == "COUNT" and self.chance(30):
            return ["COUNT", "(", "*", ")"]
        return [name, "(", *distinct, variable, ")"]

    def query(self) -> Tokens:
        """Return a whole query that selects ``$this`` and ``?value``."""
        computed = self.chance(30)
        if computed:
            self.names[0] = "w"
        if computed and self.chance(60):
            having = ["HAVING", "(", *self.aggregate("?x"), self.pick(">", "<", "="), self.number(), ")"]
            return [
                *("SELECT", "$this", "(", *self.aggregate(self.pick("?x", "?y", "?w")), "AS", "?value", ")", "WHERE"),
                *(*self.group(), "GROUP", "BY", "$this", *(having if self.chance(40) else [])),
            ]
        distinct = self.random.choice(([], ["DISTINCT"], ["REDUCED"]))
        column = ["(", *self.expression(1), "AS", "?value", ")"] if computed else ["?value"]
        found = ["SELECT", *distinct, "$this", *column, *(["WHERE"] if self.chance(80) else []), *self.group()]
        if self.chance(8):
            found += ["ORDER", "BY", self.pick("?value", "$this")]
        return found


def plain(tokens: Iterable[str]) -> str:
    """Return tokens as a text with one blank between them, with the prefixes that `Maker` uses."""
    prologue = "".join(f"PREFIX {name}: <{iri}> " for name, iri in PREFIXES.items())
    return prologue + " ".join(tokens)
