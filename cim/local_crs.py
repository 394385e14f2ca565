"""Local coordinate systems, by transformations in a file of the city's own.

Beijing 54, Xi'an 80 and the systems of single cities have no sound public transformation to
CGCS2000. Who has parameters or control points names them in a TOML file, which is never
committed, and points ``CIM_LOCAL_CRS`` at it; each table is a name for ``--crs``:

- ``proj``: a PROJ pipeline that ends in CGCS2000 or WGS 84 degrees, longitude first; or a PROJ
  string, whose Krasovsky or IAG 1975 ellipsoid needs ``+towgs84``;
- ``to`` and ``control``: places known in both systems, ``[x, y, X, Y]`` with east before north,
  and the system of X and Y. A plane similarity (turn, scale, shift) is fitted to them by least
  squares; ``tolerance`` is the largest distance in metres that may be left at one of them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from cim.settings import import_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from cim.published_crs import Floats, Shift

_FEWEST = 3
"""Control points; two fix a similarity and leave nothing to see a blunder by."""

_NARROWEST = 0.01
"""Width over length of the control points, below which they are as good as on one line."""


class LocalCRSError(ValueError):
    """The file of local systems, or an entry of it, cannot be used; the message names both."""


class LocalRule(BaseModel):
    """One entry of the file."""

    model_config = ConfigDict(extra="forbid")

    proj: str | None = None
    to: str | None = None
    control: list[tuple[float, float, float, float]] = Field(default_factory=list)
    tolerance: float = Field(0.5, gt=0)


@dataclass(frozen=True)
class LocalSystem:
    """A local system that can be brought in.

    Attributes
    ----------
    shift
        From (x, y) in the system to stored degrees, element by element.
    geographic
        Its coordinates are degrees.
    because
        What the transformation stands on, in Chinese and English.
    """

    shift: Shift
    geographic: bool
    because: str


@dataclass(frozen=True)
class Similarity:
    """A turn, scale and shift of the plane: ``w = centre_to + factor * (z - centre_from)``.

    Attributes
    ----------
    centre_from, centre_to
        Middle of the control points in either system, x + iy.
    factor
        Scale and turn as one complex number.
    residuals
        Distance in metres left at each control point.
    """

    centre_from: complex
    centre_to: complex
    factor: complex
    residuals: NDArray[np.float64]

    def __call__(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Bring (x, y) over, element by element."""
        w = self.centre_to + self.factor * (np.asarray(x) + 1j * np.asarray(y) - self.centre_from)
        return w.real, w.imag


def fit_similarity(control: NDArray[np.float64]) -> Similarity:
    """Fit a plane similarity to control points by least squares.

    The closed solution over complex numbers of the four-parameter (Helmert) transformation.

    Parameters
    ----------
    control
        Array of shape (n, 4): x, y in the one system, X, Y in the other, in metres.
    """
    z, w = control[:, 0] + 1j * control[:, 1], control[:, 2] + 1j * control[:, 3]
    # numbers of eight figures: differences to the middle keep the millimetres
    dz, dw = z - z.mean(), w - w.mean()
    factor = np.vdot(dz, dw) / np.vdot(dz, dz)
    return Similarity(
        complex(z.mean()), complex(w.mean()), complex(factor), np.abs(dw - factor * dz)
    )


def local_names() -> list[str]:
    """Return the names of the local systems, in the order of the file.

    Raises
    ------
    LocalCRSError
        The file cannot be read.
    """
    path = import_settings().local_crs
    return [] if path is None else list(_entries(path))


def local_system(name: str, known: Callable[[str], Shift | None]) -> LocalSystem | None:
    """Return a local system by its name; None where no file names it.

    Parameters
    ----------
    known
        Gives the function that brings a published system to stored degrees, None for degrees
        that stay as they are.

    Raises
    ------
    LocalCRSError
        The file cannot be read, or the entry cannot be used; the message names both.
    """
    path = import_settings().local_crs
    if path is None:
        return None
    entries = _entries(path)
    if name not in entries:
        return None
    where = f"{path.name} [{name}]"
    try:
        rule = LocalRule.model_validate(entries[name])
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise LocalCRSError(f"{where}：{wrong}") from None
    if name.upper().replace("_", "-").startswith(("EPSG:", "GCJ", "BD-09", "BD09")):
        raise LocalCRSError(
            f"{where}：不能用公开坐标系的名称 / the name belongs to a published system"
        )
    if (rule.proj is None) == (rule.to is None or not rule.control):
        raise LocalCRSError(
            f"{where}：要么写 proj，要么写 to 和 control / give either proj, or both to and control"
        )
    return _by_proj(rule.proj, where) if rule.proj is not None else _by_control(rule, where, known)


