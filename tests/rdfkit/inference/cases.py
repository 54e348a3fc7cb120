"""Graphs for the tests of the rules: what each rule infers alone, what breaks each check, and axioms with loops."""

EXAMPLES = {
    "prp-dom": ("ex:p rdfs:domain ex:C . ex:a ex:p ex:b .", "ex:a a ex:C ."),
    "prp-rng": ('ex:p rdfs:range ex:C . ex:a ex:p ex:b , "no thing" .', "ex:b a ex:C ."),
    "prp-fp": (
        'ex:p a owl:FunctionalProperty . ex:a ex:p ex:b , ex:c , "no thing" .',
        "ex:b owl:sameAs ex:c . ex:c owl:sameAs ex:b .",
    ),
    "prp-ifp": (
        "ex:p a owl:InverseFunctionalProperty . ex:a ex:p ex:c . ex:b ex:p ex:c .",
        "ex:a owl:sameAs ex:b . ex:b owl:sameAs ex:a .",
    ),
    "prp-symp": ("ex:p a owl:SymmetricProperty . ex:a ex:p ex:b .", "ex:b ex:p ex:a ."),
    "prp-trp": (
        "ex:p a owl:TransitiveProperty . ex:a ex:p ex:b . ex:b ex:p ex:c . ex:c ex:p ex:d .",
        "ex:a ex:p ex:c , ex:d . ex:b ex:p ex:d .",
    ),
    "prp-spo1": ('ex:p rdfs:subPropertyOf ex:q . ex:a ex:p ex:b , "x"@en .', 'ex:a ex:q ex:b , "x"@en .'),
    "prp-spo2-2": (
        "ex:p owl:propertyChainAxiom ( ex:q ex:r ) . ex:a ex:q ex:b . ex:b ex:r ex:c . ex:c ex:r ex:d .",
        "ex:a ex:p ex:c .",
    ),
    "prp-spo2-3": (
        "ex:p owl:propertyChainAxiom ( ex:q ex:r ex:s ) . ex:a ex:q ex:b . ex:b ex:r ex:c . ex:c ex:s ex:d .",
        "ex:a ex:p ex:d .",
    ),
    "prp-eqp1": ("ex:p owl:equivalentProperty ex:q . ex:a ex:p ex:b . ex:c ex:q ex:d .", "ex:a ex:q ex:b ."),
    "prp-eqp2": ("ex:p owl:equivalentProperty ex:q . ex:a ex:p ex:b . ex:c ex:q ex:d .", "ex:c ex:p ex:d ."),
    "prp-inv1": ("ex:p owl:inverseOf ex:q . ex:a ex:p ex:b . ex:c ex:q ex:d .", "ex:b ex:q ex:a ."),
    "prp-inv2": ("ex:p owl:inverseOf ex:q . ex:a ex:p ex:b . ex:c ex:q ex:d .", "ex:d ex:p ex:c ."),
    "prp-key": (
        (
            'ex:C owl:hasKey ( ex:p ) . ex:a a ex:C ; ex:p "1" . ex:b a ex:C ; ex:p "1" . ex:c a ex:C ; ex:p "2" . '
            'ex:d ex:p "1" .'
        ),
        "ex:a owl:sameAs ex:b . ex:b owl:sameAs ex:a .",
    ),
    "cls-int1": (
        (
            "ex:C owl:intersectionOf ( ex:A ex:B ex:D ) . "
            "ex:x a ex:A , ex:B , ex:D . ex:y a ex:A , ex:B . ex:z a ex:B , ex:D ."
        ),
        "ex:x a ex:C .",
    ),
    "cls-int2": ("ex:C owl:intersectionOf ( ex:A ex:B ) . ex:x a ex:C .", "ex:x a ex:A , ex:B ."),
    "cls-uni": (
        "ex:C owl:unionOf ( ex:A ex:B ) . ex:x a ex:A . ex:y a ex:B . ex:z a ex:D .",
        "ex:x a ex:C . ex:y a ex:C .",
    ),
    "cls-svf1": (
        "ex:R owl:onProperty ex:p ; owl:someValuesFrom ex:C . ex:a ex:p ex:b . ex:b a ex:C . ex:d ex:p ex:e .",
        "ex:a a ex:R .",
    ),
    "cls-svf2": ("ex:R owl:onProperty ex:p ; owl:someValuesFrom owl:Thing . ex:a ex:p ex:b .", "ex:a a ex:R ."),
    "cls-avf": (
        'ex:R owl:onProperty ex:p ; owl:allValuesFrom ex:C . ex:a a ex:R ; ex:p ex:b , "no thing" . ex:d ex:p ex:e .',
        "ex:b a ex:C .",
    ),
    "cls-hv1": ("ex:R owl:onProperty ex:p ; owl:hasValue ex:v . ex:a a ex:R .", "ex:a ex:p ex:v ."),
    "cls-hv2": (
        "ex:R owl:onProperty ex:p ; owl:hasValue ex:v . ex:a ex:p ex:v . ex:b ex:p ex:w .",
        "ex:a a ex:R .",
    ),
    "cls-maxc2": (
        (
            'ex:R owl:onProperty ex:p ; owl:maxCardinality 1 . ex:a a ex:R ; ex:p ex:b , ex:c , "no thing" . '
            "ex:d ex:p ex:e , ex:f . "
            "ex:R2 owl:onProperty ex:p ; owl:maxCardinality 2 . ex:g a ex:R2 ; ex:p ex:h , ex:i ."
        ),
        "ex:b owl:sameAs ex:c . ex:c owl:sameAs ex:b .",
    ),
    "cls-maxqc3": (
        (
            'ex:R owl:onProperty ex:p ; owl:maxQualifiedCardinality "1"^^xsd:nonNegativeInteger ; owl:onClass ex:C . '
            "ex:a a ex:R ; ex:p ex:b , ex:c , ex:d . ex:b a ex:C . ex:c a ex:C . "
            "ex:R2 owl:onProperty ex:p ; owl:maxQualifiedCardinality 2 ; owl:onClass ex:C . "
            "ex:g a ex:R2 ; ex:p ex:h , ex:i . ex:h a ex:C . ex:i a ex:C ."
        ),
        "ex:b owl:sameAs ex:c . ex:c owl:sameAs ex:b .",
    ),
    "cls-maxqc4": (
        (
            "ex:R owl:onProperty ex:p ; owl:maxQualifiedCardinality 1 ; owl:onClass owl:Thing . "
            'ex:a a ex:R ; ex:p ex:b , ex:c , "no thing" . '
            "ex:R2 owl:onProperty ex:p ; owl:maxQualifiedCardinality 2 ; owl:onClass owl:Thing . "
            "ex:g a ex:R2 ; ex:p ex:h , ex:i ."
        ),
        "ex:b owl:sameAs ex:c . ex:c owl:sameAs ex:b .",
    ),
    "cls-oo": ('ex:C owl:oneOf ( ex:a ex:b "no thing" ) .', "ex:a a ex:C . ex:b a ex:C ."),
    "cax-sco": ("ex:C rdfs:subClassOf ex:D . ex:a a ex:C . ex:b a ex:D .", "ex:a a ex:D ."),
    "cax-eqc1": ("ex:C owl:equivalentClass ex:D . ex:a a ex:C . ex:b a ex:D .", "ex:a a ex:D ."),
    "cax-eqc2": ("ex:C owl:equivalentClass ex:D . ex:a a ex:C . ex:b a ex:D .", "ex:b a ex:C ."),
    "scm-sco": (
        "ex:A rdfs:subClassOf ex:B . ex:B rdfs:subClassOf ex:C . ex:C rdfs:subClassOf ex:D .",
        "ex:A rdfs:subClassOf ex:C , ex:D . ex:B rdfs:subClassOf ex:D .",
    ),
    "scm-spo": (
        "ex:p rdfs:subPropertyOf ex:q . ex:q rdfs:subPropertyOf ex:r .",
        "ex:p rdfs:subPropertyOf ex:r .",
    ),
    "scm-eqc1": ("ex:A owl:equivalentClass ex:B .", "ex:A rdfs:subClassOf ex:B . ex:B rdfs:subClassOf ex:A ."),
    "scm-eqc2": (
        "ex:A rdfs:subClassOf ex:B . ex:B rdfs:subClassOf ex:A . ex:C rdfs:subClassOf ex:A .",
        "ex:A owl:equivalentClass ex:B . ex:B owl:equivalentClass ex:A .",
    ),
    "scm-eqp1": (
        "ex:p owl:equivalentProperty ex:q .",
        "ex:p rdfs:subPropertyOf ex:q . ex:q rdfs:subPropertyOf ex:p .",
    ),
    "scm-eqp2": (
        "ex:p rdfs:subPropertyOf ex:q . ex:q rdfs:subPropertyOf ex:p . ex:r rdfs:subPropertyOf ex:p .",
        "ex:p owl:equivalentProperty ex:q . ex:q owl:equivalentProperty ex:p .",
    ),
    "scm-dom1": ("ex:p rdfs:domain ex:A . ex:A rdfs:subClassOf ex:B .", "ex:p rdfs:domain ex:B ."),
    "scm-dom2": ("ex:q rdfs:domain ex:A . ex:p rdfs:subPropertyOf ex:q .", "ex:p rdfs:domain ex:A ."),
    "scm-rng1": ("ex:p rdfs:range ex:A . ex:A rdfs:subClassOf ex:B .", "ex:p rdfs:range ex:B ."),
    "scm-rng2": ("ex:q rdfs:range ex:A . ex:p rdfs:subPropertyOf ex:q .", "ex:p rdfs:range ex:A ."),
    "scm-hv": (
        (
            "ex:R owl:hasValue ex:v ; owl:onProperty ex:p . ex:S owl:hasValue ex:v ; owl:onProperty ex:q . "
            "ex:p rdfs:subPropertyOf ex:q ."
        ),
        "ex:R rdfs:subClassOf ex:S .",
    ),
    "scm-svf1": (
        (
            "ex:R owl:someValuesFrom ex:A ; owl:onProperty ex:p . ex:S owl:someValuesFrom ex:B ; owl:onProperty ex:p . "
            "ex:A rdfs:subClassOf ex:B ."
        ),
        "ex:R rdfs:subClassOf ex:S .",
    ),
    "scm-svf2": (
        (
            "ex:R owl:someValuesFrom ex:A ; owl:onProperty ex:p . ex:S owl:someValuesFrom ex:A ; owl:onProperty ex:q . "
            "ex:p rdfs:subPropertyOf ex:q ."
        ),
        "ex:R rdfs:subClassOf ex:S .",
    ),
    "scm-avf1": (
        (
            "ex:R owl:allValuesFrom ex:A ; owl:onProperty ex:p . ex:S owl:allValuesFrom ex:B ; owl:onProperty ex:p . "
            "ex:A rdfs:subClassOf ex:B ."
        ),
        "ex:R rdfs:subClassOf ex:S .",
    ),
    "scm-avf2": (
        (
            "ex:R owl:allValuesFrom ex:A ; owl:onProperty ex:p . ex:S owl:allValuesFrom ex:A ; owl:onProperty ex:q . "
            "ex:p rdfs:subPropertyOf ex:q ."
        ),
        "ex:S rdfs:subClassOf ex:R .",
    ),
    "scm-int": ("ex:C owl:intersectionOf ( ex:A ex:B ) .", "ex:C rdfs:subClassOf ex:A , ex:B ."),
    "scm-uni": ("ex:C owl:unionOf ( ex:A ex:B ) .", "ex:A rdfs:subClassOf ex:C . ex:B rdfs:subClassOf ex:C ."),
}
"""Rule: a graph, and every triple that the rule alone infers from it."""

