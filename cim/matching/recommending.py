"""Recommend space to a company: who remains, in what order, why, and what to give up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
from sqlalchemy import Connection

from cim.city_time import CITY_TIME
from cim.matching.answer import Answer, Missing, Named, Open, Relaxation, Said, Step
from cim.matching.changing import bound_of
from cim.matching.choosing import applicable, choose
from cim.matching.criteria import presets, weights_of
from cim.matching.doubting import doubts
from cim.matching.funnel import ALL, FREE, judge, space_bounds
from cim.matching.market import Market, market_of
from cim.matching.naming import refuse_unknown
from cim.matching.need import Request
from cim.matching.offers import SPACE, offers_of
from cim.matching.patching import patched
from cim.matching.ranking import Ranked, results
from cim.matching.relaxing import relax
from cim.matching.saying import (
    MISSING,
    NOT_COMPARABLE,
    TOO_MANY_SETS,
    bound_in_words,
    bound_titles,
)
from cim.matching.scoring import in_tenths, ranking, scaled, score
from cim.matching.truth import NO, UNKNOWN, YES
from cim.matching.unseen import LOWER
from cim.matching.versions import software_version

_LISTED = 50
"""Offices to be looked into that an answer lists."""


def today() -> dt.date:
    """Return the day in the city."""
    return dt.datetime.now(CITY_TIME).date()


def with_codes(market: Market, request: Request) -> Request:
    """Return a request whose labels, which there are, are codes, whatever they were called."""
    if not request.must.labels:
        return request
    codes = [market.rules.named(name).code for name in request.must.labels]
    return patched(request, {"must": {"labels": codes}})


def _rank(market: Market, request: Request, day: dt.date) -> Ranked:
    judged = judge(market, offers_of(market), request)
    weights = applicable(request, weights_of(request.preset, request.weights))
    if not weights:
        # nothing that was asked can be scored: all weigh as in general
        weights = applicable(request, presets()["default"].weights)
    # in tenths, as points are: no criterion brings more than its weight
    tenths = in_tenths(scaled(np.array(list(weights.values())))[None])[0]
    weights = {name: int(n) / 10 for name, n in zip(weights, tenths, strict=True) if n}
    chosen = choose(market, judged, request, weights)
    scores = score(chosen.values, np.array(list(weights.values())), chosen.least)
    order = ranking(scores)
    return Ranked(
        market, request, judged, chosen, weights, scores, order[judged.state[order] == YES], day
    )


def _funnel(ranked: Ranked) -> Iterator[Step]:
    """Count at each step who remains, who goes, and who cannot be judged."""
    before = np.full(len(ranked.market), YES, np.int8)
    for stage in ranked.judged.stages:
        value = None if stage.path in (ALL, FREE) else bound_of(ranked.request, stage.path)
        said = bound_in_words(ranked.market.rules, stage.path, value)
        yield Step(
            bound=stage.path,
            value=value,
            zh=said.zh,
            en=said.en,
            remaining=int((stage.state == YES).sum()),
            removed=int(((stage.state == NO) & (before > NO)).sum()),
            unknown=int((stage.state == UNKNOWN).sum()),
        )
        before = stage.state


def _missing(ranked: Ranked, place: int) -> list[Missing]:
    """Tell which bounds hang on an unknown value of an office."""
    paths = [
        stage.path
        for stage in ranked.judged.stages
        if stage.own[place] == UNKNOWN and stage.path not in SPACE and stage.path != FREE
    ]
    row = ranked.chosen.offer[place]
    unseen = row < 0 and not np.isnan(ranked.market.numbers("units")[place])
    if unseen:
        paths.append(next((path for path in LOWER if path in space_bounds(ranked.request)), FREE))
    elif row < 0:
        paths.append(FREE)
    else:
        one = ranked.judged.offers.take(np.array([row]))
        paths += [
            path
            for path in space_bounds(ranked.request)
            if SPACE[path][1](one, ranked.request)[0] == UNKNOWN
        ]
    words = {path: bound_titles(path) for path in paths}
    told = {
        path: MISSING.get(path, (f"{title.zh}不详", f"{title.en} unknown"))
        for path, title in words.items()
    }
    if "must.rent_max" in told and not np.isnan(ranked.judged.offers.rent_most[row]):
        told["must.rent_max"] = NOT_COMPARABLE
    if unseen:
        told[paths[-1]] = TOO_MANY_SETS
    if not told:
        told["need.area.min"] = TOO_MANY_SETS
    return [Missing(bound=path, zh=zh, en=en) for path, (zh, en) in told.items()]


def _unknown(ranked: Ranked) -> list[Open]:
    order = ranking(ranked.scores)
    places = order[ranked.judged.state[order] == UNKNOWN][:_LISTED]
    found = []
    for place, tenths in zip(places, ranked.tenths(places), strict=True):
        row, points = ranked.chosen.offer[place], int(tenths.sum()) / 10
        office = {name: ranked.market.words(name)[place] for name in ("id", "name")}
        found.append(
            Open(
                id=office["id"],
                name=office["name"],
                units=list(ranked.judged.offers.units[row]) if row >= 0 else [],
                missing=_missing(ranked, place),
                score=points,
                score_range=ranked.score_range(place, points),
            )
        )
    return found


def _relaxations(ranked: Ranked) -> Iterator[Relaxation]:
    wanted = (ranked.request.wanted or ranked.request.limit) - len(ranked.order)
    if wanted <= 0:
        return
    ids, names = ranked.market.words("id"), ranked.market.words("name")
    request, rules = ranked.request, ranked.market.rules
    for found in relax(ranked.market, request, ranked.judged.state, wanted, ranked.day):
        after = patched(request, found.patch)
        old = [bound_in_words(rules, path, bound_of(request, path)) for path in found.paths]
        new = [
            Said(zh=f"不限{bound_titles(path).zh}", en=f"no bound on {bound_titles(path).en}")
            if bound_of(after, path) is None
            else bound_in_words(rules, path, bound_of(after, path))
            for path in found.paths
        ]
        count = len(found.brings)
        yield Relaxation(
            bounds=list(found.paths),
            change=found.patch,
            brings=count,
            offices=[Named(id=ids[place], name=names[place]) for place in found.brings[:_LISTED]],
            enough=count >= wanted,
            zh="；".join(f"{a.zh} → {b.zh}" for a, b in zip(old, new, strict=True))
            + ("（改动较大）" if found.large else "")
            + f"：多 {count} 栋",
            en="; ".join(f"{a.en} → {b.en}" for a, b in zip(old, new, strict=True))
            + (" (a large change)" if found.large else "")
            + f": {count} more",
        )


def _assumptions(ranked: Ranked) -> Iterator[Said]:
    request, walking = ranked.request, ranked.market.walking
    if request.need.headcount is not None:
        per = request.area_per_person
        yield Said(zh=f"人均面积按 {per:g} ㎡ 计", en=f"{per:g} m² a head")
    if request.area_wanted is not None:
        yield Said(
            zh=f"以 {request.area_wanted:g} ㎡ 为最合适的面积",
            en=f"{request.area_wanted:g} m² fits best",
        )
    yield Said(
        zh=f"步行速度 {walking.walk_speed:g} 米/分钟",
        en=f"walking at {walking.walk_speed:g} m/min",
    )
    yield Said(
        zh="租金折算为按建筑面积、不含物业费后比较，没有写明的按此理解；每月预算按报价计；税不折算",
        en="rents are compared by gross area without property fee, and taken so where nothing is"
        " said; the monthly budget is held to what is quoted; tax is left as it is",
    )
    yield Said(
        zh="不详的项按中间值计分",
        en="unknown values score by the middle",
    )
    if request.preset and request.weights:
        yield Said(
            zh="给出的权重取代预设同名项，其余保留，合计折算为 100",
            en="stated weights replace the preset's, the others stay, all scaled to 100",
        )


def _notes(ranked: Ranked) -> Iterator[Said]:
    request = ranked.request
    yield from doubts(ranked.market, request, ranked.day)
    asked = weights_of(request.preset, request.weights)
    if "area_fit" in asked and "area_fit" not in ranked.weights:
        yield Said(zh="没有说明面积，面积匹配不计分", en="no area stated: fit of area not scored")
    if "neighbours" in asked and "neighbours" not in ranked.weights:
        yield Said(zh="没有说明行业，同行业不计分", en="no industry stated: neighbours not scored")
    shown = ranked.market.offices.iloc[ranked.order[: request.limit]]
    if (shown["provenance"] == "simulated").any():
        yield Said(
            zh="结果含模拟数据，仅作示意", en="results rest on simulated data: an example only"
        )
    if " waiting 0 " not in f"{ranked.market.version} ":
        yield Said(
            zh="有改动尚未算入周边与标签", en="changes are not yet worked into surroundings, labels"
        )


def recommend_in(market: Market, request: Request, day: dt.date) -> Answer:
    """Recommend from a market as it stands; see `recommend`."""
    refuse_unknown(market.names, market.rules, request)
    ranked = _rank(market, with_codes(market, request), day)
    return Answer(
        funnel=list(_funnel(ranked)),
        matched=len(ranked.order),
        results=results(ranked),
        unknown=_unknown(ranked),
        unknown_count=int((ranked.judged.state == UNKNOWN).sum()),
        relaxations=list(_relaxations(ranked)),
        weights={name: round(weight, 2) for name, weight in ranked.weights.items()},
        assumptions=list(_assumptions(ranked)),
        notes=list(_notes(ranked)),
        day=day,
        data_version=market.version,
        software_version=software_version(),
    )


def recommend(connection: Connection, request: Request, day: dt.date | None = None) -> Answer:
    """Recommend space for a need.

    Parameters
    ----------
    connection
        In a transaction that sees one moment of the city.
    day
        The day on which units count as verified long ago; today unless a run is replayed.

    Raises
    ------
    cim.labels.rules.UnknownLabelError
        A label is asked for that does not exist.
    cim.offices.starts.UnknownPlaceError
        A metro line, street or district is asked for that does not exist.
    """
    return recommend_in(market_of(connection), request, day or today())
