"""Saved queries for tests: one with two parameters, and one with a text parameter."""

QUERY = """\
#+ summary: Which editions does the page list for a body site?
#+ description: A row is an edition and its title.
#+ tags: [guidelines, body sites]
#+ dataset: asserted
#+ parameters:
#+   - name: site
#+     type: 'iri bodysite:'
#+     default: bodysite:bone
#+     examples: [bodysite:lung, brain]
#+     description: the body site asked for
#+   - name: title
#+     type: string
#+     default: Bone | scan
#+     examples: [Lung scan, PET]
#+     description: words of the title
#+ may-be-empty: false
#+ mutation:
#+   - remove: edition:bone imt:coversBodySite bodysite:bone
#+     graph: page
#+ expected-diff: {lost: 1, gained: 0}
PREFIX bodysite: <https://w3id.org/imaging-trials/concept/body-site/>
PREFIX imt: <https://w3id.org/imaging-trials/vocab#>
SELECT ?edition ?title
WHERE {
  VALUES (?site ?title) { (bodysite:bone "Bone | scan") }
  ?edition imt:coversBodySite ?site ; imt:printedTitle ?title .
}
ORDER BY ?edition
"""

STRING_QUERY = """\
#+ summary: What has a title?
#+ description: A row is a thing.
#+ tags: [titles]
#+ dataset: page
#+ parameters:
#+   - name: title
#+     type: string
#+     default: x
#+     examples: [y]
#+     description: the title
#+ may-be-empty: true
#+ mutation:
#+   - add: edition:x imt:printedTitle "x"
#+     graph: page
#+ expected-diff: {lost: 0, gained: 1}
PREFIX imt: <https://w3id.org/imaging-trials/vocab#>
SELECT ?title ?thing
WHERE {
  VALUES (?title) { ("x") }
  ?thing imt:printedTitle ?title .
  FILTER(STRLEN(?title) >= 0) # } a comment with a brace
}
"""