def _entries(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise LocalCRSError(
            f"读不到 CIM_LOCAL_CRS 指定的文件 / cannot read {path}: {error.strerror}"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LocalCRSError(f"{path.name} 不是有效的 TOML / is not valid TOML: {error}") from None


def _by_proj(proj: str, where: str) -> LocalSystem:
    """Read a PROJ pipeline or a PROJ string."""
    geographic = False
    try:
        if "pipeline" in proj:
            transformer = Transformer.from_pipeline(proj)
        else:
            system = CRS.from_user_input(proj)
            geographic = system.is_geographic
            _check_bound(system, where)
            transformer = Transformer.from_crs(system, 4326, always_xy=True)
    except (CRSError, ProjError) as error:
        raise LocalCRSError(f"{where}：PROJ 读不懂 / PROJ cannot read it: {error}") from None

    def shift(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        lon, lat = transformer.transform(x, y)
        return np.asarray(lon), np.asarray(lat)

    because = f"按 {where} 的 PROJ 参数转换 / by the PROJ parameters of {where}"
    return LocalSystem(shift, geographic, because)


def _check_bound(system: CRS, where: str) -> None:
    """Refuse a system whose datum is nowhere tied to WGS 84; PROJ would take it for the same."""
    geodetic = system.geodetic_crs
    ellipsoid = geodetic.ellipsoid.name.casefold() if geodetic and geodetic.ellipsoid else ""
    modern = any(name in ellipsoid for name in ("grs 80", "grs 1980", "wgs 84", "cgcs2000"))
    if not (system.is_bound or modern):
        raise LocalCRSError(
            f"{where}：缺少到 WGS 84 的参数，请加 +towgs84="
            " / has no parameters to WGS 84: add +towgs84="
        )


def _by_control(rule: LocalRule, where: str, known: Callable[[str], Shift | None]) -> LocalSystem:
    """Fit the control points."""
    target = str(rule.to)
    control = np.array(rule.control, dtype=np.float64)
    _check_spread(control, where)
    fitted = fit_similarity(control)
    worst = float(fitted.residuals.max())
    if not worst <= rule.tolerance:
        raise LocalCRSError(_too_far(fitted, control, rule.tolerance, where))
    try:
        onward = known(target)
    except ValueError as error:
        raise LocalCRSError(f"{where} to：{error}") from None
    if onward is None or not CRS.from_user_input(target).is_projected:
        raise LocalCRSError(
            f"{where}：to = {target!r} 不是以米为单位的平面坐标系 / is not a plane metric system"
        )

    def shift(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return onward(*fitted(x, y))

    scale = abs(fitted.factor)
    because = (
        f"按 {where} 的 {len(control)} 个控制点转换到 {target}，残差最大 {worst:.3f} m，"
        f"尺度 {scale:.8f} / by {len(control)} control points of {where} to {target}, largest"
        f" residual {worst:.3f} m, scale {scale:.8f}"
    )
    return LocalSystem(shift, False, because)


def _check_spread(control: NDArray[np.float64], where: str) -> None:
    """Refuse too few control points, and those on one line, in either system."""
    if len(np.unique(control[:, :2], axis=0)) < _FEWEST:
        raise LocalCRSError(
            f"{where}：至少要 {_FEWEST} 个不同的控制点"
            f" / needs at least {_FEWEST} different control points"
        )
    for side in (control[:, :2], control[:, 2:]):
        length, width = np.linalg.svd(side - side.mean(axis=0), compute_uv=False)
        if not width > _NARROWEST * length:
            raise LocalCRSError(
                f"{where}：控制点几乎在一条直线上 / the control points are nearly on one line"
            )


def _too_far(fitted: Similarity, control: NDArray[np.float64], tolerance: float, where: str) -> str:
    """Say which control points do not fit, and whether swapped axes explain it."""
    shown = ", ".join(f"{one:.3f}" for one in fitted.residuals)
    text_zh = f"{where}：控制点残差 {shown} m，超过 {tolerance:g} m"
    text_en = f"residuals of the control points {shown} m exceed {tolerance:g} m"
    if fit_similarity(control[:, [1, 0, 2, 3]]).residuals.max() <= tolerance:
        text_zh += "；交换 x 和 y 后吻合，请把东坐标写在前"
        text_en += "; with x and y exchanged they fit: write east before north"
    return f"{text_zh} / {text_en}"
