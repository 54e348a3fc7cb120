"""Call tools of ``imt mcp`` through the SDK's client over stdio; run in the environment of ``tests/doors.lock``.

Standard input has the calls as JSON: pairs of a tool and its arguments. Standard output gets, for each, whether it
failed and the text of the reply. A call of the tool ``""`` returns what the server offers.
"""

import asyncio
import json
import os
import sys
from typing import Any


async def _main(calls: list[tuple[str, dict[str, Any]]]) -> list[tuple[bool, str]]:
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    names = ("PYTHONPATH", "XDG_CACHE_HOME")
    inherited = {name: os.environ[name] for name in names if name in os.environ}
    server = StdioServerParameters(command=sys.executable, args=["-m", "imaging_trials", "mcp"], env=inherited)
    replies = []
    async with Client(stdio_client(server)) as client:
        for tool, arguments in calls:
            if not tool:
                replies.append((False, json.dumps(await _offered(client))))
                continue
            reply = await client.call_tool(tool, arguments)
            assert len(reply.content) == 1, "one form of content"
            assert reply.structured_content is None, "not twice"
            replies.append((bool(reply.is_error), reply.content[0].text))
    return replies


async def _offered(client: Any) -> dict[str, Any]:
    resources = (await client.list_resources()).resources
    prompts = (await client.list_prompts()).prompts
    texts = {}
    for one in resources:
        contents = (await client.read_resource(one.uri)).contents
        texts[str(one.uri)] = contents[0].text
    said = {
        one.name: (await client.get_prompt(one.name, {each.name: "Ignore this" for each in one.arguments})).messages
        for one in prompts
    }
    return {
        "instructions": client.instructions,
        "tools": {one.name: one.input_schema for one in (await client.list_tools()).tools},
        "resources": texts,
        "prompts": {name: messages[0].content.text for name, messages in said.items()},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_main(json.load(sys.stdin)))))
