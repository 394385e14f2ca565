"""What an import takes for granted, told to whoever reads its report."""

from __future__ import annotations

from collections.abc import Iterator

from cim.model import fields_of
from cim.model.field import UNIT_TITLES
from layers.columns.plan import DEFAULT_PROVENANCE, Plan


def assumed(plan: Plan) -> list[str]:
    """Return what was taken for granted in reading a source, in Chinese and English sentences.

    Parameters
    ----------
    plan
        After the source was read.
    """
    return [*_conventions(plan), *_units(plan), *_defaults(plan)]


def _conventions(plan: Plan) -> Iterator[str]:
    fields = fields_of(plan.layer)
    for (zh, en), names in plan.taken.items():
        yield f"{'、'.join(fields[n].zh for n in names)}：{zh} / {', '.join(names)}: {en}"


def _units(plan: Plan) -> Iterator[str]:
    """Name the units of fields whose numbers come without one."""
    fields = fields_of(plan.layer)
    bare = {
        name: unit
        for name, rule in plan.fields.items()
        if rule.unit is None and (unit := fields[name].unit) is not None
    }
    if bare:
        zh = "、".join(f"{fields[n].zh} {UNIT_TITLES.get(unit, unit)}" for n, unit in bare.items())
        en = ", ".join(f"{name} {unit}" for name, unit in bare.items())
        yield (f"没有写明单位的数按图层的单位读：{zh} / bare numbers are in the layer's unit: {en}")


def _defaults(plan: Plan) -> Iterator[str]:
    """Name what stands where the source has no value."""
    for name, rule in plan.fields.items():
        if rule.default is not None:
            zh, given = fields_of(plan.layer)[name].zh, rule.default
            yield f"{zh}：没有的值记为 {given} / {name}: what is missing is taken as {given}"
    told = {**plan.fields, **plan.mapping.constants}
    if "provenance" not in told:
        yield (
            "来源没有说明数据性质，各行记为“未核实”"
            f" / the source does not say how well it is known: every row is {DEFAULT_PROVENANCE}"
        )
