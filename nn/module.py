"""`Module`: parameters, buffers and other modules, and a `forward` that computes with them.

A module *is* its attributes: whatever attribute holds a Parameter or a Module belongs to it, in the order they were
assigned. There is no second list to keep in sync, and a subclass need not call `super().__init__()`.
Assigning a module to an attribute tells everything beneath it its dotted path, which parameters carry as their name.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

from autograd import GradientLostWarning, Tensor
from autograd.arrays import elements, flag
from autograd.errors import no_attribute_of, require_function, user_line
from autograd.foreign_names import refuse_zeros
from autograd.tensor.hooks import Handle, added
from nn.foreign_names import METHODS
from nn.module_call import note_call
from nn.parameter import Parameter
from nn.state import Mismatch, joined, load, require_part_of_path

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike, NDArray


_T = TypeVar("_T")


class Module:
    """The base of every layer and model: assign Parameters and Modules to attributes and write `forward`.

    Examples:
        >>> class Net(nn.Module):
        ...     def __init__(self):
        ...         self.hidden = nn.Linear(4, 3)
        ...         self.output = nn.Linear(3, 1)
        ...     def forward(self, x):
        ...         return self.output(np.tanh(self.hidden(x)))
    """

    training: bool = True
    _path: str = ""  # its path from the outermost module
    _buffers: Mapping[str, bool] = MappingProxyType({})  # name: whether it is saved
    _emptied: Mapping[str, type] = MappingProxyType({})  # name: what None takes the place of
    _hooks: Sequence[tuple[bool, bool, Callable[..., Any]]] = ()  # (whether before the call, with_kwargs, hook)

    # --- Calling -----------------------------------------------------------------------------------------------------

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """Compute the output; every module defines this."""
        raise NotImplementedError(f"{type(self).__name__} needs a method forward(self, x) that returns its output")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Call `forward` with the hooks, and record the call in the graph for drawings."""
        out = self._hooked(inputs, options) if self._hooks else self.forward(*inputs, **options)
        if type(out) is not Tensor or out._node is not None:
            note_call(self._path, type(self).__name__, (*inputs, *options.values()) if options else inputs, out)
        return out

    def _hooked(self, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Call `forward` between the hooks, in the order of their registration."""
        for before, with_kwargs, hook in tuple(self._hooks):
            replaced = hook(self, inputs, *(options,) * with_kwargs) if before else None
            if replaced is not None and with_kwargs:
                inputs, options = replaced
            elif replaced is not None:
                inputs = replaced if isinstance(replaced, tuple) else (replaced,)
        out = self.forward(*inputs, **options)
        for before, with_kwargs, hook in tuple(self._hooks):
            replaced = None if before else hook(self, inputs, *(options,) * with_kwargs, out)
            out = out if replaced is None else replaced
        return out

    def register_forward_hook(self, hook: Callable[..., Any], *, with_kwargs: bool = False) -> Handle:
        """Call `hook(module, inputs, output)` after each call; what it returns, unless None, replaces the output.

        With `with_kwargs` it is `hook(module, inputs, kwargs, output)`: `inputs` are the positional ones.
        """
        return self._register((False, with_kwargs, hook))

    def register_forward_pre_hook(self, hook: Callable[..., Any], *, with_kwargs: bool = False) -> Handle:
        """Call `hook(module, inputs)` before each call; what it returns, unless None, replaces the inputs.

        With `with_kwargs` it is `hook(module, inputs, kwargs)`, and replaces both.
        """
        return self._register((True, with_kwargs, hook))

    def _register(self, entry: tuple[bool, bool, Callable[..., Any]]) -> Handle:
        require_function(entry[2], "a hook", "register_forward_hook(f), to be called f(module, inputs, output)")
        return added(vars(self).setdefault("_hooks", []), entry)

    # --- Belonging ---------------------------------------------------------------------------------------------------

    def __setattr__(self, name: str, value: Any) -> None:
        if self._computing(name) is not None:
            raise TypeError(f"{type(self).__name__}.{name} is computed by .parametrizations.{name}: change what it is "
                            "computed from, or call nn.remove_parametrization(module, name) first")
        if isinstance(value, (Parameter, Module)):
            self._adopt(name, value)
        else:
            held = vars(self).get(name)
            if isinstance(held, (Parameter, Module)):
                self._empty(name, held, value)
            elif isinstance(value, bool) and callable(getattr(type(self), name, None)):
                raise TypeError(f"{type(self).__name__}.{name} is a method, which {value} would silently replace; call "
                                f"it: model.{name}()")
            if name in self._buffers and value is not None:
                value = _as_buffer(value)
        object.__setattr__(self, name, value)

    def _adopt(self, name: str, value: Parameter | Module) -> None:
        """Give a module or parameter that is about to be assigned its path."""
        require_part_of_path(type(self).__name__, name, type(value).__name__)
        self._forget_buffer(name)
        self._put_last(name, Module if isinstance(value, Module) else Parameter)
        path = joined(self._path, name)
        if isinstance(value, Module):
            value._locate(path, self)
        elif value.name is None:
            value.name = path

    def _empty(self, name: str, held: Parameter | Module, value: Any) -> None:
        """Record that None takes the place of a module or parameter; refuse anything else."""
        if value is not None:
            kind = "Parameter" if isinstance(held, Parameter) else "Module"
            raise TypeError(f"{type(self).__name__}.{name} is a {kind}, which a {type(value).__name__} would "
                            f"silently replace; assign a {kind} (or None)"
                            + (f", or new values with .{name}.data = ..." if kind == "Parameter" else ""))
        object.__setattr__(self, "_emptied", {**self._emptied, name: type(held)})

    def _computing(self, name: str) -> Module | None:
        """The parametrization that computes the parameter of this name, if `nn.parametrize` gave it one."""
        held = vars(self).get("parametrizations")
        computing = vars(held).get(name) if isinstance(held, Module) else None
        return computing if isinstance(computing, Module) else None

    def _put_last(self, name: str, kind: type) -> None:
        """Move an attribute to the end of the order, unless it is of this kind, or was before None: as in PyTorch."""
        held = vars(self).get(name)
        before = self._emptied.get(name, object) if held is None else type(held)
        if name in vars(self) and not issubclass(before, kind):
            object.__delattr__(self, name)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._forget_buffer(name)

    def _forget_buffer(self, name: str) -> None:
        if name in self._buffers:
            object.__setattr__(self, "_buffers", {n: saved for n, saved in self._buffers.items() if n != name})

    if not TYPE_CHECKING:  # otherwise type checkers would accept any attribute

        def __getattr__(self, name: str) -> Any:
            if (computing := self._computing(name)) is not None:
                return computing()
            raise no_attribute_of(self, name, METHODS)

    def _locate(self, path: str, holder: Module) -> None:
        """Move to `path`, with everything beneath; a parameter that the user named keeps its name."""
        if self is holder:
            raise ValueError(f"{type(self).__name__} cannot contain itself (at {path!r})")
        before = self._path
        object.__setattr__(self, "_path", path)
        for name, value in vars(self).items():
            if isinstance(value, Module):
                value._locate(joined(path, name), holder)
            elif isinstance(value, Parameter) and value.name in (None, joined(before, name)):
                value.name = joined(path, name)

    def register_buffer(self, name: str, value: ArrayLike | Tensor | None, persistent: bool = True) -> None:
        """Hold an array that is part of the state but not trained, as `self.<name>`: a Tensor with a copy of `value`.

        A buffer that is not `persistent` is left out of `state_dict()`.
        """
        require_part_of_path(type(self).__name__, name, "buffer")
        setattr(self, name, None if value is None else _as_buffer(value))  # it refuses to replace a parameter
        object.__setattr__(self, "_buffers", {**self._buffers, name: persistent})

    def register_parameter(self, name: str, value: Parameter | None) -> None:
        """`setattr`, by a name that is computed."""
        setattr(self, name, value)

    def add_module(self, name: str, value: Module | None) -> None:
        """`setattr`, by a name that is computed."""
        setattr(self, name, value)

    # --- Looking through ---------------------------------------------------------------------------------------------

    def _held(self) -> list[tuple[str, Module]]:
        """`(name, module)` of every attribute that holds a module; a list, since who walks may assign attributes."""
        return [(name, value) for name, value in vars(self).items() if isinstance(value, Module)]

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """`(name, module)` of the modules held directly, each once, under its first name."""
        seen: set[Module] = set()
        for name, module in self._held():
            if module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """The modules held directly, each once."""
        return (module for _, module in self.named_children())

    def named_modules(self, prefix: str = "", *, remove_duplicate: bool = True) -> Iterator[tuple[str, Module]]:
        """`(path, module)` of this module (its path is `prefix`) and all beneath it, each before what it holds."""
        seen: set[int] = set()
        stack: list[tuple[str, Module]] = [(prefix, self)]
        while stack:
            path, module = stack.pop()
            if remove_duplicate and id(module) in seen:
                continue
            seen.add(id(module))
            yield path, module
            stack += [(joined(path, name), child) for name, child in module._held()][::-1]

    def modules(self) -> Iterator[Module]:
        """The module itself and all beneath it."""
        return (module for _, module in self.named_modules())

    def get_submodule(self, path: str) -> Module:
        """The module at a dotted path, such as "features.0". Raises KeyError, with the paths that exist."""
        return _found(self, "module", path, dict(self.named_modules(remove_duplicate=False)))

    def get_parameter(self, path: str) -> Parameter:
        """The parameter at a dotted path, such as "features.0.weight". Raises KeyError, with the paths that exist."""
        return _found(self, "parameter", path, dict(self.named_parameters(remove_duplicate=False)))

    def get_buffer(self, path: str) -> Tensor:
        """The buffer at a dotted path. Raises KeyError, with the paths that exist."""
        return _found(self, "buffer", path, dict(self.named_buffers(remove_duplicate=False)))

    def named_parameters(self, prefix: str = "", recurse: bool = True, *,
                         remove_duplicate: bool = True) -> Iterator[tuple[str, Parameter]]:
        """`(path, parameter)`, each parameter once, own ones before those of the modules held.

        Raises TypeError for a list, tuple or dict attribute with modules or parameters that are nowhere else:
        they would not be trained. Warns `GradientLostWarning` of a leaf that requires grad and is not a Parameter.
        """
        seen: set[Parameter] = set()
        modules = self.named_modules(prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            module._warn_of_untrained()
            for name, parameter in module._own_parameters():
                if not (remove_duplicate and parameter in seen):
                    seen.add(parameter)
                    yield joined(path, name), parameter

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Each parameter once: what an optimizer takes."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def _own_parameters(self) -> list[tuple[str, Parameter]]:
        """`(name, parameter)` of every attribute that holds one. Raises TypeError where others are hidden."""
        for name, value in vars(self).items():
            if isinstance(value, (list, tuple, dict)):
                self._refuse_hidden(name, value)
        return [(name, value) for name, value in vars(self).items() if isinstance(value, Parameter)]

    def _warn_of_untrained(self) -> None:
        for name, value in vars(self).items():
            if isinstance(value, Tensor) and not isinstance(value, Parameter) and value.requires_grad and value.is_leaf:
                warnings.warn(f"{type(self).__name__}.{name} is a tensor that requires grad and no Parameter, so no "
                              "optimizer will train it; write nn.Parameter(...), or give it to forward (at "
                              f"{user_line()})", GradientLostWarning, stacklevel=3)

    def _refuse_hidden(self, name: str, held: Any) -> None:
        """Raise TypeError if a list, tuple or dict in attribute `name` has modules or parameters found nowhere else."""
        for value in held.values() if isinstance(held, dict) else held:
            if isinstance(value, (list, tuple, dict)):
                self._refuse_hidden(name, value)
            if isinstance(value, (Module, Parameter)) and not any(value is known for known in vars(self).values()):
                advice = "nn.ModuleDict({...}), or " if isinstance(held, dict) else "nn.ModuleList([...]), or "
                raise TypeError(f"{type(self).__name__}.{name} is a plain {type(held).__name__} that holds a "
                                f"{type(value).__name__}, which would not be trained; "
                                + (f"write {advice}" if isinstance(value, Module) else "")
                                + "give it an attribute of its own: setattr(self, name, value)")

    def named_buffers(self, prefix: str = "", recurse: bool = True, *,
                      remove_duplicate: bool = True) -> Iterator[tuple[str, Tensor]]:
        """`(path, buffer)` of everything registered with `register_buffer`."""
        modules = self.named_modules(prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        return ((joined(path, name), buffer) for path, module in modules for name, buffer in module._own_buffers())

    def _own_buffers(self) -> list[tuple[str, Tensor]]:
        """`(name, buffer)` of those that are not None."""
        return [(name, value) for name in self._buffers if (value := getattr(self, name)) is not None]

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Everything registered with `register_buffer`."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    # --- Changing all at once ----------------------------------------------------------------------------------------

    def apply(self, function: Callable[[Module], Any]) -> Self:
        """Call `function` on every module, each after those that it holds, and return it: to draw weights, say."""
        for child in self.children():
            child.apply(function)
        function(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Set `training` here and beneath: dropout drops, batch normalization uses the batch. Returns the module."""
        training = flag("train: mode", mode)
        for module in self.modules():
            module.training = training
        return self

    def eval(self) -> Self:
        """Set `training` to False here and beneath. Returns the module."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Freeze all parameters (False), or unfreeze them. Returns the module."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters: each becomes None. Raises ValueError for `set_to_none=False`."""
        refuse_zeros(set_to_none)
        for parameter in self.parameters():
            parameter.zero_grad()

    def astype(self, dtype: DTypeLike) -> Self:
        """Convert all floating parameters and buffers, in place, to a floating `dtype`. Returns the module."""
        if np.dtype(dtype).kind not in "fc":
            raise TypeError(f"a module computes with floating dtypes, got {np.dtype(dtype)}")
        for tensor in [*self.parameters(), *self.buffers()]:
            if tensor.dtype.kind in "fc" and tensor.dtype != dtype:
                gradient = tensor.grad
                tensor.grad = None
                tensor.data = np.asarray(tensor._value).astype(dtype)
                tensor._shared = False
                if gradient is not None:
                    tensor.grad = gradient.astype(dtype)
        return self

    # --- State -------------------------------------------------------------------------------------------------------

    def _state(self) -> Iterator[tuple[str, Tensor]]:
        for path, module in self.named_modules(remove_duplicate=False):
            for name, parameter in module._own_parameters():
                yield joined(path, name), parameter
            for name, buffer in module._own_buffers():
                if module._buffers[name]:
                    yield joined(path, name), buffer

    def state_dict(self, prefix: str = "") -> dict[str, NDArray[Any]]:
        """All parameters and buffers by dotted path, as ndarrays: copies, which later training does not change.

        `prefix` is put before each path unchanged, so write "encoder." for a part of a model.
        Keys and layouts are PyTorch's: `torch_model.load_state_dict({k: torch.from_numpy(v) for k, v in ...})`.
        """
        return {prefix + path: np.array(tensor._value) for path, tensor in self._state()}

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> Mismatch:
        """Write a state (ndarrays, Tensors, CPU tensors of PyTorch) into the parameters and buffers.

        Returns the unused keys, of which there are none if `strict`. Raises a ValueError that lists *all* keys that are
        missing, unexpected (if `strict`), of another shape or of an incompatible dtype; then nothing is changed.
        """
        return load(dict(self._state()), state_dict, type(self).__name__, strict=strict)

    # --- Showing -----------------------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """The arguments as `repr` shows them."""
        return ""

    def __repr__(self) -> str:
        arguments = self.extra_repr()
        lines = [f"({name}): {child!r}".replace("\n", "\n  ") for name, child in self._held()]
        if lines:
            arguments = "".join(f"\n  {line}" for line in filter(None, [arguments, *lines])) + "\n"
        return f"{type(self).__name__}({arguments})"


def _found(module: Module, what: str, path: str, known: Mapping[str, _T]) -> _T:
    if path not in known:
        names = ", ".join(filter(None, known)) or "none"
        raise KeyError(f"{type(module).__name__} has no {what} {path!r}; it has {names}")
    return known[path]


def _as_buffer(value: ArrayLike | Tensor) -> Tensor:
    if isinstance(value, Parameter) or (isinstance(value, Tensor) and value.requires_grad):
        raise TypeError("a buffer is not trained; pass .detach() of a tensor that requires grad")
    buffer = Tensor(np.array(value._plain if isinstance(value, Tensor) else elements(value)))
    buffer._shared = False
    return buffer
