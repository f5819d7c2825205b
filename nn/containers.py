"""Modules that hold modules: in a chain, in a list, in a dict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self, overload

import numpy as np

from nn.module import Module


class _Numbered(Module):
    """Modules under the names 0, 1, 2, ..., or under names of their own in the order they were given."""

    def _append(self, module: Module, name: str) -> None:
        if not isinstance(module, Module):
            raise TypeError(f"{type(self).__name__} holds modules, got {_described(module)}")
        setattr(self, name, module)

    def __len__(self) -> int:
        return len(self._held())

    def __iter__(self) -> Iterator[Module]:
        return (module for _, module in self._held())

    def __bool__(self) -> bool:
        return True

    def _replace(self, modules: Iterable[Module]) -> Self:
        for name, _ in self._held():
            delattr(self, name)
        return self.extend(modules)

    def _name(self, index: int) -> str:
        names = [name for name, _ in self._held()]
        if not isinstance(index, (int, np.integer)):
            raise TypeError(f"{type(self).__name__} takes integers and slices as indices, got {index!r}")
        if not -len(names) <= index < len(names):
            raise IndexError(f"{type(self).__name__} of {len(names)} modules has no module {index}")
        return names[index]

    @overload
    def __getitem__(self, index: int) -> Module: ...

    @overload
    def __getitem__(self, index: slice) -> Self: ...

    def __getitem__(self, index: int | slice) -> Module | Self:
        if isinstance(index, slice):
            return self._part(dict(self._held()[index]))
        return getattr(self, self._name(index))  # type: ignore[no-any-return]

    def __add__(self, others: Iterable[Module]) -> Self:
        return type(self)()._replace([*self, *others])

    def __iadd__(self, others: Iterable[Module]) -> Self:
        return self.extend(others)

    def _part(self, modules: dict[str, Module]) -> Self:
        """The same modules in a container of their own. They keep the paths that they have in this one."""
        part = object.__new__(type(self))
        vars(part).update(modules)
        return part

    def __setitem__(self, index: int, module: Module) -> None:
        if not isinstance(module, Module):
            raise TypeError(f"{type(self).__name__} holds modules, got {_described(module)}")
        setattr(self, self._name(index), module)

    def __delitem__(self, index: int | slice) -> None:
        modules = list(self)
        del modules[index]
        self._replace(modules)

    def pop(self, index: int = -1) -> Module:
        """Take a module out."""
        module: Module = self[index]
        del self[index]
        return module

    def append(self, module: Module) -> Self:
        """Add a module at the end. Returns the container."""
        return self.extend([module])

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add modules at the end. Returns the container."""
        number = len(self)
        for module in modules:
            while str(number) in vars(self):  # in a slice, which keeps its names, the next number may be taken
                number += 1
            self._append(module, str(number))
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before `index`. Returns the container."""
        modules = list(self)
        modules.insert(index, module)
        self._replace(modules)
        return self


class Sequential(_Numbered):
    """A chain of modules, each called on what the one before returned.

    `Sequential(Linear(4, 3), ReLU(), Linear(3, 1))`: takes modules, or one dict of them by name. Has a length,
    iteration, indices and slices. Raises TypeError for what is not a module.
    """

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            for name, module in modules[0].items():
                self._append(module, name)
        else:
            self.extend(modules)  # type: ignore[arg-type]  # what is not a module is refused

    def forward(self, input: Any) -> Any:
        for module in list(vars(self).values()):
            if isinstance(module, Module):
                input = module(input)
        return input


class ModuleList(_Numbered):
    """A list of modules, whose parameters are found; it has no forward.

    `ModuleList([Linear(3, 3) for _ in range(5)])`: a plain list would hide them from `parameters()`.
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        self.extend(modules or ())

    def _part(self, modules: dict[str, Module]) -> Self:
        return super()._part({str(number): module for number, module in enumerate(modules.values())})


class ModuleDict(Module):
    """A dict of modules by name, whose parameters are found. It has no forward: call the modules yourself.

    Keys are strings without dots, and stand in the paths of `state_dict()`. Others raise TypeError or ValueError.
    """

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None) -> None:
        self.update(modules or ())

    def __getitem__(self, key: str) -> Module:
        modules = dict(self._held())
        if key not in modules:
            raise KeyError(f"ModuleDict has no module {key!r}; it has {', '.join(modules) or 'none'}")
        return modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        if not isinstance(module, Module):
            raise TypeError(f"ModuleDict holds modules, got {_described(module)}")
        if not isinstance(key, str):
            raise TypeError(f"the keys of a ModuleDict are strings, got {key!r}; write {str(key)!r}")
        if hasattr(type(self), key):
            raise KeyError(f"{key!r} is an attribute of ModuleDict; choose another key")
        setattr(self, key, module)

    def __delitem__(self, key: str) -> None:
        self[key]
        delattr(self, key)

    def __contains__(self, key: object) -> bool:
        return key in dict(self._held())

    def __len__(self) -> int:
        return len(self._held())

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._held()))

    def keys(self) -> Iterable[str]:
        """The names."""
        return dict(self._held()).keys()

    def values(self) -> Iterable[Module]:
        """The modules."""
        return dict(self._held()).values()

    def items(self) -> Iterable[tuple[str, Module]]:
        """`(name, module)`."""
        return dict(self._held()).items()

    def update(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]]) -> None:
        """Add modules, or replace those of the same name."""
        for key, module in dict(modules).items():
            self[key] = module

    def pop(self, key: str) -> Module:
        """Take a module out."""
        module = self[key]
        del self[key]
        return module

    def clear(self) -> None:
        """Take all modules out."""
        for key in list(self):
            del self[key]


def _described(value: Any) -> str:
    if isinstance(value, type) and issubclass(value, Module):
        return f"the class {value.__name__}; write {value.__name__}()"
    if callable(value):
        name = getattr(value, "__name__", type(value).__name__)
        return f"the function {name}; wrap it in a Module with forward, or use a layer such as nn.ReLU()"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__}; write its modules as arguments, or *modules"
    return f"a {type(value).__name__}"
