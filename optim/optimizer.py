"""What all optimizers share: parameter groups, the step, and saving and resuming."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from autograd import Tensor, arguments, enable_grad
from autograd.arrays import Array
from autograd.constructors import CheckedWhenMade, refuse_missing
from autograd.errors import no_attribute_of, require_function
from autograd.foreign_names import refuse_zeros

from . import options as option
from . import state
from .flat import Flat
from .parameters import listed
from .plan import Plan
from .state import States

__all__ = ["Optimizer", "Params", "average", "write_step"]

Params = Iterable[Tensor | tuple[str, Tensor] | dict[str, Any]]


def average(moment: Array, value: Array, beta: float, out: Array) -> None:
    """The exponential average `moment = beta * moment + (1 - beta) * value`, in place; `out` is overwritten."""
    moment *= beta
    np.multiply(value, 1 - beta, out=out)
    moment += out


def write_step(m: Array, V: Array, eps: float, rate: float, out: Array) -> None:
    """The step `rate * m / (sqrt(V) + eps)`, into `out`."""
    np.sqrt(V, out=out)
    out += eps
    np.divide(m, out, out=out)
    out *= rate


class Optimizer(CheckedWhenMade):
    """The base of all optimizers: a subclass defines in `eta` how a step follows from a gradient.

    `params` are tensors, `(name, tensor)` pairs, or groups: dicts of `"params"` and options of their own. With a
    `weight_decay`, `g_t` is the gradient plus `weight_decay * w_t`. Groups and their options may change between steps.
    Raises TypeError for anything but parameters, ValueError for unknown options and values out of range.
    """

    moments: tuple[str, ...] = ()
    """The names of the moments that `eta` is given; those that only some options ask for are added by `moments_of`."""

    histories: tuple[str, ...] = ()
    """The names of moments that hold several steps, along a first axis."""

    def __new__(cls, *given: Any, **options: Any) -> Self:
        known = arguments.parameters(cls.__init__)
        if not any(parameter.kind is parameter.VAR_POSITIONAL for parameter in known.values()):
            by_position = [name for name, parameter in known.items() if parameter.kind is not parameter.KEYWORD_ONLY]
            option.check_positions(cls.__name__, given, by_position[1:])
        arguments.refuse_foreign_options(cls, options, option.ADVICE)
        refuse_missing(cls, given, options)
        return super().__new__(cls)

    def __init__(self, params: Params, **options: Any) -> None:
        self.defaults = options
        self.param_groups: list[dict[str, Any]] = []
        self._names: dict[Tensor, str] = {}
        self._laid_out: list[tuple[tuple[str, ...], list[int]]] = []
        self._plans: list[list[Plan]] = []
        given = listed(self.kind, params)
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    def __setattr__(self, name: str, value: Any) -> None:
        """Refuse `optimizer.lr = 0.1`, which no step would read, for the library's own optimizers."""
        if name in vars(self).get("defaults", ()) and type(self).__module__.startswith(f"{__package__}."):
            raise AttributeError(f"{self.kind} has its options in its groups: for group in optimizer.param_groups: "
                                 f"group[{name!r}] = {value!r}, or for lr a schedule of optim.schedulers")
        super().__setattr__(name, value)

    if not TYPE_CHECKING:  # otherwise type checkers would accept any attribute

        def __getattr__(self, name: str) -> Any:
            options = vars(self).get("defaults", ())
            raise no_attribute_of(self, name,
                                  {option: f"write optimizer.param_groups[0][{option!r}]" for option in options}
                                  | {"learning_rate": "write optimizer.param_groups[0]['lr']"}
                                  | dict.fromkeys(("minimize", "apply_gradients"),
                                                  "write loss.backward(), then optimizer.step()"))

    def moments_of(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The names of the moments of parameters in a group with these options, in the order that `eta` takes."""
        return self.moments

    def eta(self, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any], out: Array) -> None:
        """Bring the moments from step `t - 1` to `t`, in place, and write the step `eta_t` into `out`.

        All arrays are flat, of one length and dtype. `g` is not written to. A subclass has this, or its own `step`.
        """
        raise NotImplementedError(f"{self.kind} needs a method eta(self, g, moments, t, options, out), or step(self)")

    def step_many(self, w: Array, g: Array, moments: tuple[Array, ...], t: int, options: dict[str, Any]) -> bool:
        """Step weights, moments and all, in one compiled loop with the same result. False where there is none."""
        return False

    @property
    def kind(self) -> str:
        """The name of the optimizer, for messages."""
        return type(self).__name__

    def __repr__(self) -> str:
        groups = [
            f"{sum(p.size for p in g['params'])} numbers in {len(g['params'])} parameters, "
            + ", ".join(f"{name}={value}" for name, value in g.items() if name != "params")
            for g in self.param_groups
        ]
        return f"{self.kind}({'; '.join(groups)})"

    # --- Groups ------------------------------------------------------------------------------------------------------

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """Add parameters, `{"params": [...], ...}`, with options that stand before the optimizer's own."""
        if not isinstance(group, Mapping) or "params" not in group:
            raise TypeError(f'{self.kind}: a group is a dict such as {{"params": [...], "lr": 0.1}}, got {group!r:.80}')
        options = self.defaults | {name: value for name, value in group.items() if name != "params"}
        if wrong := option.problems(options, self.defaults):
            raise ValueError(f"{self.kind}: {'; '.join(wrong)}")
        given = [group["params"]] if isinstance(group["params"], Tensor) else listed(self.kind, group["params"])
        named = [p if isinstance(p, tuple) else (None, p) for p in given]
        for i, (name, parameter) in enumerate(named):
            self._check(f"parameter {i if name is None else name}", parameter)
        self._names |= {p: name for name, p in named if name is not None}
        self.param_groups.append({"params": list(dict.fromkeys(p for _, p in named)), **options})

    def _parameters(self) -> list[Tensor]:
        return [p for group in self.param_groups for p in group["params"]]

    def _check(self, label: str, parameter: Any) -> None:
        if not isinstance(parameter, Tensor):
            advice = "; write its parameters()" if hasattr(parameter, "parameters") else ""
            raise TypeError(f"{self.kind}: {label} is a {type(parameter).__name__}, expected a Tensor{advice}")
        self._check_leaf(label, parameter)
        label = f"{self.kind}: {label} of shape {parameter.shape}"
        if parameter.dtype.kind not in "fc":
            raise TypeError(f"{label} holds {parameter.dtype}, expected floats")
        if any(parameter is known for known in self._parameters()):
            raise ValueError(f"{label} is in another group already")

    def _check_leaf(self, label: str, parameter: Tensor) -> None:
        if not parameter.is_leaf:
            raise ValueError(f"{self.kind}: {label} of shape {parameter.shape} is the result of an operation; only "
                             "leaves can be stepped: write t.detach().requires_grad_() to start a new one from it, and "
                             "change a parameter in place under no_grad()")

    # --- The step ----------------------------------------------------------------------------------------------------

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Step every parameter that has a gradient; those without one, and frozen ones, stay as they are.

        A `closure` is called first: it computes the loss and its gradients, and `step` returns its result.
        Raises RuntimeError if there is no gradient at all, ValueError if a parameter has changed its shape or has
        become the result of an operation.
        """
        loss = None
        if closure is not None:
            require_function(closure, f"{self.kind}.step", "loss.backward(), then optimizer.step()")
            with enable_grad():
                loss = closure()
        self._lay_out()
        stepped = 0
        for group, plans in zip(self.param_groups, self._plans, strict=True):
            options = option.plain(group)
            for plan in plans:
                stepped += plan.step(self, options)
        if not stepped:
            raise self._no_gradient("call backward() first")
        return loss

    def _no_gradient(self, advice: str) -> RuntimeError:
        """The error that there is nothing to step by, to raise."""
        parameters = self._parameters()
        frozen = sum(not p.requires_grad for p in parameters)
        return RuntimeError(f"{self.kind}.step() found no gradient on any of {len(parameters)} parameters, of which "
                            f"{frozen} are frozen (requires_grad=False); {advice}, on a loss that was computed from "
                            "them")

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients: every parameter's `grad` becomes None. Raises ValueError for `set_to_none=False`."""
        refuse_zeros(set_to_none)
        for parameter in self._parameters():
            parameter.zero_grad()

    def _lay_out(self, states: States | None = None) -> None:
        """Lay out the moments of the present groups: in the given states or, if the groups changed, in their own."""
        if states is None:
            if self._are_laid_out():
                return
            states = self.states()
        plans: list[list[Plan]] = []
        for group in self.param_groups:
            by_dtype: dict[Any, list[Tensor]] = {}
            for p in dict.fromkeys(group["params"]):
                self._check_leaf("a parameter" if p.name is None else p.name, p)
                by_dtype.setdefault(p.dtype, []).append(p)
            plans.append([Plan(self._flat(same, self.moments_of(group), states)) for same in by_dtype.values()])
        self._laid_out = [self._layout(group) for group in self.param_groups]
        self._plans = plans

    def _layout(self, group: dict[str, Any]) -> tuple[tuple[str, ...], list[int]]:
        """What the layout of a group depends on, besides the shapes of its parameters."""
        return self.moments_of(group), list(map(id, group["params"]))

    def _are_laid_out(self) -> bool:
        """Whether the moments are laid out for the present groups, and for the shapes of their parameters."""
        if len(self._laid_out) != len(self.param_groups):
            return False
        for group, layout, plans in zip(self.param_groups, self._laid_out, self._plans, strict=True):
            if self._layout(group) != layout or not all(plan.fits() for plan in plans):
                return False
        return True

    def _flat(self, parameters: Sequence[Tensor], moments: Sequence[str], states: States) -> Flat:
        """These parameters as one, each in its state; parameters or moments without a state start over."""
        flat = Flat(parameters, moments)
        for i, p in enumerate(flat.parameters):
            if p not in states:
                continue
            steps, had = states[p]
            kept = {name: had[name] for name in moments if name in had}
            misfit = next((moment for moment in kept.values() if np.shape(moment) != p.shape), None)
            if misfit is not None:
                raise ValueError(f"{self.kind}: a parameter of shape {np.shape(misfit)} has become {p.shape}, which "
                                 "its moments do not fit; make a new optimizer for it")
            flat.write(i, steps, kept)
        return flat

    # --- Saving and resuming -----------------------------------------------------------------------------------------

    def states(self) -> dict[Tensor, tuple[int, dict[str, Array]]]:
        """How many steps each parameter has taken, and its moments, as views of the optimizer's own memory."""
        flats = [plan.flat for plans in self._plans for plan in plans]
        return {p: flat.read(i) for flat in flats for i, p in enumerate(flat.parameters)}

    def set_states(self, states: States) -> None:
        """Set the given states; parameters without one start over."""
        self._lay_out(states)

    def names(self) -> dict[Tensor, str]:
        """The key of each parameter in `state_dict`: its name if all names differ, otherwise its index."""
        parameters = self._parameters()
        names = [name for p in parameters if (name := self._names.get(p, p.name)) is not None]
        if len(set(names)) < len(parameters):
            names = [str(i) for i in range(len(parameters))]
        return dict(zip(parameters, names, strict=True))

    def state_dict(self) -> dict[str, Any]:
        """Everything that a resumed run needs, as copies: `{"state": {name: ...}, "param_groups": [...]}`.

        The state of a parameter is its `"step"` and its moments as arrays of its shape. Names are those of
        `named_parameters()` if these were given, or the tensors' own; where some are missing or equal, all are indices.
        """
        if self._plans:
            self._lay_out()  # the moments for the present options, which may have changed since the last step
        return state.packed(self.names(), self.states(), self.param_groups)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue from a `state_dict()`, with the same bits as without the interruption.

        Raises one ValueError that lists all that does not fit, and then changes nothing.
        """
        names = self.names()
        wrong = state.problems(names, self.param_groups, state_dict, options=self.defaults,
                               moments=lambda saved: self.moments_of(self.defaults | saved), histories=self.histories)
        if wrong:
            lines = "".join(f"\n- {problem}" for problem in wrong)
            raise ValueError(f"{self.kind}.load_state_dict: the state does not fit, nothing was loaded:{lines}")
        for group, saved in zip(self.param_groups, state_dict["param_groups"], strict=True):
            group |= {name: tuple(v) if isinstance(v, list) else v for name, v in saved.items() if name != "params"}
        self.set_states(state.unpacked(names, state_dict))
