"""What a notebook shows of things and reports: everything in them is text and never markup."""

from dataclasses import replace
from html.parser import HTMLParser

import imaging_trials as it

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>&amp;"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def shown(html: str) -> _Tags:
    parser = _Tags()
    parser.feed(html)
    parser.close()
    return parser


def test_things_and_reports_are_shown_escaped() -> None:
    card, report, audit = it.show("agent:fes"), it.dossier("fes"), it.audit("10.1007/s00259-017-3670-z")
    hostile = replace(card.thing, label=HOSTILE)
    explained = it.explain("held-agents")
    every = (
        replace(card, thing=hostile),
        replace(report, agent=hostile),
        replace(audit, statuses=(replace(audit.statuses[0], asked=HOSTILE),)),
        replace(explained, query=HOSTILE),
    )
    for one in every:
        found = shown(one._repr_html_())
        assert HOSTILE in found.text, type(one).__name__
        assert found.tags <= {"h3", "h4", "pre", "table", "tr", "td", "th"}


def test_a_card_shows_its_text() -> None:
    assert "estrogen receptor alpha" in it.show("agent:fes")._repr_html_()
    assert "<h4>Documents</h4>" in it.dossier("fes")._repr_html_()
