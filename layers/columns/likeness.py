"""How alike two titles of columns are, with care for what Chinese compounds mean.

The last word of a title says what it names (名称, 面积, 日期), and a qualifier narrows it (地上,
空置): titles that differ there are about different things, however many signs they share.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import Column

from cim.model import field_of, kind_of

ALIKE = 75.0
"""Likeness, of 100, from which on a title is worth a question."""

_CHINESE = re.compile(r"[一-鿿]")

_SAME = (
    (r"写字楼|大厦|大楼|楼盘|商务楼|办公楼|楼宇", "楼宇"),
    (r"总建面|建面", lambda found: "总建筑面积" if found[0].startswith("总") else "建筑面积"),
    (r"可供出租|可出租|可租赁|可租", "可租"),
    (r"停车泊位|停车位|泊位|车位", "车位"),
    (r"机动车|合计|总计|情况|状况", ""),
    (r"数量|个数|总数|套数|部数|台数", "数"),
    (r"报价|价格|价钱", "单价"),
    (r"(?:编码|代码|码|ID|id)$", "编号"),
    (r"时间$", "日期"),
    (r"名$", "名称"),
)
"""Words of the trade that mean the same, brought to one."""

_QUALIFIERS = re.compile(
    r"地上|地下|计容|分摊|公摊|占地|基底|用地|空置|已租|自用|可租|办公|商业|公寓|停车|车库|充电|标准层"
    r"|单层|套内|使用|最大|最小|最高|最低|上限|下限|平均|年度|每年|首年|销售|出售|注册|通讯|开户|税"
    r"|\b(?:net|parking|vacant|occupied|let|lettable|office|retail|typical|average|mean|max|min"
    r"|maximum|minimum|highest|lowest|above|below|underground|total site|sale)\b"
)

_SHORT = {
    "gfa": "gross floor area",
    "addr": "address",
    "bldg": "building",
    "num": "number",
    "no": "number",
    "nbr": "number",
    "yr": "year",
    "ht": "height",
}
_IDLE = {
    "of",
    "the",
    "its",
    "own",
    "a",
    "an",
    "in",
    "for",
    "to",
    "as",
    "is",
    "building",
    "property",
}


def _is(*kinds: type) -> Callable[[Column[Any]], bool]:
    return lambda column: kind_of(column) in kinds


def _in_unit(part: str) -> Callable[[Column[Any]], bool]:
    return lambda column: part in (field_of(column).unit or "")


def _number_of_things(column: Column[Any]) -> bool:
    return kind_of(column) in (int, float) and field_of(column).unit is None


def _free_text(column: Column[Any]) -> bool:
    field = field_of(column)
    return kind_of(column) is str and not field.values and field.refers_to is None


def _code(column: Column[Any]) -> bool:
    field = field_of(column)
    return column.name in ("id", "unit_no") or field.refers_to is not None


_ENDINGS: tuple[tuple[str, Callable[[Column[Any]], bool]], ...] = (
    (
        (
            r"(?:电话|手机|联系方式|联系人|邮箱|传真|备注|说明|图片|照片|附件|网址|链接|序号|经办人|填报人"
            r"|填报单位|负责人|身份证号?|phone|tel|mobile|email|fax|remarks?|notes?|url|photo|image"
            r"|contact|index|objectid|shape area|shape leng(?:th)?)$"
        ),
        lambda _: False,
    ),
    (r"(?:面积|area)$", _in_unit("m2")),
    (
        r"(?:租金|单价|价|费|费用|费率|收费|rent|price|fee)$",
        lambda column: _in_unit("CNY")(column) or column.name == "fee",
    ),
    (r"(?:金额|总额|总价|税收|产值|营收|收入|amount|revenue)$", lambda _: False),
    (r"(?:年份|年代|year)$", lambda column: _number_of_things(column) or _is(dt.date)(column)),
    (r"(?:日期|日|到期|date|expiry)$", _is(dt.date)),
    (
        r"(?:率|比|比例|ratio|rate)$",
        lambda column: field_of(column).unit in ("percent", "per100m2"),
    ),
    (r"(?:高|高度|height)$", lambda column: field_of(column).unit == "m"),
    (r"(?:数|量|count|floors|storeys|stories|lifts|spaces)$", _number_of_things),
    (r"(?:状态|类型|类别|性质|用途|等级|级别|形式|status|type|class|kind|use|grade)$", _is(str)),
    (r"(?:编号|号|code|id)$", _code),
    (r"(?:名称|名|地址|位置|坐落|单位|公司|企业|人|方|name|address|owner|manager)$", _free_text),
)
"""What a title that ends so can name, the first that fits."""


def canonical(title: str) -> str:
    """Write a title in the words of the trade, so that likeness is one of meaning."""
    if not _CHINESE.search(title):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])|[\W_]+", " ", title).casefold().split()
        words = " ".join(_SHORT.get(word, word) for word in words).split()
        return " ".join([word for word in words if word not in _IDLE] or words)
    text = re.sub(r"[\sA-Za-z_]+", "", title) if len(_CHINESE.findall(title)) > 1 else title
    for written, same in _SAME:
        text = re.sub(written, same, text)
    return text


def may_name(title: str, column: Column[Any]) -> bool:
    """Tell whether a title, in canonical words, can name what a column of a layer holds."""
    if re.search(r"^(?:是否|可否|能否|有无)", title):
        return kind_of(column) is bool
    for ending, fits in _ENDINGS:
        if re.search(ending, title):
            return fits(column)
    return True


def likeness(title: str, other: str) -> float:
    """Return how alike two titles in canonical words are, 0 to 100.

    Chinese titles are compared sign by sign (indel ratio), and as parts of each other where
    the shorter is more than a mere 名称; others word by word, in any order.
    """
    if bool(_CHINESE.search(title)) != bool(_CHINESE.search(other)):
        return 0.0
    if set(_QUALIFIERS.findall(title)) != set(_QUALIFIERS.findall(other)):
        return 0.0
    if not _CHINESE.search(title):
        return min(fuzz.token_sort_ratio(title, other), 99.0)
    whole = fuzz.ratio(title, other)
    if min(len(title), len(other)) <= 2:
        return min(whole, 99.0)
    part = 0.6 * whole + 0.4 * fuzz.partial_ratio(title, other)
    return min(max(whole, part), 99.0)
