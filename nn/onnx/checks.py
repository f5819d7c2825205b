"""The checks of an ONNX file before it is written: that its outputs are the model's, for all inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd import Tensor, no_grad
from autograd.tensor.nested import tensors_in
from nn.evaluation_mode import evaluating
from nn.module import Module


def check(proto: Any, model: Module, inputs: Sequence[Any], outputs: Sequence[Tensor],
          constants: Sequence[Tensor]) -> None:
    """Raise ValueError unless the file is valid and gives the model's outputs, for these inputs and for others.

    `constants` are values of the call that were written as such, since no recorded operation made them.
    """
    import onnx

    try:
        onnx.checker.check_model(proto, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        problem = "export_onnx made an invalid ONNX model; does the example have a batch axis?"
        raise ValueError(f"{problem} {error}") from None
    _compare(proto, inputs, outputs)
    tried = [_tried(proto, model, inputs, values) for values in _others(inputs)]
    _check_constants(model, constants, tried)
    _check_lengths(proto, model, inputs, constants)


def batch_length(inputs: Sequence[Any]) -> int:
    """The length of the first axis, which may be another at run time."""
    return inputs[0].shape[0] if inputs[0].ndim else 0


def _check_constants(model: Module, constants: Sequence[Tensor], tried: Sequence[bool]) -> None:
    """Raise ValueError if what was taken for a constant may be a function of the inputs."""
    if constants and not any(tried):
        raise ValueError(f"export_onnx: whether a value of shape {constants[0].shape} in {type(model).__name__}.forward"
                         " is the same for all inputs cannot be told by this example; give one of several different "
                         "numbers")


def _check_lengths(proto: Any, model: Module, inputs: Sequence[Any], constants: Sequence[Tensor]) -> None:
    """Raise ValueError if a longer batch has other outputs than the model's, or does not fit a constant in the file."""
    kind, batch = type(model).__name__, batch_length(inputs)
    suspects = [x.shape for x in constants if x.ndim and len(x) == batch]
    longer = [np.concatenate([x, x[:1]]) if x.ndim and len(x) == batch else x for x in inputs]
    try:
        outputs = _outputs(model, longer)
        wrong = outputs is not None and _difference(proto, longer, outputs) is not None
    except Exception:  # noqa: BLE001  # any error about shapes: then the file is for this length only
        wrong = bool(suspects)
    if wrong and suspects:
        raise ValueError(f"export_onnx: {kind}.forward uses a value of shape {suspects[0]} that does not depend on the "
                         "input through layers or recorded operations, and that is of this batch only: a constant for "
                         "all examples has length 1 along the batch")
    if wrong:
        raise ValueError("export_onnx: for another length of the first axis the file's outputs are not the model's: "
                         f"{kind}.forward uses a number that follows from that length, such as len(x); write what "
                         "depends on the batch as an operation, x.mean(0) in place of x.sum(0) / len(x)")


def _others(example: Sequence[Any]) -> Iterator[list[Any]]:
    """Other values than the example's, which show where `forward` made a constant in the file from those.

    Integers stay within their range, which may differ between columns.
    """
    random = np.random.default_rng(0)
    others = [np.flip(x) + random.normal(size=x.shape) if x.dtype.kind == "f" else np.flip(x) for x in example]
    yield others
    yield [-x if x.dtype.kind == "f" else x[::-1] if x.ndim else x for x in others]
    if any(x.dtype.kind != "f" and x.size for x in example):
        yield [x if x.dtype.kind == "f" else np.broadcast_to(x.min(axis=0), x.shape) for x in example]


def _tried(proto: Any, model: Module, example: Sequence[Any], values: Sequence[Any]) -> bool:
    """Compare file and model on other values; False if the model refuses them, or if they are the example's."""
    values = [np.array(value, x.dtype) for value, x in zip(values, example, strict=True)]
    outputs = _outputs(model, values)
    if outputs is not None:
        _compare(proto, values, outputs)
    return outputs is not None and not any(map(np.array_equal, example, values))


def _outputs(model: Module, inputs: Sequence[Any]) -> Sequence[Tensor] | None:
    """What the model makes of other inputs than the example; None if it refuses them."""
    with evaluating(model), no_grad(), np.errstate(all="ignore"):
        try:
            return list(tensors_in(model(*map(Tensor, inputs))))
        except (ValueError, IndexError, ArithmeticError):
            return None


def _compare(proto: Any, inputs: Sequence[Any], outputs: Sequence[Tensor]) -> None:
    """Raise ValueError where the outputs of ONNX's reference evaluator are not the model's."""
    if (difference := _difference(proto, inputs, outputs)) is not None:
        raise ValueError(f"export_onnx: the file's {difference}; does forward depend on values, or pass options to a "
                         "layer?")


def _difference(proto: Any, inputs: Sequence[Any], outputs: Sequence[Tensor]) -> str | None:
    """Which output of the reference evaluator differs, and by how much; None if all agree."""
    from onnx.reference import ReferenceEvaluator

    with np.errstate(all="ignore"):
        names = [given.name for given in proto.graph.input]
        found = ReferenceEvaluator(proto).run(None, dict(zip(names, inputs, strict=True)))
    for number, (output, theirs) in enumerate(zip(outputs, found, strict=True)):
        ours = output.data
        tolerance = 1e-3 if ours.dtype.itemsize < 8 else 1e-6  # a slope or epsilon is in single precision, for ONNX
        if ours.shape != theirs.shape or not np.allclose(ours, theirs, rtol=tolerance, atol=tolerance, equal_nan=True):
            difference = np.abs(ours - theirs).max() if ours.shape == theirs.shape else f"{ours.shape}, {theirs.shape}"
            return f"output {number} is not the model's (difference {difference})"
    return None
