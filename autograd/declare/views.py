"""Functions of one operand whose result may be a view of it: a write through the view changes the operand, too."""

from __future__ import annotations

from typing import Any

from autograd.primitive import Primitive
from autograd.tensor.mutation import is_kept_apart, link


class Viewing(Primitive):
    """A primitive, mixed in before its class, that links a view with what it shows.

    `apply`, which is called inside boxes, links nothing: nobody has the tensors there, so nobody writes to them.
    """

    views = True

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._run = super().__call__ if self.apply is self else self.apply
        self.apply = self.unlinked
        if (flat := self.flat) is not None:
            self.flat = lambda x, options: link(flat(x, options), x, self, options)

    def __call__(self, *operands: Any, **options: Any) -> Any:
        result = self._run(*operands, **options)
        return link(result, operands[0], self, options) if len(operands) == 1 else result

    def unlinked(self, *operands: Any, **options: Any) -> Any:
        """Apply to operands that nobody writes to as tensors, though their arrays may be a user's."""
        result = self._run(*operands, **options)
        if len(operands) == 1:
            result._shared = is_kept_apart(result, operands[0])
        return result
