"""The ufuncs of `scipy.special`."""

from __future__ import annotations

from functools import partial

import scipy.special as sc

from .rows import ANY, INSIDE, POSITIVE, UNIT, Operand, Table

table = Table()
smooth, on, constant = table.smooth, table.on, table.constant


def of_order(names: str, order: float, *, complex: bool = False, rtol: float | None = None) -> None:
    """Functions of an order, which is held constant, and an argument."""
    for name in names.split():
        smooth(getattr(sc, name), POSITIVE, complex=complex, call=partial(getattr(sc, name), order), rtol=rtol)


for name in ["erf", "erfc", "erfcx", "erfi", "dawsn"]:
    smooth(getattr(sc, name), ANY, complex=True)
for name in [
    "ndtr",
    "log_ndtr",
    "expit",
    "log_expit",
    "cosm1",
    "exprel",
    "i0",
    "i1",
    "i0e",
    "i1e",
    "j0",
    "j1",
    "exp10",
    "exp2",
    "expm1",
    "sindg",
    "cosdg",
    "tandg",
    "ber",
    "bei",
    "berp",
    "beip",
    "itstruve0",
]:
    smooth(getattr(sc, name), ANY, note="smooth where it is tried, but for the kink of i0e and i1e at 0")
for name in [
    "gamma",
    "gammaln",
    "psi",
    "rgamma",
    "cbrt",
    "log1p",
    "entr",
    "expi",
    "exp1",
    "spence",
    "wrightomega",
    "y0",
    "y1",
    "k0",
    "k1",
    "k0e",
    "k1e",
    "ker",
    "kei",
    "kerp",
    "keip",
    "cotdg",
    "it2struve0",
    "itmodstruve0",
]:
    smooth(getattr(sc, name), POSITIVE)
for name in ["logit", "ndtri", "ellipk", "ellipe", "ellipkm1"]:
    smooth(getattr(sc, name), UNIT)
smooth(sc.wofz, ANY, complex=True)
smooth(sc.loggamma, POSITIVE)
smooth(sc.erfinv, INSIDE)
smooth(sc.erfcinv, (0.2, 1.8))
smooth(sc.ndtri_exp, (-5.0, -0.1))
for name in ["fresnel", "sici", "shichi", "airy", "itj0y0", "iti0k0", "it2j0y0", "it2i0k0"]:
    smooth(getattr(sc, name), POSITIVE)
smooth(sc.itairy, POSITIVE, rtol=1e-4, note="SciPy's values are good to seven digits, and differences divide by a step")

for name in ["rel_entr", "kl_div", "xlogy", "beta", "betaln", "agm", "gammainc", "gammaincc", "poch", "stdtr"]:
    smooth(getattr(sc, name), POSITIVE, POSITIVE)
for name in ["gammaincinv", "gammainccinv", "stdtrit", "chdtri"]:
    smooth(getattr(sc, name), POSITIVE, UNIT)
for name in ["chdtr", "chdtrc"]:
    smooth(getattr(sc, name), POSITIVE, POSITIVE)
smooth(sc.xlog1py, POSITIVE, INSIDE)
smooth(sc.binom, (3.0, 6.0), (1.0, 3.0))
smooth(sc.powm1, POSITIVE, ANY)
smooth(sc.pseudo_huber, POSITIVE, ANY)
smooth(sc.huber, (0.8, 1.0), (1.2, 2.0), note="the second derivative jumps where |r| is delta")
smooth(sc.owens_t, ANY, ANY)
smooth(sc.boxcox, POSITIVE, ANY)
smooth(sc.boxcox1p, POSITIVE, ANY)
smooth(sc.inv_boxcox, POSITIVE, UNIT)
smooth(sc.inv_boxcox1p, POSITIVE, UNIT)
smooth(sc.ellipkinc, (-4.0, 4.0), INSIDE)
smooth(sc.ellipeinc, (-4.0, 4.0), INSIDE)
smooth(sc.elliprc, POSITIVE, POSITIVE)
for function in (sc.elliprf, sc.elliprd):
    smooth(function, POSITIVE, POSITIVE, POSITIVE)
smooth(sc.elliprj, POSITIVE, POSITIVE, POSITIVE, POSITIVE)
smooth(sc.radian, ANY, ANY, ANY)
smooth(sc.voigt_profile, ANY, POSITIVE, POSITIVE)
for name in ["betainc", "betaincc"]:
    smooth(getattr(sc, name), POSITIVE, POSITIVE, UNIT)
