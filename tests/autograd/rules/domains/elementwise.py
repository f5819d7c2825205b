"""NumPy's elementwise functions, and the activations of deep learning."""

from __future__ import annotations

import numpy as np

from .rows import ANY, INSIDE, NEGATIVE, POSITIVE, Operand, Table

table = Table()
smooth, on, constant = table.smooth, table.on, table.constant

for function in (
    np.positive,
    np.negative,
    np.square,
    np.exp,
    np.exp2,
    np.expm1,
    np.sin,
    np.cos,
    np.sinh,
    np.cosh,
    np.tanh,
):
    smooth(function, ANY, complex=True)
for function in (np.deg2rad, np.radians, np.rad2deg, np.degrees, np.i0):
    smooth(function, ANY)
for function in (np.sqrt, np.log, np.log2, np.log10, np.log1p, np.reciprocal):
    smooth(function, POSITIVE, complex=True)
for function in (np.arcsin, np.arccos, np.arctan, np.arctanh, np.tan):
    smooth(function, INSIDE, complex=True)
smooth(np.arcsinh, (0.2, 2.0), complex=True, note="complex: away from the cuts along the imaginary axis")
smooth(np.arccosh, (1.3, 3.0), complex=True)
smooth(np.sinc, ANY, complex=True, note="all derivatives are right at 0")
smooth(np.cbrt, POSITIVE)
smooth(np.fabs, NEGATIVE)
smooth(np.absolute, POSITIVE, complex=True)
smooth(np.angle, POSITIVE, complex=True)
for function in (np.conjugate, np.real, np.imag):
    smooth(function, ANY, complex=True)
smooth(np.nan_to_num, ANY, complex=True)
smooth(np.real_if_close, ANY, complex=True, note="a nearly real array has no derivative off the real axis")
smooth(np.modf, (0.1, 0.9))
smooth(np.frexp, (0.55, 0.95))

for function in (np.add, np.subtract, np.multiply):
    smooth(function, ANY, ANY, complex=True)
smooth(np.divide, ANY, POSITIVE, complex=True)
smooth(np.power, POSITIVE, ANY, complex=True)
smooth(np.float_power, POSITIVE, ANY, complex=True)
smooth(np.arctan2, POSITIVE, POSITIVE)
smooth(np.hypot, POSITIVE, POSITIVE)
smooth(np.logaddexp, ANY, ANY)
smooth(np.logaddexp2, ANY, ANY)
smooth(np.copysign, POSITIVE, NEGATIVE)
smooth(np.nextafter, ANY, ANY, form="distinct")
smooth(np.heaviside, POSITIVE, ANY)
for function in (np.maximum, np.minimum, np.fmax, np.fmin):
    smooth(function, (-1.0, 1.0), (1.2, 2.0), note="at a tie each of two differentiated operands gets one half")
for function in (np.remainder, np.fmod, np.divmod):
    smooth(function, (2.1, 2.9), (0.91, 1.0), note="jumps where the quotient is a whole number")
on(np.ldexp, (2, 3), Operand((3,), (-2, 3), "whole"))
on(np.where, Operand((2, 3), (0, 1), "whole"), (2, 3), (3,), complex=True)
on(np.clip, Operand((3, 4), (-2.0, 2.0)), call={
    "bounds": lambda x: np.clip(x, -3.0, 0.111), "min": lambda x: np.clip(x, 0.111, None),
    "differentiable bounds": lambda x: np.clip(np.sin(x), x - 3, x + 0.3)})
on(np.unwrap, Operand((3, 5), (-6.0, 6.0)), options=({}, {"axis": 0}, {"period": 3.3}))

constant(np.floor, np.ceil, np.trunc, np.rint, np.sign, np.signbit, np.spacing, np.isnan, np.isinf, np.isfinite,
         np.logical_not, np.iscomplex, np.isreal, np.isposinf, np.isneginf, np.round, np.around, np.fix,
         np.iscomplexobj, np.isrealobj)
constant(np.floor_divide, np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
         np.logical_and, np.logical_or, np.logical_xor, np.isclose, np.allclose, np.array_equal, np.array_equiv,
         operands=((2, 3), (2, 3)))
constant(np.bitwise_and, np.bitwise_or, np.bitwise_xor, np.left_shift, np.right_shift, np.gcd, np.lcm,
         operands=(Operand((2, 3), (1, 6), "whole"),) * 2)
constant(np.invert, np.bitwise_count, operands=(Operand((2, 3), (1, 6), "whole"),))
