"""Modules that hold modules, or parameters: in a chain, in a list, in a dict."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, Self, TypeVar, overload

import numpy as np

from autograd import Tensor
from autograd.arrays import plain_array
from autograd.errors import name_of
from nn.module import Module
from nn.parameter import Parameter

Item = TypeVar("Item")


class _Container(Module, Generic[Item]):
    """Modules, or tensors, as the attributes of a module."""

    holds: str

    @abstractmethod
    def _members(self) -> dict[str, Item]:
        """The members by name."""

    @abstractmethod
    def _member(self, given: Any) -> Item:
        """A given member, checked. Raises TypeError for what cannot be one."""

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """Refused, but by a chain."""
        raise NotImplementedError(f"a {type(self).__name__} is not called, it only holds {self.holds}s; a chain of "
                                  "modules is nn.Sequential")

    def __len__(self) -> int:
        return len(self._members())

    def __bool__(self) -> bool:
        return True


class _Modules(_Container[Module]):
    """Members that are modules."""

    holds = "module"

    def _members(self) -> dict[str, Module]:
        return dict(self._held())

    def _member(self, given: Any) -> Module:
        if not isinstance(given, Module):
            raise TypeError(f"{type(self).__name__} holds modules, got {_described(given)}")
        return given


class _Parameters(_Container[Tensor]):
    """Members that are parameters, or what stands for them in `functional_call`."""

    holds = "parameter"

    def _members(self) -> dict[str, Tensor]:
        return {name: value for name, value in vars(self).items() if isinstance(value, Tensor)}

    def _member(self, given: Any) -> Tensor:
        if isinstance(given, Parameter):
            return given
        if isinstance(given, Module):
            raise TypeError(f"{type(self).__name__} holds parameters, got {type(given).__name__}")
        array = given if isinstance(given, Tensor) else plain_array(given)
        return Parameter(array, dtype=array.dtype)


class _Numbered(_Container[Item]):
    """Members under the names 0, 1, 2, ..., or under names of their own in the order they were given."""

    renumbers = True  # whether members of a slice are numbered from 0 again

    def __iter__(self) -> Iterator[Item]:
        return iter(self._members().values())

    def _replace(self, modules: Iterable[Item]) -> Self:
        for name in self._members():
            delattr(self, name)
        return self.extend(modules)

    def _name(self, index: int) -> str:
        names = list(self._members())
        if not isinstance(index, (int, np.integer)):
            raise TypeError(f"{type(self).__name__} takes integers and slices as indices, got {index!r}")
        if not -len(names) <= index < len(names):
            raise IndexError(f"{type(self).__name__} of {len(names)} {self.holds}s has no {self.holds} {index}")
        return names[index]

    @overload
    def __getitem__(self, index: int) -> Item: ...

    @overload
    def __getitem__(self, index: slice) -> Self: ...

    def __getitem__(self, index: int | slice) -> Item | Self:
        if isinstance(index, slice):
            return self._part([*self._members().items()][index])
        return getattr(self, self._name(index))  # type: ignore[no-any-return]

    def __add__(self, others: Iterable[Item]) -> Self:
        return type(self)()._replace([*self, *others])

    def __iadd__(self, others: Iterable[Item]) -> Self:
        return self.extend(others)

    def _part(self, members: Iterable[tuple[str, Item]]) -> Self:
        """The same members in a container of their own. They keep the paths that they have in this one."""
        part = object.__new__(type(self))
        vars(part).update({str(k) if self.renumbers else name: member for k, (name, member) in enumerate(members)})
        return part

    def __setitem__(self, index: int, module: Item) -> None:
        setattr(self, self._name(index), self._member(module))

    def __delitem__(self, index: int | slice) -> None:
        modules = list(self)
        del modules[index]
        self._replace(modules)

    def pop(self, index: int = -1) -> Item:
        """Take a member out."""
        module: Item = self[index]
        del self[index]
        return module

    def append(self, module: Item) -> Self:
        """Add a member at the end. Returns the container."""
        return self.extend([module])

    def extend(self, modules: Iterable[Item]) -> Self:
        """Add members at the end. Returns the container. Raises TypeError for what is not iterable."""
        if not isinstance(modules, Iterable):
            raise TypeError(f"{type(self).__name__} takes a list of {self.holds}s, got {type(modules).__name__}; write "
                            f"[{self.holds}]")
        number = len(self)
        for module in modules:
            while str(number) in vars(self):  # in a slice, which keeps its names, the next number may be in use
                number += 1
            setattr(self, str(number), self._member(module))
        return self

    def insert(self, index: int, module: Item) -> Self:
        """Put a member before `index`. Returns the container."""
        modules = list(self)
        modules.insert(index, module)
        self._replace(modules)
        return self


class Sequential(_Modules, _Numbered[Module]):
    """A chain of modules, each called on the output of the one before.

    `Sequential(Linear(4, 3), ReLU(), Linear(3, 1))`: takes modules, or one dict of them by name. Has a length,
    iteration, indices and slices. Raises TypeError for what is not a module.
    """

    renumbers = False

    def __init__(self, *modules: Module | Mapping[str, Module]) -> None:
        if len(modules) == 1 and isinstance(modules[0], Mapping):
            for name, module in modules[0].items():
                setattr(self, name, self._member(module))
        else:
            self.extend(modules)  # type: ignore[arg-type]  # what is not a module is refused

    def forward(self, input: Any) -> Any:
        for module in list(vars(self).values()):
            if isinstance(module, Module):
                input = module(input)
        return input


class ModuleList(_Modules, _Numbered[Module]):
    """A list of modules, whose parameters are registered; it has no forward.

    `ModuleList([Linear(3, 3) for _ in range(5)])`: a plain list would hide them from `parameters()`.
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        self.extend(() if modules is None else modules)


