"""Recommendations that were kept, and whether they would come out the same today."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from cim.changeset import user_name
from cim.matching.answer import Answer
from cim.matching.criteria import criteria, presets
from cim.matching.market import market_of
from cim.matching.naming import absent, without
from cim.matching.need import Request
from cim.matching.recommending import recommend_in
from cim.model import Recommendation

TABLE = Recommendation.__table__
Gone = dict[str, Any]
"""What was asked for and is no longer there: its path, its name, and that in words."""


@dataclass(frozen=True)
class Replay:
    """A kept run asked again.

    Attributes
    ----------
    same
        Whether the answer is the same, word for word.
    then, now
        Versions of data and software.
    difference
        Empty where it is the same; else what is gone that was asked for, who entered, who left
        and whose rank or score moved.
    answer
        What is answered now.
    """

    same: bool
    then: dict[str, str]
    now: dict[str, str]
    difference: dict[str, list[dict[str, Any]]]
    answer: dict[str, Any]


def as_asked(request: Request) -> dict[str, Any]:
    """Return a request as JSON, with no more than what was stated."""
    return request.model_dump(mode="json", exclude_unset=True)


def keep(
    connection: Connection,
    request: Request,
    answer: Answer,
    title: str | None = None,
    made_by: str | None = None,
) -> int:
    """Keep a run; return its number."""
    return int(
        connection.execute(
            insert(Recommendation)
            .values(
                made_at=dt.datetime.now(dt.UTC),
                made_by=made_by or user_name(),
                title=title,
                request=as_asked(request),
                answer=answer.model_dump(mode="json"),
                data_version=answer.data_version,
                software_version=answer.software_version,
            )
            .returning(TABLE.c.id)
        ).scalar_one()
    )


def kept(connection: Connection, number: int) -> dict[str, Any] | None:
    """Return a kept run with all that was asked and answered; None where there is none."""
    row = connection.execute(select(TABLE).where(TABLE.c.id == number)).mappings().one_or_none()
    return None if row is None else dict(row)


def list_kept(connection: Connection, limit: int, before: int | None = None) -> list[Any]:
    """Return the kept runs, newest first, without their answers.

    Parameters
    ----------
    before
        Only those with a lower number.
    """
    columns = [column for column in TABLE.c if column.name != "answer"]
    query = select(*columns).order_by(TABLE.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(TABLE.c.id < before)
    return [dict(row) for row in connection.execute(query).mappings()]


def _versions(answer: dict[str, Any]) -> dict[str, str]:
    return {name: answer[name] for name in ("data_version", "software_version")}


def _content(answer: dict[str, Any]) -> dict[str, Any]:
    versions = _versions(answer)
    return {name: value for name, value in answer.items() if name not in versions}


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Tell what sets two answers to the same request apart.

    Returns
    -------
    dict
        ``entered`` and ``left`` (id, name, rank, score), ``moved`` (with rank and score before
        and after), ``funnel`` (steps whose counts changed). Only what is not empty.
    """

    def ranked(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
        return {
            result["office"]["id"]: {
                "id": result["office"]["id"],
                "name": result["office"]["name"],
                "rank": result["rank"],
                "score": result["score"],
            }
            for result in answer["results"]
        }

    old, new = ranked(before), ranked(after)
    moved = [
        {
            "id": office,
            "name": new[office]["name"],
            "rank": [old[office]["rank"], new[office]["rank"]],
            "score": [old[office]["score"], new[office]["score"]],
        }
        for office in new
        if office in old
        and (old[office]["rank"], old[office]["score"])
        != (new[office]["rank"], new[office]["score"])
    ]
    counts = ("remaining", "removed", "unknown")
    steps = {step["bound"]: step for step in before["funnel"]}
    funnel = [
        {
            "bound": step["bound"],
            "zh": step["zh"],
            "en": step["en"],
            **{c: [steps[step["bound"]][c], step[c]] for c in counts},
        }
        for step in after["funnel"]
        if step["bound"] in steps and any(steps[step["bound"]][c] != step[c] for c in counts)
    ]
    # where ranks agree, something in the files of the offices does not
    parts = [
        {"part": name}
        for name in after
        if name not in _versions(after) and before.get(name) != after[name]
    ]
    found = {
        "entered": [new[office] for office in new if office not in old],
        "left": [old[office] for office in old if office not in new],
        "moved": moved,
        "funnel": funnel,
        "parts": parts,
    }
    return {name: entries for name, entries in found.items() if entries}


def _asked_of(run: dict[str, Any]) -> tuple[Request, list[Gone]]:
    """Return what a kept run asked, and what of its preset and criteria is no longer there.

    Without its preset a run is weighted as it was answered.
    """
    asked, gone = dict(run["request"]), []
    if (preset := asked.get("preset")) is not None and preset not in presets():
        del asked["preset"]
        asked["weights"] = run["answer"]["weights"]
        instead = "按当时的权重重做", "weighted as then"
        gone.append(_gone("preset", preset, ("行业预设", "preset"), instead))
    for name in asked.get("weights", {}).keys() - criteria().keys():
        asked["weights"] = {n: w for n, w in asked["weights"].items() if n != name}
        gone.append(_gone(f"weights.{name}", name, ("评分项", "criterion")))
    if not any(asked.get("weights", {}).values()):
        asked.pop("weights", None)
    return Request.model_validate(asked), gone


def _gone(
    bound: str,
    name: str,
    what: tuple[str, str],
    instead: tuple[str, str] = ("重做时不再要求", "not asked for any more"),
) -> Gone:
    """Say that something asked for is no longer there, and what counts instead."""
    return {
        "bound": bound,
        "name": name,
        "zh": f"{what[0]}“{name}”已不存在，{instead[0]}",
        "en": f"the {what[1]} {name} is no longer there: {instead[1]}",
    }


def replay(connection: Connection, number: int) -> Replay | None:
    """Ask a kept run again, as of the day on which it was answered; None where there is none.

    What it names and has vanished since is not asked for again, and told.
    """
    run = kept(connection, number)
    if run is None:
        return None
    then = run["answer"]
    request, gone = _asked_of(run)
    day = dt.date.fromisoformat(then["day"])
    market = market_of(connection)
    lost = list(absent(market.names, market.rules, request))
    gone += [_gone(one.path, one.name, (one.zh, one.en)) for one in lost]
    now = recommend_in(market, without(request, lost), day).model_dump(mode="json")
    return Replay(
        same=not gone and _content(then) == _content(now),
        then=_versions(then),
        now=_versions(now),
        difference={**({"gone": gone} if gone else {}), **difference(then, now)},
        answer=now,
    )
