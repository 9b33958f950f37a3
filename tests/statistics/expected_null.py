"""Prints the expected figures of empirical_null_test.cpp: the same steps written anew with NumPy (other spline basis
products, QR by LAPACK):  python3 expected_null.py   (NumPy 1.24.2 was used)"""
import math

import numpy


def natural_basis(x, df):
    knots = numpy.quantile(x, numpy.arange(df + 1) / df)

    def cubes(k):
        above = lambda knot: numpy.maximum(x - knot, 0) ** 3
        return (above(knots[k]) - above(knots[-1])) / (knots[-1] - knots[k])

    columns = [numpy.ones_like(x), x] + [cubes(k) - cubes(df - 1) for k in range(df - 1)]
    return numpy.linalg.qr(numpy.stack(columns, 1))[0]


def poisson(design, y):
    mu, eta = y + 0.1, numpy.log(y + 0.1)
    for _ in range(100):
        weighted = design * mu[:, None]
        eta = design @ numpy.linalg.solve(design.T @ weighted, weighted.T @ (eta + (y - mu) / mu))
        mu = numpy.exp(eta)
    return mu


def mass(a, b):
    return (math.erfc(-b / math.sqrt(2)) - math.erfc(-a / math.sqrt(2))) / 2


def truncated(z, centre, half, d, s):
    low, high = centre - half, centre + half
    inside = z[(z >= low) & (z <= high)]
    f = lambda t: math.exp(-t * t / 2) / math.sqrt(2 * math.pi)
    for j in range(1, 36):
        a, b = (low - d) / s, (high - d) / s
        m = [1, (f(a) - f(b)) / mass(a, b)]
        for n in (2, 3, 4):
            m.append((n - 1) * m[n - 2] + (a ** (n - 1) * f(a) - b ** (n - 1) * f(b)) / mass(a, b))
        e = [sum(math.comb(n, i) * d ** (n - i) * s**i * m[i] for i in range(n + 1)) for n in range(5)]
        v = [[e[2] - e[1] ** 2, e[3] - e[1] * e[2]], [e[3] - e[1] * e[2], e[4] - e[2] ** 2]]
        at = numpy.array([d / s**2, -1 / (2 * s * s)])
        step = numpy.linalg.solve(v, [inside.mean() - e[1], (inside**2).mean() - e[2]]) / (1 + 1 / j**2)
        new = at + step if at[1] + step[1] <= 0 else at + 0.1 * step
        d, s = -new[0] / (2 * new[1]), 1 / math.sqrt(-2 * new[1])
        if numpy.linalg.norm(new - at) < 1e-5:
            break
    return d, s, len(inside) / len(z) / mass((low - d) / s, (high - d) / s)


def null(e):
    edges = numpy.linspace(e.min(), e.max(), 120)
    y = numpy.bincount(numpy.clip(numpy.searchsorted(edges, e) - 1, 0, 118), minlength=119).astype(float)
    x = (edges[1:] + edges[:-1]) / 2
    f = poisson(natural_basis(x, 7), y)
    b = 4.3 * math.exp(-0.26 * math.log10(len(e)))
    quartiles = numpy.quantile(e, [0.25, 0.5, 0.75])
    first = truncated(e, quartiles[1], b * (quartiles[2] - quartiles[0]) / (2 * 0.6744897501960817), 0.0, 1.0)
    d, s, p0 = truncated(e, first[0], b * first[1], *first[:2])
    f0 = numpy.exp(-(((x - d) / s) ** 2) / 2)
    fdr = numpy.minimum(1, p0 * f0 * f.sum() / f0.sum() / f)
    full = x[fdr >= 1]
    fdr[(x >= min([d - s, *full])) & (x <= max([d + s, *full]))] = 1
    of_values = numpy.interp(e, x, fdr)
    sides = [e[e < 0], e[e > 0]]
    rates = [of_values[e < 0], of_values[e > 0]]
    u = [side[abs(rate - 0.05).argmin()] for side, rate in zip(sides, rates)]
    misfit = (((y - f) / numpy.sqrt(f + 1))[1:-1] ** 2).sum() / (119 - 2 - 7)
    return dict(mean=d, sd=s, null_share=p0, misfit=misfit, low=u[0], high=u[1], fitted_60=f[60], fdr_80=fdr[80],
                fdr_at=numpy.interp(0.21, x, fdr))


n = 2000
share = (numpy.arange(n) + 0.5) / n
# a logistic body, skewed: longer to the right
body = numpy.log(share / (1 - share))
for name, value in null(0.05 * body + 0.004 * body * abs(body) * (body > 0)).items():
    print(f"{name:12}{value:.12g}")
