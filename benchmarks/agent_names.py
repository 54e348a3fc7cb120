"""Print how well imports find the agents in the labeled texts: ``python benchmarks/agent_names.py``.

It prints precision and recall for each part of `agent-names.tsv`, and the texts that are read wrongly.
"""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "scripts")]

from tests.support import agent_names  # noqa: E402  # from a checkout


def main() -> None:
    """Print the figures."""
    texts = agent_names.labeled()
    for part in agent_names.PARTS:
        those = [one for one in texts if one.part == part]
        result = agent_names.score((one.expected, agent_names.found(one.text)) for one in those)
        print(
            f"{part}: {len(those)} texts, precision {result.precision:.2f}, recall {result.recall:.2f} "
            f"({result.right} right, {result.wrong} wrong, {result.missed} missed)"
        )
        for one in those:
            if (got := agent_names.found(one.text)) != one.expected:
                print(
                    f"  {one.text}: {' '.join(sorted(one.expected)) or 'nothing'}, found {' '.join(sorted(got)) or 'nothing'}"
                )


if __name__ == "__main__":
    main()
