"""The terms in SHACL's namespace: which exist, and which belong to a feature that no engine here supports.

The lists are those of the published vocabulary (https://www.w3.org/ns/shacl.ttl), which also declares the terms of the
notes SHACL Advanced Features and SHACL JavaScript Extensions, and ``sh:values``, which only the first note declares.
"""

from rdfkit.base import namespaces

SH = namespaces.SH

_CORE_PROPERTIES = """
    alternativePath and ask class closed condition conforms construct datatype deactivated declare defaultValue
    description detail disjoint entailment equals flags focusNode group hasValue ignoredProperties in inversePath
    labelTemplate languageIn lessThan lessThanOrEquals maxCount maxExclusive maxInclusive maxLength message minCount
    minExclusive minInclusive minLength name namespace node nodeKind nodeValidator not oneOrMorePath optional or order
    parameter path pattern prefix prefixes property propertyValidator qualifiedMaxCount qualifiedMinCount
    qualifiedValueShape qualifiedValueShapesDisjoint result resultMessage resultPath resultSeverity select severity
    shapesGraph shapesGraphWellFormed sourceConstraint sourceConstraintComponent sourceShape sparql
    suggestedShapesGraph targetClass targetNode targetObjectsOf targetSubjectsOf uniqueLang update validator value xone
    zeroOrMorePath zeroOrOnePath
"""
_CORE_CLASSES = """
    AbstractResult ConstraintComponent Function NodeKind NodeShape Parameter Parameterizable PrefixDeclaration
    PropertyGroup PropertyShape Severity Shape SPARQLAskExecutable SPARQLAskValidator SPARQLConstraint
    SPARQLExecutable SPARQLSelectExecutable SPARQLSelectValidator ValidationReport ValidationResult Validator
"""
_INDIVIDUALS = "BlankNode BlankNodeOrIRI BlankNodeOrLiteral IRI IRIOrLiteral Literal Info Violation Warning this"
_COMPONENTS = """
    And-and Class-class Closed-closed Closed-ignoredProperties Datatype-datatype Disjoint-disjoint Equals-equals
    Expression-expression HasValue-hasValue In-in LanguageIn-languageIn LessThan-lessThan
    LessThanOrEquals-lessThanOrEquals MaxCount-maxCount MaxExclusive-maxExclusive MaxInclusive-maxInclusive
    MaxLength-maxLength MinCount-minCount MinExclusive-minExclusive MinInclusive-minInclusive MinLength-minLength
    Node-node NodeKind-nodeKind Not-not Or-or Pattern-flags Pattern-pattern Property-property
    QualifiedMaxCount-qualifiedMaxCount QualifiedMaxCount-qualifiedValueShape
    QualifiedMaxCount-qualifiedValueShapesDisjoint QualifiedMinCount-qualifiedMinCount
    QualifiedMinCount-qualifiedValueShape QualifiedMinCount-qualifiedValueShapesDisjoint SPARQL-sparql
    UniqueLang-uniqueLang Xone-xone
"""
"""Each component, and the parameters that it declares."""

_FEATURES = {
    "targets of SHACL Advanced Features": "target Target TargetType SPARQLTarget SPARQLTargetType",
    "rules of SHACL Advanced Features": (
        "rule condition construct update subject predicate object Rule SPARQLRule TripleRule values "
        "SPARQLConstructExecutable SPARQLUpdateExecutable"
    ),
    "expressions of SHACL Advanced Features": "expression filterShape nodes union intersection",
    "functions of SHACL Advanced Features": "returnType SPARQLFunction",
    "annotations of SHACL Advanced Features": (
        "resultAnnotation annotationProperty annotationValue annotationVarName ResultAnnotation"
    ),
    "JavaScript": (
        "js jsFunctionName jsLibrary jsLibraryURL JSConstraint JSExecutable JSFunction JSLibrary JSRule JSTarget "
        "JSTargetType JSValidator"
    ),
    "entailment, so that triples would have to be inferred first": "entailment",
}
_LATER = """
    Debug Trace memberShape minListLength maxListLength uniqueMembers someValue subsetOf singleLine rootClass
    nodeByExpression reifierShape reificationRequired targetWhere ShapeClass
"""

UNSUPPORTED = {name: feature for feature, names in _FEATURES.items() for name in names.split()}
"""The local names of the terms of each feature that is not supported, and what the feature is."""

LATER = frozenset(_LATER.split())
"""Terms of the drafts of SHACL 1.2."""

PROPERTIES = frozenset(_CORE_PROPERTIES.split()) | {name for name in UNSUPPORTED if name[0].islower()}
CLASSES = frozenset(_CORE_CLASSES.split()) | {name for name in UNSUPPORTED if name[0].isupper()}

TERMS = frozenset(
    {
        *("", *PROPERTIES, *CLASSES, *_INDIVIDUALS.split()),
        *("JSConstraint-js", "JSConstraintComponent"),
        *(name.partition("-")[0] + "ConstraintComponent" for name in _COMPONENTS.split()),
        *("ConstraintComponent-".join(name.split("-")) for name in _COMPONENTS.split()),
    }
)
"""The local names of all terms; the empty one is the namespace itself."""

SINGLE = {
    *("severity", "deactivated", "closed", "ignoredProperties", "datatype", "in", "languageIn", "maxCount", "minCount"),
    *("maxExclusive", "maxInclusive", "minExclusive", "minInclusive", "maxLength", "minLength", "nodeKind", "pattern"),
    *("flags", "qualifiedMaxCount", "qualifiedMinCount", "qualifiedValueShape", "qualifiedValueShapesDisjoint"),
    *("uniqueLang", "path"),
}
"""The properties of which a shape has at most one value."""

OF_PROPERTY_SHAPES = {"lessThan", "lessThanOrEquals", "maxCount", "minCount", "qualifiedValueShape", "uniqueLang"}
"""The parameters that a node shape must not have."""


def nearest(name: str, among: frozenset[str] = TERMS) -> str:
    """Return the term with the most similar name, or an empty string: first the one of the same words, in any case."""
    import difflib

    for words in (str.lower, _words):
        for each in sorted(among):
            if words(each) == words(name):
                return each
    names = sorted(each for each in among if "-" not in each)
    return next(iter(difflib.get_close_matches(name, names, 1, 0.7)), "")


def _words(name: str) -> str:
    """Return the words of a name in a fixed order: IRIOrBlankNode is written for BlankNodeOrIRI."""
    return " ".join(sorted(name.lower().split("or")))
