"""Numerical differentiation: the function as a black box, called at neighbouring points.

    method        derivative in coordinate i                       error                  step h / scale   calls
    forward       (f(x + h e_i) - f(x)) / h                        h f''/2 + e|f|/h       e^(1/2)          n + 1
    central       (f(x + h e_i) - f(x - h e_i)) / 2h               h^2 f'''/6 + e|f|/h    e^(1/3)          2n
    complex       Im f(x + i h e_i) / h                            h^2 f'''/6             e^2              n + 3
    richardson    central differences of 11 steps, extrapolated    about 100 e            1/8 ... 2e-6     22n + 1

`e` is the rounding of the coarsest dtype in x and f(x), 2.2e-16 for float64; each step balances the error of cutting
the series off (grows with h) with that of rounding (shrinks with h), which leaves an error of about e^(1/2), e^(2/3)
and e. The scale is `max(1, |x_i|)`, coordinate by coordinate. The complex step subtracts nothing, so nothing is lost to
rounding, but `f` must be analytic and take complex numbers: no `abs`, no `.real`, no `math.sin`. Where it is not, the
complex step gives part of the slope; so three more calls compare it with a real step along a line through all
coordinates, and a difference that rounding and the step do not explain raises `TypeError`. Second derivatives:

    forward       (f(x + h_i + h_j) - f(x + h_i) - f(x + h_j) + f(x)) / h_i h_j     h      e^(1/3)    n(n + 3)/2 + 1
    central       the four corners x ± h_i ± h_j, over 4 h_i h_j                    h^2    e^(1/4)    2n(n + 1)
    complex       Im(f(x + i h_i + k_j) - f(x + i h_i - k_j)) / 2 h_i k_j           k^2    e^(1/3)    n(n + 1) + 3

Squire and Trapp (1998), doi:10.1137/S003614459631241X, for the complex step.
"""

from __future__ import annotations

from .methods import grad, hessian, jacobian

__all__ = ["grad", "hessian", "jacobian"]