BROKEN = {
    "cax-dw": ("ex:C owl:disjointWith ex:D . ex:a a ex:C , ex:D .", {"ex:a", "ex:C", "ex:D"}),
    "cax-adc": (
        "[] a owl:AllDisjointClasses ; owl:members ( ex:B ex:C ex:D ) . ex:a a ex:C , ex:D .",
        {"ex:a", "ex:C", "ex:D"},
    ),
    "cls-com": ("ex:C rdfs:subClassOf [ owl:complementOf ex:D ] . ex:a a ex:C , ex:D .", {"ex:a", "ex:D"}),
    "cls-nothing2": ("ex:C rdfs:subClassOf owl:Nothing . ex:a a ex:C .", {"ex:a"}),
    "cls-maxc1": (
        "ex:C rdfs:subClassOf [ owl:onProperty ex:p ; owl:maxCardinality 0 ] . ex:a a ex:C ; ex:p ex:b .",
        {"ex:a", "ex:p", "ex:b"},
    ),
    "cls-maxqc1": (
        (
            "ex:C rdfs:subClassOf [ owl:onProperty ex:p ; owl:maxQualifiedCardinality 0 ; owl:onClass ex:D ] . "
            "ex:a a ex:C ; ex:p ex:b . ex:b a ex:D ."
        ),
        {"ex:a", "ex:p", "ex:b", "ex:D"},
    ),
    "cls-maxqc2": (
        (
            "ex:C rdfs:subClassOf [ owl:onProperty ex:p ; owl:maxQualifiedCardinality 0 ; owl:onClass owl:Thing ] . "
            "ex:a a ex:C ; ex:p ex:b ."
        ),
        {"ex:a", "ex:p", "ex:b"},
    ),
    "prp-irp": ("ex:p a owl:IrreflexiveProperty . ex:a ex:p ex:a .", {"ex:a", "ex:p"}),
    "prp-asyp": (
        "ex:p a owl:AsymmetricProperty . ex:a ex:p ex:b . ex:b ex:p ex:a .",
        {"ex:a", "ex:p", "ex:b"},
    ),
    "prp-pdw": ("ex:p owl:propertyDisjointWith ex:q . ex:a ex:p ex:b ; ex:q ex:b .", {"ex:a", "ex:b", "ex:p", "ex:q"}),
    "prp-adp": (
        "[] a owl:AllDisjointProperties ; owl:members ( ex:o ex:p ex:q ) . ex:a ex:p ex:b ; ex:q ex:b .",
        {"ex:a", "ex:b", "ex:p", "ex:q"},
    ),
    "prp-npa1": (
        "[] owl:sourceIndividual ex:a ; owl:assertionProperty ex:p ; owl:targetIndividual ex:b . ex:a ex:p ex:b .",
        {"ex:a", "ex:p", "ex:b"},
    ),
    "prp-npa2": (
        '[] owl:sourceIndividual ex:a ; owl:assertionProperty ex:p ; owl:targetValue "v" . ex:a ex:p "v" .',
        {"ex:a", "ex:p", '"v"'},
    ),
    "prp-fp": ("ex:p a owl:FunctionalProperty . ex:a ex:p ex:b , ex:c .", {"ex:a", "ex:p", "ex:b", "ex:c"}),
    "prp-ifp": (
        "ex:p a owl:InverseFunctionalProperty . ex:a ex:p ex:c . ex:b ex:p ex:c .",
        {"ex:a", "ex:b", "ex:p", "ex:c"},
    ),
    "prp-key": (
        'ex:C owl:hasKey ( ex:p ) . ex:a a ex:C ; ex:p "1" . ex:b a ex:C ; ex:p "1" .',
        {"ex:a", "ex:b", "ex:p", '"1"', "ex:C"},
    ),
    "eq-diff1": (
        "ex:p a owl:FunctionalProperty . ex:a ex:p ex:b , ex:c . ex:b owl:differentFrom ex:c .",
        {"ex:b", "ex:c"},
    ),
    "eq-diff2": (
        (
            "ex:p a owl:FunctionalProperty . ex:a ex:p ex:b , ex:c . "
            "[] a owl:AllDifferent ; owl:members ( ex:d ex:b ex:c ) ."
        ),
        {"ex:b", "ex:c"},
    ),
    "eq-diff3": (
        (
            "ex:p a owl:FunctionalProperty . ex:a ex:p ex:b , ex:c . "
            "[] a owl:AllDifferent ; owl:distinctMembers ( ex:d ex:b ex:c ) ."
        ),
        {"ex:b", "ex:c"},
    ),
    "one-iri": ("ex:a owl:sameAs ex:b .", {"ex:a", "ex:b"}),
}
"""Rule: a graph that breaks it, and what the report must name."""


LOOPS = """
    ex:A rdfs:subClassOf ex:B . ex:B rdfs:subClassOf ex:A . ex:S rdfs:subClassOf ex:S . ex:T owl:equivalentClass ex:T .
    ex:p rdfs:subPropertyOf ex:q . ex:q rdfs:subPropertyOf ex:p . ex:s rdfs:subPropertyOf ex:s .
    ex:t owl:equivalentProperty ex:t .
    ex:R owl:onProperty ex:s ; owl:someValuesFrom ex:S ; owl:allValuesFrom ex:S ; owl:hasValue ex:v .
"""
"""Axioms from which each schema rule would infer that a term is below, or equivalent to, itself."""