for name in ["betaincinv", "betainccinv", "fdtri"]:
    smooth(getattr(sc, name), POSITIVE, POSITIVE, UNIT)
for name in ["gdtr", "gdtrc", "fdtr", "fdtrc"]:
    smooth(getattr(sc, name), POSITIVE, POSITIVE, POSITIVE)
smooth(sc.gdtrix, POSITIVE, POSITIVE, UNIT)
smooth(sc.gdtria, UNIT, POSITIVE, POSITIVE)
smooth(sc.gdtrib, POSITIVE, UNIT, POSITIVE, rtol=1e-5)
smooth(sc.btdtria, UNIT, POSITIVE, UNIT, rtol=1e-5)
smooth(sc.btdtrib, POSITIVE, UNIT, UNIT, rtol=1e-5)
smooth(sc.chdtriv, UNIT, POSITIVE, rtol=1e-5)
smooth(sc.pdtrik, (0.7, 0.9), POSITIVE, rtol=1e-5)
smooth(sc.nrdtrimn, UNIT, POSITIVE, ANY)
smooth(sc.nrdtrisd, ANY, (0.6, 0.9), ANY)
smooth(sc.stdtridf, (0.77, 0.82), (0.95, 1.05), rtol=1e-4)
smooth(sc.fdtridfd, (1.8, 2.2), (0.57, 0.62), (1.25, 1.35), rtol=1e-4)
smooth(sc.pdtri, UNIT, call=partial(sc.pdtri, 2.0))
for name in ["bdtri", "nbdtri"]:
    smooth(getattr(sc, name), UNIT, call=partial(getattr(sc, name), 2, 5))
for name in ["pdtr", "pdtrc"]:
    smooth(getattr(sc, name), POSITIVE, call=partial(getattr(sc, name), 2.0))
for name in ["bdtr", "bdtrc", "nbdtr", "nbdtrc"]:
    smooth(getattr(sc, name), UNIT, call=partial(getattr(sc, name), 2, 5))

of_order("jv yv iv kv hankel1 hankel2 hankel1e hankel2e", 1.5, complex=True)
of_order("kve", 1.5, complex=True)
of_order("jve yve ive struve modstruve", 1.5)
of_order("yn kn expn", 3)
smooth(sc._ufuncs._zeta, POSITIVE, call=lambda q: sc.zeta(3.0, q))
smooth(sc._ufuncs._lambertw, POSITIVE, complex=True, call=lambda z: sc.lambertw(z, 0))
for name in [
    "legendre",
    "chebyt",
    "chebyu",
    "chebyc",
    "chebys",
    "sh_legendre",
    "sh_chebyt",
    "sh_chebyu",
    "hermite",
    "hermitenorm",
    "laguerre",
]:
    smooth(getattr(sc, f"eval_{name}"), UNIT, call=partial(getattr(sc, f"eval_{name}"), 4))
smooth(sc.eval_genlaguerre, POSITIVE, call=lambda x: sc.eval_genlaguerre(3, 0.5, x))
smooth(sc.eval_gegenbauer, INSIDE, call=lambda x: sc.eval_gegenbauer(3, 0.7, x))
smooth(sc.eval_jacobi, INSIDE, call=lambda x: sc.eval_jacobi(3, 0.7, 0.3, x))
smooth(sc.eval_sh_jacobi, UNIT, call=lambda x: sc.eval_sh_jacobi(3, 2.5, 1.3, x))
smooth(sc.lpmv, INSIDE, call=lambda x: sc.lpmv(1, 2.5, x))
smooth(sc.hyp0f1, POSITIVE, call=lambda z: sc.hyp0f1(1.5, z), complex=True)
smooth(sc.hyp1f1, POSITIVE, call=lambda z: sc.hyp1f1(1.5, 0.7, z), complex=True)
smooth(sc.hyp2f1, INSIDE, call=lambda z: sc.hyp2f1(1.5, 0.7, 2.1, z))
smooth(sc.hyperu, POSITIVE, call=lambda z: sc.hyperu(1.5, 0.7, z))
smooth(sc.wright_bessel, POSITIVE, call=lambda z: sc.wright_bessel(0.5, 0.7, z))
of_order("pbdv pbvv pbwa", 1.3, rtol=1e-5)
smooth(sc.kelvin, POSITIVE)
smooth(sc.log_wright_bessel, POSITIVE, call=lambda z: sc.log_wright_bessel(0.5, 0.7, z))
smooth(sc.ellipj, ANY, call=lambda u: sc.ellipj(u, 0.4))
constant(sc.gammasgn, operands=(Operand((2, 3), (0.3, 2.5)),))
