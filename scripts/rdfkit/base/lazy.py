"""The door of a room: the names that other rooms may import, each loaded when it is first used (PEP 562)."""

from importlib import import_module

TYPE_CHECKING = False  # importing typing would take 3 ms of every saved query
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def door(room: str, names: "Mapping[str, tuple[str, ...]]") -> "Callable[[str], object]":
    """Return the ``__getattr__`` of a package: it imports one of ``names`` from the module that has it.

    ``names`` maps each module of the room to the names that it offers; "" is the key for modules that are offered as a
    whole. The function raises AttributeError for any other name.
    """
    module_of = {name: module for module, offered in names.items() for name in offered}

    def load(name: str) -> object:
        if name not in module_of:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        module = module_of[name]
        return getattr(import_module(f"{room}.{module}"), name) if module else import_module(f"{room}.{name}")

    return load
