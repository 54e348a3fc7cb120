"""What ``imt mcp`` offers to assistants: eight tools, resources and prompts, over the Model Context Protocol.

`tools` and `texts` know nothing of the protocol; only `server` imports its SDK.
"""
