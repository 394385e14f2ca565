"""The words of commercial space: allowed values, and how sources write them."""

from __future__ import annotations

USES = {
    "办公": ("办公", "office"),
    "商业": ("商业", "retail"),
    "研发": ("研发", "research and development"),
    "公寓": ("公寓", "apartment"),
    "仓储": ("仓储", "storage"),
    "厂房": ("厂房", "workshop"),
}
"""Uses of commercial space."""

USE_SYNONYMS = {
    "办公": ("写字楼", "办公楼", "办公用房", "商务办公", "offices"),
    "商业": ("商铺", "商场", "零售", "购物中心", "底商", "商业用房", "shop", "shops"),
    "研发": ("研发用房", "研发办公", "产业研发", "科研", "R&D"),
    "公寓": ("商务公寓", "酒店式公寓", "apartments", "serviced apartment"),
    "仓储": ("仓库", "物流仓储", "warehouse"),
    "厂房": ("工业厂房", "生产厂房", "标准厂房", "factory"),
}
"""How sources write them; 商办 and commercial may be either of two and are none."""

AREA_BASES = {
    "建筑面积": ("建筑面积", "gross floor area"),
    "套内面积": ("套内面积", "net internal area"),
}
"""The area that a price per square metre is reckoned on."""

AREA_BASE_SYNONYMS = {
    "建筑面积": ("建面", "按建筑面积", "按建面", "GFA"),
    "套内面积": ("套内", "按套内", "按套内面积", "NIA"),
}
"""How sources write them."""

GRADES = {
    "超甲级": ("超甲级", "premium"),
    "甲级": ("甲级", "grade A"),
    "乙级": ("乙级", "grade B"),
    "丙级": ("丙级", "grade C"),
}
"""Grades, as the trade gives them."""

GRADE_SYNONYMS = {
    "超甲级": ("超甲", "超甲级写字楼", "超A级", "超A", "premium grade", "super grade A"),
    "甲级": ("甲", "甲等", "甲级写字楼", "A级", "A", "class A", "A grade"),
    "乙级": ("乙", "乙等", "乙级写字楼", "B级", "B", "class B", "B grade"),
    "丙级": ("丙", "丙等", "丙级写字楼", "C级", "C", "class C", "C grade"),
}
"""How sources write them."""

AIR_CONDITIONING = {
    "中央空调": ("中央空调", "central"),
    "VRV": ("多联机", "variable refrigerant flow"),
    "分体空调": ("分体空调", "split units"),
    "无": ("无", "none"),
}
"""Kinds of air conditioning; 无 is one of them, and no missing value."""

AIR_CONDITIONING_SYNONYMS = {
    "中央空调": ("中央", "集中空调", "集中式空调", "水冷中央空调", "central air conditioning"),
    "VRV": ("多联", "多联机空调", "VRF", "VRV空调", "变频多联机", "VRV多联机"),
    "分体空调": ("分体", "分体式", "分体式空调", "分体机", "split"),
    "无": ("无空调", "没有", "未安装", "不提供"),
}
"""How sources write them."""

OWNERSHIP = {
    "政府": ("政府", "government"),
    "国有": ("国有", "state-owned company"),
    "集体": ("集体", "collective"),
    "私有": ("私有", "private"),
}
"""Who owns the space."""

OWNERSHIP_SYNONYMS = {
    "政府": ("政府物业", "政府产权", "政府所有", "区政府"),
    "国有": ("国企", "国有企业", "国资", "央企", "国有产权"),
    "集体": (
        "集体企业",
        "集体产权",
        "集体物业",
        "村集体",
        "集体股份公司",
        "社区股份公司",
        "股份合作公司",
    ),
    "私有": ("私人", "个人", "私产", "私营", "民营", "民企", "民营企业", "个人产权"),
}
"""How sources write them."""