class _Named(_Container[Item]):
    """Members under keys, which are strings."""

    def __getitem__(self, key: str) -> Item:
        members = self._members()
        if key not in members:
            raise KeyError(f"{type(self).__name__} has no {self.holds} {key!r}; it has {', '.join(members) or 'none'}")
        return members[key]

    def __setitem__(self, key: str, member: Any) -> None:
        member, kind = self._member(member), type(self).__name__
        if not isinstance(key, str):
            raise TypeError(f"the keys of a {kind} are strings, got {key!r}; write {str(key)!r}")
        if hasattr(type(self), key):
            raise KeyError(f"{key!r} is an attribute of {kind}; choose another key")
        setattr(self, key, member)

    def __delitem__(self, key: str) -> None:
        self[key]
        delattr(self, key)

    def __contains__(self, key: object) -> bool:
        return key in self._members()

    def __iter__(self) -> Iterator[str]:
        return iter(self._members())

    def keys(self) -> Iterable[str]:
        """The names."""
        return self._members().keys()

    def values(self) -> Iterable[Item]:
        """The members."""
        return self._members().values()

    def items(self) -> Iterable[tuple[str, Item]]:
        """`(name, member)`."""
        return self._members().items()

    def update(self, members: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> None:
        """Add members, or replace those of the same name. Raises TypeError for what is no dict, nor pairs."""
        try:
            named = dict(members)
        except (TypeError, ValueError):
            raise TypeError(f"{type(self).__name__} takes a dict of {self.holds}s by name, got "
                            f"{type(members).__name__}") from None
        for key, member in named.items():
            self[key] = member

    def pop(self, key: str) -> Item:
        """Take a member out."""
        member = self[key]
        del self[key]
        return member

    def clear(self) -> None:
        """Take all members out."""
        for key in list(self):
            del self[key]


class ModuleDict(_Modules, _Named[Module]):
    """A dict of modules by name, whose parameters are registered. It has no forward: call the modules yourself.

    Keys are strings without dots, and stand in the paths of `state_dict()`. Others raise TypeError or ValueError.
    """

    def __init__(self, modules: Mapping[str, Module] | Iterable[tuple[str, Module]] | None = None) -> None:
        self.update(() if modules is None else modules)


class ParameterList(_Parameters, _Numbered[Tensor]):
    """A list of parameters, which are registered; it has no forward.

    `ParameterList([np.zeros((3, n)) for n in sizes])`: arrays become parameters of their dtype. A plain list
    would hide them from `parameters()`. Raises TypeError for what has no gradient, integers and modules.
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        self.extend(() if values is None else values)

    def extra_repr(self) -> str:
        return ", ".join(f"{value.dtype} {value.shape}" for value in self)


class ParameterDict(_Parameters, _Named[Tensor]):
    """A dict of parameters by name, which are registered. It has no forward.

    Keys are strings without dots, and stand in the paths of `state_dict()`; an array becomes a parameter of its
    dtype. Raises TypeError for what has no gradient, integers and modules.
    """

    def __init__(self, parameters: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        self.update(() if parameters is None else parameters)

    def extra_repr(self) -> str:
        return ", ".join(f"{name}: {value.dtype} {value.shape}" for name, value in self.items())


def _described(value: Any) -> str:
    if isinstance(value, type) and issubclass(value, Module):
        return f"the class {value.__name__}; write {value.__name__}()"
    if callable(value):
        name = name_of(value)
        return f"the function {name}; wrap it in a Module with forward, or use a layer such as nn.ReLU()"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}; write its modules as arguments, or *modules"
    return type(value).__name__
