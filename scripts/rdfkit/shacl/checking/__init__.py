"""What is checked about a shapes graph before an engine sees it: its terms, its syntax, and its queries."""
